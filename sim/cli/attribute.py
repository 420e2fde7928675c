"""The verb ``attribute``: what each property of the programme contributes to an outcome."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import (
    SOME_FAILED,
    Debug,
    EngineName,
    Jobs,
    Json,
    Overwrite,
    Quiet,
    ScenarioName,
    Seed,
    Seeds,
    Settings,
    check_engine,
    note,
    plain_errors,
    say,
    warn_all,
)


def attribute(
    scenario: ScenarioName,
    outcome: Annotated[
        str, typer.Option(help="net_saved, saved, harmed, or an outcome of runs such as jobs_million, exit_share.")
    ] = "net_saved",
    player: Annotated[
        list[str] | None,
        typer.Option(
            "--player",
            metavar="NAME[:KEY=VALUE,...]",
            help="A property and its settings as in ordinary credit, or the name of a default one; repeat for more.",
        ),
    ] = None,
    seeds: Seeds = 20,
    seed: Seed = 1,
    settings: Settings = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables and figure; nothing is written unless given.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """What each property of the programme contributes: Shapley values over all subsets, on paired seeds."""
    with plain_errors(debug):
        from sim.scenario import load
        from sim.studies import save_attribution
        from sim.studies.attribution.attribution import attribute as attributed
        from sim.studies.attribution.saving import check_folder

        main = load(scenario, settings or [])
        warn_all(main, seeds, quiet)
        if out is not None:
            check_folder(out, overwrite)
        given: dict[str, Any] = {"seeds": seeds, "seed": seed, "players": player, "jobs": jobs}
        try:
            found = attributed(main, outcome, engine=check_engine(engine), progress=not quiet, **given)
        except RuntimeError as error:
            typer.echo(f"failed: {error}", err=True)
            raise typer.Exit(SOME_FAILED) from None
        if out is not None:
            save_attribution(found, out, overwrite)
            note(f"tables and figure in {out}", quiet)
        say(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else format_attribution(found))
        for line in found.failed:
            typer.echo(f"failed, seed left out: {line}", err=True)
        if found.failed:
            raise typer.Exit(SOME_FAILED)


def format_attribution(found: Any) -> str:
    """Contributions, totals and interactions as lines of text; the numbers of a column add up to its total."""
    agents, scale = found.size
    unit = "%" if found.unit == "share" else found.unit
    head = [
        f"{found.scenario.name}: {found.outcome} ({unit}), by property of the programme",
        f"{agents:,} enterprise agents, each standing for {scale:,}; {len(found.games)} seeds; bands: 95 % over seeds",
        "",
    ]
    rows = [["", "Shapley value", "95 % band", "added first", "taken last"]]
    for row in found.contributions.itertuples():
        band = band_text(row.low, row.high, found)
        rows.append(
            [row.title, *(text(row.value, found), band), text(row.added_first, found), text(row.taken_last, found)]
        )
    names = {
        "total": "all properties together",
        "step": "none of them, against no programme",
        "effect": "the programme, against no programme",
    }
    for name, title in names.items():
        row = found.totals.loc[name]
        rows.append([title, text(row["value"], found), band_text(row["low"], row["high"], found), "", ""])
    pairs = [["interactions", "value", "95 % band"]]
    for row in found.interactions.itertuples():
        pairs.append([f"{row.property} × {row.other}", text(row.value, found), band_text(row.low, row.high, found)])
    parts = [*head, *aligned(rows)]
    return "\n".join([*parts, "", *aligned(pairs)] if len(pairs) > 1 else parts)


def text(value: float, found: Any) -> str:
    """A number in its unit, with its sign; a dash where there is none."""
    if value != value:
        return "–"
    share = found.unit == "share"
    digits = max(0, found.digits - 2) if share else found.digits
    written = f"{value * (100 if share else 1):+,.{digits}f}"
    return (written.lstrip("+-") if not written.strip("+-0.,") else written).replace("-", "−")


def band_text(low: float, high: float, found: Any) -> str:
    """An interval, a dash where there is none."""
    return "–" if low != low else f"{text(low, found)} … {text(high, found)}"


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows in columns, the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("attribute")(attribute)
