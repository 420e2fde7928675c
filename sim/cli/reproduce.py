"""The verb ``reproduce``: published figures beside the model's, printed, written and drawn."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from sim.cli.options import (
    Debug,
    EngineName,
    Firms,
    Jobs,
    Json,
    Out,
    Quiet,
    Seed,
    Seeds,
    Settings,
    check_engine,
    note,
    plain_errors,
    say,
)

FIRMS_FOR = "ppp-speed"
KIND = "tideover reproduction"


def add(app: typer.Typer) -> None:
    """Give the command line the verb ``reproduce``."""
    app.command(name="reproduce")(reproduce)


def reproduce(
    scenario: Annotated[
        Optional[str],
        typer.Argument(metavar="[SCENARIO|TABLE]", help="What has published targets; all of them unless given."),
    ] = None,
    seeds: Seeds = 10,
    seed: Seed = 1,
    settings: Settings = None,
    firms: Firms = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Out = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Write tables only.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Published figures beside the model's: tolerance, verdict and a figure."""
    kept = "interrupted; tables that were printed are written. The same command starts again."
    with plain_errors(debug, lambda: kept):
        from sim.studies.evidence import names_with_targets, reproduced

        check_engine(engine)
        names = [scenario] if scenario else names_with_targets()
        began, rows = time.perf_counter(), []
        for name in names:
            check_folder(folder_of(name, scenario, out), name)
        for name in names:
            if name == FIRMS_FOR and firms is None:
                note(f"{name}: enterprises drawn as us-2020 says; --firms FILE takes the PPP loan records", quiet)
            found = reproduced(
                name,
                seeds=seeds,
                seed=seed,
                settings=settings or [],
                engine=check_engine(engine),
                jobs=jobs,
                progress=not quiet,
                firms=firms if scenario or name == FIRMS_FOR else None,
            )
            folder = folder_of(name, scenario, out)
            write(found, folder, figures=not no_figures)
            rows += [row if scenario else {"table": name, **row} for row in records(found.table)]
            if not as_json:
                say(found.text() if scenario else f"{name}\n{found.text()}\n")
            note(f"tables{'' if no_figures else ' and figures'} in {folder}", quiet)
        if as_json:
            say(json.dumps(rows, ensure_ascii=False))
        note(f"{len(names)} table{'s' * (len(names) > 1)} in {time.perf_counter() - began:.0f} s", quiet)


def records(table: Any) -> list[dict[str, Any]]:
    """Rows of a table as JSON has them."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", force_ascii=False))
    return rows


def folder_of(name: str, asked: str | None, out: Path | None) -> Path:
    """Where a table is written: a folder of its own, inside one for all where all are asked for."""
    if asked:
        return out or Path("results") / f"reproduce-{name}"
    return (out or Path("results") / "reproduce") / name


def check_folder(folder: Path, name: str) -> None:
    """Refuse a folder that holds anything but what this verb wrote of the same table."""
    from sim.results.atomic_folder import check_own, refuse

    held = check_own(folder, KIND)
    if held and held.get("table") != name:
        refuse(folder, f"holds {held.get('table')}, not {name}; choose another with --out")


def write(found: Any, folder: Path, *, figures: bool) -> None:
    """The tables as CSV and their figures as SVG and PNG, in place of older ones; whole or not at all."""
    from sim.results.atomic_folder import write_folder

    def fill(draft: Path) -> None:
        write_tables(found, draft)
        if figures:
            draw(found, draft)

    write_folder(folder, KIND, {"table": found.name}, fill)


def write_tables(found: Any, folder: Path) -> None:
    """The tables as CSV."""
    from sim.results import write_csv

    low, high = zip(*found.table["tolerance"], strict=True)
    table = found.table.drop(columns="tolerance").assign(tolerance_low=low, tolerance_high=high)
    write_csv(table, folder / "table.csv")
    for name, more in found.more.items():
        write_csv(more, folder / f"{name}.csv")
    if found.headline is not None:
        write_csv(found.headline, folder / "headline.csv")


def draw(found: Any, folder: Path) -> None:
    """The figures as SVG and PNG."""
    from sim.figures import save
    from sim.figures.evidence_figures import figures_of

    for name, figure in figures_of(found.name, found.table, found.headline, found.more).items():
        for ending in ("svg", "png"):
            save(figure, folder / f"{name}.{ending}")
