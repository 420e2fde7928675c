"""R02: row number taken for step number when data are collected twice or every n-th step.

There is no setting for recording more or less often: every step boundary is recorded once. What stands in its place:
each row carries its true step and date, each exactly once, and daily rows at the ends of weeks lie on the dates of
weekly rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim

START = pd.Timestamp("2020-01-06")


def weekly(step_days: int, seeds: int = 2) -> pd.DataFrame:
    """The table by step boundary of a small comparison."""
    size = ["population.enterprises=40", "calendar.weeks=6", f"calendar.step_days={step_days}"]
    return sim.compare(sim.load("china-2020", size), seeds=seeds, progress=False).results.weekly


@pytest.mark.parametrize("step_days", [1, 7])
def test_every_step_boundary_has_one_row_with_its_date(step_days):
    table = weekly(step_days)
    for _, rows in table.groupby(["arm", "seed"], observed=True):
        assert rows["step"].tolist() == list(range(6 * 7 // step_days + 1))
        assert ((rows["date"] - START).dt.days == rows["step"] * step_days).all()
    assert not table.duplicated(["arm", "seed", "step"]).any()


def test_daily_and_weekly_rows_of_a_date_are_of_the_same_start():
    day, week = weekly(1, seeds=1), weekly(7, seeds=1)
    both = week.merge(day, on=["arm", "seed", "date"], suffixes=("_week", "_day"), validate="one_to_one")
    assert len(both) == len(week)
    assert (both["step_day"] == both["step_week"] * 7).all()
    first = both[both["step_week"] == 0]
    for name in ("enterprises", "jobs"):
        assert np.array_equal(first[f"{name}_day"], first[f"{name}_week"])


def test_recorded_twice_is_recorded_the_same():
    """Asking for the tables again, or in the middle of a run, adds and moves nothing."""
    from sim.results.run_tables import tables_of

    scenario = sim.load("china-2020", ["population.enterprises=40", "calendar.weeks=6"])
    asked, quiet = (sim.Model(scenario, rng=1, engine="compiled") for _ in range(2))
    while asked.economy.step < 6:
        asked.step()
        tables_of(asked), tables_of(asked)
    for name, table in tables_of(quiet.run()).items():
        pd.testing.assert_frame_equal(table, tables_of(asked)[name], check_exact=True)
