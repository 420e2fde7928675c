"""The verbs ``report`` (one self-contained page of a results folder) and ``replay`` (run a results folder again)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import SOME_FAILED, Debug, EngineName, Jobs, Json, Quiet, check_engine, plain_errors

NOT_THE_SAME = 1

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")]


def report(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="File to write; report.html in the folder unless given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    debug: Debug = False,
) -> None:
    """One self-contained HTML page: question, answer, figures, tables, settings, limits, how to repeat it."""
    with plain_errors(debug):
        from sim import outcomes
        from sim.figures.report.page import refresh_report, write_report
        from sim.results import read_manifest
        from sim.results.folder import open as open_folder
        from sim.results.manifest import refuse_stranger
        from sim.scenario import Place, Problem, ScenarioError

        if out is not None and (out.suffix.lower() not in (".html", ".htm") or out.is_dir()):
            raise ScenarioError([Problem(Place("--out"), f"{out.name}: give the name of a file that ends in .html")])
        results, manifest = open_folder(folder), read_manifest(folder)
        refuse_stranger(out or folder / "report.html", out is None and "report.html" in manifest["files"], overwrite)
        if out is None:
            typer.echo(str(refresh_report(results, folder, manifest)))
            return
        summary = outcomes.summary(results)
        typer.echo(str(write_report(results, summary, out.parent, manifest=manifest, name=out.name)))


def replay(
    folder: Folder,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run a folder of results, or a finished sweep, again from its own settings; say whether tables are the same."""
    with plain_errors(debug):
        from sim.studies.replay import format_replay
        from sim.studies.replay import replay as run_again

        try:
            found = run_again(folder, engine=check_engine(engine), jobs=jobs, progress=not quiet)
        except RuntimeError as error:
            typer.echo(f"failed: {error}", err=True)
            raise typer.Exit(SOME_FAILED) from None
        parts = {"tables": found.tables, "versions": found.versions}
        told: dict[str, object] = {name: table.to_dict(orient="records") for name, table in parts.items()}
        told["not_compared"] = list(found.not_compared)
        typer.echo(json.dumps({"same": found.same, **told}, ensure_ascii=False) if as_json else format_replay(found))
        if not found.same:
            raise typer.Exit(NOT_THE_SAME)


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("report")(report)
    app.command("replay")(replay)
