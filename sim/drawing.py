"""Which figures a results folder gets, and drawing them into files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim import figures
from sim.results import Results
from sim.scenario.problems import Place, Problem, ScenarioError

Draw = Callable[[Results, str | None], Any]

KINDS: dict[str, Draw] = {
    "survival": lambda results, by: figures.survival(results, by, labels=results.labels),
    "difference": lambda results, by: figures.difference(results),
    "loans": lambda results, by: figures.loans(results, by or "lender_group", labels=results.labels),
    "fates": lambda results, by: figures.fates(results, by, labels=results.labels),
    "who-benefits": lambda results, by: figures.who_benefits(results, labels=results.labels),
    "runway": lambda results, by: figures.runway(results.enterprises, by or "kind", labels=results.labels),
    "time-to-money": lambda results, by: figures.time_to_money(results.loans, labels=results.labels),
}

OF_PAIRS = ("difference", "fates", "who-benefits")
IN_FOLDER = (
    ("survival", None),
    ("survival", "kind"),
    ("survival", "sector"),
    ("survival", "region"),
    ("difference", None),
    ("loans", "lender_group"),
    ("loans", "kind"),
    ("fates", None),
    ("fates", "kind"),
    ("who-benefits", None),
    ("time-to-money", None),
)


def figure_kinds() -> list[str]:
    """Names of the figures."""
    return list(KINDS)


def draw_one(results: Results, kind: str, by: str | None, target: Path) -> None:
    """Draw one figure into a file.

    Raises
    ------
    ScenarioError
        If the figure needs two arms, or cannot be drawn by that grouping.
    """
    try:
        figure = KINDS[kind](results, by)
    except (ValueError, KeyError) as error:
        raise ScenarioError([Problem(Place(kind), str(error).strip("'"))]) from error
    target.parent.mkdir(parents=True, exist_ok=True)
    figures.save(figure, target)


def draw_figures(results: Results, folder: Path) -> None:
    """Draw every figure that the results allow, each as SVG and PNG."""
    arms = len(results.scenarios)
    for kind, by in IN_FOLDER:
        if (kind in OF_PAIRS and arms != 2) or results.enterprises.empty:
            continue
        name = f"{kind}-{by}" if by else kind
        figure = KINDS[kind](results, by)
        folder.mkdir(parents=True, exist_ok=True)
        figures.save(figure, folder / f"{name}.svg")
        figures.save(figure, folder / f"{name}.png")
