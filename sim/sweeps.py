"""Sweeps: many what-ifs on the same seeds, streamed to disk, resumable, here or on a cluster."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.comparison import arms_of
from sim.designs import Design, make_factors, plain, resolve
from sim.model import Engine
from sim.replications import seed_list
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario
from sim.sweeping import estimate as needs
from sim.sweeping.jobs import Job, perform, settings_text
from sim.sweeping.plan import Arms, Plan, Until, Wanted
from sim.sweeping.pools import crew_of
from sim.sweeping.runner import Runner
from sim.sweeping.samples import make_design
from sim.sweeping.sensitivity import sensitivity, swings
from sim.sweeping.store import Outcomes, Store, file_digest
from sim.sweeping.tables import Cubes, band, jobs_table, outcome_keys, points_table, sweep_table

FAILURES = ["job", "point", "seed", "reason", "repeat"]


@dataclass(frozen=True)
class Sweep:
    """What a sweep found.

    Attributes
    ----------
    scenario, design, compare
        What was varied, how, and whether a point is a comparison.
    table
        One row a point and outcome, as in ``sweep.csv``.
    jobs
        One row a point and seed, as in ``jobs.parquet``.
    failures
        Jobs that failed: reason, and the command that repeats it.
    recomputed, kept
        Jobs run this time, and taken over from an interrupted sweep.
    """

    scenario: Scenario
    design: Design
    compare: bool
    table: pd.DataFrame
    jobs: pd.DataFrame
    failures: pd.DataFrame
    recomputed: int = 0
    kept: int = 0

    @property
    def points(self) -> pd.DataFrame:
        """One row a point, with the values of what varies."""
        return points_table(self.design)

    def outcome(self, outcome: str) -> pd.DataFrame:
        """Rows of one outcome, one a point.

        Raises
        ------
        ScenarioError
            If there is no such outcome.
        """
        known = outcome_keys(self.compare)
        if outcome not in known:
            raise ScenarioError([Problem(Place("outcome"), f"unknown outcome {outcome}; known: {', '.join(known)}")])
        return self.table[self.table["outcome"] == outcome].reset_index(drop=True)

    def sensitivity(self, outcome: str) -> pd.DataFrame:
        """Sobol or Morris indices of an outcome: see :func:`sim.sweeping.sensitivity.sensitivity`."""
        return sensitivity(self.design, self.outcome(outcome)["mean"].to_numpy(np.float64))

    def swings(self, outcome: str) -> pd.DataFrame:
        """What each setting does, one at a time (design ``oat``): see :func:`sim.sweeping.sensitivity.swings`."""
        return swings(self.design, self.outcome(outcome))


def sweep(
    scenario: Scenario,
    vary: Mapping[str, Any],
    seeds: int | Sequence[int] = 10,
    seed: int = 1,
    *,
    design: str = "grid",
    samples: int | None = None,
    sample_seed: int = 1,
    compare: bool = True,
    until: tuple[str, float] | None = None,
    max_seeds: int = 200,
    executor: Executor | str | None = None,
    jobs: int | None = None,
    engine: Engine = "compiled",
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> Sweep:
    """Run a scenario at many points of its settings, the same seeds at each.

    Parameters
    ----------
    scenario
        What to start from.
    vary
        Values of each setting by dotted path: a list, or a range as text, ``"low:high"`` (``"low:high:n"`` on a grid).
    seeds, seed
        Number of seeds and the first of them, or the seeds themselves.
    design, samples, sample_seed
        As in :func:`sim.sweeping.samples.make_design`.
    compare
        Whether a point is a paired comparison with and without the programme, or a run.
    until, max_seeds
        Outcome and half-width: at each point, batches of ``seeds`` are added until the 95 % interval of the outcome is
        that narrow, or ``max_seeds`` are reached.
    executor
        ``"series"``, ``"threads"``, ``"processes"``, or any executor of the ``concurrent.futures`` kind (of a cluster);
        none = in series when the estimate is short, else processes.
    jobs
        Jobs at a time; never more than cores.
    engine
        ``"compiled"`` or ``"mesa"``.
    out
        Folder that every finished job is kept in; none = nothing is kept.
    resume, overwrite
        Go on in the folder with what it holds; or clear it first.
    progress
        Show the estimate and a bar on standard error.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        For bad input (every bad point at once) and sweeps that cannot fit into memory, before anything is run.
    """
    factors = make_factors(scenario, vary)
    made = make_design(factors, design, samples, sample_seed)
    numbers = seed_list(seeds, seed)
    stop = Until(*until, max_seeds) if until else None
    if stop is not None:
        stop.check(compare, len(numbers))
    needs.check_jobs(len(made.points) * (max_seeds if stop else len(numbers)), needs.memory_limit())
    large = _too_large(scenario, made, 1 + compare, engine)
    arms: Arms = arms_of if compare else lambda one: {"run": one}
    plan = Plan(scenario, made, resolve(scenario, made, arms), compare, tuple(numbers), stop, engine, arms)
    with ExitStack() as stack:
        folder = Path(out) if out else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tideover-sweep-")))
        store = Store(folder)
        store.open(resume or out is None, overwrite)
        work = Working(plan, store, executor, jobs, progress, large, shown_as=str(folder / "scenario.yaml"))
        work.start()
        work.run()
        return work.finish(command_folder=out is not None)


def _too_large(scenario: Scenario, design: Design, arms: int, engine: str) -> dict[int, str]:
    """Points that do not fit into memory, each with the reason.

    Raises
    ------
    ScenarioError
        If no point fits.
    """
    limit, found = needs.memory_limit(), {}
    for point in range(len(design.points)):
        agents = design.changes(point).get("population.enterprises", needs.agents_of(scenario))
        if isinstance(agents, int) and (why := needs.too_large(agents, arms, engine, limit)):
            found[point] = why
    if found and len(found) == len(design.points):
        raise ScenarioError([Problem(Place("sweep"), next(iter(found.values())))])
    return found


@dataclass
class Working:
    """A sweep under way."""

    plan: Plan
    store: Store
    executor: Executor | str | None
    jobs: int | None
    progress: bool
    large: dict[int, str]
    shown_as: str
    done: dict[str, Outcomes] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    ran: int = 0

    def start(self) -> None:
        """Write down what is wanted before anything is run."""
        self.store.write_manifest({"status": "running", **self.plan.manifest()})
        self.store.write("scenario.yaml", self.plan.scenario.to_yaml().encode())
        self.store.write_table("points.csv", points_table(self.plan.design))

    def run(self) -> None:
        """Run jobs, in batches where seeds are added until a precision is reached."""
        counts = [len(self.plan.seeds)] * len(self.plan.design.points)
        while True:
            self.run_batch(counts)
            wider = self.too_wide(counts)
            if not wider:
                break
            for point in wider:
                counts[point] = min(counts[point] + len(self.plan.seeds), self.plan.until.most)  # type: ignore[union-attr]
        self.counts = counts

    def run_batch(self, counts: list[int]) -> None:
        """Run the jobs that are wanted and neither done nor failed."""
        wanted = {one.id: one for one in self.plan.wanted(counts) if one.id not in self.failed}
        for one in wanted.values():
            if one.id not in self.done and (held := self.store.get(one.id)) is not None:
                self.done[one.id] = held
                self.kept += 1
            elif one.id not in self.done and one.point in self.large:
                self.failed[one.id] = self.large[one.point]
        missing = [one for one in wanted.values() if one.id not in self.done and one.id not in self.failed]
        if not missing:
            return
        crew = crew_of(*self.choose(missing))
        with tqdm(
            total=len(wanted), initial=len(wanted) - len(missing), unit="job", disable=not self.progress, leave=False
        ) as bar:  # fmt: skip
            self.bar = bar
            Runner(crew, perform, self.keep, self.set_aside, self.plan.job).run(missing)

    def choose(self, missing: list[Wanted]) -> tuple[Executor | str, int]:
        """How the jobs are worked on, said beforehand with time and memory."""
        limit, arms = needs.memory_limit(), 1 + self.plan.compare
        base = needs.agents_of(self.plan.scenario)
        sizes = [self.plan.design.changes(one.point).get("population.enterprises", base) for one in missing]
        each = needs.bytes_of_job(max(sizes), arms, self.plan.engine)
        workers = needs.workers_for(len(missing), self.jobs, each, limit)
        cost = needs.probe(self.plan.scenario, self.small_job, perform, self.plan.engine) if self.needs_probe else None
        seconds = sum(cost[0] + cost[1] * size for size in sizes) if cost else None
        kind = self.executor or ("series" if seconds is not None and seconds < needs.SHORT_SECONDS else "processes")
        crew = crew_of(kind, workers)
        self.note(
            needs.Estimate(len(missing), seconds, each, len(self.done) * needs.BYTES_PER_JOB, limit, crew.parallel)
            .words(crew.words)
        )  # fmt: skip
        return kind, workers

    @property
    def needs_probe(self) -> bool:
        """Whether time is measured: for the reader, or to choose; once a sweep, and not before a cluster's work."""
        return self.ran == 0 and (self.executor is None or (self.progress and isinstance(self.executor, str)))

    def small_job(self, scenario: Scenario) -> Job:
        """A job that time is measured on."""
        arms = self.plan.arms(scenario)
        return Job("probe", 0, 1, tuple((name, settings_text(one)) for name, one in arms.items()), self.plan.engine)

    def keep(self, wanted: Wanted, outcomes: Outcomes) -> None:
        """A job is done: on disk first."""
        self.store.put(wanted.id, outcomes)
        self.done[wanted.id] = outcomes
        self.ran += 1
        self.bar.update()

    def set_aside(self, wanted: Wanted, reason: str) -> None:
        """A job failed for good."""
        agents = self.plan.design.changes(wanted.point).get(
            "population.enterprises", needs.agents_of(self.plan.scenario)
        )
        needed = needs.bytes_of_job(agents, 1 + self.plan.compare, self.plan.engine)
        memory = f"; it needs about {needed / 1e6:,.0f} MB of memory" if "memory" in reason.lower() else ""
        self.failed[wanted.id] = reason + memory
        self.bar.set_postfix_str(f"{len(self.failed)} failed")
        self.bar.update()

    def entries(self, counts: list[int]) -> list[tuple[int, int, Outcomes]]:
        """Point, seed and outcomes of all that is done."""
        return [(one.point, one.seed, self.done[one.id]) for one in self.plan.wanted(counts) if one.id in self.done]

    def too_wide(self, counts: list[int]) -> list[int]:
        """Points whose interval is not yet as narrow as wanted, and that may have more seeds."""
        until = self.plan.until
        if until is None:
            return []
        cubes = Cubes(jobs_table(self.plan.design, self.entries(counts)), len(counts))
        _, low, high = band(until.outcome, cubes, self.plan.compare)
        narrow = (high - low) / 2 <= until.half_width
        return [point for point, count in enumerate(counts) if not narrow[point] and count < until.most]

    def finish(self, command_folder: bool) -> Sweep:
        """Tables from all jobs, written last."""
        table_of_jobs = jobs_table(self.plan.design, self.entries(self.counts))
        table = sweep_table(self.plan.design, table_of_jobs, self.plan.compare)
        named = self.shown_as if command_folder else self.plan.scenario.name
        rows = [
            [one.id, one.point, one.seed, self.failed[one.id], self.plan.repeat(one, named)]
            for one in self.plan.wanted(self.counts)
            if one.id in self.failed
        ]
        failures = pd.DataFrame(rows, columns=FAILURES)
        if command_folder:
            self.store.write_table("jobs.parquet", table_of_jobs)
            self.store.write_table("sweep.csv", table)
            self.store.write_manifest(self.final_manifest(failures))
        sampled = (self.plan.scenario, self.plan.design, self.plan.compare)
        return Sweep(*sampled, table, table_of_jobs, failures, recomputed=self.ran, kept=self.kept)

    def final_manifest(self, failures: pd.DataFrame) -> dict[str, Any]:
        """What was wanted, and what came of it."""
        names = ("scenario.yaml", "points.csv", "jobs.parquet", "sweep.csv")
        status = "done" if failures.empty else "some jobs failed"
        digests = {name: file_digest(self.store.folder / name) for name in names}
        return {
            "status": status,
            **self.plan.manifest(),
            "done": len(self.done),
            "failed": failures.drop(columns="repeat").to_dict("records"),
            "files": digests,
        }

    def note(self, text: str) -> None:
        """A remark on standard error."""
        if self.progress:
            print(text, file=sys.stderr, flush=True)
