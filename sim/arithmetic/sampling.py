"""Keyed draws of many agents at once: uniform numbers, normal scores, and choices by share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from sim.arithmetic import draws
from sim.arithmetic.draws import Purpose

FEW = 2048
"""Numbers for which a table of where to look costs more than it saves."""


@dataclass(frozen=True)
class Draws:
    """Keyed draws of one seed for an array of ids."""

    seed: int
    ids: np.ndarray

    def uniform(self, purpose: Purpose) -> np.ndarray:
        """Uniform numbers in (0, 1), one an id."""
        return draws.uniform_array(draws.stream(self.seed, purpose), self.ids)

    def normal(self, purpose: Purpose) -> np.ndarray:
        """Standard normal numbers, one an id."""
        return ndtri(self.uniform(purpose))


class Choice:
    """One of several things by their shares: the first whose running share reaches a uniform number."""

    def __init__(self, shares: np.ndarray) -> None:
        limits = np.cumsum(shares)
        self.limits = limits / limits[-1]

    @cached_property
    def guide(self) -> np.ndarray:
        """Choice at the start of each of equally long parts of [0, 1], and at 1; parts are a power of two."""
        parts = 2 ** int(np.ceil(np.log2(16 * len(self.limits))))
        return np.searchsorted(self.limits, np.arange(parts + 1) / parts)

    def of(self, uniform: np.ndarray) -> np.ndarray:
        """Index for each uniform number."""
        if len(uniform) < FEW:
            return np.minimum(np.searchsorted(self.limits, uniform), len(self.limits) - 1)
        found = self.guide[(uniform * (len(self.guide) - 1)).astype(np.intp)]
        for _ in range(int(np.diff(self.guide).max())):
            found += self.limits[found] < uniform
        return found


def choose(shares: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Index drawn with the given shares for each uniform number."""
    return Choice(shares).of(uniform)
