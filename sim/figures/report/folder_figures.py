"""Which figures a results folder gets, and drawing them into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim import figures as drawn
from sim import outcomes
from sim.figures.catalogue import FIGURES, file_name
from sim.figures.report.page import write_report
from sim.results import Results, write_csv
from sim.results.folder import write_folder
from sim.scenario import Place, Problem, ScenarioError

GROUPINGS = (None, "kind", "sector", "region", "size")
"""What the tables of survival and fates are grouped by."""


NO_GROUPS = {
    "arm": "every figure shows the arms beside each other",
    "seed": "every figure is of all seeds together",
    **dict.fromkeys(("week", "step", "date"), "that is its time"),
    **dict.fromkeys(("enterprise", "loan"), "that is each row by itself"),
}
"""Columns that are there and are no groups of enterprises or loans."""
INSTEAD = "give kind, sector, region or size; for loans lender_group, kind or product"


def draw_one(results: Results, kind: str, by: str | None, target: Path) -> None:
    """Draw one figure into a file.

    Raises
    ------
    ScenarioError
        If the figure needs two arms, or cannot be drawn by that grouping.
    """
    if by and not FIGURES[kind].groups:
        raise ScenarioError([Problem(Place(kind), "is drawn in one way only; leave out --by")])
    if by in NO_GROUPS:
        raise ScenarioError([Problem(Place(kind), f"cannot be drawn by {by}: {NO_GROUPS[by]}; {INSTEAD}")])
    try:
        figure = FIGURES[kind].draw(results, by)
    except KeyError as error:
        if not by:
            raise
        raise ScenarioError([Problem(Place(kind), f"cannot be drawn by {by}: the table has no such column")]) from error
    except ValueError as error:
        raise ScenarioError([Problem(Place(kind), str(error))]) from error
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn.save(figure, target)


def draw_figures(results: Results, folder: Path) -> dict[str, str]:
    """Draw every figure that the results allow, each as SVG and PNG; returns the SVG texts by name."""
    arms, svgs = len(results.scenarios), {}
    for kind, by in [(kind, by) for kind, figure in FIGURES.items() for by in figure.folder]:
        if (FIGURES[kind].pairs and arms != 2) or results.enterprises.empty:
            continue
        name = file_name(kind, by)
        figure = FIGURES[kind].draw(results, by)
        folder.mkdir(parents=True, exist_ok=True)
        svgs[name] = drawn.save(figure, folder / f"{name}.svg").read_text(encoding="utf-8")
        drawn.save(figure, folder / f"{name}.png")
    return svgs


def write_judgements(results: Results, folder: Path) -> None:
    """Write the tables that are made of those of the runs: why each enterprise was lost, and those by group."""
    if len(results.scenarios) == 2 and not results.enterprises.empty:
        write_csv(outcomes.judging_table(results), folder / "judging.csv")
    if results.totals and not results.enterprises.empty:
        write_groups(results, folder)


def write_groups(results: Results, folder: Path) -> None:
    """Write survival, and the fates of a pair of arms, of all enterprises and by group, one under the other."""
    parts = {"survival.csv": [outcomes.survival(results.enterprises, by) for by in GROUPINGS]}
    if len(results.scenarios) == 2:
        parts["fates.csv"] = [outcomes.fates(results.enterprises, by, scale=results.scale) for by in GROUPINGS]
    for name, tables in parts.items():
        named = [
            table.astype({"group": "str"}).assign(by=by or "all") for by, table in zip(GROUPINGS, tables, strict=True)
        ]
        frame = pd.concat(named, ignore_index=True)
        write_csv(frame[["by", *frame.columns.drop("by")]], folder / name)


def save(
    results: Results,
    folder: str | Path,
    *,
    command: str = "",
    seconds: float = 0.0,
    summary: Any = None,
    figures: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write results into a folder, with figures if wanted (``sim.save``).

    Parameters
    ----------
    results
        The results to write.
    folder
        Where to write. An existing folder is replaced only when it holds the same runs, or with ``overwrite``.
    command, seconds
        The command that made the results and the seconds it took, for the manifest.
    summary
        Table of outcomes; by default it is computed.
    figures
        Whether to draw every figure that the results allow, and write the report page. There are none where no seed
        ended in every arm.
    overwrite
        Whether to replace whatever results the folder holds.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ScenarioError
        If the folder holds something else.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> folder = sim.save(sim.run(scenario, seeds=2, progress=False), "two-seeds")
    >>> (folder / "summary.csv").is_file(), (folder / "manifest.json").is_file()
    (True, True)
    """
    table = outcomes.summary(results) if summary is None else summary

    def add(draft: Path) -> None:
        write_judgements(results, draft)
        if figures and results.seeds_of_all_arms:
            svgs = draw_figures(results, draft / "figures")
            write_report(results, table, draft, command=command, svgs=svgs)

    return write_folder(
        results,
        Path(folder),
        command=command,
        seconds=seconds,
        summary=table,
        extra=add,
        overwrite=overwrite,
    )
