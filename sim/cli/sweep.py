"""The verb ``sweep``: many what-ifs on the same seeds, resumable."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import SOME_FAILED, check_engine, plain_errors
from sim.scenario import Place, Problem, ScenarioError

MOST_SHOWN = 40
STOPPED = 1
Text = list[str] | None


def add(app: typer.Typer) -> None:
    """Give the command line the verb ``sweep``."""
    app.command(name="sweep")(sweep)


def sweep(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A packaged scenario or a path.")],
    vary: Annotated[
        Text, typer.Option(metavar="KEY=A,B,C", help="Vary one setting: a list, or low:high (low:high:n on a grid).")
    ] = None,
    design: Annotated[str, typer.Option(help="grid, oat (one at a time), lhs, sobol or morris.")] = "grid",
    samples: Annotated[int | None, typer.Option(help="Size of the sample of lhs, sobol, morris.", min=1)] = None,
    seeds: Annotated[int, typer.Option(help="Seeds at each point, the same everywhere.", min=1, max=100_000)] = 10,
    seed: Annotated[int, typer.Option(help="First seed.", min=0, max=2**63 - 1)] = 1,
    sample_seed: Annotated[int, typer.Option(help="Seed of the sample.", min=0, max=2**32 - 1)] = 1,
    until: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME=HALF", help="Add seeds at a point until the interval is this narrow."),
    ] = None,
    max_seeds: Annotated[int, typer.Option(help="Most seeds at a point with --until.", min=2)] = 200,
    runs: Annotated[bool, typer.Option("--runs", help="A point is a run, not a comparison.")] = False,
    outcome: Annotated[str | None, typer.Option(help="Outcome that is printed and drawn.")] = None,
    settings: Annotated[Text, typer.Option("--set", metavar="KEY=VALUE", help="Set one setting; repeat.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Jobs at a time; at most as many as cores.", min=1)] = None,
    engine: Annotated[str, typer.Option(help="compiled or mesa; both give the same bytes.")] = "compiled",
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to use, or: local (on 127.0.0.1).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; its name says what was swept unless given.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on in the folder: nothing done is run again.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another sweep in the folder.")] = False,
    ema: Annotated[
        Path | None, typer.Option(metavar="FILE.tar.gz", help="Write the sweep for EMA Workbench's load_results too.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Write tables only.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole table as JSON.")] = False,
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
) -> None:
    """Many what-ifs on the same seeds: grid, one at a time, Latin hypercube, Sobol, Morris; resumable."""
    folder = out or Path("results")
    with plain_errors(debug, lambda: go_on(folder)):
        from sim.scenario import load
        from sim.studies.sweep.designs import parse_vary
        from sim.studies.sweep.ema import check_target, write_ema

        if ema is not None:
            check_target(ema)
        wanted = {
            "vary": parse_vary(vary or []),
            "design": design,
            "samples": samples,
            "seeds": seeds,
            "seed": seed,
            "sample_seed": sample_seed,
            "until": parse_until(until),
            "max_seeds": max_seeds,
            "compare": not runs,
            "engine": check_engine(engine),
        }
        main = load(scenario, settings or [])
        folder = out or default_folder(main, wanted)
        with said_how_to_go_on():
            found = run(main, wanted, dask, jobs, folder, resume, overwrite, not quiet, outcome)
        if ema is not None:
            write_ema(folder, ema)
        report(found, folder, outcome or default_outcome(not runs), quiet, as_json, not no_figures)
    if len(found.failures):
        raise typer.Exit(SOME_FAILED)


def default_outcome(compare: bool) -> str:
    """The outcome of most interest."""
    return "net_saved_thousand" if compare else "exit_share"


def parse_until(text: str | None) -> tuple[str, float] | None:
    """Outcome and half-width of ``--until``."""
    if text is None:
        return None
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ScenarioError([Problem(Place("--until"), "write outcome=half-width: net_saved_thousand=50")]) from None


def default_folder(scenario: Any, wanted: dict[str, Any]) -> Path:
    """A folder whose name says what is swept: the same command finds it again."""
    import hashlib
    import json

    text = json.dumps([scenario.digest, wanted], default=str)
    return Path("results") / f"sweep-{scenario.name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def run(
    scenario: Any,
    wanted: dict[str, Any],
    dask: str | None,
    jobs: int | None,
    folder: Path,
    resume: bool,
    overwrite: bool,
    progress: bool,
    outcome: str | None,
) -> Any:
    """Run the sweep, here or on a cluster."""
    from sim.studies.replications import cores
    from sim.studies.sweep.plan import check_outcome
    from sim.studies.sweep.pools import dask_executor
    from sim.studies.sweep.sweep import sweep as sweep_all

    if outcome:
        check_outcome(outcome, wanted["compare"])
    with dask_executor(dask, min(jobs or cores(), cores())) if dask else nullcontext() as executor:
        return sweep_all(
            scenario,
            **wanted,
            executor=executor,
            jobs=jobs,
            out=folder,
            resume=resume,
            overwrite=overwrite,
            progress=progress,
        )


@contextmanager
def said_how_to_go_on() -> Iterator[None]:
    """A sweep that stopped by itself as one line, with the command that goes on where that is the same one."""
    from sim.studies.sweep.stopped import SweepStoppedError

    try:
        yield
    except SweepStoppedError as error:
        typer.echo(f"{error}" if error.moved else f"{error}. Go on with: {resuming()}", err=True)
        raise typer.Exit(STOPPED) from None


def go_on(folder: Path) -> str:
    """What to do after an interrupt."""
    done = sum(1 for _ in folder.glob("jobs/*/*.json"))
    return f"interrupted; {done} finished jobs are kept in {folder}. Go on with: {resuming()}"


def resuming() -> str:
    """The command that goes on."""
    words = [word for word in sys.argv[1:] if word not in ("--resume", "--overwrite")]
    return shlex.join(["tideover", *words, "--resume"])


def report(found: Any, folder: Path, outcome: str, quiet: bool, as_json: bool, figures: bool) -> None:
    """Print the table and the failures; write the indices and the figure."""
    rows = found.outcome(outcome)
    wanted = found.design.name in ("sobol", "morris")
    indices = write_indices(found, folder, outcome) if wanted else None
    if figures and (figure := found.figure(outcome)) is not None:
        write_figure(figure, folder, f"{found.design.name}-{outcome}")
    if as_json:
        typer.echo(found.table.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        typer.echo(points_text(rows, found.design.keys(), outcome))
    if indices is not None:
        report_indices(indices, quiet or as_json)
    for row in found.failures.head(MOST_SHOWN).itertuples():
        typer.echo(f"failed: point {row.point}, seed {row.seed}: {row.reason}; repeat with: {row.repeat}", err=True)
    if len(found.failures) > MOST_SHOWN:
        typer.echo(f"… and {len(found.failures) - MOST_SHOWN} more failures, in manifest.json", err=True)
    if not quiet:
        typer.echo(f"{found.recomputed} jobs run, {found.kept} taken over; results in {folder}", err=True)


def write_figure(figure: Any, folder: Path, name: str) -> None:
    """Write a figure beside the tables; it is the sweep's, and goes with it."""
    from sim.figures import save
    from sim.studies.sweep.store import Store

    names = [f"figures/{name}.{ending}" for ending in ("svg", "png")]
    for one in names:
        save(figure, folder / one)
    Store(folder).list_files(names)


def write_indices(found: Any, folder: Path, outcome: str) -> Any:
    """Write Sobol or Morris indices; a sample that cannot give them is no reason to stop: none, and why."""
    from sim.studies.sweep.store import Store

    try:
        table = found.sensitivity(outcome)
    except ScenarioError as error:
        typer.echo(str(error), err=True)
        return None
    Store(folder).write_table(f"sensitivity-{outcome}.csv", table)
    Store(folder).list_files([f"sensitivity-{outcome}.csv"])
    return table


def report_indices(table: Any, silent: bool) -> None:
    """Print Sobol or Morris indices, and what is to be said of them."""
    from sim.studies import wide_note

    if not silent:
        typer.echo(table.to_string(index=False, float_format=lambda value: f"{value:.3g}"))
    if text := wide_note(table):
        typer.echo(f"note: {text}", err=True)


def points_text(rows: Any, keys: list[str], outcome: str) -> str:
    """The points with one outcome as text for people."""
    from sim.outcomes import format_number

    shown = rows[[*keys, "seeds"]].head(MOST_SHOWN).astype(object)
    for name in ("mean", "low", "high"):
        values = zip(rows[name].head(MOST_SHOWN), rows["unit"], strict=False)
        shown[name] = [format_number(value, unit) for value, unit in values]
    unit = rows["unit"].iloc[0]
    head = f"{outcome} [{'%' if unit == 'share' else unit}], 95 % interval over seeds"
    rest = f"\n… and {len(rows) - MOST_SHOWN} more points in sweep.csv" if len(rows) > MOST_SHOWN else ""
    return f"{head}\n{shown.to_string(index=False)}{rest}"
