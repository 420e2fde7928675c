"""Comparisons on paired seeds: with and without the programme, or one scenario against others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim import outcomes
from sim.model.model import Engine
from sim.results import Results
from sim.scenario import Place, Problem, Scenario, ScenarioError, with_firms
from sim.scenario.scale import scale_of
from sim.scenario.seeds import seed_list
from sim.studies.replications import replicate

WITH, WITHOUT = "with", "without"


def arms_of(scenario: Scenario, alternatives: Sequence[Scenario] = ()) -> dict[str, Scenario]:
    """The arms of a comparison: with and without the programme, or the scenario and its alternatives by name.

    Raises
    ------
    ScenarioError
        If there is no programme to take away, two scenarios have the same name, or their runs cannot be paired.
    """
    if not alternatives:
        if not scenario.settings.programme.enabled:
            refuse(scenario, "programme.enabled", "no programme to take away: give a second scenario to compare with")
        return {WITH: scenario, WITHOUT: scenario.set({"programme.enabled": False})}
    every = [scenario, *alternatives]
    named = {one.name: one for one in every}
    if len(named) < len(every):
        refuse(scenario, "", "two of the compared scenarios have the same name; rename one file")
    for other in alternatives:
        refuse_unpaired(scenario, other)
    return named


def refuse_unpaired(scenario: Scenario, other: Scenario) -> None:
    """Refuse scenarios whose runs cannot be paired because enterprises, dates or steps differ."""
    for path in (
        "calendar",
        "population.enterprises",
        "population.scale",
        "population.entry_rate_yearly",
        "population.results",
    ):
        if scenario.get(path) != other.get(path):
            refuse(other, path, f"differs from {scenario.name}: arms need the same enterprises over the same dates")
    if scale_of(scenario.settings) != scale_of(other.settings):
        refuse(other, "kinds", f"give another scale than {scenario.name}: set population.scale in both")


def refuse(scenario: Scenario, key: str, text: str) -> None:
    """Refuse a comparison with a message like that for other bad input."""
    raise ScenarioError([Problem(Place(scenario.name), text, key)])


@dataclass(frozen=True)
class Comparison:
    """Arms that were run on paired seeds, and the outcomes of comparing them.

    Attributes
    ----------
    results : Results
        Tables of all runs; the first arm is compared with the others.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> comparison = sim.compare(scenario, seeds=2, progress=False)
    >>> isinstance(comparison, sim.Comparison), list(comparison.results.scenarios)
    (True, ['with', 'without'])
    """

    results: Results

    def summary(self) -> pd.DataFrame:
        """Every outcome by arm, the paired difference and its 95 % band: see :func:`sim.outcomes.summary`."""
        return outcomes.summary(self.results)

    def fates(self, by: str | None = None) -> pd.DataFrame:
        """Counts and shares of the fates of enterprises, by seed and group: see :func:`sim.outcomes.fates`."""
        return outcomes.fates(self.results.enterprises, by, scale=self.results.scale)

    def survival(self, by: str | None = None) -> pd.DataFrame:
        """Survival function by arm and group with its 95 % band: see :func:`sim.outcomes.survival`."""
        return outcomes.survival(self.results.enterprises, by)

    @property
    def plot(self) -> Plots:
        """Figures of the comparison, for example ``comparison.plot.survival()``."""
        return Plots(self.results)


@dataclass(frozen=True)
class Plots:
    """Figures of results. Each method returns a matplotlib Figure and shows nothing."""

    results: Results

    def survival(self, by: str | None = None):  # type: ignore[no-untyped-def]
        """Survival functions with bands and numbers in business."""
        from sim import figures

        return figures.survival(self.results, by, labels=self.results.labels)

    def difference(self):  # type: ignore[no-untyped-def]
        """Difference in survival of the arms over time, with its paired band."""
        from sim import figures

        return figures.difference(self.results)

    def loans(self, by: str = "lender_group"):  # type: ignore[no-untyped-def]
        """Weekly loan volume of each arm, stacked by group, on the same scale."""
        from sim import figures

        return figures.loans(self.results, by, labels=self.results.labels)

    def fates(self, by: str | None = None):  # type: ignore[no-untyped-def]
        """Fates of enterprises."""
        from sim import figures

        return figures.fates(self.results, by, labels=self.results.labels)

    def who_benefits(self):  # type: ignore[no-untyped-def]
        """Enterprises saved by kind, sector and size."""
        from sim import figures

        return figures.who_benefits(self.results, labels=self.results.labels)

    def runway(self):  # type: ignore[no-untyped-def]
        """Distribution of cash runways at the start."""
        from sim import figures

        return figures.runway(self.results.enterprises, labels=self.results.labels)

    def time_to_money(self):  # type: ignore[no-untyped-def]
        """Days from application to money."""
        from sim import figures

        return figures.time_to_money(self.results.loans, labels=self.results.labels)

    def vintages(self):  # type: ignore[no-untyped-def]
        """Losses of new loans by age, one curve for each month of payout."""
        from sim import figures

        return figures.vintages(self.results, labels=self.results.labels)


def compare(
    scenario: Scenario,
    *alternatives: Scenario,
    seeds: int | Sequence[int] = 20,
    seed: int = 1,
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
    firms: str | Path | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run a scenario with and without its programme, or against alternatives, on paired seeds.

    Parameters
    ----------
    scenario, alternatives
        Scenarios. Without alternatives the second arm is the scenario without its programme.
    seeds
        Number of seeds, or the seeds themselves.
    seed
        First seed when ``seeds`` is a number.
    engine, jobs, progress, watch
        As in :func:`sim.studies.replications.replicate`.
    firms
        A table of enterprises (.csv, .parquet, .dta) that replaces the drawn ones in every arm. The ``firms`` settings
        of each scenario say how it is read. For other uses, ``sim.with_firms(scenario, path)`` returns such a scenario.

    Returns
    -------
    Comparison
        Its ``summary()``, ``fates()``, ``survival()`` and ``plot`` give tables and figures; ``results`` has all tables.

    Raises
    ------
    ScenarioError
        If there is no programme to take away, or the scenarios cannot be paired.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> comparison = sim.compare(scenario, seeds=2, progress=False)
    >>> comparison.fates()["fate"].unique().tolist()
    ['saved', 'survived_anyway', 'lost_either_way', 'harmed']
    """
    if firms is not None:
        scenario, *rest = [with_firms(one, firms) for one in (scenario, *alternatives)]
        alternatives = tuple(rest)
    arms = arms_of(scenario, alternatives)
    results = replicate(arms, seed_list(seeds, seed), engine=engine, jobs=jobs, progress=progress, watch=watch)
    return Comparison(results)
