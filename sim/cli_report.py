"""The verbs ``report`` (one self-contained page of a results folder) and ``replay`` (run a results folder again)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

NOT_THE_SAME, SOME_FAILED = 1, 3

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.", hidden=True)]


def report(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="File to write; report.html in the folder unless given.")] = None,
    debug: Debug = False,
) -> None:
    """One self-contained HTML page: question, answer, figures, tables, settings, limits, how to repeat it."""
    from sim.cli_parts import plain_errors

    with plain_errors(debug):
        from sim import outcomes
        from sim.folder import open_folder, read_manifest
        from sim.report import refresh_report, write_report
        from sim.scenario.problems import Place, Problem, ScenarioError

        if out is not None and (out.suffix.lower() not in (".html", ".htm") or out.is_dir()):
            raise ScenarioError([Problem(Place("--out"), f"{out.name}: give the name of a file that ends in .html")])
        results, manifest = open_folder(folder), read_manifest(folder)
        if out is None:
            typer.echo(str(refresh_report(results, folder, manifest)))
            return
        out.parent.mkdir(parents=True, exist_ok=True)
        summary = outcomes.summary(results)
        typer.echo(str(write_report(results, summary, out.parent, manifest=manifest, name=out.name)))


def replay(
    folder: Folder,
    jobs: Annotated[int | None, typer.Option(help="Runs at a time; all cores unless given.", min=1, max=1024)] = None,
    engine: Annotated[str, typer.Option(help="compiled or mesa; both give the same bytes.")] = "compiled",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    debug: Debug = False,
) -> None:
    """Run a results folder again from its own settings and seeds; say whether every table is the same."""
    from sim.cli_parts import check_engine, plain_errors

    with plain_errors(debug):
        from sim.replaying import format_replay
        from sim.replaying import replay as run_again

        try:
            found = run_again(folder, engine=check_engine(engine), jobs=jobs, progress=not quiet)
        except RuntimeError as error:
            typer.echo(f"failed: {error}", err=True)
            raise typer.Exit(SOME_FAILED) from None
        parts = {"tables": found.tables, "versions": found.versions}
        told = {name: table.to_dict(orient="records") for name, table in parts.items()}
        typer.echo(json.dumps({"same": found.same, **told}, ensure_ascii=False) if as_json else format_replay(found))
        if not found.same:
            raise typer.Exit(NOT_THE_SAME)


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("report")(report)
    app.command("replay")(replay)
