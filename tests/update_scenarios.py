"""Rewrite the parts of scenarios/README.md that are made from the scenarios and from their fit.

Run ``python -m tests.update_scenarios`` for the table of scenarios; with ``--fit`` also the fit tables (minutes), or
those named after it.
Only text between ``<!-- name:begin -->`` and ``<!-- name:end -->`` changes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from sim.scenario.loading import packaged_names, scenarios_folder
from sim.studies import evidence

README = Path(__file__).resolve().parents[1] / "scenarios" / "README.md"
FITTED: dict[str, tuple[int, list[str]]] = {
    "china-2020": (6, []),
    "runway-bosio": (5, []),
    "closure-bartik": (2, ["calendar.weeks=30"]),
    "switzerland-2020": (10, []),
    "uk-bbls-2020": (10, []),
    "ppp-speed": (10, []),
}
ABOUT = ("schema", "extends", "title", "description", "sources")
MOST_KEYS = 12


def written_keys(value: Any, path: str = "") -> list[str]:
    """Settings that a file writes, two levels deep."""
    if not isinstance(value, dict) or path.count(".") >= 1:
        return [path]
    return [key for name, inner in value.items() for key in written_keys(inner, f"{path}.{name}" if path else name)]


def scenario_table() -> str:
    """Every packaged scenario: title, parent, what its file sets, where the numbers come from."""
    lines = ["| scenario | what it is | parent | what its file sets | sourced settings |", "|---|---|---|---|---|"]
    for name in packaged_names():
        data = YAML(typ="safe").load((scenarios_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
        keys = [key for part, value in data.items() if part not in ABOUT for key in written_keys(value, part)]
        shown = ", ".join(f"`{key}`" for key in keys[:MOST_KEYS])
        more = f" and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
        parent = f"`{data['extends']}`" if "extends" in data else "none"
        lines.append(f"| `{name}` | {data['title']} | {parent} | {shown}{more} | {len(data.get('sources', {}))} |")
    return "\n".join(lines)


def fit_part(name: str, found: evidence.Reproduced) -> str:
    """Targets met and missed, one line a figure; below them the headline figures for comparison."""
    table = found.table
    inside, number_of = int((table["verdict"] == "inside").sum()), len(evidence.counted(table))
    beside = f" {len(table) - number_of} inputs are not counted." if len(table) > number_of else ""
    lines = [f"`tideover reproduce {name}`: {inside} of {number_of} figures inside their tolerance.{beside}", ""]
    lines += ["| target | quantity | published | model | tolerance | verdict |", "|---|---|---|---|---|---|"]
    for row in table.itertuples():
        low, high = row.tolerance
        published, model, least, most = (number(value) for value in (row.published, row.model, low, high))
        numbers = f"{published} | {model} | {least} … {most}"
        lines.append(f"| {row.target} | {row.quantity} | {numbers} | {row.verdict} |")
    reasons = [f"- {text}" for text in evidence.causes(table)]
    return "\n".join([*lines, *([""] if reasons else []), *reasons, *headline_part(found.headline)])


def number(value: float) -> str:
    """Four figures, whole ones from a thousand on."""
    if pd.isna(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def headline_part(table: pd.DataFrame | None) -> list[str]:
    """Headline figures of other models beside the baseline without any policy."""
    if table is None:
        return []
    lines = ["", f"{table['verdict'].iloc[0].capitalize()}, `{table['scenario'].iloc[0]}` without any policy:", ""]
    lines += ["| figure | of | published | model |", "|---|---|---|---|"]
    for row in table.itertuples():
        unit = "" if row.unit == "ratio" else f" {row.unit}"
        lines.append(f"| {row.quantity} | {row.version} | {row.published}{unit} | {row.model:.1f}{unit} |")
    return lines


def replaced(text: str, name: str, part: str) -> str:
    """The text with a marked part replaced."""
    pattern = re.compile(rf"(<!-- {name}:begin -->\n).*?(\n?<!-- {name}:end -->)", re.DOTALL)
    return pattern.sub(lambda found: found.group(1) + part + "\n" + found.group(2).lstrip("\n"), text)


def main() -> None:
    """Rewrite."""
    text = replaced(README.read_text(encoding="utf-8"), "scenarios", scenario_table())
    if "--fit" in sys.argv:
        wanted = sys.argv[sys.argv.index("--fit") + 1 :] or list(FITTED)
        for name in wanted:
            seeds, settings = FITTED[name]
            found = evidence.reproduced(name, seeds=seeds, settings=settings, progress=False)
            text = replaced(text, name, fit_part(name, found))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
