"""Rows of a firm table checked and converted; each bad row with its number, column, text and what to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.firms.files import Sheet, refuse
from sim.scenario.firms.numbers import count, folded, is_blank, money, number
from sim.scenario.problems import Place, Problem, ScenarioError, did_you_mean, shown
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_firms import FirmTable

SHOWN = 10
MOST_STAFF = 1_000_000
SIZES = ("staff", "yearly_sales", "wage_bill")
MONEY = ("yearly_sales", "cash", "fixed_cost", "wage_bill")
NAMES = ("kind", "sector", "region")
PER_YEAR = {"year": 1.0, "month": 12.0, "week": 365.0 / 7.0}


@dataclass(frozen=True)
class Bad:
    """A cell because of which a row cannot be used."""

    row: int
    column: str
    place: int
    text: str
    why: str
    reason: str
    """The same without the cell's own text, to count by."""


@dataclass
class Checked:
    """What was made of the cells: values by setting, blank cells, bad cells."""

    values: dict[str, np.ndarray] = field(default_factory=dict)
    blank: Counter[str] = field(default_factory=Counter)
    bad: dict[int, Bad] = field(default_factory=dict)

    def refuse(self, row: int, bad: Bad) -> None:
        """Keep the first bad cell of each row."""
        self.bad.setdefault(row, bad)


def columns_of(path: Path, sheet: Sheet, asked: FirmTable) -> dict[str, str]:
    """Column of each setting: as mapped, else the one called like the setting."""
    found, problems = {}, []
    lower = {name.lower(): name for name in sheet.header}
    for name in type(asked.columns).model_fields:
        mapped = getattr(asked.columns, name)
        wanted = mapped.strip() if mapped is not None else name
        if wanted in sheet.header:
            found[name] = wanted
        elif wanted.lower() in lower:
            found[name] = lower[wanted.lower()]
        elif mapped is not None:
            problems.append((f"firms.columns.{name}", wanted))
    problems += [("firms.keep", one) for one in asked.keep if one.strip() not in sheet.header]
    if problems:
        every = ", ".join(one for one in sheet.header if one)[:300]
        texts = [
            (f"no column {shown(wanted)}{did_you_mean(wanted, sheet.header)}; the file has: {every}", key)
            for key, wanted in problems
        ]
        raise ScenarioError([Problem(Place(path.name), text, key) for text, key in texts])
    if not any(name in found for name in SIZES):
        every = ", ".join(one for one in sheet.header if one)[:300]
        refuse(
            path, f"name a column with staff, yearly_sales or wage_bill; the file has: {every}", "firms.columns", line=1
        )
    return found


def check_rows(sheet: Sheet, columns: Mapping[str, str], settings: ScenarioSettings) -> Checked:
    """Convert every column; what cannot be converted is a bad row."""
    checked = Checked()
    for row, many in sheet.ragged.items():
        why = f"{many} cells where the header has {len(sheet.header)}"
        checked.refuse(row, Bad(sheet.numbers[row], "", 1, "", why, "another number of cells than the header"))
    for name, column in columns.items():
        if name == "id":
            check_ids(sheet, column, checked)
        elif name in NAMES:
            checked.values[name] = convert(sheet, column, name, settings, checked, np.int64(-1))
        else:
            checked.values[name] = convert(sheet, column, name, settings, checked, np.float64(np.nan))
    for name in NAMES:
        default = getattr(settings.firms, f"{name}_default")
        if name not in columns and default is not None:
            place = list(named(name, settings)).index(default)
            checked.values[name] = np.full(len(sheet.rows), place, dtype=np.int64)
    return checked


def check_ids(sheet: Sheet, column: str, checked: Checked) -> None:
    """Blank and repeated ids are bad rows; the first of several rows with one id is good."""
    first: dict[str, int] = {}
    place = sheet.header.index(column) + 1
    for row, cell in enumerate(sheet.column(column)):
        one = folded(cell)
        if row in checked.bad:
            continue
        if is_blank(cell):
            checked.refuse(row, Bad(sheet.numbers[row], column, place, cell, "is blank: give every row an id", "blank"))
        elif one in first:
            why = f"stands in row {first[one]} too: give every row its own id"
            checked.refuse(row, Bad(sheet.numbers[row], column, place, cell, why, "repeated"))
        else:
            first[one] = sheet.numbers[row]


def convert(
    sheet: Sheet, column: str, name: str, settings: ScenarioSettings, checked: Checked, missing: Any
) -> np.ndarray:
    """Values of the column of a setting; ``missing`` where the cell is blank or bad."""
    read: Callable[[str], Any] = namer(name, settings) if name in NAMES else amount(name, settings.firms)
    default = getattr(settings.firms, f"{name}_default", None)
    cells = sheet.column(column)
    values = np.full(len(cells), missing)
    place = sheet.header.index(column) + 1
    known: dict[str, Any] = {}
    for row, cell in enumerate(cells):
        if not sheet.rows[row]:
            continue
        if is_blank(cell) and default is None:
            checked.blank[column] += 1
            if settings.firms.blank_cells == "refuse":
                why = "is blank; fill it in, or set firms.blank_cells: draw"
                checked.refuse(row, Bad(sheet.numbers[row], column, place, cell, why, "blank"))
            continue
        if cell not in known:
            try:
                known[cell] = read(cell)
            except ValueError as error:
                known[cell] = error
        if isinstance(known[cell], ValueError):
            why = str(known[cell])
            checked.refuse(row, Bad(sheet.numbers[row], column, place, cell, why, why.split(";")[0]))
        else:
            values[row] = known[cell]
    return values


def amount(name: str, asked: FirmTable) -> Callable[[str], float]:
    """Reader of the numbers of one setting, in people, whole units of the currency (a year), or enterprises."""

    def read(cell: str) -> float:
        if name == "staff":
            value = float(count(cell))
            if not 1 <= value <= MOST_STAFF:
                fault = "negative" if value < 0 else "0" if value == 0 else f"more than {MOST_STAFF:,}"
                raise ValueError(f"is {fault}; write the number of people working, at least 1")
            return value
        value = number(cell) if name == "weight" else money(cell, asked.money_unit)
        if value < 0:
            raise ValueError("is negative; write an amount of 0 or more")
        if value == 0 and name in ("yearly_sales", "weight", "wage_bill"):
            raise ValueError("is 0; write more than 0")
        if name in ("fixed_cost", "wage_bill"):
            value *= PER_YEAR[asked.flow_period]
        return value / asked.wage_bill_divisor if name == "wage_bill" else value

    return read


def named(name: str, settings: ScenarioSettings) -> Mapping[str, Any]:
    """Kinds, sectors or regions of the scenario."""
    if name == "kind":
        return {str(one): kind for one, kind in settings.kinds.items()}
    return settings.sectors if name == "sector" else settings.regions


def namer(name: str, settings: ScenarioSettings) -> Callable[[str], int]:
    """Reader of names and codes: the place of the kind, sector or region in the scenario."""
    every = list(named(name, settings))
    codes = {folded(one).lower(): place for place, one in enumerate(every)}
    for place, one in enumerate(named(name, settings).values()):
        for title in (getattr(one, "title", ""), getattr(one, "title_zh", "")):
            if title:
                codes.setdefault(folded(title).lower(), place)
    given: Mapping[str, tuple[str, ...]] = getattr(settings.firms, f"{name}_codes")
    beginnings = {folded(code).lower(): every.index(one) for one, listed in given.items() for code in listed}
    codes.update(beginnings)
    by_beginning = name == "sector" and settings.firms.sector_match == "prefix"
    default = getattr(settings.firms, f"{name}_default")

    def read(cell: str) -> int:
        text = folded(cell).lower()
        if text in codes:
            return codes[text]
        if by_beginning:
            for end in range(len(text) - 1, 0, -1):
                if text[:end] in beginnings:
                    return beginnings[text[:end]]
        if default is not None:
            return every.index(default)
        near = did_you_mean(text, codes)
        raise ValueError(f"is an unknown {name}; name it in firms.{name}_codes{near}; known: {', '.join(every)[:200]}")

    return read


def refuse_bad(path: Path, checked: Checked) -> None:
    """Refuse the file with its first bad rows."""
    bad = [checked.bad[row] for row in sorted(checked.bad)]
    problems = [
        Problem(
            Place(path.name, one.row, one.place), f"{shown(one.text) + ' ' if one.column else ''}{one.why}", one.column
        )
        for one in bad[:SHOWN]
    ]
    text = f"{len(bad):,} bad rows ({counted(bad)}); correct them, or set firms.bad_rows: drop"
    raise ScenarioError([*problems, Problem(Place(path.name), text)])


def counted(bad: list[Bad]) -> str:
    """How many rows for which reason, most first."""
    reasons = Counter(f"{one.column} {one.reason}".strip() for one in bad)
    return "; ".join(f"{reason}: {number:,}" for reason, number in reasons.most_common())
