"""Sweeps: many variants of a scenario on the same seeds, streamed to disk, resumable, here or on a cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.model import Engine
from sim.outcomes.table import OF_ARMS, OF_PAIRS
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.firms import firms_of
from sim.scenario.seeds import OF_SAMPLES, one_seed, seed_list
from sim.studies.comparison import arms_of
from sim.studies.memory import Footprint, memory_limit
from sim.studies.sweep import estimate as needs
from sim.studies.sweep.designs import Design, make_factors, plain, resolve
from sim.studies.sweep.execution import Execution
from sim.studies.sweep.plan import Arms, Plan, Until, check_outcome
from sim.studies.sweep.samples import make_design
from sim.studies.sweep.sensitivity import sensitivity, swings
from sim.studies.sweep.store import Store
from sim.studies.sweep.tables import Cubes, by_seed, points_table


@dataclass(frozen=True)
class Sweep:
    """Results of a sweep.

    Attributes
    ----------
    scenario, design, compare
        The scenario, the design of the variants, and whether a point is a comparison.
    table
        One row for each point and outcome, as in ``sweep.csv``.
    jobs
        One row for each point and seed, as in ``jobs.parquet``.
    failures
        Jobs that failed: the reason, and the command that repeats the job.
    recomputed, kept
        Number of jobs run this time, and of jobs taken over from an interrupted sweep.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> vary = {"programme.decision_days": [3, 30]}
    >>> found: sim.Sweep = sim.sweep(scenario, vary, seeds=2, executor="series", progress=False)
    >>> found.points["programme.decision_days"].tolist(), len(found.outcome("saved_thousand"))
    ([3, 30], 2)
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
        """One row for each point, with the values of the settings that vary."""
        return points_table(self.design)

    def outcome(self, outcome: str) -> pd.DataFrame:
        """Rows of one outcome, one for each point.

        Raises
        ------
        ScenarioError
            If there is no such outcome.
        """
        check_outcome(outcome, self.compare)
        return self.table[self.table["outcome"] == outcome].reset_index(drop=True)

    def sensitivity(self, outcome: str) -> pd.DataFrame:
        """Sobol or Morris indices of an outcome: see :func:`sim.studies.sweep.sensitivity.sensitivity`."""
        return sensitivity(self.design, self.outcome(outcome)["mean"].to_numpy(np.float64))

    def swings(self, outcome: str) -> pd.DataFrame:
        """Effect of each setting alone (design ``oat``): see :func:`sim.studies.sweep.sensitivity.swings`."""
        cubes = Cubes(self.jobs, len(self.design.points))
        means = self.outcome(outcome)["mean"].to_numpy(np.float64)
        return swings(self.design, means, by_seed(outcome, cubes, self.compare))

    def figure(self, outcome: str) -> Any:
        """The figure that suits the design: map of two settings, swings, or indices; None for other designs."""
        from sim.figures import sweep_figures

        rows, design = self.outcome(outcome), self.design
        unit, title = str(rows["unit"].iloc[0]), title_of(outcome, self.compare)
        caption = f"Seeds at each point: {int(rows['seeds'].max())}."
        if design.name == "grid" and len(design.factors) == 2:
            across, up = design.keys()
            base = tuple(plain(factor.base) for factor in design.factors)
            return sweep_figures.heatmap(rows, across, up, title=title, unit=unit, base=base, caption=caption)
        if design.name == "oat":
            return sweep_figures.tornado(self.swings(outcome), title=title, unit=unit, caption=caption)
        if design.name in ("sobol", "morris"):
            caption = f"Points: {len(design.points):,}. {caption}"
            return sweep_figures.indices(self.sensitivity(outcome), title=title, unit=unit, caption=caption)
        return None


def title_of(outcome: str, compare: bool) -> str:
    """What an outcome is called, and that it is a difference where it is one."""
    label = next(one.label for one in (*OF_ARMS, *OF_PAIRS) if one.key == outcome)
    return f"{label}: with the programme − without" if compare and outcome in {o.key for o in OF_ARMS} else label


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
    """Run a scenario at many points of its settings, with the same seeds at each.

    Parameters
    ----------
    scenario
        The scenario to vary.
    vary
        Values of each setting by dotted path: a list, or a range as text, ``"low:high"`` (``"low:high:n"`` on a grid).
    seeds, seed
        Number of seeds and the first of them, or the seeds themselves.
    design, samples, sample_seed
        As in :func:`sim.studies.sweep.samples.make_design`.
    compare
        Whether a point is a paired comparison with and without the programme, or a run.
    until, max_seeds
        Outcome and half-width: at each point, batches of ``seeds`` are added until the 95 % interval of the outcome is
        that narrow, or ``max_seeds`` are reached.
    executor
        ``"series"``, ``"threads"``, ``"processes"``, or any executor of the ``concurrent.futures`` kind (of a cluster);
        by default in series when the estimate is short, else processes.
    jobs
        Jobs at a time; never more than cores.
    engine
        ``"compiled"`` or ``"mesa"``.
    out
        Folder that stores every finished job; by default nothing is stored.
    resume, overwrite
        Continue with the jobs that the folder holds, or clear it first.
    progress
        Whether to show the estimate and a bar on standard error.

    Returns
    -------
    Sweep
        Tables of all points; ``figure(outcome)`` draws them.

    Raises
    ------
    ScenarioError
        For bad input (every bad point at once), sweeps that cannot fit into memory, and a folder in which another
        process is at work, before anything is run.
    SweepStoppedError
        If the folder or the executor is gone in the middle; what was done is kept, and ``resume`` goes on.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> vary = {"programme.decision_days": [3, 30]}
    >>> found = sim.sweep(scenario, vary, seeds=2, executor="series", progress=False)
    >>> len(found.points), len(found.jobs), len(found.failures)
    (2, 4, 0)
    """
    numbers, sample_seed = seed_list(seeds, seed), one_seed(sample_seed, "sample_seed", OF_SAMPLES)
    firms_of(scenario.settings)  # refuses a firm table that is not at hand
    factors = make_factors(scenario, vary)
    made = make_design(factors, design, samples, sample_seed)
    stop = Until(*until, max_seeds) if until else None
    if stop is not None:
        stop.check(compare, numbers)
    limit = memory_limit()
    needs.check_jobs(len(made.points) * (max_seeds if stop else len(numbers)), limit)
    arms: Arms = arms_of if compare else lambda one: {"run": one}
    plan = Plan(scenario, made, resolve(scenario, made, arms), compare, tuple(numbers), stop, engine, arms)
    footprints = needs.footprints_of(plan, limit)
    large = _too_large(footprints, limit)
    with ExitStack() as stack:
        folder = Path(out) if out else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tideover-sweep-")))
        store = Store(folder)
        stack.callback(store.close)
        store.open(resume, overwrite)
        shown_as = str(folder / "scenario.yaml") if out else scenario.name
        work = Execution(plan, store, executor, jobs, progress, footprints, large, shown_as)
        work.start()
        work.run()
        table, rows, failures = work.tables()
        if out:
            work.write(table, rows, failures)
    return Sweep(scenario, made, compare, table, rows, failures, work.ran, work.kept)


def _too_large(footprints: list[Footprint], limit: int) -> dict[int, str]:
    """Points that do not fit into memory, each with the reason.

    Raises
    ------
    ScenarioError
        If no point fits.
    """
    found = {point: why for point, one in enumerate(footprints) if (why := needs.too_large(one, limit))}
    if found and len(found) == len(footprints):
        raise ScenarioError([Problem(Place("sweep"), next(iter(found.values())))])
    return found
