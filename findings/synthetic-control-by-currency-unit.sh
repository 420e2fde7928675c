#!/usr/bin/env bash
# pysyncon: the augmented synthetic control depends on the currency unit.
#
# Expected: sales in thousands or in single units is one data set: the weights
# are the same and the effect is a thousand times as large.
# What happens: in single units AugSynth gives weight to all twelve donors, in
# two or three lumps, instead of to the three or four that it picks in
# thousands. The quadratic programme goes to SciPy's SLSQP with numerical
# gradients and unscaled; on the large scale SLSQP reports failure near its
# starting point, but the success flag is not read. The ridge step then repairs
# the fit before treatment, which hides it. No warning. How far the effect
# moves depends on the data: in the two data sets below (true effect 1) from
# 0.98 to 1.81 and from 0.80 to 0.90; in others by a
# few per cent only.
# Hurts: evaluations on revenue, employment or credit in levels: the effect of
# the programme, and above all the list of donors that is reported and argued
# for, depends on whether the table was in euro or in thousand euro.
# Versions: pysyncon 1.7.0, SciPy 1.17.1, NumPy 2.4.6, pandas 2.3.3.
# Source: pysyncon.AugSynth.fit, "Fit the model/calculate the weights"; nothing
# on units, and the code says that it follows R's augsynth.
set -euo pipefail

pinned=(pysyncon==1.7.0 pandas==2.3.3 pytz==2026.6 tzdata==2026.6 numpy==2.4.6 python-dateutil==4.0.0
  scipy==1.17.1 matplotlib==3.11.2 cycler==0.12.1 kiwisolver==1.5.1 fonttools==4.68.0 packaging==26.4
  pillow==13.0.0 pyparsing==3.3.3 contourpy==1.3.3)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "synthetic-control-by-currency-unit: the pinned packages could not be installed"
  exit 2
fi

export OPENBLAS_NUM_THREADS=1
status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from pysyncon import AugSynth, Dataprep

print("pysyncon", version("pysyncon"), "SciPy", version("scipy"))
years, regions = range(2000, 2016), ["t"] + [f"c{i}" for i in range(12)]


def panel(seed):
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(size=(len(years), 2)), 0)
    rows = []
    for region in regions:
        load, level = rng.uniform(0, 1, 2), rng.normal()
        for k, year in enumerate(years):
            effect = 1.0 if region == "t" and year >= 2010 else 0.0
            rows.append((region, year, level + common[k] @ load + rng.normal() * 0.05 + effect, rng.normal() + load[0], rng.normal()))
    return pd.DataFrame(rows, columns=["region", "year", "sales", "x", "z"])


def run(data, unit):
    prepared = Dataprep(
        foo=data.assign(sales=data["sales"] * unit),
        predictors=["x", "z"],
        predictors_op="mean",
        time_predictors_prior=range(2000, 2010),
        special_predictors=[("sales", range(2000, 2005), "mean"), ("sales", range(2005, 2010), "mean")],
        dependent="sales",
        unit_variable="region",
        time_variable="year",
        treatment_identifier="t",
        controls_identifier=regions[1:],
        time_optimize_ssr=range(2000, 2010),
    )
    model = AugSynth()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model.fit(prepared)
    return model, model.att(time_period=range(2010, 2016))["att"] / unit, len(heard)


few, all_donors, moved, heard = [], [], [], 0
for seed in range(2):
    data = panel(seed)
    thousand, effect, said = run(data, 1)
    single, other, said2 = run(data, 1000)
    few.append(int((thousand.synw > 0.01).sum()))
    all_donors.append(int((single.synw > 0.01).sum()))
    moved.append(abs(other / effect - 1))
    heard += said + said2
    print(f"data {seed}, in thousands: effect {effect:.3f}, donors' weights {thousand.synw.round(2).tolist()}")
    print(f"data {seed}, in units:     effect {other:.3f}, donors' weights {single.synw.round(2).tolist()}")
print("donors with weight:", few, "and", all_donors, "of 12; warnings", heard)
ok = max(few) <= 5 and min(all_donors) >= 9 and max(moved) > 0.3 and heard == 0
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "synthetic-control-by-currency-unit: changed"
  exit 1
fi
echo "synthetic-control-by-currency-unit: holds"
