#!/usr/bin/env bash
# ema_workbench: save and load turn its own default policy into a missing value.
#
# Expected: load_results gives back what save_results was given.
# What happens: run without a policy, ema_workbench itself names the policy
# "None". The archive holds the experiments as CSV and loads them with pandas,
# for which the four letters None mean "missing" (as do NA, NULL, nan). So the
# policy column of every default run is NaN after loading, and the baseline in a
# set of policies named "None" and "loan" is gone from every group-by, without
# an error or a warning. A category "NA" (Namibia, "not applicable") goes too.
# Hurts: comparisons of a programme with no programme from an archive: the
# counterfactual rows fall out, and the mean over policies is the programme's.
# Versions: ema_workbench 2.5.3, pandas 3.1.1, NumPy 2.4.6.
# Source: ema_workbench.util.utilities, "convenience functions" to save and to
# load; perform_experiments, policies=None; pandas.read_csv, na_values.
set -euo pipefail

pinned=(ema_workbench==2.5.3 SALib==1.6.0 pandas==3.1.1 numpy==2.4.6 python-dateutil==4.0.0 scipy==1.17.1
  Platypus-Opt==1.4.1 multiprocess==0.70.19 dill==0.4.1 tqdm==4.70.1)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "archive-forgets-the-baseline-policy: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from importlib.metadata import version

import pandas as pd
from ema_workbench import CategoricalParameter, Model, Policy, RealParameter, ScalarOutcome, load_results, perform_experiments, save_results

print("ema_workbench", version("ema_workbench"), "pandas", pd.__version__)


def firms(demand=1.0, country="DE", loan=0.0):
    return {"survival": min(1.0, 0.5 * demand + loan)}


model = Model("firms", function=firms)
model.uncertainties = [RealParameter("demand", 0, 1), CategoricalParameter("country", ["DE", "NA"])]
model.levers = [RealParameter("loan", 0, 1)]
model.outcomes = [ScalarOutcome("survival")]


def table(experiments, outcomes):
    return experiments.assign(survival=outcomes["survival"].ravel()).groupby("policy", observed=True)["survival"].agg(["size", "mean"]).round(3)


def there_and_back(results):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        save_results(results, "archive.tar.gz")
        loaded = load_results("archive.tar.gz")
    return loaded, len(heard)


bare = Model("firms", function=firms)
bare.uncertainties, bare.outcomes = model.uncertainties, model.outcomes
default = perform_experiments(bare, 20)
loaded, heard = there_and_back(default)
print("default run: policies before", default[0]["policy"].unique().tolist(), "after", loaded[0]["policy"].unique().tolist(), "warnings", heard)
both = perform_experiments(model, 20, policies=[Policy("None", loan=0.0), Policy("loan", loan=0.5)])
again, heard2 = there_and_back(both)
print("before:", table(*both).to_dict("index"))
print("after: ", table(*again).to_dict("index"))
print("rows without a country after loading:", int(again[0]["country"].isna().sum()), "of", len(again[0]))
ok = default[0]["policy"].unique().tolist() == ["None"] and loaded[0]["policy"].isna().all() and heard + heard2 == 0
ok = ok and list(table(*both).index) == ["None", "loan"] and list(table(*again).index) == ["loan"] and again[0]["country"].isna().any()
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "archive-forgets-the-baseline-policy: changed"
  exit 1
fi
echo "archive-forgets-the-baseline-policy: holds"
