"""The promises P1 to P13 and the document that shows them: ``sim/docs/trust.md``, made of ``sim/docs/trust.csv``.

No number is typed: each row of the file of figures was written by the command that stands in it, on the day in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS = ["promise", "figure", "value", "wanted", "holds", "how", "command", "day"]
ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "sim" / "docs" / "trust.csv"
DOCUMENT = ROOT / "sim" / "docs" / "trust.md"
PROMISES = {
    "P1": "Money is never created or lost",
    "P2": "Every change of a balance has an entry in the journal",
    "P3": "The same scenario, seed and version give the same bytes",
    "P4": "… in each version of Python too",
    "P5": "Arms differ only through the programme",
    "P6": "Bad input gives one clear message, and nothing is written",
    "P7": "A kill at any moment loses no finished run, and none is run again",
    "P8": "The death of a worker, or of the scheduler, does not lose a sweep",
    "P9": "Memory is bounded, and said beforehand",
    "P10": "Old studies: this version's numbers stay, those of another version are not mixed in",
    "P11": "Planted and known faults are found",
    "P12": "Two independent codes agree",
    "P13": "Nothing received runs code, is believed unchecked, or writes outside its folder",
}
HEAD = """# Promises and what was measured of them

Written by `python -m experiments.trust`; no number here is typed by hand. Each row was written by its command on its
day (`trust.csv` beside this page holds the same rows). `python -m experiments.trust --only NAME` runs one part again,
for example `--only tamper`, and writes its rows anew. Limits: one machine, Linux; other systems were not tried.

| promise | what | figure | wanted | holds | command | measured |
|---|---|---|---|---|---|---|
"""
NOT_YET = "not measured yet"


def part_of(command: str) -> str:
    """What tells the parts apart: the module, and for tests the places too."""
    words = command.removeprefix("python -m ").split()
    return " ".join(words) if words[0] == "pytest" else words[0]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Figures by the number of their promise, those of one promise as they came."""
    number = table["promise"].str[1:].astype(int)
    return table.assign(number=number).sort_values("number", kind="stable", ignore_index=True).drop(columns="number")


def kept() -> pd.DataFrame:
    """Figures measured so far."""
    if not FIGURES.exists():
        return pd.DataFrame(columns=COLUMNS)
    return pd.read_csv(FIGURES, dtype=str, keep_default_na=False)


def updated(before: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Figures with those of the parts that were run again put in the place of their older ones."""
    again = set(measured["command"].map(part_of))
    rest = before[~before["command"].map(part_of).isin(again)]
    return in_order(pd.concat([rest, measured], ignore_index=True)[COLUMNS])


def document(table: pd.DataFrame, parts: Iterable[tuple[str, str]]) -> str:
    """The whole document.

    Parameters
    ----------
    table
        Figures that were measured.
    parts
        Promise and command of all that can be measured; those without a figure say so.
    """
    measured = set(table["command"].map(part_of))
    missing = [
        {"promise": promise, "value": NOT_YET, "command": command}
        for promise, command in parts
        if part_of(command) not in measured
    ]
    whole = in_order(pd.concat([table, pd.DataFrame(missing, columns=COLUMNS)], ignore_index=True).fillna(""))
    lines, said = [], set()
    for row in whole.itertuples():
        promise = str(row.promise)
        name = promise if promise in said else f"**{promise}** {PROMISES[promise]}"
        said.add(promise)
        holds = {"True": "yes", "False": "**no**"}.get(str(row.holds), "–")
        cells = (name, row.figure, row.value, row.wanted, holds, f"`{row.command}`", measured_on(row))
        lines.append("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |")
    return HEAD + "\n".join(lines) + "\n"


def measured_on(row: Any) -> str:
    """When a figure was measured, and how: the seed, say, and how long it took."""
    return f"{row.day}: {row.how}" if row.day else "–"


def write(table: pd.DataFrame, parts: Iterable[tuple[str, str]]) -> None:
    """Write the file of figures and the document."""
    table.to_csv(FIGURES, index=False, lineterminator="\n")
    DOCUMENT.write_text(document(table, parts), encoding="utf-8", newline="\n")
