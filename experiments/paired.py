"""What the experiments share: runs on paired seeds of which only one row of numbers a seed is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

import sim
from sim import outcomes
from sim.outcomes import mean_interval, ratio_interval

AGENTS_AT_A_TIME = 200_000
"""Enterprise agents whose tables are in memory at a time."""

Exits = npt.NDArray[np.bool_]


@dataclass
class Paired:
    """Policies against one reference on the same seeds; every scenario and seed is run once.

    Attributes
    ----------
    reference
        What others are taken from.
    seeds
        The seeds.
    jobs
        Runs at a time; none = as many as cores.
    """

    reference: sim.Scenario
    seeds: Sequence[int]
    jobs: int | None = None
    rows: dict[tuple[str, int], dict[str, float]] = field(default_factory=dict)
    exits: dict[int, Exits] = field(default_factory=dict)
    runs: int = 0

    def numbers(self, scenario: sim.Scenario, seeds: Sequence[int] | None = None) -> pd.DataFrame:
        """A row a seed: levels of the scenario, and ``saved``, ``harmed``, ``net_saved`` against the reference."""
        asked = list(self.seeds if seeds is None else seeds)
        self._run(self.reference, asked)
        self._run(scenario, asked)
        return pd.DataFrame([self.rows[scenario.digest, seed] for seed in asked], index=asked)

    def effect(self, scenario: sim.Scenario, seeds: Sequence[int] | None = None) -> pd.DataFrame:
        """A row a seed: numbers of the scenario less those of the reference."""
        return self.numbers(scenario, seeds) - self.numbers(self.reference, seeds)

    def _run(self, scenario: sim.Scenario, seeds: Sequence[int]) -> None:
        """Run the seeds that are missing, some at a time."""
        missing = [seed for seed in seeds if (scenario.digest, seed) not in self.rows]
        most = max(1, AGENTS_AT_A_TIME // max(1, scenario.settings.population.enterprises))
        for place in range(0, len(missing), most):
            some = missing[place : place + most]
            results = sim.run(scenario, seeds=some, jobs=self.jobs, progress=False)
            self.runs += len(some)
            for seed, row in rows_of(results, self.exits):
                self.rows[scenario.digest, seed] = row


def rows_of(results: sim.Results, exits: dict[int, Exits]) -> Iterator[tuple[int, dict[str, float]]]:
    """The numbers of each run; the first run of a seed is remembered as the reference."""
    found = outcomes.run_outcomes(results).set_index("seed")
    cost = outcomes.fiscal_cost(results).set_index("seed").drop(columns="arm")
    for seed, part in results.enterprises.groupby("seed", sort=False):
        number = int(str(seed))
        closed = part["event"].to_numpy(bool)
        before = exits.setdefault(number, closed)
        saved, harmed = (float((a & ~b).sum()) * results.scale for a, b in ((before, closed), (closed, before)))
        row = {str(key): float(value) for key, value in found.drop(columns="arm").loc[number].items()}
        row |= {str(key): float(value) for key, value in cost.loc[number].items()}
        row |= {
            "enterprises": float(len(part)) * results.scale,
            "saved": saved,
            "harmed": harmed,
            "net_saved": saved - harmed,
            **jobs_of(results, number),
        }
        row |= {"queue_deaths": queue_deaths(part) * results.scale, **refused_shares(results.loans, number)}
        yield number, row


def queue_deaths(enterprises: pd.DataFrame) -> float:
    """Enterprises that closed while an application was under way [agents]."""
    return float(((enterprises["died_waiting"].astype("str") != "") & enterprises["event"]).sum())


def jobs_of(results: sim.Results, seed: int) -> dict[str, float]:
    """Jobs at the end of the run and job-years in it, the run-off left out."""
    calendar = next(iter(results.scenarios.values())).settings.calendar
    days = calendar.step_days
    weekly = results.weekly[results.weekly["seed"] == seed]
    inside = weekly[weekly["step"] <= calendar.weeks * 7 // days]["jobs"].to_numpy(np.float64)
    return {"jobs": float(inside[-1]), "job_years": float(inside[:-1].sum() * days / 365.0)}


def refused_shares(loans: pd.DataFrame, seed: int) -> dict[str, float]:
    """Programme applications refused for their price and for lack of collateral, of those decided."""
    mine = loans[(loans["seed"] == seed) & loans["programme"].to_numpy(bool) & loans["decided_date"].notna().to_numpy()]
    reason = mine["reason"].astype("str")
    return {f"refused_{name}": float((reason == name).mean()) for name in ("price", "no_collateral")}


def band(values: npt.ArrayLike) -> tuple[float, float, float]:
    """Mean over seeds and its 95 % band."""
    middle, low, high = mean_interval(values)
    return float(middle), float(low), float(high)


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> tuple[float, float, float]:
    """Ratio of the means over seeds and its 95 % band."""
    return ratio_interval(above, below)


def with_band(values: tuple[float, float, float], unit: str = "", factor: float = 1.0) -> str:
    """A mean and its band as text."""
    middle, low, high = (outcomes.format_number(value * factor, unit) for value in values)
    return f"{middle} ({low} … {high})"
