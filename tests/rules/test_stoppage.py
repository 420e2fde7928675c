"""Submodel 1, worked by hand."""

from __future__ import annotations

import pytest

from sim.rules.stoppage import resume, stop_or_reopen
from tests.support.records import cell, enterprise


@pytest.mark.parametrize(
    ("rank", "days"),
    [(0.10, 7), (0.20, 6), (0.2001, 3), (0.45, 1), (0.46, 0)],
)
def test_open_on_the_days_when_the_share_reaches_the_rank(rank, days):
    # Shares open by day: 0.1 once, 0.2 three times, 0.3 twice, 0.45 once. Rank 0.2 is reached on 6 days, 0.2001 on 3.
    where = cell(openness=[0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.45])
    one = enterprise(reopening_rank=rank)
    stop_or_reopen(one, where)
    assert one.open_days == days


@pytest.mark.parametrize(("rank", "resumed"), [(0.5, 1), (0.51, 0)])
def test_the_stoppage_is_over_when_the_next_day_reaches_the_rank(rank, resumed):
    one = enterprise(reopening_rank=rank, exists=0)
    resume(one, cell(openness_after=0.5))
    assert one.resumed == resumed


def test_daily_steps_look_at_one_day_only():
    one = enterprise(reopening_rank=0.5)
    stop_or_reopen(one, cell(openness=[0.4, -1, -1, -1, -1, -1, -1]))
    assert one.open_days == 0
