#!/usr/bin/env bash
# lifelines: survey weights that sum to one give another Cox coefficient.
#
# Expected: weights in a Cox model matter up to a factor. Multiplying all of
# them by a constant leaves the coefficient and its robust standard error alone
# (lifelines' own documentation offers the column for sampling weights).
# What happens: with weights that sum to one, as many survey files and inverse
# probability scripts make them, the coefficient is another one: 0.417 instead
# of 0.468 in the run below (11 per cent of it lost). The log-likelihood of so
# small weights is POSITIVE (the log of a risk set below one is negative); the
# stopping rule divides its change by minus the log-likelihood, which is then
# negative and so always below the tolerance. Newton's method stops after its
# first step and reports success, without a warning; from there on any smaller
# scale gives the same wrong number.
# Hurts: weighted hazard ratios of firm closure: too near to one, and the
# standard error with them. Weights with mean one are right.
# Versions: lifelines 0.30.3, NumPy 2.4.6, SciPy 1.17.1, pandas 2.3.3.
# Source: CoxPHFitter.fit, arguments weights_col and robust; no word on scale.
set -euo pipefail

pinned=(lifelines==0.30.3 pandas==2.3.3 pytz==2026.6 tzdata==2026.6 numpy==2.4.6 python-dateutil==4.0.0
  scipy==1.17.1 autograd==1.9.1 autograd-gamma==0.5.0 formulaic==1.2.2 interface-meta==2.0.1 narwhals==2.29.0
  typing-extensions==4.16.0 wrapt==2.5.2)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "cox-weights-that-sum-to-one: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

print("lifelines", version("lifelines"))
rng = np.random.default_rng(0)
n = 400
size = rng.normal(size=n)
weeks = rng.exponential(size=n) * np.exp(-0.5 * size)  # the true coefficient is 0.5
firms = pd.DataFrame({"size": size, "weeks": weeks, "closed": 1})
weight = rng.uniform(0.5, 1.5, size=n)


def fit(weights):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model = CoxPHFitter().fit(firms.assign(w=weights), "weeks", "closed", weights_col="w", robust=True)
    said = sum("onverge" in str(w.message) for w in heard)
    return model.params_["size"], model.standard_errors_["size"], model.log_likelihood_, said


seen = {}
for name, w in {"mean one": weight / weight.mean(), "mean ten": 10 * weight / weight.mean(), "sum one": weight / weight.sum(), "sum 1/1000": weight / weight.sum() / 1000}.items():
    seen[name] = fit(w)
    print(f"{name:10}: coefficient {seen[name][0]:.4f}, robust s.e. {seen[name][1]:.4f}, log-likelihood {seen[name][2]:.4f}, warnings on convergence {seen[name][3]}")
right, wrong = seen["mean one"], seen["sum one"]
ok = abs(right[0] - seen["mean ten"][0]) < 1e-6 and right[2] < 0 < wrong[2]
ok = ok and abs(wrong[0] / right[0] - 1) > 0.08 and abs(wrong[0] - seen["sum 1/1000"][0]) < 1e-6
ok = ok and not any(s[3] for s in seen.values())
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "cox-weights-that-sum-to-one: changed"
  exit 1
fi
echo "cox-weights-that-sum-to-one: holds"
