"""Keyed draws: a random number is a function of (seed, purpose, step, agent), never of who drew before.

A stream key is made once for each seed, purpose and step; a draw mixes the key with the agent's id by the splitmix64
finaliser (Steele, Lea & Flood 2014). The same function exists three times, for one agent in plain Python, for one
agent in compiled code, and for an array of ids; ``tests/arithmetic/test_draws.py`` holds them to the published vectors.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numba.core import types
from numba.extending import overload

from sim.arithmetic.decorators import hot_rule

MASK = 0xFFFFFFFFFFFFFFFF
GOLDEN = 0x9E3779B97F4A7C15
FIRST = 0xBF58476D1CE4E5B9
SECOND = 0x94D049BB133111EB
TO_UNIT = 2.0**-52
NOISE_MEAN = 131070.0
NOISE_SD = (4.0 * (65536.0**2 - 1.0) / 12.0) ** 0.5

U64 = np.uint64
_GOLDEN64, _FIRST64, _SECOND64 = U64(GOLDEN), U64(FIRST), U64(SECOND)
_ONE64, _30, _27, _31, _12 = U64(1), U64(30), U64(27), U64(31), U64(12)
_16, _32, _48, _LOW64 = U64(16), U64(32), U64(48), U64(0xFFFF)


class Purpose(IntEnum):
    """What a draw is for; no purpose is used twice. Values are part of the published format: append, never renumber."""

    PLACE = 1
    KIND = 2
    SECTOR = 3
    REGION = 4
    STAFF = 5
    SALES_LEVEL = 6
    RUNWAY = 7
    QUALITY = 8
    DIGITAL = 9
    BANKED = 10
    BORROWING = 11
    COLLATERAL = 12
    HOUSE_BANK = 13
    REOPENING = 14
    DISCOURAGED = 15
    PRECAUTIONARY = 16
    AWARENESS = 17
    LENDER_SIZE = 18
    FIRST_DEVIATION = 19
    LOAN_AGE = 20
    DEMAND = 21
    JOB_FINDING = 22
    BRANCH_VISIT = 23
    MEMBER_CHOICE = 24
    QUEUE_TIE = 25
    SIGNAL = 26
    BACKGROUND_EXIT = 27
    VACANCY = 28
    HOLIDAY = 29
    BANK_CHOICE = 30
    FIRST_PERSISTENT = 31
    EXPOSURE = 32
    RANK_KEPT = 33
    REOPENING_KNOWN = 34


LAST_PURPOSE = max(Purpose)


def mix(word: int) -> int:
    """The splitmix64 finaliser of a 64-bit word."""
    word = ((word ^ (word >> 30)) * FIRST) & MASK
    word = ((word ^ (word >> 27)) * SECOND) & MASK
    return word ^ (word >> 31)


def stream(seed: int, purpose: int, step: int = 0) -> int:
    """Key of the draws for one seed, purpose and step [64-bit]. ODD equation D1."""
    return mix((mix((mix(seed & MASK) + step * GOLDEN) & MASK) + purpose * GOLDEN) & MASK)


def streams(seed: int, step: int) -> tuple[int, ...]:
    """Keys of all purposes at one step, indexed by purpose."""
    return tuple(stream(seed, purpose, step) for purpose in range(LAST_PURPOSE + 1))


def draw(key: int, agent: int) -> int:
    """64 random bits of one agent. ODD equation D2."""
    return mix((key + (agent + 1) * GOLDEN) & MASK)


@overload(draw)
def _draw_compiled(key, agent):
    if not isinstance(key, types.Integer):
        return None

    def implementation(key, agent):
        word = U64(key) + (U64(agent) + _ONE64) * _GOLDEN64
        word = (word ^ (word >> _30)) * _FIRST64
        word = (word ^ (word >> _27)) * _SECOND64
        return word ^ (word >> _31)

    return implementation


def uniform(key: int, agent: int) -> float:
    """A number strictly between 0 and 1, by steps of 2^-52. ODD equation D3."""
    return ((draw(key, agent) >> 12) + 0.5) * TO_UNIT


@overload(uniform)
def _uniform_compiled(key, agent):
    def implementation(key, agent):
        return (np.float64(draw(key, agent) >> _12) + 0.5) * TO_UNIT

    return implementation


def _quarters(word: int) -> int:
    """Sum of the four 16-bit parts of a word."""
    return (word & 0xFFFF) + ((word >> 16) & 0xFFFF) + ((word >> 32) & 0xFFFF) + (word >> 48)


@overload(_quarters)
def _quarters_compiled(word):
    def implementation(word):
        return np.int64((word & _LOW64) + ((word >> _16) & _LOW64) + ((word >> _32) & _LOW64) + (word >> _48))

    return implementation


@hot_rule
def noise(key: int, agent: int) -> float:
    """A bell-shaped number with mean 0, variance 1 and bounds ±3.46 (sum of four uniforms). ODD equation D4."""
    return (_quarters(draw(key, agent)) - NOISE_MEAN) / NOISE_SD


def _halves(word: int) -> int:
    """Sum of the two upper 16-bit parts of a word less the sum of the two lower ones."""
    return ((word >> 32) & 0xFFFF) + (word >> 48) - (word & 0xFFFF) - ((word >> 16) & 0xFFFF)


@overload(_halves)
def _halves_compiled(word):
    def implementation(word):
        upper = np.int64(((word >> _32) & _LOW64) + (word >> _48))
        return upper - np.int64((word & _LOW64) + ((word >> _16) & _LOW64))

    return implementation


@hot_rule
def contrast(key: int, agent: int) -> float:
    """A second number like :func:`noise` from the same draw, not correlated with it. ODD equation D5."""
    return _halves(draw(key, agent)) / NOISE_SD


def draw_array(key: int, agents: np.ndarray) -> np.ndarray:
    """64 random bits for each id [uint64, shape of ``agents``]; equal to :func:`draw`."""
    word = U64(key) + (agents.astype(U64) + _ONE64) * _GOLDEN64
    word = (word ^ (word >> _30)) * _FIRST64
    word = (word ^ (word >> _27)) * _SECOND64
    return word ^ (word >> _31)


def uniform_array(key: int, agents: np.ndarray) -> np.ndarray:
    """Numbers strictly between 0 and 1 for each id; equal to :func:`uniform`."""
    return ((draw_array(key, agents) >> _12).astype(np.float64) + 0.5) * TO_UNIT
