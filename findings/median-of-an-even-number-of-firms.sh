#!/usr/bin/env bash
# lifelines: the Kaplan-Meier median is late by one closure for some even n.
#
# Expected: n firms, one closes each week, none censored, n even. Survival is
# exactly one half from week n/2 on, so the median is n/2 for every n (first
# time at which the curve is at or below one half; R's midpoint rule would give
# n/2 + 0.5 for every n).
# What happens: it is n/2 for 4, 10, 12 and 16 firms and n/2 + 1 for 6, 8, 14,
# 18 and 20. The curve is the exponential of a sum of logarithms; where it
# should be 0.5 it is at times a hair below and at times 0.5000000000000001, and
# the median is looked up with an exact comparison. No tolerance, no warning.
# Hurts: the median survival of treated and untreated firms, most of all in
# small cells and with monthly or yearly time, where one closure is a year: two
# groups of 10 and 14 firms with the same pattern differ for no reason, and so
# do one group and the same one with every row written twice.
# Versions: lifelines 0.30.3, NumPy 2.4.6, pandas 2.3.3.
# Source: KaplanMeierFitter.median_survival_time_, "the estimated median time to
# event"; qth_survival_time, "solves q = S(t)".
set -euo pipefail

pinned=(lifelines==0.30.3 pandas==2.3.3 pytz==2026.6 tzdata==2026.6 numpy==2.4.6 python-dateutil==4.0.0
  scipy==1.17.1 autograd==1.9.1 autograd-gamma==0.5.0 formulaic==1.2.2 interface-meta==2.0.1 narwhals==2.29.0
  typing-extensions==4.16.0 wrapt==2.5.2)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "median-of-an-even-number-of-firms: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
from importlib.metadata import version

import numpy as np
from lifelines import KaplanMeierFitter

print("lifelines", version("lifelines"))
late, right = [], []
for n in range(2, 62, 2):
    curve = KaplanMeierFitter().fit(np.arange(1, n + 1), np.ones(n))
    at_half = curve.survival_function_.iloc[n // 2, 0]
    assert abs(at_half - 0.5) < 1e-12
    {n // 2: right, n // 2 + 1: late}[int(curve.median_survival_time_)].append(n)
    if n in (6, 10, 14, 20):
        print(f"{n} firms: survival at week {n // 2} is {at_half!r}, median {curve.median_survival_time_:g}")
print("median n/2 for", right)
print("median n/2 + 1 for", late)
once = np.arange(1, 5)
a = KaplanMeierFitter().fit(once, np.ones(4)).median_survival_time_
found = []
for k in range(2, 12):
    b = KaplanMeierFitter().fit(np.repeat(once, k), np.ones(4 * k)).median_survival_time_
    if a != b:
        found.append(k)
print(f"4 firms: median {a:g}; the same firms written k times have another median for k in", found)
sys.exit(0 if late and right and 6 in late and 10 in right else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "median-of-an-even-number-of-firms: changed"
  exit 1
fi
echo "median-of-an-even-number-of-firms: holds"
