#!/usr/bin/env bash
# A Stata weekly date (%tw) written by pandas can be in the wrong year.
#
# Expected: Stata has 52 weeks in every year and the last one is 8 or 9 days
# long, so that 30 and 31 December always belong to week 52 of their own year.
# What happens: pandas counts whole sevens of days since 1 January. Day 365
# (and day 366) gives a 53rd week that Stata does not have, which is the same
# number as week 1 of the NEXT year. No warning. Read back, 31 December 2019 is
# 1 January 2020, 30 December 2020 is 1 January 2021.
# Hurts: weekly firm panels whose week ends on 31 December (or 30 December in a
# leap year): the observation moves to the next year, `year(dofw(week))` says so
# too, and (firm, week) is doubled with the true first week, so that `xtset`
# refuses the panel or a merge drops one of the two.
# pyreadstat reads the same number: the file is wrong, not the reader.
# Versions: pandas 3.1.1 (2.3.3 the same), pyreadstat 1.3.7, NumPy 2.4.6.
# Source: pandas.DataFrame.to_stata, convert_dates="%tw": its page says nothing
# of weeks; Stata manual [D] Datetime on weekly dates: 52 weeks to each year.
set -euo pipefail

pinned=(pandas==3.1.1 pyreadstat==1.3.7 narwhals==2.29.0 numpy==2.4.6 python-dateutil==4.0.0)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
python3 -m venv env
if ! env/bin/pip install --quiet --no-deps --no-compile "${pinned[@]}" >pip.log 2>&1; then
  echo "stata-weeks-in-the-wrong-year: the pinned packages could not be installed"
  exit 2
fi

status=0
env/bin/python -I -B - <<'PY' 2>err.log || status=$?
import sys
import warnings

import pandas as pd
import pyreadstat

print("pandas", pd.__version__, "pyreadstat", pyreadstat.__version__)
days = pd.to_datetime(["2019-12-24", "2019-12-30", "2019-12-31", "2020-01-01", "2020-12-29", "2020-12-30", "2020-12-31", "2021-01-01"])
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    pd.DataFrame({"week": days}).to_stata("weeks.dta", convert_dates={"week": "%tw"}, write_index=False, version=118)
raw = pd.read_stata("weeks.dta", convert_dates=False)["week"].astype(int)
back = pd.read_stata("weeks.dta")["week"]
other, meta = pyreadstat.read_dta("weeks.dta")
rule = [52 * (d.year - 1960) + min((d.dayofyear - 1) // 7, 51) for d in days]  # Stata: the last week takes what is left
for day, number, want, again in zip(days, raw, rule, back):
    print(f"{day:%Y-%m-%d}: written {1960 + number // 52}w{number % 52 + 1}, Stata's rule {1960 + want // 52}w{want % 52 + 1}, read back {again:%Y-%m-%d}")
wrong = [f"{day:%Y-%m-%d}" for day, number, want in zip(days, raw, rule) if number != want]
print("wrong:", wrong, "warnings:", len(heard), "format:", meta.original_variable_types["week"])
ok = wrong == ["2019-12-31", "2020-12-30", "2020-12-31"] and not heard and other["week"].astype(int).tolist() == raw.tolist()
ok = ok and str(back[2].date()) == "2020-01-01" and raw[2] == raw[3]
sys.exit(0 if ok else 1)
PY
if [ "$status" -ne 0 ]; then
  tail -n 20 err.log
  echo "stata-weeks-in-the-wrong-year: changed"
  exit 1
fi
echo "stata-weeks-in-the-wrong-year: holds"
