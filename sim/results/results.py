"""What a run returns: frozen tables by grain (weekly, enterprises, loans, lenders, runs), in yuan, with dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.results.run_tables import RunTables, names
from sim.scenario import Scenario, ScenarioSettings

TABLES = ("weekly", "enterprises", "loans", "lenders", "sectors")
"""What every run has; with ``audit`` also ``journal``."""


@dataclass(frozen=True)
class Results:
    """Tables of all runs of one or several arms.

    Attributes
    ----------
    weekly
        One row per arm, seed and step boundary (0 = the start): stocks on that date, flows of the step before it;
        totals of the country.
    enterprises
        One row per arm, seed and enterprise agent; money of one real enterprise. With ``population.results: totals``
        one row for each combination of values that occurs, with the ``number`` of enterprise agents and their sums.
    loans
        One row per application or existing loan; money of one real enterprise. With totals, as for enterprises.
    lenders
        One row per arm, seed and lender at the end; real yuan.
    runs
        One row per arm and seed: status, seconds, digest of the scenario.
    scale
        Real enterprises that each agent stands for.
    scenarios
        The scenario of each arm, by the name of the arm.
    sectors
        One row per arm, seed, step, sector and region: sales of the step and of a normal one [real yuan].
    journal
        One row per arm, seed, step and kind of movement of money, with ``audit`` only: payer, payee, amount in fen.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results: sim.Results = sim.run(scenario, seeds=2, progress=False)
    >>> len(results.runs), results.runs["status"].unique().tolist(), results.totals
    (2, ['done'], False)
    """

    weekly: pd.DataFrame
    enterprises: pd.DataFrame
    loans: pd.DataFrame
    lenders: pd.DataFrame
    runs: pd.DataFrame
    scale: int
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    sectors: pd.DataFrame = field(default_factory=pd.DataFrame)
    journal: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def totals(self) -> bool:
        """Whether the tables of enterprises and loans hold counts, not one row for each."""
        return "number" in self.enterprises

    @property
    def seeds_of_all_arms(self) -> list[int]:
        """Seeds that ended in every arm; none where a whole arm failed."""
        ended = self.runs.loc[self.runs["status"] == "done", "seed"].value_counts()
        return sorted(int(seed) for seed in ended.index[ended == len(self.scenarios)])

    @property
    def labels(self) -> dict[str, str]:
        """Names of sectors, regions and lender groups as figures show them, in English and Chinese."""
        settings = next(iter(self.scenarios.values())).settings if self.scenarios else None
        return {} if settings is None else labels_of(settings)


def labels_of(settings: ScenarioSettings) -> dict[str, str]:
    """Names of sectors, regions, lender groups and products, in English and Chinese."""
    products = {**settings.products, **settings.programme.products, "programme": settings.programme}
    named: dict[str, Any] = {**settings.sectors, **settings.regions, **settings.lenders, **products}
    return {name: " ".join(filter(None, (one.title, getattr(one, "title_zh", "")))) for name, one in named.items()}


def collect(
    runs: Sequence[tuple[str, int, RunTables]], about: pd.DataFrame, scenarios: dict[str, Scenario], scale: int
) -> Results:
    """Put the tables of many runs together, each row named by arm and seed, in the given order."""
    arms = list(scenarios)
    kept = [name for name in (*TABLES, "journal") if all(name in tables for _, _, tables in runs)]
    return Results(
        **{name: stack([(arm, seed, tables[name]) for arm, seed, tables in runs], arms) for name in kept},
        runs=about,
        scale=scale,
        scenarios=scenarios,
    )


def stack(parts: Sequence[tuple[str, int, pd.DataFrame]], arms: Sequence[str]) -> pd.DataFrame:
    """Tables one under the other with ``arm`` and ``seed`` in front."""
    lengths = [len(table) for _, _, table in parts]
    joined = pd.concat([table for _, _, table in parts], ignore_index=True)
    codes = np.repeat([arms.index(arm) for arm, _, _ in parts], lengths)
    joined.insert(0, "arm", names(arms, codes))
    joined.insert(0, "seed", np.repeat(np.array([seed for _, seed, _ in parts], dtype=np.int64), lengths))
    return joined
