"""Rewrite the parts of scenarios/README.md that are made from the scenarios and from their fit.

Run ``python -m tests.update_scenarios`` for the table of scenarios; with ``--fit`` also the fit tables (minutes).
Only text between ``<!-- name:begin -->`` and ``<!-- name:end -->`` changes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from sim import evidence
from sim.scenario.loading import packaged_names, scenarios_folder

README = Path(__file__).resolve().parents[1] / "scenarios" / "README.md"
FITTED = {"china-2020": (6, []), "runway-bosio": (5, []), "closure-bartik": (2, ["calendar.weeks=30"])}
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


def fit_part(name: str, table: pd.DataFrame) -> str:
    """Targets met and missed, one line a figure."""
    inside = int((table["verdict"] == "inside").sum())
    lines = [f"`tideover reproduce {name}`: {inside} of {len(table)} figures inside their tolerance.", ""]
    lines += ["| target | quantity | published | model | tolerance | verdict |", "|---|---|---|---|---|---|"]
    for row in table.itertuples():
        low, high = row.tolerance
        model = "none" if pd.isna(row.model) else f"{row.model:,.4g}"
        numbers = f"{row.published:,.4g} | {model} | {low:,.4g} … {high:,.4g}"
        lines.append(f"| {row.target} | {row.quantity} | {numbers} | {row.verdict} |")
    return "\n".join([*lines, "", *(f"- {text}" for text in evidence.causes(table))])


def replaced(text: str, name: str, part: str) -> str:
    """The text with a marked part replaced."""
    pattern = re.compile(rf"(<!-- {name}:begin -->\n).*?(\n?<!-- {name}:end -->)", re.DOTALL)
    return pattern.sub(lambda found: found.group(1) + part + "\n" + found.group(2).lstrip("\n"), text)


def main() -> None:
    """Rewrite."""
    text = replaced(README.read_text(encoding="utf-8"), "scenarios", scenario_table())
    if "--fit" in sys.argv:
        for name, (seeds, settings) in FITTED.items():
            table = evidence.reproduce(name, seeds=seeds, settings=settings, progress=False)
            text = replaced(text, name, fit_part(name, table))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
