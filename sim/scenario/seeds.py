"""Seeds as people give them: a number of them, or the seeds themselves; checked before anything is run."""

from __future__ import annotations

import itertools
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import Any, NoReturn

from sim.scenario.problems import Place, Problem, ScenarioError, shown

MOST_SEED = 2**63 - 1
"""The largest seed: what a column of whole numbers holds."""
MOST_SEEDS = 1_000_000
"""Replications that can be asked for."""
OF_SAMPLES = 2**32 - 1
"""The largest seed of the libraries that draw samples and search."""
HOW_MANY = f"write a number of seeds from 1 to {MOST_SEEDS:,}, or a list of whole numbers"


def one_seed(value: Any, where: str = "seed", most: int = MOST_SEED) -> int:
    """A seed as a plain whole number.

    Parameters
    ----------
    value
        What was given; whole numbers of NumPy count, true and false do not.
    where
        What the message calls it.
    most
        The largest that is allowed.

    Raises
    ------
    ScenarioError
        If it is no whole number from 0 to ``most``, 2⁶³ − 1 unless given.
    """
    number = whole(value)
    allowed = f"write a whole number from 0 to {most}"
    if number is None:
        refuse(where, f"{shown(value)} is not a seed; {allowed}")
    if not 0 <= number <= most:
        refuse(where, f"{shown(number)} is out of range; {allowed}")
    return number


def seed_list(seeds: Any, first: Any = 1) -> list[int]:
    """The seeds of a number of replications: ``first``, ``first + 1``, …; seeds that are listed are taken as they are.

    Raises
    ------
    ScenarioError
        For what is neither, for seeds out of range or given twice, for none, and for more than :data:`MOST_SEEDS`.
    """
    count = whole(seeds)
    if count is None:
        return listed(seeds)
    if not 1 <= count <= MOST_SEEDS:
        refuse("seeds", f"{count:,} is out of range; {HOW_MANY}")
    start = one_seed(first)
    one_seed(start + count - 1, f"the last of {count} seeds from {start}")
    return list(range(start, start + count))


def listed(seeds: Any) -> list[int]:
    """Seeds given one by one."""
    if isinstance(seeds, (str, bytes, Mapping, Set)) or not isinstance(seeds, Iterable):
        refuse("seeds", f"{shown(seeds)} is neither a number of seeds nor a list of them; {HOW_MANY}")
    found: list[int] = []
    for place, seed in enumerate(itertools.islice(seeds, MOST_SEEDS + 1)):
        found.append(one_seed(seed, f"seeds[{place}]"))
    if not found or len(found) > MOST_SEEDS:
        refuse("seeds", f"{'none is given' if not found else 'too many are given'}; {HOW_MANY}")
    if len(set(found)) < len(found):
        again = Counter(found).most_common(1)[0][0]
        refuse("seeds", f"{again} is given twice; each replication needs its own seed")
    return found


def whole(value: Any) -> int | None:
    """A whole number as Python's own; none for anything else, true and false included."""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def refuse(where: str, text: str) -> NoReturn:
    """Refuse in the manner of all bad input."""
    raise ScenarioError([Problem(Place(where), text)])
