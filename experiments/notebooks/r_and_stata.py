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
# # Results in R or Stata
# The panel an evaluator would see, enterprise × four weeks, from the world with the programme: written as CSV for R and
# as a Stata file.

# %%
import pandas as pd

import sim

ENTERPRISES, SEED = 2_000, 1

# %%
scenario = sim.load("china-2020", [f"population.enterprises={ENTERPRISES}"])
panel = sim.panel(scenario, SEED, weeks=4)
panel["borrowed"] = panel.groupby("enterprise")["programme_yuan"].transform("sum") > 0
panel["level"] = panel["sales_yuan"] / (panel["yearly_sales_yuan"] * panel["days"] / 364)
print(panel.groupby(["start", "borrowed"])[["level", "in_business"]].mean().unstack().round(2).to_string())

# %%
panel.to_csv("panel.csv", index=False)
flags = panel.select_dtypes("bool").columns
panel.astype(dict.fromkeys(flags, "int8")).to_stata(
    "panel.dta",
    write_index=False,
    version=118,
    convert_dates={"start": "td"},
    variable_labels={"level": "sales of the period, share of usual", "borrowed": "ever a loan of the programme"},
)
print(pd.read_stata("panel.dta").shape)

# %% [markdown]
# In R, difference-in-differences with enterprise and period effects:
#
# ```r
# library(fixest)
# panel <- read.csv("panel.csv")
# panel$after <- panel$start >= "2020-03-02"
# feols(level ~ i(after, borrowed == "True") | enterprise + period, panel, cluster = ~enterprise)
# ```
#
# In Stata:
#
# ```stata
# use panel.dta, clear
# generate treated_after = borrowed * (start >= td(02mar2020))
# xtset enterprise period
# xtreg level treated_after i.period, fe vce(cluster enterprise)
# ```
#
# Any results folder can be read too: `enterprises.parquet` and `loans.parquet` with `arrow::read_parquet` in R, or
# through pandas as here; `weekly.csv` and `summary.csv` directly. What such an estimate misses is the question of
# `python -m experiments.sandbox`.
