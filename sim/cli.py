"""The command line: reads what is asked, calls the package, prints; everything heavy is imported when it is needed."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from sim import cli_attribute, cli_calibrate, cli_report, cli_sweep
from sim.cli_parts import (
    BAD_INPUT,
    SOME_FAILED,
    Debug,
    EngineName,
    Firms,
    Jobs,
    Json,
    Out,
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
    take_firms,
    warn_all,
)
from sim.scenario.problems import Place, Problem, ScenarioError

app = typer.Typer(
    name="tideover",
    help="Which small enterprises survive when production stops, and what a fast credit-only loan programme changes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)

LONGEST_NAMES = 100
"""Characters of the scenarios' names in the name of a results folder."""


@app.command()
def compare(
    scenario: ScenarioName,
    alternatives: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="[ALT]...", help="Scenarios to compare with, instead of taking the programme away."),
    ] = None,
    seeds: Seeds = 20,
    seed: Seed = 1,
    settings: Settings = None,
    firms: Firms = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Out = None,
    overwrite: Overwrite = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Write tables only.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """With and without the programme (or against other scenarios) on paired seeds: table, results folder, figures."""
    with plain_errors(debug):
        from sim.scenario.loading import load

        engine = check_engine(engine)
        main = take_firms(load(scenario, settings or []), firms, quiet)
        others = [take_firms(load(name, settings or []), firms, True) for name in alternatives or []]
        warn_all(main, seeds, quiet)
        from sim.comparison import arms_of

        run_and_report(
            "compare", arms_of(main, others), seeds, seed, engine, jobs, out, overwrite, not no_figures, quiet, as_json
        )


@app.command()
def run(
    scenario: ScenarioName,
    seeds: Seeds = 20,
    seed: Seed = 1,
    settings: Settings = None,
    firms: Firms = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Out = None,
    overwrite: Overwrite = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Write tables only.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Replications of one scenario: table, results folder, figures."""
    with plain_errors(debug):
        from sim.scenario.loading import load

        engine = check_engine(engine)
        main = take_firms(load(scenario, settings or []), firms, quiet)
        warn_all(main, seeds, quiet)
        run_and_report("run", {"run": main}, seeds, seed, engine, jobs, out, overwrite, not no_figures, quiet, as_json)


def run_and_report(
    verb: str,
    arms: dict[str, Any],
    seeds: int,
    seed: int,
    engine: Any,
    jobs: int | None,
    out: Path | None,
    overwrite: bool,
    with_figures: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run all arms, print the table, write the folder."""
    import time

    from sim import outcomes
    from sim.drawing import save_results
    from sim.folder import check_target, command_line, planned_id
    from sim.replications import replicate, seed_list

    numbers = seed_list(seeds, seed)
    identity = planned_id(arms, numbers)
    names = "-".join(dict.fromkeys(one.name for one in arms.values()))
    folder = out or Path("results") / f"{verb}-{names[:LONGEST_NAMES]}-{identity[:10]}"
    check_target(folder, identity, overwrite)
    began = time.perf_counter()
    try:
        results = replicate(arms, numbers, engine=engine, jobs=jobs, progress=not quiet)
    except RuntimeError as error:  # none is left to show
        typer.echo(str(error), err=True)
        raise typer.Exit(SOME_FAILED) from None
    seconds = time.perf_counter() - began
    summary = outcomes.summary(results)
    say(
        summary.reset_index().to_json(orient="records", force_ascii=False)
        if as_json
        else outcomes.format_table(results, summary)
    )
    save_results(
        results,
        folder,
        command=command_line(),
        seconds=seconds,
        summary=summary,
        figures=with_figures,
        overwrite=overwrite,
    )
    note(f"{len(results.runs)} runs in {seconds:.1f} s; results in {folder}", quiet)
    report_failures(results, folder)


def report_failures(results: Any, folder: Path) -> None:
    """List failed runs with the command that repeats each, and end with exit code 3 if there are any."""
    failed = results.runs[results.runs["status"] != "done"]
    for row in failed.itertuples():
        only = ("--seeds", "1", "--seed", str(row.seed), "--out", f"{folder}-seed-{row.seed}")
        again = shlex.join(["tideover", *sys.argv[1:], *only])
        typer.echo(f"failed: arm {row.arm}, seed {row.seed}: {row.failure}; repeat with: {again}", err=True)
    if len(failed):
        raise typer.Exit(SOME_FAILED)


@app.command()
def reproduce(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A packaged scenario with published targets.")
    ] = "china-2020",
    seeds: Seeds = 10,
    seed: Seed = 1,
    settings: Settings = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Published figures beside the model's: tolerance and verdict."""
    with plain_errors(debug):
        from sim.evidence import format_fit
        from sim.evidence import reproduce as reproduced

        table = reproduced(
            scenario,
            seeds=seeds,
            seed=seed,
            settings=settings or [],
            engine=check_engine(engine),
            jobs=jobs,
            progress=not quiet,
        )
        typer.echo(table.to_json(orient="records", force_ascii=False) if as_json else format_fit(table))


@app.command()
def plot(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    kind: Annotated[
        str, typer.Argument(help="survival, difference, loans, fates, who-benefits, runway or time-to-money.")
    ],
    by: Annotated[
        Optional[str], typer.Option(help="kind, sector, region or size; for loans lender_group, kind or product.")
    ] = None,
    out: Annotated[Optional[Path], typer.Option(help="File to write, .svg, .png or .pdf.")] = None,
    debug: Debug = False,
) -> None:
    """Draw one figure from a results folder."""
    with plain_errors(debug):
        from sim.drawing import draw_one, figure_kinds
        from sim.folder import open_folder

        if kind not in figure_kinds():
            raise ScenarioError([Problem(Place("KIND"), f"unknown figure {kind}; known: {', '.join(figure_kinds())}")])
        target = out or folder / "figures" / f"{kind}{'-' + by if by else ''}.svg"
        if target.suffix not in (".svg", ".png", ".pdf"):
            raise ScenarioError(
                [Problem(Place("--out"), f"{target.name}: give a name that ends in .svg, .png or .pdf")]
            )
        draw_one(open_folder(folder), kind, by, target)
        typer.echo(str(target))


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files or packaged names.")],
    settings: Settings = None,
    debug: Debug = False,
) -> None:
    """All errors of scenario files at once; nothing is run."""
    from sim.scenario.loading import load
    from sim.scenario.warnings import odd_settings

    bad = False
    for name in files:
        try:
            scenario = load(name, settings or [])
        except ScenarioError as error:
            bad = True
            typer.echo(str(error), err=True)
            continue
        typer.echo(f"{name}: good")
        for text in odd_settings(scenario):
            typer.echo(f"note: {text}", err=True)
    if bad:
        raise typer.Exit(BAD_INPUT)


@app.command()
def show(
    scenario: ScenarioName,
    diff: Annotated[
        Optional[str], typer.Option(metavar="OTHER", help="Show only what differs from another scenario.")
    ] = None,
    settings: Settings = None,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the merged scenario as a file.")] = False,
    debug: Debug = False,
) -> None:
    """The merged scenario, each value with its unit, origin and source."""
    with plain_errors(debug):
        from sim.scenario import listing
        from sim.scenario.loading import load

        main = load(scenario, settings or [])
        if as_yaml:
            typer.echo(main.to_yaml(), nl=False)
            return
        for line in listing.show(main, load(diff) if diff else None):
            typer.echo(line)


@app.command()
def params(
    filter: Annotated[
        str, typer.Argument(metavar="[FILTER]", help="Only settings whose name or description holds this.")
    ] = "",
) -> None:
    """Every setting with unit, range, default, role (lever, uncertainty, structure) and meaning."""
    from sim.scenario.listing import parameters

    rows = parameters(filter)
    if not rows:
        typer.echo(f"no setting matches {filter}", err=True)
        raise typer.Exit(BAD_INPUT)
    for row in rows:
        typer.echo(
            f"{row.path}\n    {row.description} [{row.unit}; {row.range or 'any'}; default {row.default}; {row.role}]"
        )


@app.command()
def schema() -> None:
    """JSON schema of scenario files."""
    from sim.scenario.listing import json_schema

    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="Folder for the new scenario.")], debug: Debug = False) -> None:
    """A commented scenario to start from."""
    with plain_errors(debug):
        from sim.scenario.listing import new_scenario

        typer.echo(str(new_scenario(folder)))


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    """Tideover: small-enterprise financing under shocks, as an agent-based simulation."""
    if version:
        from sim.version import VERSION

        typer.echo(VERSION)
        raise typer.Exit()


cli_attribute.add(app)
cli_calibrate.add(app)
cli_report.add(app)
cli_sweep.add(app)


def main() -> None:
    """Entry point of the ``tideover`` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows ? in its place
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()
