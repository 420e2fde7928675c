"""What a sweep wants: its design, digests, seeds; which jobs that makes and how to repeat one of them."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.model.model import Engine
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.problems import did_you_mean
from sim.scenario.seeds import one_seed
from sim.studies.sweep.designs import Design, plain
from sim.studies.sweep.jobs import Job, job_id, settings_text
from sim.studies.sweep.sources import rules_digest
from sim.studies.sweep.tables import outcome_keys
from sim.version import VERSION

Arms = Callable[[Scenario], Mapping[str, Scenario]]


def check_outcome(outcome: str, compare: bool, where: str = "--outcome") -> None:
    """Refuse an outcome that there is not.

    Raises
    ------
    ScenarioError
        With those that there are.
    """
    known = outcome_keys(compare)
    if outcome not in known:
        text = f"unknown outcome {outcome}{did_you_mean(outcome, known)}; known: {', '.join(known)}"
        raise ScenarioError([Problem(Place(where), text)])


@dataclass(frozen=True)
class Until:
    """A stated precision: seeds are added at a point until the interval of the outcome is this narrow."""

    outcome: str
    half_width: float
    most: int

    def check(self, compare: bool, numbers: Sequence[int]) -> None:
        """Refuse an unknown outcome and numbers that make no sense."""
        check_outcome(self.outcome, compare, "--until")
        problems, seeds = [], len(numbers)
        one_seed(max(numbers) + max(0, self.most - seeds), f"the last of {self.most} seeds")
        if not self.half_width > 0:
            problems.append("the half-width must be above 0")
        if seeds < 2:
            problems.append("a half-width needs at least 2 seeds to begin with")
        if self.most < seeds:
            problems.append(f"at most {self.most} seeds is fewer than the {seeds} to begin with")
        if problems:
            raise ScenarioError([Problem(Place("--until"), text) for text in problems])


@dataclass(frozen=True)
class Wanted:
    """A job by name: what the runner passes round before it is needed."""

    id: str
    point: int
    seed: int


@dataclass(frozen=True, eq=False)
class Plan:
    """All that decides a sweep's tables."""

    scenario: Scenario
    design: Design
    digests: list[dict[str, str]]
    compare: bool
    seeds: tuple[int, ...]
    until: Until | None
    engine: Engine
    arms: Arms

    @property
    def id(self) -> str:
        """Hash of the design, the resolved scenarios, the seeds and the version."""
        stop = [self.until.outcome, self.until.half_width, self.until.most] if self.until else None
        rows = [self.design.name, self.design.samples, self.design.seed, list(self.design.rows), self.design.keys()]
        digests = [list(one.items()) for one in self.digests]
        text = json.dumps([rows, digests, list(self.seeds), stop, VERSION, rules_digest()])
        return hashlib.sha256(text.encode()).hexdigest()

    def seed_at(self, place: int) -> int:
        """The seed in a place of the order in which they are taken; the same at every point."""
        beyond = place - len(self.seeds)
        return self.seeds[place] if beyond < 0 else max(self.seeds) + 1 + beyond

    def more(self, count: int) -> int:
        """Seeds at a point after one batch more."""
        return min(count + len(self.seeds), self.until.most if self.until else count)

    def wanted(self, counts: Sequence[int]) -> list[Wanted]:
        """Jobs that so many seeds at each point make."""
        return [
            Wanted(job_id(self.digests[point], seed), point, seed)
            for point, count in enumerate(counts)
            for seed in (self.seed_at(place) for place in range(count))
        ]

    def job(self, wanted: Wanted) -> Job:
        """What a worker is sent."""
        return Job(wanted.id, wanted.point, wanted.seed, self.texts(wanted.point), self.engine)

    def texts(self, point: int) -> tuple[tuple[str, str], ...]:
        """Resolved settings of each arm at a point."""
        return _texts(self, point)

    def repeat(self, wanted: Wanted, scenario: str) -> str:
        """The command that runs one job by itself."""
        changes = " ".join(
            shlex.quote(f"--set={key}={_written(value)}") for key, value in self.design.changes(wanted.point).items()
        )
        verb = "compare" if self.compare else "run"
        return f"tideover {verb} {shlex.quote(scenario)} {changes} --seeds 1 --seed {wanted.seed}"

    def manifest(self) -> dict[str, Any]:
        """What is wanted, for the manifest: nothing personal, no paths."""
        design = self.design
        return {
            "id": self.id,
            "scenario": {"name": self.scenario.name, "digest": self.scenario.digest},
            "point": "comparison with and without the programme" if self.compare else "run",
            "design": {"name": design.name, "samples": design.samples, "seed": design.seed},
            "vary": [
                {"key": f.key, "role": f.role, "kind": f.kind, "values": [plain(v) for v in f.values], "count": f.count}
                for f in design.factors
            ],
            "points": len(design.points),
            "seeds": list(self.seeds),
            "until": vars(self.until) if self.until else None,
            "digests": self.digests,
            "versions": {"tideover": VERSION, "rules": rules_digest()},
        }


@lru_cache(maxsize=64)
def _texts(plan: Plan, point: int) -> tuple[tuple[str, str], ...]:
    arms = plan.arms(plan.scenario.set(plan.design.changes(point)))
    return tuple((name, settings_text(one)) for name, one in arms.items())


def _written(value: Any) -> str:
    """A value as ``--set`` reads it."""
    value = plain(value)
    return json.dumps(value) if isinstance(value, bool) or value is None else str(value)
