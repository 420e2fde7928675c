"""Submodel 1, worked by hand."""

from __future__ import annotations

import pytest

from sim.arithmetic.draws import Purpose, noise, streams, uniform
from sim.rules.stoppage import FOR_GOOD, foresee_reopening, redraw_rank, resume, shut_ratio, stop_or_reopen
from tests.support.records import SEED, cell, conditions, enterprise, the_terms


@pytest.mark.parametrize(
    ("rank", "days"),
    [(0.10, 7), (0.20, 6), (0.2001, 3), (0.45, 1), (0.46, 0), (-0.3, 7)],
)
def test_open_on_the_days_when_the_threshold_reaches_the_rank(rank, days):
    # Thresholds by day: 0.1 once, 0.2 three times, 0.3 twice, 0.45 once. Rank 0.2 is reached on 6 days, 0.2001 on 3.
    where = cell(threshold=[0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.45])
    one = enterprise(reopening_rank=rank)
    stop_or_reopen(one, where)
    assert one.open_days == days


@pytest.mark.parametrize(("rank", "resumed"), [(0.5, 1), (0.51, 0)])
def test_the_stoppage_is_over_when_the_next_day_reaches_the_rank(rank, resumed):
    one = enterprise(reopening_rank=rank, exists=0)
    resume(one, cell(threshold_after=0.5))
    assert one.resumed == resumed


def test_daily_steps_look_at_one_day_only():
    one = enterprise(reopening_rank=0.5)
    stop_or_reopen(one, cell(threshold=[0.4, -1e9, -1e9, -1e9, -1e9, -1e9, -1e9]))
    assert one.open_days == 0


SIZES = {"size_from": [20, 100, 2**62], "size_shut_ratio": [0.5, 2.0, 1.0]}


@pytest.mark.parametrize(("staff", "ratio"), [(1, 1.0), (19, 1.0), (20, 0.5), (99, 0.5), (100, 2.0), (5_000, 2.0)])
def test_the_largest_class_reached_says_how_often_a_size_is_shut(staff, ratio):
    assert shut_ratio(enterprise(staff_normal=staff), the_terms(**SIZES)) == ratio


def test_without_classes_all_are_shut_alike():
    assert shut_ratio(enterprise(staff_normal=2**31 - 1), the_terms()) == 1.0


@pytest.mark.parametrize(("staff", "ratio"), [(5, 1.0), (20, 0.5), (100, 2.0)])
def test_a_wave_draws_a_new_rank_for_who_does_not_keep_its_own(staff, ratio):
    # Persistence 0.3: who draws less keeps 0.77. The others get u, of which the part above the threshold is shut; with
    # half the chance to be shut 1 − (1 − u) / 0.5 = 2 u − 1, with twice the chance 1 − (1 − u) / 2 = (1 + u) / 2.
    keys, terms = streams(SEED, 1), the_terms(rank_persistence=0.3, **SIZES)
    kept = 0
    for number in range(400):
        one = enterprise(id=number, staff_normal=staff, reopening_rank=0.77)
        redraw_rank(one, conditions(), terms)
        if uniform(keys[Purpose.RANK_KEPT], number) < 0.3:
            assert one.reopening_rank == 0.77
            kept += 1
        else:
            drawn = uniform(keys[Purpose.REOPENING], number)
            assert one.reopening_rank == 1.0 - (1.0 - drawn) / ratio
    assert 80 < kept < 160  # 120 expected, sd 9


@pytest.mark.parametrize(("persistence", "all_keep"), [(1.0, True), (0.0, False)])
def test_with_persistence_1_all_keep_their_rank_and_with_0_none(persistence, all_keep):
    terms = the_terms(rank_persistence=persistence)
    for number in range(100):
        one = enterprise(id=number, reopening_rank=2.0)
        redraw_rank(one, conditions(), terms)
        assert (one.reopening_rank == 2.0) == all_keep


AHEAD = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]


@pytest.mark.parametrize(
    ("rank", "days", "steps"),
    # Announced thresholds rise by a tenth a week. Rank 0.35 is beyond three of them: shut for 3 more weeks, in steps of
    # a week or of a day. Rank 0.05 opens on the day after the step. Beyond the eighth week nobody knows.
    [(0.05, 7, 0.0), (0.35, 7, 3.0), (0.35, 1, 21.0), (0.8, 7, 7.0), (0.81, 7, FOR_GOOD)],
)
def test_the_weeks_that_it_stays_shut_are_counted(rank, days, steps):
    one = enterprise(reopening_rank=rank, open_days=0)
    foresee_reopening(one, cell(threshold_ahead=AHEAD), the_terms(weeks_ahead=7 / days, known_error=0.0))
    assert one.shut_steps == steps


def test_what_is_known_has_an_error_that_stays_for_the_run():
    key = streams(SEED, 0)[Purpose.REOPENING_KNOWN]
    cut = 0
    for number in range(200):
        one, error = enterprise(id=number, reopening_rank=0.15, open_days=0), 2.0 * noise(key, number)
        foresee_reopening(one, cell(threshold_ahead=AHEAD), the_terms(weeks_ahead=1.0, known_error=2.0))
        assert one.shut_steps == max(0.0, 1.0 + error)
        cut += one.shut_steps == 0.0
    assert 0 < cut < 200


def test_an_error_does_not_tell_who_knows_nothing():
    """Nobody is told a date beyond the weeks that are announced, so there is nothing to err about."""
    for number in range(20):
        one = enterprise(id=number, reopening_rank=0.99, open_days=0)
        foresee_reopening(one, cell(threshold_ahead=AHEAD), the_terms(weeks_ahead=1.0, known_error=5.0))
        assert one.shut_steps == FOR_GOOD


def test_who_is_open_on_a_day_of_the_step_expects_no_stop():
    one = enterprise(reopening_rank=0.9, open_days=1, shut_steps=3.0)
    foresee_reopening(one, cell(threshold_ahead=AHEAD), the_terms(weeks_ahead=1.0, known_error=9.0))
    assert one.shut_steps == 0.0
