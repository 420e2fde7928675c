"""The properties of the programme as players: what each is in the programme and what it is in ordinary bank credit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.problems import did_you_mean
from sim.scenario.schema_finance import Product, ProgrammeProduct
from sim.scenario.yaml_file import parse

MOST_PLAYERS = 10
"""1,024 coalitions."""


@dataclass(frozen=True)
class AsBank:
    """The value that the scenario's ordinary bank credit has for a term of a loan product."""

    term: str

    def of(self, scenario: Scenario) -> Any:
        """The value in a scenario."""
        return getattr(ordinary_credit(scenario), self.term)


@dataclass(frozen=True)
class MembersWithBranches:
    """The members that can serve anybody in a branch: an online bank has no branches and drops out."""

    def of(self, scenario: Scenario) -> Any:
        """The value in a scenario."""
        lenders = scenario.settings.lenders
        return tuple(name for name in scenario.settings.programme.members if lenders[name].branch_capacity_weekly > 0)


@dataclass(frozen=True)
class Player:
    """One property of the programme.

    Attributes
    ----------
    name : str
        Name in tables and on the command line.
    title : str
        Name on figures.
    absent : mapping
        Settings of a programme without the property, by dotted path; with it they are as in the scenario.
    """

    name: str
    title: str
    absent: Mapping[str, Any] = field(default_factory=dict)


def terms_of_bank(*names: str) -> dict[str, Any]:
    """Terms of the programme that are as in ordinary bank credit."""
    return {f"programme.{name}": AsBank(name) for name in names}


DEFAULT_PLAYERS = (
    Player("no_collateral", "no collateral", {"programme.collateral_required": True}),
    Player("speed", "speed", terms_of_bank("decision_days", "payout_days")),
    Player("remote", "remote channel", {"programme.channel": "branch", "programme.members": MembersWithBranches()}),
    Player("data", "transaction data", {"programme.information": "statements"}),
    Player("price", "price", terms_of_bank("rate_yearly", "rate_discount_share", "rate_ceiling_yearly")),
    Player("size", "size of loans", terms_of_bank("loan_cap_yuan", "loan_cap_share")),
)
"""Price is the posted rate, its discount and the rate above which the lender refuses; size is the largest loan, in yuan
and as a share of turnover. Grace, term, members with branches, quotas and envelope are the programme's in every
coalition."""


def ordinary_credit(scenario: Scenario) -> Product:
    """The product an enterprise without collateral gets from a bank: the scenario's first without collateral, else the
    first, else the schema's defaults.
    """
    products = list(scenario.settings.products.values())
    unsecured = [product for product in products if not product.collateral_required]
    return next(iter([*unsecured, *products]), None) or Product(title="Ordinary bank credit")


def absent_settings(scenario: Scenario, player: Player) -> dict[str, Any]:
    """Settings of a scenario without the property; terms of the programme change in its further products too."""
    absent = {path: value.of(scenario) if hasattr(value, "of") else value for path, value in player.absent.items()}
    further = [f"programme.products.{name}" for name in scenario.settings.programme.products]
    for path, value in list(absent.items()):
        group, _, term = path.rpartition(".")
        if group == "programme" and term in ProgrammeProduct.model_fields:
            absent |= {f"{product}.{term}": value for product in further if f"{product}.{term}" not in absent}
    return absent


def player_of(text: str, place: Place = Place("--player")) -> Player:  # noqa: B008
    """A player as written on the command line: ``name:key=value,key=value``, or the name of a default one.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    name, colon, written = text.partition(":")
    name = name.strip()
    if not colon:
        known = {player.name: player for player in DEFAULT_PLAYERS}
        if name not in known:
            near = did_you_mean(name, known)
            words = f"unknown property {name}{near}; known: {', '.join(known)}; or write name:key=value"
            raise ScenarioError([Problem(place, words)])
        return known[name]
    pairs = [pair.partition("=") for pair in split_pairs(written)]
    if not name or not pairs or not all(equals and key.strip() and value.strip() for key, equals, value in pairs):
        raise ScenarioError(
            [Problem(place, f"{text}: write name:key=value,key=value, the values without the property")]
        )
    absent = {key.strip(): parse(value.strip(), place.file).plain() for key, _, value in pairs}
    return Player(name, name.replace("_", " "), absent)


def split_pairs(text: str) -> list[str]:
    """Parts between commas that stand outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for mark in text:
        quote = "" if mark == quote else quote or (mark if mark in "'\"" else "")
        depth += 0 if quote else (mark in "[{") - (mark in "]}")
        if mark == "," and not quote and depth <= 0:
            parts.append("")
        else:
            parts[-1] += mark
    return [part for part in parts if part.strip()]


def players_of(given: Iterable[Player | str] | None) -> tuple[Player, ...]:
    """The players asked for, the default ones unless given.

    Raises
    ------
    ScenarioError
        If two have the same name, or there are none or too many.
    """
    players = tuple(player_of(one) if isinstance(one, str) else one for one in given or DEFAULT_PLAYERS)
    names = [player.name for player in players]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    problems = [f"two properties are called {name}" for name in twice]
    if len(players) > MOST_PLAYERS:
        problems.append(
            f"{len(players)} properties have {2 ** len(players):,} subsets; at most {MOST_PLAYERS} can be attributed"
        )
    if problems:
        raise ScenarioError([Problem(Place("--player"), text) for text in problems])
    return players


def coalition_scenarios(scenario: Scenario, players: Sequence[Player]) -> list[Scenario]:
    """The scenario of each coalition by its bit mask: what is not in it is as in ordinary bank credit.

    Raises
    ------
    ScenarioError
        If there is no programme, a setting is unknown or its value refused, or two properties want different values of
        one setting, so that a programme without both is not defined.
    """
    if not scenario.settings.programme.enabled:
        text = "no programme whose properties could be attributed; switch it on"
        raise ScenarioError([Problem(Place(scenario.name), text, "programme.enabled")])
    absent = [absent_settings(scenario, player) for player in players]
    for settings in absent:
        scenario.set(settings)
    problems = contradictions(players, absent)
    if problems:
        raise ScenarioError(problems)
    found = []
    for coalition in range(1 << len(players)):
        missing = [settings for place, settings in enumerate(absent) if not coalition >> place & 1]
        changes = {path: value for settings in missing for path, value in settings.items()}
        found.append(scenario.set(changes) if changes else scenario)
    return found


def contradictions(players: Sequence[Player], absent: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Settings to which two properties give different values."""
    seen: dict[str, tuple[str, Any]] = {}
    problems = []
    for player, settings in zip(players, absent, strict=True):
        for path, value in settings.items():
            name, other = seen.setdefault(path, (player.name, value))
            if other != value:
                words = f"{name} and {player.name} set it to different values; make them one property"
                problems.append(Problem(Place("--player"), words, path))
    return problems
