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
# # A first run
# China in spring 2020, the same enterprises with the same luck, with and without the programme.

# %%
import sim

ENTERPRISES, SEEDS = 5_000, 5

# %%
scenario = sim.load("china-2020", [f"population.enterprises={ENTERPRISES}"])
comparison = sim.compare(scenario, seeds=SEEDS, progress=False)
print(comparison.summary()[["outcome", "unit", "with", "without", "difference", "low", "high"]].to_string(index=False))

# %% [markdown]
# Each enterprise has a fate: saved, survived anyway, lost either way, or harmed.

# %%
print(comparison.fates("kind").head(12).to_string(index=False))

# %%
figure = comparison.plot.survival()
figure.savefig("survival.png")
figure

# %% [markdown]
# One setting differently: decisions after 30 days. `tideover params` lists all settings.

# %%
slow = sim.compare(scenario.set(programme__decision_days=30), seeds=SEEDS, progress=False)
for name, one in (("as it was", comparison), ("slow", slow)):
    print(f"{name}: {one.summary().loc['net_saved_thousand', 'difference']:,.0f} thousand enterprises saved, net")

# %% [markdown]
# Inside a run: a Mesa model, agent by agent.

# %%
model = sim.Model(sim.load("china-2020", ["population.enterprises=100", "calendar.weeks=12"]), rng=1)
model.run()
closed = model.agents_by_type[sim.Enterprise].select(lambda one: one.exists == 0 and one.exit_step >= 0)
print(f"{len(closed)} of 100 enterprises closed in 12 weeks")
