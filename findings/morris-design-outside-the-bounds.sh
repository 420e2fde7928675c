#!/usr/bin/env bash
# ema_workbench with SALib: a Morris design for whole numbers leaves the bounds.
#
# Expected: IntegerParameter("branches", 0, 3) takes 0, 1, 2 and 3 in any
# design; its page calls 3 the upper bound.
# What happens: for SALib's samplers the workbench widens the range by one and
# then rounds down, which is right for designs that never touch the upper end
# (Sobol, FAST). A Morris design sits ON the ends: it takes 0, 1, 2 and 4. The
# model is run with 4, a value outside the bounds, in about a quarter of all
# runs, and never with 3. A number of months
# from 1 to 12 becomes 1, 5, 9 and 13. No warning; Latin hypercube, Sobol, FAST and full
# factorial of the same parameter stay inside.
# Hurts: screening by elementary effects: effects are measured over a range the
# analyst ruled out, and a model that looks up a table by the number fails or,
# with a modulus or a clip, answers for another policy.
# Versions: ema_workbench 2.5.3, SALib 1.6.0, NumPy 2.4.6.
# Source: ema_workbench.em_framework.parameters.IntegerParameter, "upper_bound";
# MorrisSampler has no note on whole numbers.
set -euo pipefail

pinned=(ema_workbench==2.5.3 SALib==1.6.0 pandas==3.1.1 numpy==2.4.6 python-dateutil==4.0.0 scipy==1.17.1
  Platypus-Opt==1.4.1 multiprocess==0.70.19 dill==0.4.1 tqdm==4.70.1)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "morris-design-outside-the-bounds: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from importlib.metadata import version

from ema_workbench import IntegerParameter, Model, RealParameter, Samplers, ScalarOutcome, perform_experiments

print("ema_workbench", version("ema_workbench"), "SALib", version("SALib"))


def firms(branches=0, months=1, demand=1.0):
    return {"survival": demand + branches + months}


model = Model("firms", function=firms)
model.uncertainties = [IntegerParameter("branches", 0, 3), IntegerParameter("months", 1, 12), RealParameter("demand", 0, 1)]
model.outcomes = [ScalarOutcome("survival")]
seen = {}
for name in ("LHS", "SOBOL", "FAST", "MORRIS"):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        experiments, _ = perform_experiments(model, 128, uncertainty_sampling=Samplers[name])
    count = experiments["branches"].value_counts().sort_index().to_dict()
    seen[name] = (sorted(count), sorted(experiments["months"].unique().tolist()), sum("ound" in str(w.message) for w in heard))
    print(f"{name}: branches {count}, months {seen[name][1]}")
ok = all(seen[name][0] == [0, 1, 2, 3] and seen[name][1][-1] == 12 for name in ("LHS", "SOBOL", "FAST"))
ok = ok and seen["MORRIS"][0] == [0, 1, 2, 4] and seen["MORRIS"][1][-1] == 13 and seen["MORRIS"][2] == 0
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "morris-design-outside-the-bounds: changed"
  exit 1
fi
echo "morris-design-outside-the-bounds: holds"
