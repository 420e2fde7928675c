"""Dated paths: who is open where, at what capacity, in which waves; the country is open as far as published."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arithmetic.calendar import Calendar
from sim.population.paths import (
    LEAST_CAPACITY,
    capacity_terms,
    cell_weights,
    demand_by_cell,
    openness_by_region,
    openness_of_kind,
    path_values,
    sector_weights,
    stoppage_paths,
    wave_ramp,
)
from sim.scenario.schema_stoppage import Wave
from tests.support.economies import START, day, economies, examples, toy

WEEKS = 26
CALENDAR = Calendar(START, WEEKS, 7)
SHARES = st.floats(0.0, 1.0)
KINDS = ("sme", "self_employed")
FLAT = {"stoppage.openness": [[day(0), 0.6]], "regions.epicentre.openness": []}


def paths_of(scenario, days_after=0):
    """Openness, capacity and published openness by cell and day."""
    return stoppage_paths(scenario.settings, CALENDAR, days_after)


def published(scenario):
    """The published share open by cell, and the national path on the same days."""
    cells = paths_of(scenario).published
    return cells, path_values(scenario.settings.stoppage.openness, np.arange(cells.shape[1]), START)


def by_kind(scenario, cells):
    """Weighted mean of cells over each kind [kinds, days]."""
    weights = np.array([sector_weights(kind, scenario.settings).ravel() for kind in scenario.settings.kinds.values()])
    return (weights[:, :, None] * cells.reshape(*weights.shape, -1)).sum(axis=1)


def test_between_two_dates_a_path_is_straight():
    # From 1 on day 10 to 0.2 on day 20: 0.6 on day 15; before and after it stays.
    path = ((day(10), 1.0), (day(20), 0.2))
    assert path_values(path, np.array([0, 10, 15, 20, 99]), START) == pytest.approx([1.0, 1.0, 0.6, 0.2, 0.2])


def test_no_path_is_one():
    assert path_values((), np.arange(4), START).tolist() == [1.0] * 4


def test_weights_are_shares_of_real_enterprises():
    # 18.1 m and 83.3 m, each 80 % trade; a twentieth in the epicentre.
    grid = np.array([[0.04, 0.76], [0.01, 0.19]])
    sme = 18.1 / (18.1 + 83.3)
    assert cell_weights(toy().settings) == pytest.approx(np.array([sme * grid, (1 - sme) * grid]))


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
    for kind in (cells[:4], cells[4:]):
        weights = sector_weights(scenario.settings.kinds["sme"], scenario.settings).ravel()
        inside = (kind[1] > 0.0) & (kind[1] < 1.0)  # the free cell, trade in the rest, was not cut at 0 or 1
        assert np.abs(weights @ kind - path)[inside].max(initial=0.0) < 1e-9
    assert ((cells >= 0.0) & (cells <= 1.0)).all()


def test_own_path_of_a_region_comes_before_that_of_a_sector():
    scenario = toy({"sectors.catering.openness": [[day(0), 0.3]]})
    cells, _ = published(scenario)
    region = path_values(scenario.settings.regions["epicentre"].openness, np.arange(cells.shape[1]), START)
    for kind in (cells[:4], cells[4:]):
        assert kind[2] == pytest.approx(region, abs=1e-15)
        assert kind[3] == pytest.approx(0.3, abs=1e-15)


def test_without_stoppage_everything_is_exactly_open():
    scenario = toy({"stoppage.openness": [], "regions.epicentre.openness": []})
    cells, _ = published(scenario)
    assert (cells == 1.0).all()
    assert (paths_of(scenario).capacity == 1.0).all()
    assert (openness_by_region(scenario.settings, cells) == 1.0).all()


def test_demand_is_sector_times_region_in_the_middle_of_the_step():
    # Trade: from 1 on day 17 to 0.7 on day 35. Step 3 is days 21 to 27, middle 24: 1 − 0.3 × 7/18 = 0.88333.
    scenario = toy({"regions.rest.demand": [[day(0), 0.5]]})
    demand = demand_by_cell(scenario.settings, CALENDAR)
    assert demand.shape == (WEEKS, 8)
    assert demand[3][:2] == pytest.approx([0.883333, 0.441667], abs=1e-6)
    assert (demand[:, :4] == demand[:, 4:]).all()


# --- by kind


@pytest.mark.parametrize(
    ("of_kind", "wanted"),
    # Nationally 40 % are shut, in the epicentre 90 %. A kind of which 20 % are shut has half of that: 45 % shut in the
    # epicentre, and 95 % of it in the rest: (0.8 − 0.05 × 0.55) / 0.95 = 0.813158. Of a kind with 60 % shut, 1.5 times
    # 90 % would be more than all: none is open there, and 0.4 / 0.95 = 0.421053 in the rest. With the national path:
    # (0.6 − 0.05 × 0.1) / 0.95 = 0.626316.
    [(0.8, [0.55, 0.813158]), (0.4, [0.0, 0.421053]), (0.6, [0.1, 0.626316]), (1.0, [1.0, 1.0])],
)
def test_a_kind_with_a_path_of_its_own_multiplies_the_share_shut(of_kind, wanted):
    changes = {**FLAT, "regions.epicentre.openness": [[day(0), 0.1]], "kinds.sme.openness": [[day(0), of_kind]]}
    settings = toy(changes).settings
    grid = openness_of_kind(settings, settings.kinds["sme"], np.arange(3), START)
    assert grid.shape == (2, 2, 3)
    for sector in grid:
        assert sector == pytest.approx(np.repeat(np.array(wanted)[:, None], 3, axis=1), abs=1e-6)
    other = openness_of_kind(settings, settings.kinds["self_employed"], np.arange(3), START)
    assert other[:, 0] == pytest.approx(0.1) and other[:, 1] == pytest.approx(0.626316, abs=1e-6)


def test_while_the_country_is_open_a_kind_leaves_paths_of_parts_as_they_are():
    """No ratio can be had there; the kind's own path holds for the rest of its cells."""
    changes = {"stoppage.openness": [], "regions.epicentre.openness": [[day(0), 0.2]]}
    settings = toy({**changes, "kinds.sme.openness": [[day(0), 0.9]]}).settings
    grid = openness_of_kind(settings, settings.kinds["sme"], np.arange(2), START)
    assert grid[:, 0] == pytest.approx(0.2)
    assert grid[:, 1] == pytest.approx((0.9 - 0.05 * 0.2) / 0.95)


@examples(60)
@given(SHARES, SHARES, SHARES)
def test_mean_over_a_kind_is_its_own_path_whenever_that_can_be(national, of_kind, epicentre):
    scenario = toy(
        {
            "stoppage.openness": [[day(0), 1.0], [day(30), national]],
            "kinds.sme.openness": [[day(0), 1.0], [day(30), of_kind]],
            "regions.epicentre.openness": [[day(0), 1.0], [day(30), epicentre]],
        }
    )
    cells = paths_of(scenario).published
    means = by_kind(scenario, cells)
    own = path_values(scenario.settings.kinds["sme"].openness, np.arange(cells.shape[1]), START)
    country = path_values(scenario.settings.stoppage.openness, np.arange(cells.shape[1]), START)
    for place, wanted in enumerate((own, country)):
        free = cells[4 * place + 1]
        inside = (free > 0.0) & (free < 1.0)
        assert np.abs(means[place] - wanted)[inside].max(initial=0.0) < 1e-9
    assert ((cells >= 0.0) & (cells <= 1.0)).all()


# --- capacity


@pytest.mark.parametrize(
    ("mean", "spread", "level", "slope"),
    # A mean of 0.5, spread most unequally: the least exposed work at full level, exp(−x) of it at exposure x. Spread 0:
    # all at 0.5. In between: level 0.5 + 0.4 × 0.5 = 0.7, slope 0.4 × 0.5 / 0.5 = 0.4; its mean is 0.7 / 1.4 = 0.5.
    [(0.5, 1.0, 1.0, 1.0), (0.5, 0.0, 0.5, 0.0), (0.5, 0.4, 0.7, 0.4), (1.0, 1.0, 1.0, 0.0), (0.2, 1.0, 1.0, 4.0)],
)
def test_level_and_slope_of_capacity(mean, spread, level, slope):
    levels, slopes = capacity_terms(np.full((3, 28), mean), spread, Calendar(START, 4, 7))
    assert levels.shape == slopes.shape == (4, 3)
    assert levels == pytest.approx(level) and slopes == pytest.approx(slope)


def test_capacity_of_a_step_is_the_mean_of_its_days():
    # Days at 0.1, 0.2 … 0.7 in the first week, 0.5 in the second, and 9 on the day after, which is not of the run.
    days = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, *[0.5] * 7, 9.0]])
    levels, _ = capacity_terms(days, 0.0, Calendar(START, 2, 7))
    assert levels.ravel() == pytest.approx([0.4, 0.5])


def test_no_capacity_at_all_is_next_to_nothing():
    levels, slopes = capacity_terms(np.zeros((1, 7)), 1.0, Calendar(START, 1, 7))
    assert np.isfinite(slopes).all()
    assert levels / (1.0 + slopes) == pytest.approx(LEAST_CAPACITY)


@examples(100)
@given(SHARES, SHARES)
def test_mean_capacity_over_exposures_is_exactly_the_path(mean, spread):
    """Exposures are exponential with mean 1, so the mean of level · exp(−slope · x) is level / (1 + slope)."""
    level, slope = (one.item() for one in capacity_terms(np.full((1, 7), mean), spread, Calendar(START, 1, 7)))
    assert level / (1.0 + slope) == pytest.approx(max(mean, LEAST_CAPACITY), rel=1e-12)
    assert 0.0 < level <= 1.0 + 1e-15 and slope >= 0.0


# --- waves


def wave(first, last, ramp, **values):
    """A wave by days of the run."""
    return Wave.model_validate({"from": day(first), "to": day(last), "ramp_days": ramp, "depth": 0.5, **values})


def test_a_wave_rises_lasts_and_falls():
    # From day 10 over 4 days to the bottom; it lasts to day 20 and is over on day 24.
    days = [9, 10, 11, 13, 14, 17, 20, 21, 23, 24, 99]
    parts = wave_ramp(wave(10, 20, 4), np.array(days), START)
    assert parts == pytest.approx([0, 0, 0.25, 0.75, 1, 1, 1, 0.75, 0.25, 0, 0])


def test_a_wave_that_lasts_no_longer_than_its_ramp_has_a_peak():
    assert wave_ramp(wave(10, 14, 4), np.arange(10, 19), START) == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]
    )


def test_a_wave_without_a_ramp_holds_from_its_first_to_its_last_day():
    assert wave_ramp(wave(10, 12, 0), np.arange(8, 15), START).tolist() == [0, 0, 1, 1, 1, 0, 0]
    assert wave_ramp(wave(10, 10, 0), np.arange(8, 13), START).tolist() == [0, 0, 1, 0, 0]


def test_a_wave_multiplies_openness_and_capacity_also_of_those_with_paths_of_their_own():
    # A depth of 0.4 leaves 0.6 of each: 0.36 of 0.6 open, 0.06 of 0.1; capacity 0.3 of 0.5.
    changes = {**FLAT, "regions.epicentre.openness": [[day(0), 0.1]], "stoppage.capacity": [[day(0), 0.5]]}
    one = {"from": day(10), "to": day(20), "ramp_days": 0, "depth": 0.4}
    calm, stormy = paths_of(toy(changes)), paths_of(toy({**changes, "stoppage.waves": [one]}))
    for before, after in zip(calm, stormy, strict=True):
        assert after[:, :10].tolist() == before[:, :10].tolist()
        assert after[:, 21:].tolist() == before[:, 21:].tolist()
        assert after[:, 10:21] == pytest.approx(0.6 * before[:, 10:21], rel=1e-12)


def test_two_waves_at_a_time_multiply():
    both = [{"from": day(10), "to": day(30), "ramp_days": 0, "depth": depth} for depth in (0.5, 0.2)]
    paths = paths_of(toy({**FLAT, "stoppage.waves": both}))
    assert paths.published[:, 15] == pytest.approx(0.6 * 0.5 * 0.8)
    assert paths.capacity[:, 15] == pytest.approx(0.5 * 0.8)


@pytest.mark.parametrize(
    ("where", "cells"),
    # Cells: kind, then sector, then region.
    [
        ({"kinds": ["self_employed"]}, [4, 5, 6, 7]),
        ({"sectors": ["catering"]}, [2, 3, 6, 7]),
        ({"regions": ["epicentre"]}, [0, 2, 4, 6]),
        ({"kinds": ["sme"], "sectors": ["trade"], "regions": ["rest"]}, [1]),
        ({}, list(range(8))),
    ],
)
def test_a_wave_reaches_only_those_it_names(where, cells):
    one = {"from": day(10), "to": day(20), "ramp_days": 0, "depth": 0.5, **where}
    paths = paths_of(toy({**FLAT, "stoppage.waves": [one]}))
    assert np.flatnonzero(np.isclose(paths.published[:, 15], 0.3)).tolist() == cells
    assert np.isclose(paths.published[:, 15], 0.6).sum() == 8 - len(cells)


@examples(40)
@given(economies())
def test_paths_stay_shares_whatever_is_asked(scenario):
    for one in stoppage_paths(scenario.settings, CALENDAR, 56):
        assert ((one >= 0.0) & (one <= 1.0)).all()


# --- where the lost sales lie


def test_half_of_the_lost_sales_moved_to_all():
    # Of 0.2 open, four fifths are shut; half of that: 0.6 are open, each at a third of its capacity.
    paths = paths_of(toy({**FLAT, "stoppage.openness": [[day(0), 0.2]], "stoppage.shut_share": 0.5}))
    assert paths.published == pytest.approx(0.2)
    assert paths.openness == pytest.approx(0.6)
    assert paths.capacity == pytest.approx(1.0 / 3.0)


@examples(60)
@given(economies(), SHARES)
def test_sales_lost_are_the_same_wherever_they_lie(scenario, shut_share):
    """Openness times capacity, in every cell and on every day."""
    moved = paths_of(scenario.set({"stoppage.shut_share": shut_share}))
    whole = paths_of(scenario.set({"stoppage.shut_share": 1.0}))
    assert np.abs(moved.openness * moved.capacity - whole.openness * whole.capacity).max() < 1e-12
    assert (moved.published == whole.published).all()
    assert (moved.openness >= whole.openness - 1e-15).all()
    for one in moved:
        assert ((one >= 0.0) & (one <= 1.0)).all()


def test_regions_are_open_as_published_wherever_the_lost_sales_lie():
    """Branches and job markets follow the share open, not where sales are lost."""
    scenario = toy()
    both = [paths_of(scenario.set({"stoppage.shut_share": share})).published for share in (1.0, 0.3)]
    first, second = (openness_by_region(scenario.settings, one) for one in both)
    assert (first == second).all()


def test_capacity_by_exposure_has_the_mean_of_the_path():
    """200,000 exposures from evenly spaced uniform numbers."""
    exposure = -np.log((np.arange(200_000) + 0.5) / 200_000)
    level, slope = (one.item() for one in capacity_terms(np.full((1, 7), 0.4), 1.0, Calendar(START, 1, 7)))
    assert (level * np.exp(-slope * exposure)).mean() == pytest.approx(0.4, abs=1e-4)
    assert level * math.exp(-slope * exposure.min()) == pytest.approx(1.0, abs=1e-4)


def test_a_run_of_no_steps_has_no_capacity():
    levels, slopes = capacity_terms(np.ones((3, 1)), 1.0, Calendar(START, 0, 7))
    assert levels.shape == slopes.shape == (0, 3)
