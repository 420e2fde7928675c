"""Which promises hold, with what number, and how was it got?

Question      the promises P1 to P13 of the design: does each hold, and what was measured?
Levers        none
Uncertainties where a process is killed, which file is damaged, which fault is put in, which economy is drawn
Outcome       one row a figure: promise, what, value, what is wanted, whether it holds, how it was got, command, day
Seeds         those of each part; the same every time but for the moments of the kills and what ``tamper`` changes
Running time  about 2 hours on 2 cores (``--quick``: about 4 minutes)

Run ``python -m experiments.trust [--quick] [--only NAME]… [--python PATH]… [--out DIR]`` in a checkout (it runs parts
of ``tests``); ``trust.csv`` goes to DIR, the table to stdout; exit code 1 when a promise is missed. Unless quick, what
was measured goes into ``sim/docs/trust.csv`` and ``sim/docs/trust.md`` too. ``--python`` names further interpreters,
with Tideover installed, for the comparison of bytes. ``--only`` runs the parts whose command holds a word; ``--taken``
takes over a file that a part wrote with ``--figures``, without running it.
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from experiments import trust_table
from experiments.trust_table import COLUMNS, ROOT
from sim.results import write_csv

PARTS = {
    "same_bytes": ("P3", "P4"),
    "breaking": ("P7", "P8", "P10"),
    "tamper": ("P13",),
    "folders": ("P13",),
    "memory": ("P9",),
    "mutation": ("P11",),
}
"""Modules of ``tests.trust`` that write figures of their own, and of which promises."""
TESTS = [
    ("P1", "tests of accounts and ledger", "tests/laws/test_accounting.py", "tests/model/test_ledger.py"),
    ("P2", "tests of the journal against every balance", "tests/results/test_audit.py"),
    ("P5", "tests of the two worlds", "tests/laws/test_counterfactual.py"),
    ("P6", "corpus of bad files", "tests/bad_input"),
    ("P10", "named numbers", "tests/baseline"),
    ("P10", "sweeps of another version", "tests/faults/test_F11_resume_another_version.py"),
    ("P11", "known faults R01 to R28, T01 to T20, F11", "tests/faults"),
    ("P13", "attempts on security", "tests/security"),
]
"""Promise, what, and the tests behind it."""


def parts(quick: bool, pythons: list[str]) -> list[list[str]]:
    """The commands that write figures of their own."""
    small = ["--quick"] if quick else []
    others = [word for python in pythons for word in ("--python", python)]
    return [[f"tests.trust.{name}", *small, *(others if name == "same_bytes" else [])] for name in PARTS]


def checks(quick: bool) -> list[tuple[str, str, list[str]]]:
    """Promise, what, and command of the parts that only hold or fail."""
    economies, files = ("30", "300") if quick else ("1000", "10000")
    rows = [
        ("P12", f"second implementation, {economies} economies", ["tests.trust.reference", "--economies", economies]),
        ("P6", f"fuzzed files, {files}", ["tests.trust.fuzz", "--cases", files]),
    ]
    if not quick:
        rows += [(promise, what, ["pytest", *places]) for promise, what, *places in TESTS]
    return rows


def everything() -> list[tuple[str, str]]:
    """Promise and command of all that can be measured."""
    found = [(promise, f"python -m tests.trust.{name}") for name, promises in PARTS.items() for promise in promises]
    return found + [(promise, f"python -m {' '.join(module)}") for promise, _, module in checks(False)]


def run(module: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a module of the checkout."""
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, capture_output=True, text=True)


def figures(quick: bool, pythons: list[str], only: list[str] | None = None) -> pd.DataFrame:
    """All figures, a row each, or those of the parts whose command holds one of some words."""

    def wanted(module: list[str]) -> bool:
        return not only or any(word in " ".join(module) for word in only)

    tables = [pd.DataFrame(columns=COLUMNS)]
    with tempfile.TemporaryDirectory() as folder:
        for module in filter(wanted, parts(quick, pythons)):
            path = Path(folder) / f"{module[0]}.csv"
            done = run([*module, "--figures", str(path)])
            if not path.exists():
                raise RuntimeError(f"{module[0]} ended without figures: {done.stderr[-500:]}")
            tables.append(taken(path))
    rows = [checked(*check) for check in checks(quick) if wanted(check[2])]
    return trust_table.in_order(pd.concat([*tables, pd.DataFrame(rows, columns=COLUMNS)], ignore_index=True))


def checked(promise: str, what: str, module: list[str]) -> list[str]:
    """The row of a part that only holds or fails: the last line that it said."""
    began = time.perf_counter()
    done = run(module)
    said = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "nothing said")
    value = re.sub(r" in [0-9.]+s.*", "", said.strip().strip("="))
    how = f"{' '.join(module[:2])}, {time.perf_counter() - began:.0f} s"
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    return [promise, what, value, "all", str(done.returncode == 0), how, f"python -m {' '.join(module)}", day]


def taken(path: Path) -> pd.DataFrame:
    """Figures that a part wrote."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def main() -> int:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--only", action="append", default=[], help="a word of a part's command; repeat")
    parser.add_argument("--taken", action="append", default=[], type=Path, help="a file of a part's figures; repeat")
    parser.add_argument("--python", action="append", default=[], help="another interpreter; repeat")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-trust"), help="folder for the table")
    given = parser.parse_args()
    if not (ROOT / "tests").is_dir():
        print("the tests are not here: run this in a checkout of the repository", file=sys.stderr)
        return 2
    if given.taken:
        table = pd.concat([taken(path) for path in given.taken], ignore_index=True)[COLUMNS]
    else:
        table = figures(given.quick, given.python, given.only)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "trust.csv")
    whole = table[~table["command"].str.contains("--quick") & (not given.quick)]
    if not whole.empty:
        trust_table.write(trust_table.updated(trust_table.kept(), whole), everything())
    for row in table.itertuples():
        word = "holds" if row.holds == "True" else "MISSED"
        print(f"{row.promise:4} {row.figure}: {row.value} ({word}; wanted: {row.wanted}; {row.how})")
    return int((table["holds"] != "True").any())


if __name__ == "__main__":
    sys.exit(main())
