"""Thresholds on ranks, worked by hand: that the share open of those in business is the path."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.thresholds import FULLY_OPEN, surviving, thresholds
from sim.state.flows import PATRONAGE_TYPE
from tests.support.economies import examples

SHARES = st.floats(0.0, 1.0)


def one(share, was_open, before, of_open, of_shut):
    """The threshold of one cell on one day."""
    cell = (np.array([value]) for value in (of_open, of_shut))
    return thresholds(np.array([[share]]), np.array([was_open]), np.array([before]), tuple(cell)).item()


@pytest.mark.parametrize(
    ("share", "was_open", "before", "of_open", "of_shut", "found"),
    [
        # All of the start are there: the threshold is the path.
        (0.7, 0.4, 0.4, 1.0, 1.0, 0.7),
        (0.2, 0.4, 0.4, 1.0, 1.0, 0.2),
        # Of the 40 % below the threshold nine tenths are left, 0.36; of the others half, 0.3. Half of 0.66 is 0.33,
        # less than the 0.36 below: 0.33 / 0.9 = 0.366667. But while the path does not fall nobody is shut again.
        (0.5, 0.6, 0.4, 0.9, 0.5, 0.366667),
        (0.5, 0.5, 0.4, 0.9, 0.5, 0.4),
        # 0.8 of 0.66 is 0.528, that is 0.168 more than the 0.36, of whom half are left: 0.4 + 0.168 / 0.5 = 0.736.
        (0.8, 0.5, 0.4, 0.9, 0.5, 0.736),
        # Nobody is left of those who were shut, so all of the living are open already.
        (0.8, 0.5, 0.4, 0.9, 0.0, 0.4),
        # Nobody is left of those who were open: 0.3 of the shut, the path of the shut alone, from the threshold on.
        (0.5, 0.5, 0.4, 0.0, 0.5, 0.7),
        # Nobody is left at all: the path.
        (0.5, 0.5, 0.4, 0.0, 0.0, 0.5),
        # A path of 1 is open to all, also to ranks that nobody living has; and so is one that misses 1 by rounding.
        (1.0, 0.5, 0.4, 0.9, 0.0, 1.0),
        (1.0 - 1e-15, 0.5, 0.4, 0.9, 0.0, 1.0),
        (0.0, 0.5, 0.4, 0.9, 0.5, 0.0),
    ],
)
def test_the_threshold_parts_the_living_as_the_path_asks(share, was_open, before, of_open, of_shut, found):
    assert one(share, was_open, before, of_open, of_shut) == pytest.approx(found, abs=1e-6)


def test_days_of_a_step_and_cells_are_each_on_their_own():
    paths = np.array([[0.5, 0.6, 0.2], [0.1, 1.0, 0.4]])
    left = (np.array([1.0, 0.9]), np.array([1.0, 0.5]))
    found = thresholds(paths, np.array([0.7, 0.1]), np.array([0.7, 0.1]), left)
    for cell in range(2):
        for day in range(3):
            before = (0.7, 0.1)[cell]
            assert found[cell, day] == one(paths[cell, day], before, before, left[0][cell], left[1][cell])


@examples(300)
@given(SHARES, SHARES, SHARES, st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_the_share_open_of_the_living_is_the_path_unless_that_would_shut_somebody_again(
    share, was_open, before, of_open, of_shut
):
    found = one(share, was_open, before, of_open, of_shut)
    assert 0.0 <= found <= 1.0
    if share >= FULLY_OPEN:
        assert found == 1.0
        return
    living = before * of_open + (1.0 - before) * of_shut
    is_open = min(found, before) * of_open + max(0.0, found - before) * of_shut
    if share >= was_open and found == before:
        assert is_open >= share * living - 1e-12
    else:
        assert is_open == pytest.approx(share * living, abs=1e-12)
    assert share < was_open or found >= before


def economy(reopening=True, wave_begins=False, persistence=0.5, **counts):
    """What ``surviving`` reads, for cells with the given counts."""
    patronage = np.zeros(len(counts["entered"]), dtype=PATRONAGE_TYPE)
    for name, values in counts.items():
        patronage[name] = values
    settings = SimpleNamespace(
        spillovers=SimpleNamespace(reopening=reopening), stoppage=SimpleNamespace(rank_persistence=persistence)
    )
    return SimpleNamespace(patronage=patronage, settings=settings, wave_begins=np.full(len(patronage), wave_begins))


# Of 100, 40 are below the threshold, of whom 36 live; of the 60 others 30 do. In the second cell nobody was ever open,
# in the third nobody was ever there.
COUNTS = {
    "entered": [100, 50, 0],
    "entered_resumed": [40, 0, 0],
    "living": [66, 20, 0],
    "living_resumed": [36, 0, 0],
}


def test_who_is_left_of_the_open_and_of_the_shut():
    of_open, of_shut = surviving(economy(**COUNTS))
    assert of_open.tolist() == [0.9, 1.0, 1.0]
    assert of_shut.tolist() == [0.5, 0.4, 1.0]


def test_all_are_left_where_the_path_is_a_share_of_those_of_the_start():
    assert [side.tolist() for side in surviving(economy(reopening=False, **COUNTS))] == [[1.0] * 3] * 2


def test_when_a_wave_begins_new_ranks_come_from_both_sides():
    # A quarter keep their ranks: 0.25 × 0.9 + 0.75 × 0.66 = 0.72 and 0.25 × 0.5 + 0.75 × 0.66 = 0.62.
    of_open, of_shut = surviving(economy(wave_begins=True, persistence=0.25, **COUNTS))
    assert of_open == pytest.approx([0.72, 0.25 + 0.75 * 0.4, 1.0])
    assert of_shut == pytest.approx([0.62, 0.4, 1.0])
    kept = surviving(economy(wave_begins=True, persistence=1.0, **COUNTS))
    assert [side.tolist() for side in kept] == [side.tolist() for side in surviving(economy(**COUNTS))]
