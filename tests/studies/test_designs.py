"""Designs: values, points and samples; every bad value at once; indices of a function whose indices are known."""

from __future__ import annotations

import datetime
import sys

import numpy as np
import pytest

from sim.scenario.problems import ScenarioError
from sim.studies.comparison import arms_of
from sim.studies.sweep.designs import make_factors, parse_vary, resolve
from sim.studies.sweep.samples import make_design
from sim.studies.sweep.sensitivity import sensitivity, swings, wide_note
from tests.support.economies import day, toy

DAYS, RATE, LAUNCH = "programme.decision_days", "programme.rate_yearly", "programme.launch_date"


def design(vary, name="grid", samples=None, seed=1):
    return make_design(make_factors(toy(), vary), name, samples, seed)


def test_a_grid_has_every_combination_once_in_the_given_order():
    found = design({DAYS: [1, 7, 7], RATE: "0.1:0.2:3"})
    assert [tuple(round(value, 9) for value in point) for point in found.points] == [
        (1, 0.1), (1, 0.15), (1, 0.2), (7, 0.1), (7, 0.15), (7, 0.2)
    ]  # fmt: skip
    assert found.rows == tuple(range(6))


def test_levers_and_uncertainties_are_told_apart_by_the_schema():
    found = design({DAYS: [1], "payments.avoidable_share": [0.1], "population.enterprises": [50]})
    assert found.keys("lever") == [DAYS]
    assert found.keys("uncertainty") == ["payments.avoidable_share"]
    assert found.keys("structure") == ["population.enterprises"]


def test_whole_numbers_are_rounded_and_points_that_become_alike_are_one():
    found = design({DAYS: "1:3:9"})
    assert [point[0] for point in found.points] == [1, 2, 3]
    assert all(isinstance(point[0], int) for point in found.points)


@pytest.mark.parametrize("given", [["2020-02-17", datetime.date(2020, 3, 2)], "2020-02-17,2020-03-02"])
def test_dates_are_iso_text(given):
    assert design({LAUNCH: given}).points == ((datetime.date(2020, 2, 17),), (datetime.date(2020, 3, 2),))


def test_lists_and_words_are_values():
    found = design(
        parse_vary(["programme.eligible_kinds=[sme],[sme, self_employed]", "programme.channel=branch,remote"])
    )
    assert len(found.points) == 4
    assert len({tuple(one.values()) for one in resolve(toy(), found, lambda scenario: {"run": scenario})}) == 4


def test_a_latin_hypercube_covers_every_range_and_is_crossed_with_lists():
    found = design({DAYS: "0:1000", RATE: "0.1:0.3", "programme.channel": ["branch", "remote"]}, "lhs", 16)
    assert len(found.points) == 32
    for place, low, high in ((0, 0, 1000), (1, 0.1, 0.3)):
        values = np.array([point[place] for point in found.points[:16]], dtype=float)
        assert sorted(np.floor((values - low) / (high - low) * 16 * 0.99999).astype(int)) == list(range(16))
    assert [point[:2] for point in found.points[:16]] == [point[:2] for point in found.points[16:]]
    assert (
        found.points
        == design({DAYS: "0:1000", RATE: "0.1:0.3", "programme.channel": ["branch", "remote"]}, "lhs", 16).points
    )


def test_one_at_a_time_leaves_the_others_as_they_are():
    found = design({DAYS: [3, 60], RATE: "0.1:0.2"}, "oat")
    base = (toy().get(DAYS), toy().get(RATE))
    assert found.points[found.rows[0]] == base
    assert [found.points[row] for row in found.rows[1:]] == [
        (3, base[1]),
        (60, base[1]),
        (base[0], 0.1),
        (base[0], 0.2),
    ]


@pytest.mark.parametrize(("name", "rows"), [("sobol", 8 * 4), ("morris", 8 * 3)])
def test_samples_of_salib(name, rows):
    pytest.importorskip("SALib", reason="needs the extra 'analysis'")
    found = design({DAYS: "0:30", RATE: "0.1:0.3"}, name, 8)
    assert len(found.rows) == rows
    assert found.points == design({DAYS: "0:30", RATE: "0.1:0.3"}, name, 8).points
    assert found.points != design({DAYS: "0:30", RATE: "0.1:0.3"}, name, 8, seed=2).points


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ({}, ["nothing varies"]),
        ({"programme.decision_dais": [1]}, ["did you mean decision_days?"]),
        ({DAYS: [1, -3, 9999], RATE: ["high"]}, ["-3", "9999", "high"]),
        ({DAYS: "7:1"}, ["the first end must be below"]),
        ({DAYS: "1.5:3"}, ["both ends must be whole numbers"]),
        ({LAUNCH: ["2020-02-31"]}, ["2020-02-31"]),
        ({LAUNCH: "2020-02-31", DAYS: [-5]}, [f"--vary  {LAUNCH}  2020-02-31 is no date", "-5"]),
        ({"programme.channel": "a:b"}, ["only numbers and dates have ranges"]),
        ({DAYS: "1:30"}, ["a grid needs the number of values: 1:30:5"]),
        ({DAYS: []}, ["the list of values is empty"]),
        ({DAYS: 7}, ["give a list of values"]),
        ({DAYS: "0:3000:2000", "programme.payout_days": "0:3000:2000"}, ["too many"]),
    ],
)
def test_bad_values_are_refused_all_at_once(vary, words):
    with pytest.raises(ScenarioError) as caught:
        design(vary)
    for word in words:
        assert word in str(caught.value)


def test_points_that_only_together_are_bad_are_all_named():
    """Each value is good by itself; a comparison needs a programme at every point."""
    found = design({"programme.enabled": [True, False], DAYS: [1, 2]})
    with pytest.raises(ScenarioError) as caught:
        resolve(toy(), found, arms_of)
    assert [f"at programme.enabled=False, {DAYS}={days}" in str(caught.value) for days in (1, 2)] == [True, True]


@pytest.mark.parametrize(
    ("name", "samples", "words"),
    [("gird", None, "did you mean grid"), ("lhs", None, "--samples"), ("sobol", 12, "the next is 16")],
)
def test_bad_designs(name, samples, words):
    with pytest.raises(ScenarioError, match=words):
        design({DAYS: "0:30"}, name, samples)


def test_without_salib_there_is_one_clear_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(ScenarioError, match=r"pip install 'tideover\[analysis\]'") as caught:
        design({DAYS: "0:30"}, "sobol", 8)
    assert len(str(caught.value).splitlines()) == 1


def ishigami(shares):
    """Ishigami's function on the unit cube: S1 = 0.3139, 0.4424, 0; ST = 0.5576, 0.4424, 0.2437."""
    x = np.pi * (2 * shares - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


THREE = {RATE: "0.1:0.3", "programme.rate_ceiling_yearly": "0.3:0.5", "programme.loan_cap_share": "0.1:0.3"}


def test_sobol_indices_of_a_known_function_are_right_within_their_interval():
    pytest.importorskip("SALib", reason="needs the extra 'analysis'")
    found = design(THREE, "sobol", 1024)
    values = np.zeros(len(found.points))
    values[list(found.rows)] = ishigami(found.shares)
    table = sensitivity(found, values)
    known = {"first": np.array([0.3139, 0.4424, 0.0]), "total": np.array([0.5576, 0.4424, 0.2437])}
    for index, truth in known.items():
        part = table[table["index"] == index]
        assert ((part["low"] <= truth) & (truth <= part["high"])).all()
        assert np.abs(part["value"] - truth).max() < 0.05
    assert wide_note(table) == "the interval exceeds the index, take more samples: programme.loan_cap_share (first)"


def test_few_samples_are_said_to_be_too_few():
    pytest.importorskip("SALib", reason="needs the extra 'analysis'")
    found = design(THREE, "sobol", 8)
    values = np.zeros(len(found.points))
    values[list(found.rows)] = ishigami(found.shares)
    assert sensitivity(found, values)["wide"].sum() >= 3


def test_morris_effects_of_a_straight_line():
    pytest.importorskip("SALib", reason="needs the extra 'analysis'")
    found = design(THREE, "morris", 16)
    values = np.zeros(len(found.points))
    values[list(found.rows)] = found.shares @ [3.0, -2.0, 0.0]
    table = sensitivity(found, values).set_index(["index", "key"])["value"]
    assert np.allclose(table["mu_star"], [3.0, 2.0, 0.0])
    assert np.allclose(table["sigma"], 0.0)


def test_an_outcome_that_is_missing_or_never_changes_has_no_indices():
    pytest.importorskip("SALib", reason="needs the extra 'analysis'")
    found = design(THREE, "sobol", 8)
    with pytest.raises(ScenarioError, match="the same at every point"):
        sensitivity(found, np.ones(len(found.points)))
    with pytest.raises(ScenarioError, match="not defined at"):
        sensitivity(found, np.full(len(found.points), np.nan))
    with pytest.raises(ScenarioError, match="has no indices"):
        sensitivity(design({DAYS: [1, 2]}), [1.0, 2.0])


def test_swings_have_the_band_of_the_paired_change():
    found = design({DAYS: [3, 60], LAUNCH: [day(42), day(70)]}, "oat")
    by_seed = np.array([[10.0, 20.0], [9.0, 19.0], [5.0, 15.0], [10.0, 20.0]])[: len(found.points)]
    table = swings(found, by_seed.mean(axis=1), by_seed)
    assert table["key"].iloc[0] == DAYS
    assert (table["base"] == 15.0).all()
    assert np.allclose(table.loc[table["key"] == DAYS, "low"], table.loc[table["key"] == DAYS, "mean"])
