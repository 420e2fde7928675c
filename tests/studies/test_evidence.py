"""Targets as data, the fit table, and the two thought experiments without revenue."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sim.figures import save
from sim.figures.evidence_figures import TABLES
from sim.scenario.problems import ScenarioError
from sim.studies import evidence
from sim.studies.evidence import stops
from sim.studies.evidence.measures import MEASURES

SMALL = ["population.enterprises=200", "calendar.weeks=60"]
COLUMNS = {"target", "published", "model", "low", "high", "tolerance", "verdict"}


@pytest.fixture(scope="module")
def china():
    return evidence.reproduce("china-2020", seeds=2, settings=["population.enterprises=600"], progress=False)


@pytest.fixture(scope="module", params=sorted(stops.TABLES))
def stop(request):
    return request.param, evidence.reproduce(request.param, seeds=2, settings=SMALL, progress=False)


def test_all_targets_are_there(china):
    """C11 and C22 are put into the scenario and test nothing."""
    tested = [number for number in range(1, 22) if number != 11]
    assert list(evidence.groups_inside(china).index) == [f"C{number}" for number in tested]
    put_in = china.loc[china["verdict"] == "input", "target"]
    assert set(put_in.map(evidence.group_of)) == {"C11", "C22"}
    assert set(evidence.targets_of("china-2020")["measure"]) <= set(MEASURES)


@pytest.mark.parametrize("name", ["china-2020", "runway-bosio", "closure-bartik"])
def test_every_target_has_tolerance_source_and_confidence(name):
    table = evidence.targets_of(name)
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    assert table["source"].notna().all()
    assert set(table["confidence"]) <= {"seen", "secondary", "assumption"}
    assert table["target"].is_unique


def test_rows_say_published_model_tolerance_and_verdict(china):
    rows = json.loads(china.to_json(orient="records"))
    assert all(set(row) >= COLUMNS for row in rows)
    for row in rows:
        low, high = row["tolerance"]
        inside = row["model"] is not None and low <= row["model"] <= high
        assert row["verdict"] in ("input", "inside" if inside else "miss")


def test_every_structural_miss_has_a_cause(china):
    rows = china[china["target"].str.startswith(("C15a", "C16", "C19a"))]
    assert (rows["verdict"] == "miss").all()
    assert (rows["cause"] != "").all()
    assert "of 20 targets with every figure inside" in evidence.format_fit(china)


def test_a_target_of_several_figures_is_inside_when_all_are():
    table = pd.DataFrame({"target": ["C1", "C2a", "C2b", "B1"], "verdict": ["inside", "inside", "miss", "miss"]})
    assert evidence.groups_inside(table).to_dict() == {"C1": True, "C2": False, "B1": False}


def test_misses_are_in_tolerances_of_their_side():
    table = pd.DataFrame(
        {"target": ["a", "b"], "published": [1.0, 1.0], "model": [1.1, 0.5], "tolerance": [[0.5, 1.2], [0.0, 1.2]]}
    )
    assert evidence.misses(table).to_list() == pytest.approx([0.5, -0.5])


def test_unknown_name_lists_those_with_targets():
    with pytest.raises(ScenarioError, match="closure-bartik.*runway-bosio"):
        evidence.reproduce("nowhere")


def test_stops_give_a_row_per_target_and_a_figure(stop, tmp_path):
    name, table = stop
    assert list(table["target"]) == list(evidence.targets_of(name)["target"])
    assert table["model"].notna().all()
    assert save(TABLES[name](table), tmp_path / "figure.png").stat().st_size > 10_000


def test_simulated_runway_is_the_analytic_one_exactly():
    targets = evidence.targets_of("closure-bartik").query("months == 1")
    results = stops.replicate(stops.industries(targets, SMALL), [1], progress=False)
    assert results.enterprises["event"].mean() > 0.9
    assert stops.runways_that_differ(results) == 0
    results.enterprises["runway_days"] += 7.0
    assert stops.runways_that_differ(results) > 0


def test_runway_is_cash_over_fixed_costs_at_the_median():
    row = {"buffer_days": 27.0, "fixed_share": 0.245}
    months = 27.0 * 0.95 / 0.245 / stops.DAYS_PER_MONTH
    assert f"{{months: {months!r}, share: 0.5}}" in stops.for_industry(row)[2]


def test_shorter_cash_and_longer_stops_never_save_more(stop):
    name, table = stop
    if name != "closure-bartik":
        pytest.skip("has one length")
    shares = table[table["unit"] == "share"].set_index(["industry", "buffer_days", "months"])["model"].sort_index()
    for _, part in shares.groupby("industry"):
        grid = part.to_numpy().reshape(2, 3)
        assert (np.diff(grid, axis=1) <= 0).all()
        assert (np.diff(grid, axis=0) >= 0).all()


def test_readme_of_scenarios_is_up_to_date():
    from tests.update_scenarios import README, replaced, scenario_table

    text = README.read_text(encoding="utf-8")
    assert replaced(text, "scenarios", scenario_table()) == text, "run python -m tests.update_scenarios"
