#!/usr/bin/env bash
# AgentPy: IntRange(-5, 5) never draws -5 and draws 0 twice as often.
#
# Expected: a design over the whole numbers from -5 to 5 gives each of the
# eleven the same share, and eleven evenly spaced points are just the eleven.
# What happens: both samplers stretch the range to (-5, 6) and cut with int(),
# which cuts towards zero and not down. The eleven "evenly spaced" values are
# -5, -3, -2, -1, 0, 0, 1, ... 5 (no -4, two zeros), and Saltelli's design has
# no -5 at all and about twice as many zeros as any other value. A range from 0
# on is right, so that a test with positive numbers does not show it. The page
# says "rounded"; neither rounding nor flooring gives this.
# Hurts: parameters around zero (a change of the rate in points, a shift of the
# start by weeks, a tax change): the lower end is not explored, no change is
# counted twice, and Sobol indices are for an input with another distribution.
# Versions: AgentPy 0.1.5, SALib 1.6.0, NumPy 2.4.6, pandas 3.1.1.
# Source: agentpy.IntRange, "sampled values will be rounded and converted to
# integer"; agentpy.Sample, methods linspace and saltelli.
set -euo pipefail

pinned=(agentpy==0.1.5 SALib==1.6.0 pandas==3.1.1 numpy==2.4.6 python-dateutil==4.0.0 scipy==1.17.1
  joblib==1.6.0 cloudpickle==3.1.3 networkx==3.6.1 matplotlib==3.11.2 cycler==0.12.1 kiwisolver==1.5.1 fonttools==4.68.0
  packaging==26.4 pillow==13.0.0 pyparsing==3.3.3 contourpy==1.3.3 multiprocess==0.70.19 dill==0.4.1)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "whole-numbers-below-zero: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from collections import Counter
from importlib.metadata import version

warnings.simplefilter("ignore")
import agentpy as ap

print("agentpy", version("agentpy"), "SALib", version("SALib"))


def line(low, high):
    return [p["points"] for p in ap.Sample({"points": ap.IntRange(low, high)}, n=high - low + 1)]


def saltelli(low, high):
    sample = ap.Sample({"points": ap.IntRange(low, high), "x": ap.Range(0, 1)}, n=1024, method="saltelli", calc_second_order=False)
    return dict(sorted(Counter(p["points"] for p in sample).items()))


for low, high in ((0, 10), (-5, 5)):
    print(f"IntRange({low}, {high}) in {high - low + 1} steps:", line(low, high))
    print(f"IntRange({low}, {high}) by Saltelli:", saltelli(low, high))
good, bad = saltelli(0, 10), saltelli(-5, 5)
ok = line(0, 10) == list(range(11)) and set(good) == set(range(11)) and max(good.values()) < 1.1 * min(good.values())
ok = ok and -4 not in line(-5, 5) and line(-5, 5).count(0) == 2 and -5 not in bad and bad[0] > 1.8 * bad[1]
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "whole-numbers-below-zero: changed"
  exit 1
fi
echo "whole-numbers-below-zero: holds"
