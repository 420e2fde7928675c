"""Which promises hold, with what number, and how was it got?

Question      the promises P1 to P13 of the design: does each hold, and what was measured?
Levers        none
Uncertainties where a process is killed, which file is damaged, which fault is put in, which economy is drawn
Outcome       one row a figure: promise, what, value, what is wanted, whether it holds, how it was got
Seeds         those of each part; the same every time but for the moments of the kills
Running time  about 40 minutes on 2 cores (``--quick``: about 2 minutes)

Run ``python -m experiments.trust [--quick] [--python PATH]… [--out DIR]`` in a checkout (it runs parts of ``tests``);
``trust.csv`` goes to DIR, the table to stdout; exit code 1 when a promise is missed. ``--python`` names further
interpreters, with Tideover installed, for the comparison of bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from sim.results import write_csv

COLUMNS = ["promise", "figure", "value", "wanted", "holds", "how"]
TESTS = [
    ("P1", "accounts: ledger, laws, audit", "tests/laws", "tests/model/test_ledger.py", "tests/results/test_audit.py"),
    ("P6", "corpus of bad files", "tests/bad_input"),
    ("P11", "known faults R01 to R28", "tests/faults"),
    ("P13", "attempts on security", "tests/security"),
]
"""Promise, what, and the tests behind it."""
ROOT = Path(__file__).resolve().parents[1]


def parts(quick: bool, pythons: list[str]) -> list[list[str]]:
    """The commands that write figures of their own."""
    small = ["--quick"] if quick else []
    bytes_of = ["tests.trust.same_bytes", *small]
    for python in pythons:
        bytes_of += ["--python", python]
    names = ("breaking", "tamper", "folders", "memory", "mutation")
    return [bytes_of, *([f"tests.trust.{name}", *small] for name in names)]


def checks(quick: bool) -> list[tuple[str, str, list[str]]]:
    """Promise, what, and command of the parts that only hold or fail."""
    economies, files = ("30", "300") if quick else ("1000", "10000")
    rows = [
        ("P12", f"second implementation, {economies} economies", ["tests.trust.reference", "--economies", economies]),
        ("P6", f"fuzzed files, {files}", ["tests.trust.fuzz", "--cases", files]),
    ]
    if not quick:
        rows += [(promise, what, ["pytest", "-q", *places]) for promise, what, *places in TESTS]
    return rows


def run(module: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a module of the checkout."""
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, capture_output=True, text=True)


def figures(quick: bool, pythons: list[str]) -> pd.DataFrame:
    """All figures, a row each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for module in parts(quick, pythons):
            path = Path(folder) / f"{module[0]}.csv"
            done = run([*module, "--figures", str(path)])
            if not path.exists():
                raise RuntimeError(f"{module[0]} ended without figures: {done.stderr[-500:]}")
            rows += pd.read_csv(path, dtype=str).to_dict("records")
    for promise, what, module in checks(quick):
        began = time.perf_counter()
        done = run(module)
        said = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "nothing said")
        how = f"{' '.join(module[:2])}, {time.perf_counter() - began:.0f} s"
        values = [promise, what, said.strip(), "all", str(done.returncode == 0), how]
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    number = table["promise"].str[1:].astype(int)
    return table.assign(number=number).sort_values("number", kind="stable").drop(columns="number")


def main() -> int:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--python", action="append", default=[], help="another interpreter; repeat")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-trust"), help="folder for the table")
    given = parser.parse_args()
    if not (ROOT / "tests").is_dir():
        print("the tests are not here: run this in a checkout of the repository", file=sys.stderr)
        return 2
    table = figures(given.quick, given.python)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "trust.csv")
    for row in table.itertuples():
        word = "holds" if row.holds == "True" else "MISSED"
        print(f"{row.promise:4} {row.figure}: {row.value} ({word}; wanted: {row.wanted}; {row.how})")
    return int((table["holds"] != "True").any())


if __name__ == "__main__":
    sys.exit(main())
