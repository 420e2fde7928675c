"""The sandbox: recovery under random assignment, the bias when it is not random, and the exact decomposition."""

from __future__ import annotations

import builtins

import numpy as np
import pandas as pd
import pytest

import sim
from tests.support.small import ROOT

pytest.importorskip("statsmodels", reason="needs the extra 'analysis'")

from experiments import assignments, estimators, sandbox

SEEDS = range(1, 5)
LINEAR = [name for name, design in estimators.METHODS.items() if design is not estimators.discontinuity]


@pytest.fixture(scope="module")
def scenario():
    return sim.load("china-2020", ["population.enterprises=3000"])


@pytest.fixture(scope="module")
def worlds(scenario):
    return assignments.two_worlds(scenario, SEEDS)


@pytest.fixture(scope="module")
def table(worlds):
    return sandbox.estimates(worlds)


def row(table, assignment, method):
    (found,) = table[(table["assignment"] == assignment) & (table["method"] == method)].itertuples()
    return found


LOTTERY, OWN, CAP, CHEATED = (name for name in (
    "lottery among those that would borrow", "borrowers against the others", "turnover cap",
    "turnover cap, needy misreport"))  # fmt: skip


def test_the_worlds_are_those_of_a_comparison(scenario, worlds):
    rows = sim.compare(scenario, seeds=SEEDS, progress=False).results.enterprises
    for arm in ("with", "without"):
        part = rows[rows["arm"] == arm].sort_values(["seed", "enterprise"])
        assert (worlds[f"open_{arm}"].to_numpy() == ~part["event"].to_numpy()).all()
    helped = rows[rows["arm"] == "with"].sort_values(["seed", "enterprise"])
    assert (worlds["borrowed"].to_numpy() == (helped["programme_yuan"] > 0).to_numpy()).all()
    assert (worlds.loc[~worlds["open_with"], "with"] < worlds["with"].mean()).mean() > 0.9


def test_an_estimate_is_truth_and_selection_and_spillover_exactly(table):
    whole = table["truth"] + table["selection"] + table["spillover"]
    assert len(table) == 10
    np.testing.assert_allclose(table["value"], whole, rtol=0, atol=1e-12)
    assert (table["spillover"] == 0).sum() == 6


def test_a_difference_of_means_is_the_effect_on_the_treated_and_the_difference_without_it(worlds, table):
    treated = worlds["borrowed"]
    effect = (worlds["with"] - worlds["without"])[treated].mean()
    apart = worlds["without"][treated].mean() - worlds["without"][~treated].mean()
    others = -(worlds["with"] - worlds["without"])[~treated].mean()
    found = row(table, OWN, "difference in means")
    assert found.truth == pytest.approx(effect, abs=1e-12)
    assert found.selection == pytest.approx(apart, abs=1e-12)
    assert found.spillover == pytest.approx(others, abs=1e-12)
    for method in LINEAR:
        assert row(table, OWN, method).truth == pytest.approx(effect, abs=1e-9)


def test_a_lottery_recovers_the_truth(worlds):
    """Over many coins the interval holds the mean effect on all in the lottery in 95 of 100; the gaps average out."""
    held = sandbox.coverage(worlds, 60).set_index("method")
    quick = held.loc[["difference in means", "difference-in-differences"]]
    assert (quick["inside"] >= 53).all()
    truth = (worlds["with"] - worlds["without"])[worlds["borrowed"]].mean()
    assert truth > 0.05
    assert (held["mean_gap"].abs() < 0.1 * truth).all()


def test_own_choice_misleads_a_difference_of_means_and_matching(table):
    """Borrowers are those in need: without the programme they would do worse than the others."""
    simple, matched = (row(table, OWN, name) for name in ("difference in means", "matching by propensity"))
    for found in (simple, matched):
        assert found.selection < -0.01
        assert found.value < found.truth
    assert simple.high < simple.truth
    assert abs(matched.selection) < abs(simple.selection)


def test_a_cap_that_holds_recovers_the_effect_at_the_cap_and_misreporting_breaks_it(worlds, table):
    honest, cheated = (row(table, name, "regression discontinuity") for name in (CAP, CHEATED))
    assert honest.low <= honest.truth <= honest.high
    assert cheated.selection < honest.selection
    told, true = assignments.by_misreported_cap(worlds), assignments.by_cap(worlds)
    moved = told["distance"] != true["distance"]
    assert moved.any() and (told.loc[moved, "treated"] & ~true.loc[moved, "treated"]).all()
    assert (told.loc[moved, "runway_days"] < assignments.NEEDY_DAYS).all()


def made_up(effect: float, tilt: float, seed: int = 1) -> pd.DataFrame:
    """Enterprises of which the treated have an untreated outcome larger by ``tilt``; no simulation."""
    draws = np.random.default_rng(seed)
    treated = draws.random(400) < 0.5
    without = draws.normal(size=400) + tilt * treated
    seen = without + effect * treated
    return pd.DataFrame({"treated": treated, "before": tilt * treated, "untreated": without, "seen": seen})


@pytest.mark.parametrize("tilt", [0.0, 2.0])
def test_a_constant_tilt_is_selection_to_means_and_nothing_to_changes(tilt):
    frame = made_up(effect=3.0, tilt=tilt)
    means, changes = (estimators.estimated(frame, design(frame))
                      for design in (estimators.difference, estimators.difference_in_differences))  # fmt: skip
    assert means.truth == pytest.approx(3.0) and changes.truth == pytest.approx(3.0)
    assert means.selection == pytest.approx(tilt, abs=0.3)
    assert changes.low <= 3.0 <= changes.high
    assert means.selection - changes.selection == pytest.approx(tilt)


def test_half_the_intervals_are_not_enough():
    """The coverage of the interval itself, in a world where the answer is known: close to 95 of 100, not 50 or 100."""
    found = [estimators.estimated(frame, estimators.difference(frame)) for frame in
             (made_up(1.0, 0.0, seed) for seed in range(300))]  # fmt: skip
    inside = sum(one.low <= 1.0 <= one.high for one in found)
    assert 273 <= inside <= 297


def test_the_coin_is_keyed(worlds):
    one, again, other = (assignments.by_lottery(worlds, coin)["treated"] for coin in (1, 1, 2))
    assert one.equals(again) and not one.equals(other)
    assert 0.4 < one.mean() < 0.6


def test_survival_as_the_outcome(worlds):
    frame = assignments.as_it_happened(assignments.of_survival(worlds))
    means, changes = (
        estimators.estimated(frame, estimators.METHODS[name](frame))
        for name in ("difference in means", "difference-in-differences")
    )
    assert set(frame["seen"]) == {0.0, 1.0}
    assert changes.value == pytest.approx(means.value)


def test_the_files_hold_nothing_hidden_and_are_the_same_twice(scenario, tmp_path):
    small = scenario.set({"population.enterprises": 1000})
    for name in ("one", "two"):
        lines = sandbox.sandbox(small, range(1, 3), "sales", 2, tmp_path / name)
        assert any("regression discontinuity" in line for line in lines)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len([name for name in files if name.startswith("evaluator-")]) == 4
    assert {"estimates.csv", "estimates.png", "groups.csv", "coverage.csv", "truth.parquet"} <= set(files)
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
        if name.startswith("evaluator-"):
            columns = set(pd.read_parquet(tmp_path / "one" / name).columns)
            assert not columns & {"without", "with", "untreated", "runway_days", "quality", "borrowed"}


def test_a_missing_statsmodels_is_one_line(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **named):
        if name.startswith("statsmodels"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(sim.ScenarioError) as caught:
        estimators.statsmodels()
    assert str(caught.value) == "sandbox  needs statsmodels: pip install 'tideover[analysis]'"
    assert "statsmodels" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_programme_from_the_first_week_has_no_time_before(scenario):
    early = scenario.set({"programme.launch_date": scenario.get("calendar.start")})
    with pytest.raises(sim.ScenarioError, match="launch later"):
        assignments.two_worlds(early, [1])
