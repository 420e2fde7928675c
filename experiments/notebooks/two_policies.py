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
# # Two policies compared
# The programme against a grant to every enterprise that had stopped, and both against nothing: the same enterprises in
# all three arms.

# %%
from dataclasses import replace
from datetime import date

import pandas as pd

import sim
from sim import outcomes

ENTERPRISES, SEEDS = 5_000, 5

# %%
programme = replace(sim.load("china-2020", [f"population.enterprises={ENTERPRISES}"]), name="programme")
nothing = replace(programme.set({"programme.enabled": False}), name="nothing")
grants = {"enabled": True, "start": date(2020, 2, 17), "end": date(2020, 6, 30), "sales_days": 10.0}
grant = replace(nothing.set({f"measures.grant.{key}": value for key, value in grants.items()}), name="grant")
comparison = sim.compare(nothing, programme, grant, seeds=SEEDS, progress=False)
results = comparison.results

# %% [markdown]
# Enterprises closed and what it cost government and lenders, mean over seeds.

# %%
closed = results.enterprises.groupby("arm", observed=True)["event"].mean() * 100
cost = outcomes.fiscal_cost(results).groupby("arm", observed=True)["total_yuan"].mean() / 1e9
print(pd.DataFrame({"closed (%)": closed, "cost (bn yuan)": cost}).round(2).to_string())

# %% [markdown]
# Whom does each one save? Fates against nothing: `harmed` in this table closes with nothing only, that is, it is saved
# by the policy, since the first arm is the one without it.

# %%
for arm in ("programme", "grant"):
    table = outcomes.fates(results.enterprises, "size", against=arm, scale=results.scale)
    saved = table[table["fate"] == "harmed"].groupby("group", observed=True)["enterprises"].mean() / 1e3
    print(f"saved by the {arm}, by size (thousand)\n{saved.round(0).to_string()}\n")

# %%
figure = comparison.plot.survival()
figure.savefig("survival.png")
figure
