"""The verbs ``compare`` and ``run``: replications of one scenario or several, a table, a results folder, figures."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from sim.cli.options import (
    SOME_FAILED,
    Audit,
    Debug,
    EngineName,
    Firms,
    Jobs,
    Json,
    NoFigures,
    Out,
    Overwrite,
    Quiet,
    ScenarioName,
    Seed,
    Settings,
    check_engine,
    note,
    plain_errors,
    say,
    take_firms,
    warn_all,
)

Some = Annotated[
    Optional[int],
    typer.Option(help="Number of replications of each arm; 20, or 1 where results are totals.", min=1, max=100_000),
]
LONGEST_NAMES = 100
"""Characters of the scenarios' names in the name of a results folder."""
NOT_RIGHT = 1


@dataclass(frozen=True)
class RunOptions:
    """How to run, and what to make of it: the options that ``compare`` and ``run`` share."""

    seeds: int
    seed: int
    engine: Any
    jobs: int | None
    out: Path | None
    overwrite: bool
    audit: bool
    figures: bool
    quiet: bool
    as_json: bool


def add(app: typer.Typer) -> None:
    """Give the command line the verbs."""
    app.command()(compare)
    app.command()(run)


def compare(
    scenario: ScenarioName,
    alternatives: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="[ALT]...", help="Scenarios to compare with, instead of taking the programme away."),
    ] = None,
    seeds: Some = None,
    seed: Seed = 1,
    settings: Settings = None,
    firms: Firms = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Out = None,
    overwrite: Overwrite = False,
    audit: Audit = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """With and without the programme (or against other scenarios) on paired seeds: table, results folder, figures."""
    with plain_errors(debug):
        from sim.scenario import load

        engine = check_engine(engine)
        main = take_firms(load(scenario, settings or []), firms, quiet)
        others = [take_firms(load(name, settings or []), firms, True) for name in alternatives or []]
        seeds = seeds or seeds_for(main)
        warn_all(main, seeds, quiet)
        from sim.studies import arms_of
        from sim.studies.evidence.baselines import sentence

        asked = RunOptions(seeds, seed, engine, jobs, out, overwrite, audit, not no_figures, quiet, as_json)
        arms = arms_of(main, others)
        if not others:
            note(sentence(), quiet)
        run_and_report("compare", arms, asked)


def run(
    scenario: ScenarioName,
    seeds: Some = None,
    seed: Seed = 1,
    settings: Settings = None,
    firms: Firms = None,
    jobs: Jobs = None,
    engine: EngineName = "compiled",
    out: Out = None,
    overwrite: Overwrite = False,
    audit: Audit = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Replications of one scenario: table, results folder, figures."""
    with plain_errors(debug):
        from sim.scenario import load

        engine = check_engine(engine)
        main = take_firms(load(scenario, settings or []), firms, quiet)
        seeds = seeds or seeds_for(main)
        warn_all(main, seeds, quiet)
        asked = RunOptions(seeds, seed, engine, jobs, out, overwrite, audit, not no_figures, quiet, as_json)
        run_and_report("run", {"run": main}, asked)


def seeds_for(scenario: Any) -> int:
    """Replications of each arm unless a number is given: a run whose results are totals is large."""
    return 1 if scenario.settings.population.results == "totals" else 20


def run_and_report(verb: str, arms: dict[str, Any], asked: RunOptions) -> None:
    """Run all arms, print the table, write the folder, check its journal if there is one."""
    from sim import outcomes
    from sim.figures.report.folder_figures import save
    from sim.results.folder import check_target
    from sim.results.manifest import command_line, planned_id
    from sim.scenario.seeds import seed_list
    from sim.studies import replicate

    numbers = seed_list(asked.seeds, asked.seed)
    identity = planned_id(arms, numbers)
    names = "-".join(dict.fromkeys(one.name for one in arms.values()))
    folder = asked.out or Path("results") / f"{verb}-{names[:LONGEST_NAMES]}-{identity[:10]}"
    check_target(folder, identity, asked.overwrite)
    began = time.perf_counter()
    how = {"engine": asked.engine, "jobs": asked.jobs, "progress": not asked.quiet, "audit": asked.audit}
    try:
        results = replicate(arms, numbers, **how)
    except RuntimeError as error:  # none is left to show
        typer.echo(str(error), err=True)
        raise typer.Exit(SOME_FAILED) from None
    seconds = time.perf_counter() - began
    summary = outcomes.summary(results)
    records = summary.reset_index().to_json(orient="records", force_ascii=False) if asked.as_json else ""
    about = {"command": command_line(), "seconds": seconds, "summary": summary}
    save(results, folder, figures=asked.figures, overwrite=asked.overwrite, **about)
    say(records or outcomes.format_table(results, summary))
    note(f"{len(results.runs)} runs in {seconds:.1f} s; results in {folder}", asked.quiet)
    if asked.audit:
        report_audit(folder, asked.quiet)
    report_failures(results, folder)


def report_audit(folder: Path, quiet: bool) -> None:
    """Check the written journal and say so; end with exit code 1 if it does not add up."""
    from sim.model.ledger import LedgerError
    from sim.results.audit import check_journal

    try:
        note(check_journal(folder), quiet)
    except LedgerError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_RIGHT) from None


def report_failures(results: Any, folder: Path) -> None:
    """List failed runs with the command that repeats each, and end with exit code 3 if there are any."""
    failed = results.runs[results.runs["status"] != "done"]
    for row in failed.itertuples():
        only = ("--seeds", "1", "--seed", str(row.seed), "--out", f"{folder}-seed-{row.seed}")
        again = shlex.join(["tideover", *sys.argv[1:], *only])
        typer.echo(f"failed: arm {row.arm}, seed {row.seed}: {row.failure}; repeat with: {again}", err=True)
    if len(failed):
        raise typer.Exit(SOME_FAILED)
