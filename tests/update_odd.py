"""Rewrite the parts of sim/docs/odd.md that are made from the code: tables of fields, codes and settings.

Run ``python -m tests.update_odd``; only text between ``<!-- name:begin -->`` and ``<!-- name:end -->`` changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import Any

from sim.scenario.listing import parameters
from sim.state import codes, conditions, flows, terms
from sim.state import fields as state

ODD = Path(__file__).resolve().parents[1] / "sim" / "docs" / "odd.md"
FIELDS: dict[str, tuple[Any, ...]] = {
    "ENTERPRISE": state.ENTERPRISE,
    "HOUSEHOLD": state.HOUSEHOLD,
    "LOAN": state.LOAN,
    "LENDER": state.LENDER,
    "QUEUE": state.QUEUE,
    "PRODUCT": state.PRODUCT,
    "PROGRAMME": state.PROGRAMME,
    "FLOW": flows.FLOW,
    "LENDER_FLOW": flows.LENDER_FLOW,
    "PATRONAGE": flows.PATRONAGE,
    "TERMS": terms.TERMS,
    "CONDITIONS": conditions.CONDITIONS,
    "KIND": terms.KIND,
    "CELL": conditions.CELL,
}
TITLES = {
    "FLOW": "flow",
    "LENDER_FLOW": "lender flow",
    "PATRONAGE": "patronage",
    "TERMS": "term",
    "CONDITIONS": "condition",
}
CODES: tuple[type[IntEnum], ...] = (
    codes.LoanStatus,
    codes.Refusal,
    codes.ExitCause,
    codes.TakeUp,
    codes.MeasureIndex,
)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def parts() -> dict[str, str]:
    """Every generated part of the document by name."""
    made = {
        f"fields {name}": table(
            (TITLES.get(name, name.lower()), "type", "unit", "meaning"),
            ((f"`{field.name}`", field.type, field.unit, field.meaning) for field in fields),
        )
        for name, fields in FIELDS.items()
    }
    codes = ((f"`{code.__name__}`", ", ".join(f"{value.value} {value.name}" for value in code)) for code in CODES)
    made["codes"] = table(("code", "values"), codes)
    made["parameters"] = table(
        ("setting", "unit", "range", "default", "role", "description"),
        ((f"`{one.path}`", one.unit, one.range, one.default, one.role, one.description) for one in parameters()),
    )
    return made


def updated(text: str) -> str:
    """The document with every generated part made anew.

    Raises
    ------
    ValueError
        When a part has no place in the document, more than one, or a place has no part.
    """
    made = parts()
    places = re.findall(r"<!-- ([\w ]+):begin -->", text)
    if sorted(places) != sorted(made):
        raise ValueError(f"parts and places differ: {sorted(set(places) ^ set(made)) or 'a place occurs twice'}")
    for name, part in made.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n{part}\n{end}{after}"
    return text


def main() -> None:
    """Rewrite the document where it differs."""
    text = ODD.read_text(encoding="utf-8")
    changed = updated(text)
    if changed != text:
        ODD.write_text(changed, encoding="utf-8", newline="\n")
    print(f"{ODD.name}: {'rewritten' if changed != text else 'up to date'}")


if __name__ == "__main__":
    main()
