"""Whole fen: rounding in one place, and parts that add up (R21)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.arithmetic.money import fen_from_yuan, part_of, round_fen, round_money, split

compiled_round, compiled_part = njit(lambda amount: round_fen(amount)), njit(lambda a, c, t: part_of(a, c, t))


@pytest.mark.parametrize(
    ("amount", "fen"), [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (-0.49, 0), (-0.51, -1)]
)
def test_the_nearest_fen(amount, fen):
    assert round_fen(amount) == compiled_round(amount) == round_money(np.array(amount)) == fen


def test_fen_from_yuan():
    assert fen_from_yuan(100.01) == 10_001
    assert fen_from_yuan(0.005) == 1


def shared(amount, claims, one_part=part_of):
    """Parts of an amount, claim by claim."""
    parts, left, open_claims = [], amount, sum(claims)
    for claim in claims:
        parts.append(one_part(left, claim, open_claims))
        left, open_claims = left - parts[-1], open_claims - claim
    return parts


def test_wages_of_100_01_among_three():
    parts = shared(10_001, [5_000] * 3)
    assert (parts, sum(parts)) == ([3_333, 3_334, 3_334], 10_001)


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**12), max_size=12))
def test_parts_add_up_and_no_claim_gets_more_than_it_claims(amount, claims):
    parts = shared(amount, claims)
    assert sum(parts) == min(amount, sum(claims))
    assert all(0 <= part <= claim for part, claim in zip(parts, claims, strict=True))
    assert parts == shared(amount, claims, compiled_part)


def test_nothing_is_claimed():
    assert part_of(100, 0, 0) == 0


def test_who_can_pay_all_pays_every_claim_whole():
    """49 × (1 / 49) falls short of 1 in floating point."""
    assert int(49.0 * (1.0 / 49.0)) == 0
    assert part_of(49, 1, 49) == 1


@given(st.floats(0, 1e13), st.lists(st.floats(0.001, 1e3), min_size=1, max_size=20))
def test_a_total_split_by_weights_adds_up(yuan, sizes):
    weights = np.array(sizes) / np.sum(sizes)
    parts = split(yuan, weights)
    total = round(yuan * 100)
    assert parts.sum() == total
    assert np.abs(parts - total * weights).max() <= 1 + 1e-12 * total


def test_thirds():
    assert sorted(split(100.0, np.full(3, 1 / 3)).tolist()) == [3_333, 3_333, 3_334]
