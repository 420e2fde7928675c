"""Running the coalitions of an attribution: batch by batch, of which only the outcome of each run is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sim.model.model import Engine
from sim.outcomes import run_outcomes
from sim.results import Results
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.studies.progress import tqdm
from sim.studies.replications import replicate

FATES = {"net_saved": (1, -1), "saved": (1, 0), "harmed": (0, 1)}
"""Outcomes against no programme: how saved and harmed enterprises count."""

BATCH_RUNS = 16
"""Runs whose tables are in memory at a time."""

Key = tuple[str, int]
"""Digest of a scenario, seed."""


def run_all(
    reference: Scenario,
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    outcome: str,
    engine: Engine,
    jobs: int | None,
    progress: bool,
) -> Runs:
    """The outcome of every scenario and seed; equal scenarios run once, the reference first."""
    distinct = {one.digest: one for one in (reference, *scenarios)}
    runs = Runs(outcome)
    with tqdm(total=len(distinct) * len(seeds), unit="run", disable=not progress, leave=False) as bar:
        for batch, some in batches(distinct, reference.digest, seeds):
            runs.take(batch, some, engine, jobs)
            bar.update(len(batch) * len(some))
    return runs


def batches(
    scenarios: Mapping[str, Scenario], first: str, seeds: Sequence[int]
) -> Iterator[tuple[dict[str, Scenario], list[int]]]:
    """Scenarios and seeds of each batch of runs, the reference before the others."""
    most = max(1, BATCH_RUNS // max(1, len(seeds)))
    others = [digest for digest in scenarios if digest != first]
    groups = [[first], *(others[place : place + most] for place in range(0, len(others), most))]
    for group in groups:
        for place in range(0, len(seeds), BATCH_RUNS):
            yield {digest: scenarios[digest] for digest in group}, list(seeds[place : place + BATCH_RUNS])


@dataclass
class Runs:
    """What is kept of the runs: the outcome of each, and who exits without the programme."""

    outcome: str
    values: dict[Key, Fraction] = field(default_factory=dict)
    exits: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    agents: int = 0
    scale: int = 1

    def take(self, scenarios: Mapping[str, Scenario], seeds: Sequence[int], engine: Engine, jobs: int | None) -> None:
        """Run a batch and keep its numbers."""
        try:
            results = replicate(scenarios, seeds, engine=engine, jobs=jobs, progress=False)
        except RuntimeError as error:
            self.failed += [f"seed {seed}: {error}" for seed in seeds]
            return
        broken = results.runs[results.runs["status"] != "done"]
        self.failed += [f"seed {row.seed}: {row.failure}" for row in broken.itertuples()]
        self.scale = results.scale
        if results.enterprises.empty:
            return  # nothing is defined where there is no enterprise at all
        for key, value in (self.of_fates(results) if self.outcome in FATES else self.of_runs(results)).items():
            self.values[key] = value

    def of_fates(self, results: Results) -> dict[Key, Fraction]:
        """Saved, harmed or net of each run against the one without the programme, which comes first."""
        found = {}
        saved, harmed = FATES[self.outcome]
        frame = results.enterprises
        for (arm, seed), part in frame.groupby(["arm", "seed"], observed=True, sort=False)["event"]:
            event = part.to_numpy(bool)
            before = self.exits.setdefault(int(seed), event)
            self.agents = len(event)
            count = saved * int((before & ~event).sum()) + harmed * int((event & ~before).sum())
            found[str(arm), int(seed)] = Fraction(count * results.scale)
        return found

    def of_runs(self, results: Results) -> dict[Key, Fraction]:
        """An outcome of each run as the fraction that its floating-point number is."""
        found = {}
        self.agents = int(results.enterprises.groupby(["arm", "seed"], observed=True).size().max())
        for row in run_outcomes(results)[["arm", "seed", self.outcome]].itertuples(index=False):
            value = float(row[2])
            if not math.isfinite(value):
                words = (
                    f"{self.outcome} is not defined in every run (there may be no such loan): choose another outcome"
                )
                raise ScenarioError([Problem(Place("--outcome"), words)])
            found[str(row[0]), int(row[1])] = Fraction(value)
        return found
