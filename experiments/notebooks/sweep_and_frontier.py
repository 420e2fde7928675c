# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A sweep and its frontier
# Days to a decision and the largest loan, every pair of values with and without the programme on the same seeds. Which
# pairs save most for the money lent?

# %%
import sim
from sim.figures import heatmap

ENTERPRISES, SEEDS = 2_000, 3
DAYS, CAP = "programme.decision_days", "programme.loan_cap_share"

# %%
scenario = sim.load("china-2020", [f"population.enterprises={ENTERPRISES}"])
found = sim.sweep(
    scenario, {DAYS: [0, 14, 45], CAP: [0.1, 0.25]}, seeds=SEEDS, out="sweep", overwrite=True, progress=False
)
saved, lent = found.outcome("net_saved_thousand"), found.outcome("lent_bn_programme")
print(saved[[DAYS, CAP, "mean", "low", "high"]].round(0).to_string(index=False))

# %% [markdown]
# `sim.sweep(..., out="sweep", resume=True)` goes on after an interruption. The map, the scenario itself framed:

# %%
figure = heatmap(
    saved,
    CAP,
    DAYS,
    title="enterprises saved less harmed",
    unit="thousand",
    base=(scenario.get(CAP), scenario.get(DAYS)),
)
figure.savefig("map.png")
figure

# %% [markdown]
# The frontier: points that no other one beats in both enterprises saved and money lent.
# `python -m experiments.frontier` searches over seven levers at once, with cost as a third objective.

# %%
points = saved[[DAYS, CAP]].assign(saved_thousand=saved["mean"], lent_bn=lent["mean"])
beaten = [
    bool(
        (
            (points["saved_thousand"] >= one.saved_thousand)
            & (points["lent_bn"] <= one.lent_bn)
            & ((points["saved_thousand"] > one.saved_thousand) | (points["lent_bn"] < one.lent_bn))
        ).any()
    )
    for one in points.itertuples()
]
frontier = points[[not one for one in beaten]].sort_values("lent_bn")
print(frontier.round(2).to_string(index=False))
frontier.to_csv("frontier.csv", index=False)
