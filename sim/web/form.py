"""What a visitor asks: a scenario, settings changed, seeds; as a command, a link and a scenario file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sim.scenario import Place, Problem, Scenario, ScenarioError, load
from sim.scenario.loading import packaged_names
from sim.studies import arms_of
from sim.studies.footprint import footprint_of
from sim.studies.memory import memory_limit
from sim.studies.sweep.estimate import most_agents
from sim.web.task import AGENTS, Question

DEFAULT_SCENARIO = "china-2020"
MOST_SEEDS = 1000
MOST_QUERY = 4000
"""Characters of a link that are read."""

_given: list[str] = []


def offer(scenario: str) -> None:
    """Offer the scenario that the command names, beside the packaged ones; pages start with it."""
    _given[:] = [scenario]


def offered() -> list[str]:
    """Scenarios that a page may run: the one given first, then the packaged ones. No other file is ever read."""
    return list(dict.fromkeys([*_given, *packaged_names()]))


@lru_cache(maxsize=64)
def loaded(scenario: str, overrides: tuple[str, ...]) -> Scenario:
    """A scenario with overrides, as the command line loads it."""
    if scenario not in offered():
        raise ScenarioError([Problem(Place("scenario"), f"not offered here; choose from: {', '.join(offered())}")])
    return load(scenario, overrides)


@dataclass(frozen=True)
class Asked:
    """A scenario by name, the settings changed in it (as written after ``--set``), and the seeds."""

    scenario: str = DEFAULT_SCENARIO
    changes: Mapping[str, str] = field(default_factory=dict)
    seeds: int = 20
    seed: int = 1

    @property
    def overrides(self) -> tuple[str, ...]:
        """The changes in the manner of ``--set``."""
        return tuple(f"{path}={text}" for path, text in self.changes.items())

    def base(self) -> Scenario:
        """The scenario as its file has it."""
        return loaded(self.scenario, ())

    def loaded(self) -> Scenario:
        """The scenario with its changes."""
        return loaded(self.scenario, self.overrides)

    def agents(self) -> int:
        """Enterprises of the run."""
        return int(self.loaded().get(AGENTS))

    def changed(self, path: str, text: str, shown: str = "") -> Asked:
        """With one setting changed; where it is as in the file (``shown``) it is no change.

        Raises
        ------
        ScenarioError
            If the scenario refuses the value.
        """
        changes = {key: value for key, value in self.changes.items() if key != path}
        if text.strip() != shown:
            changes[path] = text.strip()
        after = replace(self, changes=changes)
        after.loaded()
        return after

    def question(self) -> Question:
        """What a process is given to run.

        Raises
        ------
        ScenarioError
            If there is no programme to take away, or the machine has not the memory.
        """
        scenario = self.loaded()
        arms_of(scenario)
        most = most_agents(memory_limit(), footprint_of(scenario, 2, "compiled").each)
        if self.agents() > most:
            raise ScenarioError(
                [Problem(Place(AGENTS), f"at most {most:,} enterprises fit into this machine's memory")]
            )
        return Question(scenario, self.seeds, self.seed, self.command())

    def command(self) -> str:
        """The command that gives the same numbers."""
        settings = [word for override in self.overrides for word in ("--set", override)]
        return shlex.join(
            ["tideover", "compare", self.scenario, "--seeds", str(self.seeds), "--seed", str(self.seed), *settings]
        )

    def query(self) -> str:
        """The query string of a link to the same settings."""
        return urlencode({"scenario": self.scenario, "seeds": self.seeds, "seed": self.seed, **self.changes})


def first_asked() -> Asked:
    """What a page shows when it is opened without a link."""
    return Asked((_given or [DEFAULT_SCENARIO])[0])


def from_query(query: str) -> Asked:
    """What a link asks.

    Raises
    ------
    ScenarioError
        If it names a scenario that is not offered, an unknown setting or a value that is refused.
    """
    if len(query) > MOST_QUERY:
        raise ScenarioError([Problem(Place("link"), f"longer than {MOST_QUERY} characters; nothing was taken from it")])
    words: dict[str, Any] = dict(parse_qsl(query))
    scenario = str(words.pop("scenario", first_asked().scenario))
    seeds = whole("seeds", words.pop("seeds", "20"), 1, MOST_SEEDS)
    seed = whole("seed", words.pop("seed", "1"), 0, 2**62)
    asked = Asked(scenario, words, seeds, seed)
    asked.loaded()
    return asked


def whole(name: str, text: str, least: int, most: int) -> int:
    """A whole number in its range.

    Raises
    ------
    ScenarioError
        If it is none, or outside.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and least <= int(digits) <= most):
        raise ScenarioError([Problem(Place(name), f"write a whole number from {least} to {most}")])
    return int(digits)
