"""The command line: reads what is asked, calls the package, prints; everything heavy is imported when it is needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from sim.cli import attribute as cli_attribute
from sim.cli import calibrate as cli_calibrate
from sim.cli import doctor as cli_doctor
from sim.cli import report as cli_report
from sim.cli import reproduce as cli_reproduce
from sim.cli import run as cli_run
from sim.cli import scenario as cli_scenario
from sim.cli import serve as cli_serve
from sim.cli import sweep as cli_sweep
from sim.cli.options import Debug, net, plain_errors
from sim.cli.signals import Ended, take_signals
from sim.figures.catalogue import FIGURES, file_name, names
from sim.scenario import Place, Problem, ScenarioError

app = typer.Typer(
    name="tideover",
    help="Which small enterprises survive when production stops, and what a fast credit-only loan programme changes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


@app.command()
def plot(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    kind: Annotated[str, typer.Argument(help=f"{names()}.")],
    by: Annotated[
        Optional[str], typer.Option(help="kind, sector, region or size; for loans lender_group, kind or product.")
    ] = None,
    out: Annotated[Optional[Path], typer.Option(help="File to write, .svg, .png or .pdf.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    debug: Debug = False,
) -> None:
    """Draw one figure from a results folder."""
    with plain_errors(debug):
        from sim.figures.report.folder_figures import draw_one
        from sim.results import read_manifest
        from sim.results.folder import open as open_folder
        from sim.results.manifest import list_file, refuse_stranger

        if kind not in FIGURES:
            raise ScenarioError([Problem(Place("KIND"), f"unknown figure {kind}; known: {', '.join(FIGURES)}")])
        target = out or folder / "figures" / f"{file_name(kind, by)}.svg"
        if target.suffix not in (".svg", ".png", ".pdf"):
            raise ScenarioError(
                [Problem(Place("--out"), f"{target.name}: give a name that ends in .svg, .png or .pdf")]
            )
        results, manifest = open_folder(folder), read_manifest(folder)
        name = "" if out else target.relative_to(folder).as_posix()
        refuse_stranger(target, name in manifest["files"], overwrite)
        draw_one(results, kind, by, target)
        if name:
            list_file(folder, manifest, name)
        typer.echo(str(target))


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    """Tideover: small-enterprise financing under shocks, as an agent-based simulation."""
    if version:
        from sim.version import VERSION

        typer.echo(VERSION)
        raise typer.Exit()


cli_run.add(app)  # run, compare
cli_reproduce.add(app)
cli_sweep.add(app)
cli_attribute.add(app)
cli_calibrate.add(app)
cli_report.add(app)  # report, replay
cli_scenario.add(app)  # check, show, params, schema, new
cli_doctor.add(app)
cli_serve.add(app)


def main() -> None:
    """Entry point of the ``tideover`` command."""
    take_signals()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows ? in its place
    try:
        with net():
            app()
    except Ended as error:  # outside the verbs, before or after their work
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
