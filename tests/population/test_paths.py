"""Dated paths: who is open where, and that the country is open as far as published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arithmetic.calendar import Calendar
from sim.population.paths import cell_weights, demand_by_cell, openness_by_cell, openness_by_region, path_values
from tests.support.economies import START, day, examples, toy

WEEKS = 26
CALENDAR = Calendar(START, WEEKS, 7)
SHARES = st.floats(0.0, 1.0)


def published(scenario):
    """The national path on the days that come out of ``openness_by_cell``."""
    cells = openness_by_cell(scenario.settings, CALENDAR)
    return cells, path_values(scenario.settings.stoppage.openness, np.arange(cells.shape[1]), START)


def test_between_two_dates_a_path_is_straight():
    # From 1 on day 10 to 0.2 on day 20: 0.6 on day 15; before and after it stays.
    path = ((day(10), 1.0), (day(20), 0.2))
    assert path_values(path, np.array([0, 10, 15, 20, 99]), START) == pytest.approx([1.0, 1.0, 0.6, 0.2, 0.2])


def test_no_path_is_one():
    assert path_values((), np.arange(4), START).tolist() == [1.0] * 4


def test_weights_are_shares_of_real_enterprises():
    # 18.1 m and 83.3 m, each 80 % trade; a twentieth in the epicentre.
    assert cell_weights(toy().settings) == pytest.approx(np.array([[0.04, 0.76], [0.01, 0.19]]))


def test_weighted_mean_over_the_cells_is_the_national_path_on_every_day():
    scenario = toy()
    cells, national = published(scenario)
    mean = cell_weights(scenario.settings).ravel() @ cells
    assert np.abs(mean - national).max() < 1e-12


@examples(60)
@given(SHARES, SHARES, SHARES, st.floats(0.0, 0.3))
def test_mean_is_the_national_path_whenever_that_can_be(national, epicentre, catering, share):
    scenario = toy(
        {
            "stoppage.openness": [[day(0), 1.0], [day(30), national]],
            "regions.epicentre.openness": [[day(0), 1.0], [day(30), epicentre]],
            "sectors.catering.openness": [[day(0), 1.0], [day(30), catering]],
            "regions.epicentre.enterprise_share": share,
            "regions.rest.enterprise_share": 1.0 - share,
        }
    )
    cells, path = published(scenario)
    weights = cell_weights(scenario.settings).ravel()
    inside = (cells[1] > 0.0) & (cells[1] < 1.0)  # the free cell, trade in the rest, was not cut at 0 or 1
    assert np.abs(weights @ cells - path)[inside].max(initial=0.0) < 1e-9
    assert ((cells >= 0.0) & (cells <= 1.0)).all()


def test_own_path_of_a_region_comes_before_that_of_a_sector():
    scenario = toy({"sectors.catering.openness": [[day(0), 0.3]]})
    cells, _ = published(scenario)
    region = path_values(scenario.settings.regions["epicentre"].openness, np.arange(cells.shape[1]), START)
    assert cells[2].tolist() == region.tolist()
    assert set(cells[3]) == {0.3}


def test_without_stoppage_everything_is_exactly_open():
    scenario = toy({"stoppage.openness": [], "regions.epicentre.openness": []})
    cells, _ = published(scenario)
    assert (cells == 1.0).all()
    assert (openness_by_region(scenario.settings, cells) == 1.0).all()


def test_demand_is_sector_times_region_in_the_middle_of_the_step():
    # Trade: from 1 on day 17 to 0.7 on day 35. Step 3 is days 21 to 27, middle 24: 1 − 0.3 × 7/18 = 0.88333.
    scenario = toy({"regions.rest.demand": [[day(0), 0.5]]})
    demand = demand_by_cell(scenario.settings, CALENDAR)
    assert demand.shape == (WEEKS, 4)
    assert demand[3][:2] == pytest.approx([0.883333, 0.441667], abs=1e-6)
