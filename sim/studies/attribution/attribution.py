"""Contribution of each property of the programme to an outcome: Shapley values over all subsets, on paired seeds.

A subset of the properties is a programme that has them and is like ordinary bank credit in the others
(``sim.studies.attribution.players``). Its value is the outcome of the run with the same seed, so all subsets share
every draw. The Shapley values of a seed sum to ``v(all) − v(none)`` exactly, because they are fractions, and so do
their means over seeds. The effect of a programme with none of the properties, against no programme at all, is separate:
``step``, and ``effect = step + total``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar

import pandas as pd

from sim.model.model import Engine
from sim.outcomes import mean_interval
from sim.outcomes.apportion import apportion, rounded
from sim.outcomes.table import OF_ARMS
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.problems import did_you_mean
from sim.scenario.seeds import seed_list
from sim.studies.attribution.coalitions import FATES, run_all
from sim.studies.attribution.players import Player, coalition_scenarios, players_of
from sim.studies.attribution.shapley import interactions, main_effects, shapley_values
from sim.studies.replications import refuse_totals

FIGURES = 6
"""Digits to which outcomes that are no counts are given."""


BAND = ["value", "low", "high"]


@dataclass(frozen=True)
class Attribution:
    """Contributions of the properties of the programme to an outcome.

    Attributes
    ----------
    outcome, unit : str
        The outcome that was attributed; fates are in real enterprises.
    players : tuple of Player
        The properties.
    games : dict
        For each seed the value of each coalition, exactly; bit ``i`` of its position is player ``i``.
    reference : dict
        For each seed the value without the programme.
    size : tuple of int
        Enterprise agents in a run, and real ones that each stands for.
    failed : tuple of str
        Runs that failed; their seeds are left out of all numbers.
    """

    scenario: Scenario
    outcome: str
    unit: str
    players: tuple[Player, ...]
    games: dict[int, list[Fraction]]
    reference: dict[int, Fraction]
    size: tuple[int, int]
    failed: tuple[str, ...] = ()

    CONTRIBUTION: ClassVar = ["property", "title", *BAND, "main", "added_first", "taken_last"]
    INTERACTION: ClassVar = ["property", "other", *BAND]

    @cached_property
    def exact(self) -> dict[str, Fraction]:
        """Contribution of each property, mean over seeds, as a fraction; they sum to ``total`` of ``accounts``."""
        if not self.games:
            return {}
        means = [mean_of(values) for values in zip(*self._values, strict=True)]
        return dict(zip((player.name for player in self.players), means, strict=True))

    @cached_property
    def accounts(self) -> dict[str, Fraction]:
        """Exact means over seeds: ``step`` (none of the properties against no programme), ``total``, ``effect``."""
        if not self.games:
            return {}
        step = mean_of([game[0] - self.reference[seed] for seed, game in self.games.items()])
        total = mean_of([game[-1] - game[0] for game in self.games.values()])
        return {"step": step, "total": total, "effect": step + total}

    @cached_property
    def digits(self) -> int:
        """Decimals of the numbers given: none for counts, else six figures."""
        largest = max((abs(value) for value in (*self.exact.values(), *self.accounts.values())), default=Fraction(0))
        return 0 if self.outcome in FATES or not largest else max(0, FIGURES - 1 - math.floor(math.log10(largest)))

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Step, total and effect, row by row: value, low, high; the values add up in the last digit."""
        exact = self.accounts
        if not exact:
            return pd.DataFrame(math.nan, ["step", "total", "effect"], BAND)
        total, effect = (rounded(exact[name], self.digits) for name in ("total", "effect"))
        seeds = {
            "step": [game[0] - self.reference[seed] for seed, game in self.games.items()],
            "total": [game[-1] - game[0] for game in self.games.values()],
            "effect": [game[-1] - self.reference[seed] for seed, game in self.games.items()],
        }
        rows = {"step": effect - total, "total": total, "effect": effect}
        return pd.DataFrame([[float(rows[name]), *self._band(seeds[name])] for name in rows], list(rows), BAND)

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """One row a property: property, title, value, low, high (95 %, Student t over seeds), main (without its part of
        the interactions), added_first (to a programme with none), taken_last (from the whole programme).

        The values sum to the total in the last digit; so do the mains with the interactions.
        """
        if not self.games:
            return missing([[player.name, player.title] for player in self.players], self.CONTRIBUTION)
        values = apportion(list(self.exact.values()), self.accounts["total"], self.digits)
        rows = []
        for place, player in enumerate(self.players):
            first = mean_of([game[1 << place] - game[0] for game in self.games.values()])
            last = mean_of([game[-1] - game[-1 - (1 << place)] for game in self.games.values()])
            ends = self._band([one[place] for one in self._values])
            more = [self._mains[place], rounded(first, self.digits), rounded(last, self.digits)]
            rows.append([player.name, player.title, float(values[place]), *ends, *map(float, more)])
        return pd.DataFrame(rows, columns=self.CONTRIBUTION)

    @cached_property
    def interactions(self) -> pd.DataFrame:
        """One row a pair: property, other, value (Shapley interaction index), low, high."""
        if not self.games:
            pairs = combinations((player.name for player in self.players), 2)
            return missing([list(pair) for pair in pairs], self.INTERACTION)
        each = [interactions(game) for game in self.games.values()]
        rows = []
        for number, (one, other) in enumerate(self._pairs):
            ends = self._band([pairs[one, other] for pairs in each])
            value = float(self._parts[len(self.players) + number])
            rows.append([self.players[one].name, self.players[other].name, value, *ends])
        return pd.DataFrame(rows, columns=self.INTERACTION)

    @cached_property
    def coalitions(self) -> pd.DataFrame:
        """Value of each coalition in each seed, less that without the programme: a column a property, seed, value."""
        members = {
            player.name: [bool(place >> number & 1) for place in range(1 << len(self.players))]
            for number, player in enumerate(self.players)
        }
        if not self.games:
            return pd.DataFrame(columns=[*members, "seed", "value"])
        return pd.concat(
            [
                pd.DataFrame({**members, "seed": seed, "value": [float(v - self.reference[seed]) for v in game]})
                for seed, game in self.games.items()
            ],
            ignore_index=True,
        )

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data, for JSON; ``exact`` has the fractions."""
        return {
            "scenario": self.scenario.name,
            "outcome": self.outcome,
            "unit": self.unit,
            "seeds": list(self.games),
            "total": records(self.totals)[1]["value"],
            "contributions": records(self.contributions),
            "interactions": records(self.interactions),
            "accounts": {str(name): row for name, row in zip(self.totals.index, records(self.totals), strict=True)},
            "exact": {
                **{name: str(value) for name, value in self.accounts.items()},
                "contributions": {name: str(value) for name, value in self.exact.items()},
            },
            "failed": list(self.failed),
        }

    def plot(self):  # type: ignore[no-untyped-def]
        """Waterfall from no programme to the whole programme, as a matplotlib Figure."""
        from sim.figures.attribution_figures import waterfall

        if not self.games:
            raise ValueError("there is no enterprise in the runs, so there is nothing to draw")

        return waterfall(self.contributions, self.totals, self.outcome, self.unit, self.size, len(self.games))

    @cached_property
    def _values(self) -> list[list[Fraction]]:
        """Shapley values of each seed."""
        return [shapley_values(game) for game in self.games.values()]

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], Fraction]:
        """Mean interactions."""
        each = [interactions(game) for game in self.games.values()]
        return {pair: mean_of([one[pair] for one in each]) for pair in each[0]}

    @cached_property
    def _parts(self) -> list[Fraction]:
        """Mains, then interactions, rounded so that they sum to the total."""
        mains = main_effects(list(self.exact.values()), self._pairs)
        return apportion([*mains, *self._pairs.values()], self.accounts["total"], self.digits)

    @property
    def _mains(self) -> list[Fraction]:
        """Main effects, rounded with the interactions."""
        return self._parts[: len(self.players)]

    def _band(self, values: Sequence[Fraction]) -> list[float]:
        """Ends of the interval over seeds."""
        _, low, high = mean_interval([float(value) for value in values])
        return [float(low), float(high)]


def missing(names: Sequence[Sequence[str]], columns: Sequence[str]) -> pd.DataFrame:
    """A table that has names and no numbers: there was no enterprise at all."""
    return pd.DataFrame([[*one, *[math.nan] * (len(columns) - len(one))] for one in names], columns=list(columns))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data, with nothing for what is not defined."""
    rows: list[dict[Any, Any]] = table.to_dict(orient="records")
    return [{str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()} for row in rows]


def mean_of(values: Sequence[Fraction]) -> Fraction:
    """Mean of fractions, exactly."""
    return sum(values, Fraction(0)) / len(values)


def attribute(
    scenario: Scenario,
    outcome: str = "net_saved",
    *,
    seeds: int | Sequence[int] = 20,
    seed: int = 1,
    players: Iterable[Player | str] | None = None,
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> Attribution:
    """Attribute an outcome to the properties of the programme.

    Parameters
    ----------
    scenario
        A scenario whose programme is enabled.
    outcome
        ``net_saved``, ``saved``, ``harmed`` (real enterprises, against no programme), or an outcome of each run that is
        in the table of a comparison and exists without the programme too: ``jobs_million``, ``exit_share`` …
    seeds, seed
        Number of seeds and the first of them, or the seeds themselves.
    players
        Properties: ``"speed"`` names a default one, ``"name:key=value,key=value"`` writes another one.
    engine, jobs, progress
        As in :func:`sim.studies.replications.replicate`.

    Returns
    -------
    Attribution
        ``contributions``, ``interactions`` and ``totals`` are its tables; ``plot()`` draws the waterfall.

    Raises
    ------
    ScenarioError
        If the outcome, a player or the scenario does not allow it.
    RuntimeError
        If every seed has a run that failed.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> found = sim.attribute(scenario, "saved", seeds=2, players=["speed", "price"], progress=False)
    >>> found.contributions["property"].tolist(), found.totals.index.tolist()
    (['speed', 'price'], ['step', 'total', 'effect'])
    """
    numbers = seed_list(seeds, seed)
    units = {one.key: one.unit for one in OF_ARMS} | dict.fromkeys(FATES, "enterprises")
    if outcome not in units:
        words = f"unknown outcome {outcome}{did_you_mean(outcome, units)}; known: {', '.join(units)}"
        raise ScenarioError([Problem(Place("--outcome"), words)])
    refuse_totals([scenario], "attribution")
    everybody = players_of(players)
    coalitions = coalition_scenarios(scenario, everybody)
    reference = scenario.set({"programme.enabled": False})
    runs = run_all(reference, coalitions, numbers, outcome, engine, jobs, progress)
    digests = [reference.digest, *(one.digest for one in coalitions)]
    whole = [one for one in numbers if all((digest, one) in runs.values for digest in digests)]
    if not whole and runs.failed:
        raise RuntimeError(runs.failed[0])
    games = {one: [runs.values[each.digest, one] for each in coalitions] for one in whole}
    levels = {one: runs.values[reference.digest, one] for one in whole}
    return Attribution(
        scenario, outcome, units[outcome], everybody, games, levels, (runs.agents, runs.scale), tuple(runs.failed)
    )
