"""Frontier and regret: what is not dominated, the cheapest that reaches a target, regret over states, same bytes."""

from __future__ import annotations

import builtins
import datetime
import json

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import frontier, regret, trials
from experiments.programmes import FIRST_LAUNCH, LEVERS, programme_of
from sim.figures import frontier_figures, save
from sim.studies.calibration.trials import JOURNAL

pytest.importorskip("optuna")
START = {lever.name: lever.low for lever in LEVERS}


def toy_objectives(values):
    """Saves more the more is lent at a lower rate; costs what it lends."""
    lent = values["envelope"]
    return [lent * (20.0 - values["rate"]), lent * 2.0, lent]


def tiny():
    return frontier.judge_of(enterprises=120, run_off=0, seeds=2, fresh=2)


def test_dominated_rows_are_found():
    rows = [[3.0, 3.0], [2.0, 1.0], [2.0, 2.0], [1.0, 1.0], [2.0, 1.0]]
    assert frontier.non_dominated(rows, [1.0, -1.0]).tolist() == [True, True, False, False, True]


def test_a_search_finds_the_low_rate_and_repeats(tmp_path):
    first = trials.search(toy_objectives, [1.0, -1.0, -1.0], 72, tmp_path / "a", "toy")
    second = trials.search(toy_objectives, [1.0, -1.0, -1.0], 72, tmp_path / "b", "toy")
    assert first == second
    rates = [trial.values["rate"] for trial in first]
    assert np.mean(rates[-24:]) < np.mean(rates[:24]) - 2.0


def test_a_broken_search_goes_on_as_if_it_had_not_stopped(tmp_path):
    whole = trials.search(toy_objectives, [1.0, -1.0, -1.0], 60, tmp_path / "whole", "toy")
    trials.search(toy_objectives, [1.0, -1.0, -1.0], 31, tmp_path / "cut", "toy")
    journal = tmp_path / "cut" / JOURNAL
    journal.write_text(journal.read_text() + '{"objectives": [1.0, ')
    new = []
    again = trials.search(toy_objectives, [1.0, -1.0, -1.0], 60, tmp_path / "cut", "toy", new.append)
    assert again == whole and new == list(range(31, 60))
    assert journal.read_bytes() == (tmp_path / "whole" / JOURNAL).read_bytes()


def test_another_search_in_the_folder_is_refused(tmp_path):
    trials.search(toy_objectives, [1.0, -1.0, -1.0], 2, tmp_path, "toy")
    before = (tmp_path / JOURNAL).read_bytes()
    with pytest.raises(sim.ScenarioError, match="another search"):
        trials.search(toy_objectives, [1.0, -1.0, -1.0], 2, tmp_path, "other")
    assert (tmp_path / JOURNAL).read_bytes() == before


def test_a_missing_optuna_is_said_in_one_line(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "optuna":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(sim.ScenarioError, match="pip install") as refused:
        trials.search(toy_objectives, [1.0], 1, tmp_path / "none", "toy")
    assert "\n" not in str(refused.value).strip() and not (tmp_path / "none").exists()


def test_a_programme_takes_all_levers():
    scenario = sim.load("china-2020")
    values = {**START, "cap": 40.0, "rate": 5.0, "launch": 14.0, "guarantee": 60.0, "envelope": 250.0, "decision": 7.0}
    made = programme_of(scenario, values).settings
    for terms in (made.programme, *made.programme.products.values()):
        assert (terms.loan_cap_share, terms.rate_yearly, terms.decision_days, terms.grace_days) == (0.4, 0.05, 7, 0)
    assert made.programme.envelope_yuan == 250e9
    launch = FIRST_LAUNCH + datetime.timedelta(days=14)
    assert made.programme.launch_date == made.measures.guarantee.start == launch
    assert made.measures.guarantee.enabled and made.measures.guarantee.share == 0.6
    assert not programme_of(scenario, START).settings.measures.guarantee.enabled


def test_the_cheapest_that_reaches_a_target():
    class Fresh:
        def row(self, name, values):
            return {"programme": name, "saved_thousand": 1.0 if name == "trial 0" else 3.0}

    tried = [trials.Trial(number, START, [saved, cost, 1.0]) for number, (saved, cost) in enumerate(
        [(2500.0, 1.0), (2500.0, 3.0), (2500.0, 2.0), (900.0, 0.5)]
    )]  # fmt: skip
    target = frontier.Target(2000.0, 2000.0, "2 thousand")
    found = frontier.cheapest(Fresh(), tried, target)
    assert found["programme"] == "trial 2"  # trial 0 is cheaper but fails on fresh seeds, trial 3 never reached it
    far = frontier.Target(1e9, 1e9, "a million thousand")
    assert frontier.cheapest(Fresh(), tried, far) is None
    assert frontier.target_words(None, tried, far).startswith("No programme that was tried saves a million thousand")


@pytest.mark.parametrize("text", ["-5", "nan", "101%", "many", "inf"])
def test_bad_targets_are_refused(text):
    with pytest.raises(ValueError):
        frontier.target_of(text, tiny())


def test_the_frontier_writes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        table, answer = frontier.explore(tiny(), 3, tmp_path / name, "0.5%")
        assert table["programme"].iloc[0] == frontier.BASELINE and len(answer) > 20
        assert len("\n".join(frontier.shown(table)).splitlines()) == len(table) + 2
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert {"frontier.csv", "trials.csv", "frontier.svg", "frontier.png", "cheapest.txt"} <= set(files)
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    kept = (tmp_path / "a" / JOURNAL).read_text().splitlines()
    assert len(kept) == 4 and len(json.loads(kept[1])["objectives"]) == 3


def test_a_neutral_state_changes_nothing_but_the_text():
    scenario = sim.load("china-2020", ["population.enterprises=100"])
    same = regret.in_state(scenario, {"length": 1.0, "depth": 1.0, "runway": 1.0})
    for path in ("stoppage.openness", "sectors.catering.demand", "regions.epicentre.openness"):
        for (day, value), (other_day, other) in zip(scenario.get(path), same.get(path), strict=True):
            assert day == other_day and value == pytest.approx(other, abs=1e-12)
    assert scenario.get("kinds.sme.runway_points") == same.get("kinds.sme.runway_points")


def test_a_path_is_stretched_and_deepened():
    points = [(regret.ANCHOR, 1.0), (regret.ANCHOR + datetime.timedelta(days=10), 0.4)]
    moved = regret.moved(points, {"length": 1.5, "depth": 2.0})
    assert moved == [[regret.ANCHOR, 1.0], [regret.ANCHOR + datetime.timedelta(days=15), 0.0]]


def test_regret_is_what_the_best_design_does_better(tmp_path):
    scenario = sim.load("china-2020", ["population.enterprises=150"])
    levels = {"length": (1.0,), "depth": (1.0, 1.3), "runway": (0.6,)}
    table = regret.regrets(scenario, levels, [1, 2])
    assert len(table) == 2 * 7 and (table["regret"] >= 0.0).all()
    for _, part in table.groupby("depth"):
        assert part["regret"].min() == 0.0
        best = part["saved_thousand"].max()
        assert np.allclose(part["regret"], best - part["saved_thousand"])
    assert (table.loc[table["design"] == regret.NONE, ["saved_thousand", "cost_bn"]] == 0.0).all(axis=None)
    summary = regret.summed_up(table)
    assert summary["maximum regret"].is_monotonic_increasing and len(summary) == 7
    figures = (
        frontier_figures.regret(table, "runway", name="cash runway", unit="thousand", caption="two states")
        for _ in range(2)
    )
    first, second = (save(figure, tmp_path / f"{place}.svg").read_bytes() for place, figure in enumerate(figures))
    assert first == second


def test_cost_counts_when_an_enterprise_has_a_worth():
    scenario = sim.load("china-2020", ["population.enterprises=150"])
    levels = {"length": (1.0,), "depth": (1.0,), "runway": (0.6,)}
    free, priced = (regret.regrets(scenario, levels, [1], worth) for worth in (None, 50.0))
    assert np.allclose(priced["gain"], free["gain"] - free["cost_bn"] * 1e9 / 50e3 / 1e3)
    assert isinstance(priced, pd.DataFrame)
