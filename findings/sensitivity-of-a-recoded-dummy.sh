#!/usr/bin/env bash
# SALib's PAWN: recode a dummy from 0/1 to 1/0 and its index goes 0.05 to 0.95.
#
# Expected: the index of a policy switch does not depend on which of its two
# values is called 1, and a switch that decides the output ranks first.
# What happens: the slices of an input run between its quantiles, closed below
# and open above. Of a switch with the values 0 and 1 only the 0 are ever in a
# slice; the top value falls out of all of them. So minimum, median and maximum
# are the distance of the UNTREATED firms from the whole, which is the share of
# the treated: 0.05 for a switch on in 5 runs of 100, even if it moves the
# output by ten times the range of everything else. Coded the other way round
# the same data give 0.95. The same for 0/1/2, or any last level of a factor
# with few levels. No warning: empty slices are passed over, the coefficient of
# variation, said to tell how much to trust the index, is 0.
# Hurts: screening where few runs carry the policy: it is screened out in favour
# of noise.
# Versions: SALib 1.6.0, NumPy 2.4.6, SciPy 1.17.1.
# Source: SALib.analyze.pawn: "compatible with all samplers", suited to ranking
# and screening; nothing on inputs with few values.
set -euo pipefail

pinned=(SALib==1.6.0 pandas==3.1.1 numpy==2.4.6 python-dateutil==4.0.0 scipy==1.17.1 multiprocess==0.70.19
  dill==0.4.1)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "sensitivity-of-a-recoded-dummy: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings
from importlib.metadata import version

import numpy as np
from SALib.analyze import pawn

print("SALib", version("SALib"))
rng = np.random.default_rng(1)
n = 4000
loan = (rng.random(n) < 0.05).astype(float)
demand = rng.random(n)
survival = 10 * loan + demand
problem = {"num_vars": 2, "names": ["loan", "demand"], "bounds": [[0, 1], [0, 1]]}
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    one = pawn.analyze(problem, np.c_[loan, demand], survival, S=10, seed=1)
    two = pawn.analyze(problem, np.c_[1 - loan, demand], survival, S=10, seed=1)
for name, r in (("loan 0/1", one), ("loan 1/0", two)):
    print(f"{name}: median loan {r['median'][0]:.3f}, demand {r['median'][1]:.3f}; maximum loan {r['maximum'][0]:.3f}, demand {r['maximum'][1]:.3f}; CV of loan {r['CV'][0]:.3f}")
print("share of the output's variance due to the loan:", round(float(np.corrcoef(loan, survival)[0, 1] ** 2), 3), "warnings", len(heard))
level = rng.choice([0, 1, 2], n, p=[0.4, 0.4, 0.2])
three = pawn.analyze(problem, np.c_[level, demand], 5 * (level == 2) + demand, S=10, seed=1)["maximum"][0]
print(f"factor 0/1/2, only 2 (a fifth) matters: maximum {three:.3f}, the slice of 2 alone would give 0.8")
ok = one["maximum"][0] < 0.1 and two["maximum"][0] > 0.9 and one["maximum"][0] < one["median"][1] and one["CV"][0] == 0
sys.exit(0 if ok and three < 0.25 and not heard else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "sensitivity-of-a-recoded-dummy: changed"
  exit 1
fi
echo "sensitivity-of-a-recoded-dummy: holds"
