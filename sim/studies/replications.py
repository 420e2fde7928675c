"""Replications: many runs of one or several arms with the same seeds, on threads, with a progress bar.

The compiled engine releases the interpreter lock, so threads use all cores and copy nothing. The Mesa engine runs one
model after another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import pandas as pd

from sim.model import Model
from sim.model.economy import calendar_of
from sim.model.model import Engine
from sim.model.tabulation import Causes
from sim.results import Results
from sim.results.results import collect
from sim.results.run_tables import RunTables, tables_of
from sim.results.totals import totals_of
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.firms import firms_of
from sim.scenario.seeds import seed_list
from sim.studies.footprint import refuse_what_cannot_fit
from sim.studies.progress import tqdm


@dataclass(frozen=True)
class Run:
    """One run: its tables, its scale and how long it took; or why it failed.

    With totals, ``causes`` says why each enterprise closed, so that it can be paired with another arm.
    """

    arm: str
    seed: int
    tables: RunTables | None
    scale: int
    seconds: float
    failure: str = ""
    causes: Causes | None = None


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_once(
    scenario: Scenario,
    arm: str,
    seed: int,
    engine: Engine,
    audit: bool,
    threads: int = 1,
    others: Mapping[str, Causes | None] | None = None,
    on_step: Callable[[], object] | None = None,
) -> Run:
    """One replication with its tables.

    ``others`` says, with totals, why each enterprise closed in the other arms; ``on_step`` is called after each step.
    """
    began = time.perf_counter()
    try:
        model = Model(scenario, rng=seed, engine=engine, audit=audit, threads=threads)
        try:
            tables, causes = kept_of(model.run(on_step), others or {})
            scale = model.economy.scale
        finally:
            model.free()
    except Exception as error:  # one run that fails must not lose the others; it is listed with its reason
        return Run(arm, seed, None, 1, time.perf_counter() - began, f"{type(error).__name__}: {error}")
    return Run(arm, seed, tables, scale, time.perf_counter() - began, causes=causes)


def kept_of(model: Model, others: Mapping[str, Causes | None]) -> tuple[RunTables, Causes | None]:
    """Tables of a finished run, as panels or totals, and why each enterprise closed (totals only)."""
    if model.economy.settings.population.results == "panels":
        return tables_of(model), None
    return totals_of(model, others)


def refuse_totals(scenarios: Iterable[Scenario], who: str) -> None:
    """Refuse scenarios whose results are totals where every enterprise is needed by itself.

    Raises
    ------
    ScenarioError
        The message says that ``who`` needs them.
    """
    for scenario in scenarios:
        if scenario.settings.population.results == "totals":
            words = f"{who} needs every enterprise by itself: set population.results=panels and fewer enterprises"
            raise ScenarioError([Problem(Place(scenario.name), words, "population.results")])


def replicate(
    scenarios: Mapping[str, Scenario],
    seeds: Sequence[int],
    *,
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
    audit: bool = False,
    watch: Callable[[int, int], None] | None = None,
) -> Results:
    """Run every arm with every seed.

    Parameters
    ----------
    scenarios
        Scenario of each arm, by the name of the arm.
    seeds
        Seeds, the same for every arm.
    engine
        ``"compiled"`` or ``"mesa"``.
    jobs
        Runs at a time; by default as many as there are cores (one with the Mesa engine, which holds the interpreter
        lock). With fewer runs than that, a large run uses several threads. Runs whose results are totals come one at a
        time, each with as many threads.
    progress
        Whether to show a bar on standard error.
    audit
        Whether to check every account against every other after each step.
    watch
        Called after each run with the number of finished runs and the number of all runs.

    Returns
    -------
    Results
        Tables of all runs, in the order of the arms, then of the seeds; failed runs appear only in ``runs``.

    Raises
    ------
    ScenarioError
        If a seed is none, a firm table is missing, or a run does not fit into memory.
    RuntimeError
        If every run failed.
    """
    seeds = seed_list(seeds)
    for scenario in scenarios.values():
        firms_of(scenario.settings)  # refuses a firm table that is not at hand
        refuse_what_cannot_fit(scenario, engine)
    wanted = [(arm, seed) for arm in scenarios for seed in seeds]
    most = max(1, jobs or cores())
    workers = 1 if engine == "mesa" else max(1, min(most, len(wanted)))
    done: dict[tuple[str, int], Run] = {}
    totals = any(one.settings.population.results == "totals" for one in scenarios.values())
    steps = {arm: calendar_of(one.settings).steps if totals else 1 for arm, one in scenarios.items()}
    whole, unit = len(seeds) * sum(steps.values()), "step" if totals else "run"
    with tqdm(total=whole, unit=unit, disable=not progress, leave=False) as bar:
        if totals:
            runs_as_they_end = in_turn(scenarios, seeds, engine, audit, most, bar.update)
        else:
            runs_as_they_end = stream(scenarios, wanted, engine, workers, audit, most // workers)
        for run in runs_as_they_end:
            done[run.arm, run.seed] = run
            bar.update(sum(steps[arm] for arm, _ in done) - bar.n)  # a failed run ends early
            if watch is not None:
                watch(len(done), len(wanted))
    runs = [done[key] for key in wanted]
    about = pd.DataFrame([describe(run, scenarios[run.arm]) for run in runs], columns=RUN_COLUMNS)
    finished = [(run.arm, run.seed, run.tables) for run in runs if run.tables is not None]
    if not finished:
        raise RuntimeError(f"every run failed; the first: {runs[0].failure}" if runs else "no runs were asked for")
    return collect(finished, about, dict(scenarios), next(run.scale for run in runs if run.tables is not None))


RUN_COLUMNS = ["arm", "seed", "status", "failure", "seconds", "scenario"]


def describe(run: Run, scenario: Scenario) -> list[object]:
    """The row of a run in the table of runs."""
    status = "done" if run.tables is not None else "failed"
    return [run.arm, run.seed, status, run.failure, round(run.seconds, 3), scenario.digest]


def in_turn(
    scenarios: Mapping[str, Scenario], seeds: Sequence[int], engine: Engine, audit: bool, threads: int,
    on_step: Callable[[], object] | None = None,
) -> Iterator[Run]:  # fmt: skip
    """Runs one at a time, the first arm last, so that each of its enterprises can be paired with the other arms."""
    first, *others = scenarios
    for seed in seeds:
        causes: dict[str, Causes | None] = dict.fromkeys(others)
        for arm in others:
            run = run_once(scenarios[arm], arm, seed, engine, audit, threads, dict.fromkeys(others), on_step)
            causes[arm] = run.causes
            yield replace(run, causes=None)
        yield replace(run_once(scenarios[first], first, seed, engine, audit, threads, causes, on_step), causes=None)


def stream(  # type: ignore[no-untyped-def]
    scenarios: Mapping[str, Scenario], wanted: Sequence[tuple[str, int]], engine: Engine, workers: int, audit: bool,
    threads: int = 1,
):  # fmt: skip
    """Yield runs as they finish; with several workers two runs a worker are under way, so an interrupt ends soon."""
    if workers == 1:
        for arm, seed in wanted:
            yield run_once(scenarios[arm], arm, seed, engine, audit, threads)
        return
    waiting = list(reversed(wanted))
    under_way: set[Future[Run]] = set()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * workers:
                    arm, seed = waiting.pop()
                    under_way.add(pool.submit(run_once, scenarios[arm], arm, seed, engine, audit, threads))
                finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        finally:
            for future in under_way:
                future.cancel()


def run(
    scenario: Scenario,
    seeds: int | Sequence[int] = 20,
    seed: int = 1,
    *,
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> Results:
    """Run one scenario with several seeds; its arm is called ``run``.

    Parameters
    ----------
    scenario
        The scenario to run.
    seeds, seed
        Number of seeds and the first of them, or the seeds themselves.
    engine, jobs, progress
        As in :func:`replicate`.

    Returns
    -------
    Results
        Tables of all runs.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = sim.run(scenario, seeds=2, progress=False)
    >>> results.weekly.shape[0], len(results.enterprises)
    (26, 400)
    """
    return replicate({"run": scenario}, seed_list(seeds, seed), engine=engine, jobs=jobs, progress=progress)
