"""Comparisons: arms, paired seeds, the public face; results that do not depend on how they were computed."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.util
import json
import os
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from sim.scenario.problems import ScenarioError
from sim.studies import comparison as comparisons
from sim.studies import replications
from sim.studies.replications import replicate, seed_list
from tests.support.small import QUICK, SETTINGS, TABLES, comparison, hash_of, invoke, scenario

ABOUT_THE_PROGRAMME = ("take_up", "unaware", "unreachable")
"""Columns that say why the programme did not reach an enterprise: they differ where there is none."""


def arm(results: sim.Results, name: str) -> sim.Results:
    """The tables of one arm."""
    rows = {table: getattr(results, table)[lambda rows: rows["arm"] == name] for table in TABLES}
    return dataclasses.replace(results, **{table: part.reset_index(drop=True) for table, part in rows.items()})


def same_arms(results: sim.Results, *leave_out: str) -> bool:
    """Whether both arms are the same to the last bit of whole tables."""
    one, other = (hash_of(arm(results, name), leave_out=("arm", *leave_out)) for name in results.scenarios)
    return one == other


# arms and seeds


def test_the_second_arm_is_the_scenario_without_its_programme():
    arms = comparison().results.scenarios
    assert list(arms) == ["with", "without"]
    assert arms["with"] == scenario()
    assert arms["without"] == scenario().set(programme__enabled=False)


def test_alternatives_are_arms_by_their_names():
    arms = comparisons.arms_of(scenario(), [scenario("china-2020-thin-cash"), scenario("normal-year")])
    assert list(arms) == ["china-2020", "china-2020-thin-cash", "normal-year"]


def test_no_programme_and_no_alternative_is_refused():
    with pytest.raises(sim.ScenarioError, match="no programme to take away"):
        sim.compare(scenario("normal-year"))


def test_two_scenarios_of_one_name_are_refused():
    with pytest.raises(sim.ScenarioError, match="have the same name"):
        sim.compare(scenario(), scenario().set(programme__decision_days=3))


@pytest.mark.parametrize("change", ["calendar.weeks=9", "calendar.start=2020-01-13"])
def test_runs_over_other_dates_are_not_compared(change):
    with pytest.raises(sim.ScenarioError, match="calendar"):
        comparisons.arms_of(scenario(), [sim.load("china-2020-thin-cash", [*SETTINGS, change])])


def test_both_arms_have_the_same_seeds_and_the_same_enterprises():
    results = comparison().results
    assert results.runs[["arm", "seed"]].to_numpy().tolist() == [
        ["with", 1],
        ["with", 2],
        ["without", 1],
        ["without", 2],
    ]
    drawn = ["seed", "enterprise", "kind", "sector", "region", "staff", "runway_days", "quality", "reopening_rank"]
    one, other = (arm(results, name).enterprises[drawn] for name in ("with", "without"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    first, second = (one[one["seed"] == seed]["quality"].to_numpy() for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_a_seed_gives_the_same_run_alone_and_among_others():
    alone = sim.compare(scenario(), seeds=[2], progress=False).results
    among = comparison().results
    for table in TABLES:
        rows = getattr(among, table)
        rows = rows[rows["seed"] == 2].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(alone, table), rows, check_exact=True)


def test_seeds_as_a_number_follow_the_first_and_a_list_is_taken_as_it_is():
    assert seed_list(3) == [1, 2, 3]
    assert seed_list(2, first=7) == [7, 8]
    assert seed_list([5, np.int64(3)]) == [5, 3]
    assert sim.run(scenario(), seeds=[9, 4], progress=False).runs["seed"].tolist() == [9, 4]


def test_a_seed_given_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        replicate({"run": scenario()}, [1, 1], progress=False)


# the public face


def test_the_example_of_the_interface_works():
    chosen = sim.load("china-2020").set(programme__decision_days=7)
    assert chosen.programme.decision_days == 7
    with pytest.raises((AttributeError, TypeError, ValueError)):
        chosen.programme.decision_days = 3
    result = sim.compare(chosen.set(population__enterprises=100, calendar__weeks=12), seeds=2, progress=False)
    summary = result.summary()
    assert {"outcome", "with", "without", "difference", "low", "high"} <= set(summary)
    assert set(result.fates()["fate"]) == {"saved", "survived_anyway", "lost_either_way", "harmed"}
    assert isinstance(result.plot.survival(), Figure)
    assert isinstance(result.plot.loans(), Figure)
    model = sim.Model(chosen.set(population__enterprises=50), rng=1)
    model.step()
    enterprises = model.agents_by_type[sim.Enterprise]
    poor = enterprises.select(lambda enterprise: enterprise.exists and enterprise.cash < 5_000_00)
    assert 0 < len(poor) < 50 <= len(enterprises)


@pytest.mark.parametrize("name", [name for name in dir(comparisons.Plots) if not name.startswith("_")])
def test_every_plot_returns_a_figure_and_shows_nothing(name):
    import matplotlib.pyplot as plt

    plots = comparison().plot
    if name != "results":
        assert isinstance(getattr(plots, name)(), Figure)
    assert plt.get_fignums() == []


def test_everything_public_is_there_and_nothing_else():
    assert set(sim.__all__) <= set(dir(sim))
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="No sim attribute nothing"):
        _ = sim.nothing


def test_results_are_frozen_and_hold_tables():
    results = comparison().results
    with pytest.raises(dataclasses.FrozenInstanceError):
        results.scale = 1
    assert {"duration_days", "event"} <= set(results.enterprises)
    assert all(isinstance(getattr(results, table), pd.DataFrame) for table in (*TABLES, "runs"))


def test_run_has_one_arm():
    results = sim.run(scenario("normal-year"), seeds=2, progress=False)
    assert results.runs[["arm", "seed", "status"]].to_numpy().tolist() == [["run", 1, "done"], ["run", 2, "done"]]
    assert not results.loans["programme"].any()


def test_save_and_open_give_the_comparison_back(tmp_path):
    folder = sim.save(comparison().results, str(tmp_path / "out"))
    assert hash_of(sim.open(str(folder))) == hash_of(comparison().results)


# what does not depend on how it was computed


def test_a_programme_without_money_leaves_whole_tables_as_without_it():
    empty = sim.compare(scenario().set(programme__envelope_yuan=0.0), seeds=2, progress=False)
    assert same_arms(empty.results)
    assert (empty.summary()["difference"].dropna() == 0).all()
    assert not same_arms(comparison().results)


IDLE = {
    "nobody eligible": {"programme.eligible_kinds": ()},
    "nowhere eligible": {"programme.eligible_regions": ()},
    "no members": {"programme.members": ()},
    "launched after the end": {"programme.launch_date": datetime.date(2030, 1, 1)},
}


@pytest.mark.parametrize("case", IDLE)
def test_a_programme_for_nobody_leaves_whole_tables_as_without_it(case):
    idle = sim.compare(scenario().set(IDLE[case]), seeds=2, progress=False)
    assert same_arms(idle.results, *ABOUT_THE_PROGRAMME)
    assert (idle.summary()["difference"].dropna() == 0).all()


def test_an_empty_envelope_set_on_the_command_line_changes_nothing():
    result = invoke("compare", "china-2020", *QUICK, "--json", "--set", "programme.envelope_yuan=0")
    rows = json.loads(result.stdout)
    assert all(row["difference"] in (0, None) for row in rows)
    assert all(row["with"] == row["without"] for row in rows)


@pytest.mark.parametrize("name", ["china-2020", "normal-year"])
def test_both_engines_give_the_same_tables(name):
    small = sim.load(name, ["population.enterprises=80", "calendar.weeks=30"])
    fast, slow = (sim.run(small, seeds=2, engine=engine, progress=False) for engine in ("compiled", "mesa"))
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(fast, table), getattr(slow, table), check_exact=True)
    assert hash_of(fast) == hash_of(slow)


def test_both_engines_lend_with_equity_near_the_top_of_its_range():
    rich = sim.load(
        "china-2020", ["population.enterprises=80", "calendar.weeks=12", "lenders.online_bank.equity_yuan=1e16"]
    )
    fast, slow = (sim.run(rich, seeds=1, engine=engine, progress=False) for engine in ("compiled", "mesa"))
    assert hash_of(fast) == hash_of(slow)


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_the_number_of_jobs_does_not_matter(jobs):
    assert hash_of(sim.compare(scenario(), seeds=2, jobs=jobs, progress=False).results) == hash_of(comparison().results)


def test_replications_can_be_imported_on_other_systems(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    spec = importlib.util.spec_from_file_location("elsewhere", replications.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "elsewhere", module)
    spec.loader.exec_module(module)
    assert module.cores() >= 1


def test_the_order_of_seeds_orders_the_rows_and_nothing_else():
    turned = sim.compare(scenario(), seeds=[2, 1], progress=False).results
    for table in TABLES:
        rows = getattr(turned, table).sort_values(["arm", "seed"], kind="stable").reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, getattr(comparison().results, table), check_exact=True)


def swept(one, seeds):
    """A sweep of one point."""
    return sim.sweep(one, {"programme.decision_days": [0]}, seeds)


@pytest.mark.parametrize("work", [sim.compare, sim.run, swept])
def test_too_many_seeds_are_refused_before_they_are_counted_out(work):
    with pytest.raises(sim.ScenarioError, match="1,000,000,000 is out of range; write a number of seeds from 1 to"):
        work(sim.load("china-2020"), seeds=10**9)


def test_a_run_that_cannot_fit_is_refused_before_anything_runs(monkeypatch):
    monkeypatch.setattr("sim.studies.memory.memory_limit", lambda: 2 * 10**9)
    with pytest.raises(ScenarioError, match=r"up to 1,416,000 fit, more with population.results=totals"):
        sim.compare(scenario().set({"population.enterprises": 2_000_000}), seeds=1, progress=False)
    with pytest.raises(ScenarioError, match=r"of memory, this machine has 2.0 GB; up to [\d,]+ fit$"):
        sim.compare(sim.load("china-2020-national"), seeds=1, progress=False)
