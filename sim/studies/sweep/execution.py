"""A sweep under way: batches of jobs, what is done kept on disk first, tables at the end."""

from __future__ import annotations

import sys
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sim.scenario import Scenario
from sim.studies.memory import BYTES_OF_PROCESS, Footprint, memory_limit
from sim.studies.progress import tqdm
from sim.studies.sweep import estimate as needs
from sim.studies.sweep.job_files import Outcomes
from sim.studies.sweep.jobs import Job, known_outcomes, perform, settings_text
from sim.studies.sweep.plan import Plan, Wanted
from sim.studies.sweep.pools import Workers, workers_of
from sim.studies.sweep.runner import Runner
from sim.studies.sweep.set_aside import make_way
from sim.studies.sweep.stopped import SweepStoppedError
from sim.studies.sweep.store import Store, file_digest
from sim.studies.sweep.tables import Cubes, band, jobs_table, points_table, sweep_table

FAILURES = ["job", "point", "seed", "reason", "repeat"]


@dataclass
class Execution:
    """A sweep under way.

    Attributes
    ----------
    plan, store
        What is wanted, and where it is kept.
    executor, jobs, progress
        As in :func:`sim.studies.sweep.sweep.sweep`.
    footprints
        What a job needs at each point.
    large
        Points that do not fit into memory, each with the reason.
    shown_as
        The scenario in commands that repeat a job.
    done, failed
        Outcomes, and reasons, by job.
    kept, ran
        Jobs taken over, and jobs run this time.
    counts
        Seeds taken at each point.
    """

    plan: Plan
    store: Store
    executor: Executor | str | None
    jobs: int | None
    progress: bool
    footprints: list[Footprint]
    large: dict[int, str]
    shown_as: str
    done: dict[str, Outcomes] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    at_work: Workers | None = None
    kept: int = 0
    ran: int = 0
    counts: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Write down what is wanted before anything is run; what belongs to another version is set aside first."""
        if aside := make_way(self.store, self.plan.id):
            print(f"note: {aside}", file=sys.stderr, flush=True)
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
                counts[point] = self.plan.more(counts[point])
        self.counts = counts

    def run_batch(self, counts: list[int]) -> None:
        """Run the jobs that are wanted and neither done nor failed."""
        wanted: dict[str, Wanted] = {}
        known = known_outcomes(list(self.plan.digests[0])) if self.plan.digests else []
        for one in self.plan.wanted(counts):
            wanted.setdefault(one.id, one)  # points that differ in nothing share their jobs
        for one in wanted.values():
            if one.id not in self.done and (held := self.store.get(one.id, known)) is not None:
                self.done[one.id] = held
                self.kept += 1
            elif one.id not in self.done and one.point in self.large:
                self.failed[one.id] = self.large[one.point]
        missing = [one for one in wanted.values() if one.id not in self.done and one.id not in self.failed]
        if not missing:
            return
        at_work = self.at_work = self.at_work or self.choose(missing)
        with tqdm(
            total=len(wanted), initial=len(wanted) - len(missing), unit="job", disable=not self.progress, leave=False
        ) as bar:  # fmt: skip
            self.bar = bar
            try:
                Runner(at_work, perform, self.keep, self.record_failure, self.plan.job).run(missing)
            except SweepStoppedError as error:
                raise SweepStoppedError(error.reason, len(self.done), len(wanted), error.moved) from error

    def choose(self, missing: list[Wanted]) -> Workers:
        """How the jobs are worked on, said beforehand with time and memory."""
        limit, engine = memory_limit(), self.plan.engine
        footprints = [self.footprints[one.point] for one in missing]
        each = max(footprint.nbytes for footprint in footprints)
        workers = needs.workers_for(len(missing), self.jobs, each, limit)
        cost = None
        if self.executor is None or (isinstance(self.executor, str) and self.progress):
            cost = needs.probe(self.plan.scenario, lambda small: perform(self.small_job(small)), engine)
        seconds = sum(cost[0] + cost[1] * footprint.agents for footprint in footprints) if cost else None
        short = seconds is not None and seconds < needs.SHORT_SECONDS
        at_work = workers_of(self.executor or ("series" if short else "processes"), workers)
        used = BYTES_OF_PROCESS + len(self.done) * needs.BYTES_PER_JOB + each * (workers if at_work.apart else 1)
        self.note(needs.words(len(missing), seconds, at_work, used, limit))
        return at_work

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

    def record_failure(self, wanted: Wanted, reason: str) -> None:
        """A job failed for good."""
        needed = self.footprints[wanted.point].nbytes
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

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The table of the sweep, that of its jobs, and the failures."""
        jobs = jobs_table(self.plan.design, self.entries(self.counts))
        rows = [
            [one.id, one.point, one.seed, self.failed[one.id], self.plan.repeat(one, self.shown_as)]
            for one in self.plan.wanted(self.counts)
            if one.id in self.failed
        ]
        return sweep_table(self.plan.design, jobs, self.plan.compare), jobs, pd.DataFrame(rows, columns=FAILURES)

    def write(self, table: pd.DataFrame, jobs: pd.DataFrame, failures: pd.DataFrame) -> None:
        """Write the tables, and the manifest again."""
        self.store.write_table("jobs.parquet", jobs)
        self.store.write_table("sweep.csv", table)
        self.store.write_manifest(self.final_manifest(failures))

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
