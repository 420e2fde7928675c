"""Results as totals: what panels and totals both have is the same, what only panels have is refused in a line."""

from __future__ import annotations

import shutil
from functools import cache

import numpy as np
import pandas as pd
import pytest

import sim
from sim import outcomes
from sim.figures.catalogue import FIGURES
from sim.figures.report.folder_figures import draw_one
from sim.model.counts import Counts
from sim.model.economy import calendar_of
from sim.outcomes.grouping import NUMBER
from sim.scenario.problems import ScenarioError
from sim.studies import replications
from sim.studies.footprint import footprint_of, refuse_what_cannot_fit
from sim.studies.memory import BYTES_OF_PROCESS, BYTES_OF_TOTALS, known_footprint, way_of
from sim.studies.replications import in_turn, replicate
from sim.studies.sweep.estimate import FITS
from tests.support.small import QUICK, comparison, invoke, scenario

TOTALS = {"population.results": "totals"}
GROUPINGS = (None, "kind", "sector", "region", "size", "digital", "banked", "take_up")


@cache
def counted() -> sim.Comparison:
    """The comparison of ``tests.support.small`` with its results as totals; not to be changed."""
    return sim.compare(scenario().set(TOTALS), seeds=2, progress=False)


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a table that hold numbers."""
    return table.select_dtypes("number").astype(float)


def assert_equal(panels: pd.DataFrame, totals: pd.DataFrame, whole: tuple[str, ...] = ()) -> None:
    """The same table: words and whole numbers to the last digit, others to 1e-12."""
    pd.testing.assert_frame_equal(panels, totals, rtol=1e-12, atol=0.0)
    for name in whole:
        np.testing.assert_array_equal(panels[name], totals[name])


# counting


def test_rows_are_counted_whatever_portions_they_come_in():
    draw = np.random.default_rng(1)
    rows = pd.DataFrame({"a": draw.integers(0, 3, 500), "b": draw.integers(0, 7, 500)})
    rows["yuan"] = draw.integers(-(10**15), 10**15, 500)
    expected = rows.groupby(["a", "b"]).agg(number=("yuan", "size"), yuan=("yuan", "sum")).reset_index()
    for portion in (500, 7):
        counts = Counts({"a": 3, "b": 7}, ("yuan",))
        for first in range(0, 500, portion):
            part = rows.iloc[first : first + portion]
            counts.add({"a": part["a"], "b": part["b"]}, {"yuan": part["yuan"]})
        pd.testing.assert_frame_equal(pd.DataFrame(counts.table()), expected)


def test_combinations_merge_before_they_fill_memory(monkeypatch):
    monkeypatch.setattr("sim.model.counts.MOST_ROWS", 10)
    counts = Counts({"a": 4}, ("yuan",))
    for _ in range(50):
        counts.add({"a": np.arange(4)}, {"yuan": np.arange(4)})
        assert sum(map(len, counts._codes)) <= 10
    assert counts.table()["number"].tolist() == [50] * 4
    assert counts.table()["yuan"].tolist() == [0, 50, 100, 150]


def test_small_portions_of_the_tables_give_the_same_totals(monkeypatch):
    monkeypatch.setattr("sim.model.tabulation.PORTION", 37)
    monkeypatch.setattr("sim.model.loan_tabulation.PORTION", 37)
    again = sim.compare(scenario().set(TOTALS), seeds=2, progress=False).results
    for name in sim.results.results.TABLES:
        pd.testing.assert_frame_equal(getattr(counted().results, name), getattr(again, name), check_exact=True)


def test_nothing_counted_is_an_empty_table():
    assert {name: len(column) for name, column in Counts({"a": 4}, ("yuan",)).table().items()} == {
        "a": 0,
        "number": 0,
        "yuan": 0,
    }


def test_too_many_combinations_are_refused():
    with pytest.raises(ValueError, match="too many"):
        Counts({"a": 2**40, "b": 2**40}, ())


# the same numbers


def test_every_enterprise_and_loan_is_counted_once():
    panels, totals = comparison().results, counted().results
    assert totals.totals
    assert not panels.totals
    for name in ("enterprises", "loans"):
        rows, counts = getattr(panels, name), getattr(totals, name)
        assert counts[NUMBER].min() >= 1
        assert len(counts) < len(rows)
        by_run = rows.groupby(["arm", "seed"], observed=True).size()
        pd.testing.assert_series_equal(
            counts.groupby(["arm", "seed"], observed=True)[NUMBER].sum(), by_run, check_names=False
        )
        keys = list(counts.columns[: counts.columns.get_loc(NUMBER)])
        assert not counts.duplicated(keys).any()


@pytest.mark.parametrize("name", ["weekly", "lenders", "sectors"])
def test_tables_of_the_country_are_the_same(name):
    pd.testing.assert_frame_equal(getattr(comparison().results, name), getattr(counted().results, name))


def test_the_summary_is_the_same():
    panels, totals = comparison().summary(), counted().summary()
    assert panels.select_dtypes(exclude="number").equals(totals.select_dtypes(exclude="number"))
    scale = numbers(panels).abs().max(axis=1)  # a difference is as exact as what it is a difference of
    gap = (numbers(panels) - numbers(totals)).abs()
    assert (numbers(panels).isna() == numbers(totals).isna()).all(axis=None)
    assert gap.le(1e-12 * scale, axis=0)[gap.notna()].fillna(True).all(axis=None)
    whole = [key for key in panels.index if key.startswith(("exit", "saved", "harmed", "net", "borrowers", "jobs"))]
    assert len(whole) >= 7
    pd.testing.assert_frame_equal(panels.loc[whole], totals.loc[whole], check_exact=True)


@pytest.mark.parametrize("by", GROUPINGS)
def test_fates_are_the_same(by):
    assert_equal(comparison().fates(by), counted().fates(by), ("enterprises", "insolvent", "staff", "share"))


@pytest.mark.parametrize("by", GROUPINGS)
def test_survival_is_the_same(by):
    panels, totals = comparison().results.enterprises, counted().results.enterprises
    assert_equal(outcomes.survival(panels, by), outcomes.survival(totals, by), ("survival", "at_risk"))
    assert_equal(outcomes.difference(panels, by), outcomes.difference(totals, by), ("difference",))
    assert_equal(outcomes.logrank(panels, by), outcomes.logrank(totals, by))


@pytest.mark.parametrize(
    "table",
    [
        outcomes.judging_table,
        outcomes.targeting,
        outcomes.queue_deaths,
        outcomes.fiscal_cost,
        outcomes.displaced,
        lambda results: outcomes.losses(results.loans, "lender_group", scale=results.scale),
        lambda results: outcomes.losses(results.loans, "vintage", scale=results.scale),
        lambda results: outcomes.loan_volume(results.loans, ("week", "channel", "kind"), scale=results.scale),
        lambda results: outcomes.refusals(results.loans, "kind"),
        lambda results: outcomes.vintage_losses(results.loans, pd.Timestamp("2020-05-25")),
    ],
)
def test_other_outcomes_are_the_same(table):
    assert_equal(table(comparison().results), table(counted().results))


def test_arms_run_one_at_a_time_the_first_one_last():
    small = scenario().set(TOTALS)
    arms = {"with": small, "without": small.set({"programme.enabled": False})}
    order = [(run.arm, run.seed) for run in in_turn(arms, [1, 2], "compiled", audit=False, threads=1)]
    assert order == [("without", 1), ("with", 1), ("without", 2), ("with", 2)]


def test_every_step_of_a_long_run_is_told():
    small = scenario().set(TOTALS)
    arms = {"with": small, "without": small.set({"programme.enabled": False})}
    steps, told = calendar_of(small.settings).steps, []
    for number, _ in enumerate(in_turn(arms, [1], "compiled", False, 1, lambda: told.append(1)), start=1):
        assert len(told) == number * steps
    replicate(arms, [1])  # with its bar: a warning would be an error


def test_the_other_engine_and_other_threads_give_the_same_totals():
    small = scenario().set({**TOTALS, "population.enterprises": 60})
    first = sim.run(small, seeds=1, progress=False)
    for how in ({"engine": "mesa"}, {"jobs": 7}):
        again = sim.run(small, seeds=1, progress=False, **how)
        for name in sim.results.results.TABLES:
            pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True)


def test_several_alternatives_are_each_paired():
    small = scenario().set({"population.enterprises": 200})
    panels, totals = (three_arms(small, kept) for kept in ("panels", "totals"))
    for against in ("fast", "slow"):
        pair = [outcomes.fates(results.enterprises, "kind", against=against) for results in (panels, totals)]
        assert_equal(*pair, ("enterprises", "insolvent"))
        assert pair[0]["enterprises"].sum() == 400


def three_arms(small, kept):
    """Three arms with their results kept one way."""
    days = {"with": 0, "fast": 7, "slow": 30}
    arms = {
        arm: small.set({"programme.decision_days": number, "population.results": kept}) for arm, number in days.items()
    }
    return replicate(arms, [1, 2], progress=False)


def test_a_seed_that_failed_in_the_other_arm_is_in_no_pair(monkeypatch):
    def fails_once(model, others):
        if model.played.settings.programme.enabled is False and model.economy.seed == 2:
            raise RuntimeError("made to fail")
        return kept_of(model, others)

    kept_of = replications.kept_of
    monkeypatch.setattr(replications, "kept_of", fails_once)
    results = sim.compare(scenario().set(TOTALS), seeds=2, progress=False).results
    assert outcomes.fates(results.enterprises)["seed"].unique().tolist() == [1]
    assert outcomes.size_of(results) == (300, 2)


# folder, figures, verbs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of totals with its figures; not to be changed."""
    return sim.save(counted().results, tmp_path_factory.mktemp("totals") / "out", figures=True)


def test_a_folder_of_totals_has_its_tables_and_figures(folder):
    files = {path.name for path in folder.iterdir()}
    wanted = [
        "enterprise_counts",
        "loan_counts",
        "fates",
        "survival",
        "judging",
        "summary",
        "weekly",
        "lenders",
        "sectors",
    ]
    assert {f"{name}.csv" for name in wanted} | {"runs.csv", "manifest.json", "report.html", "figures"} <= files
    assert not [name for name in files if name.endswith(".parquet")]
    drawn = {path.stem for path in (folder / "figures").glob("*.png")}
    assert {"survival-kind", "fates", "who-benefits", "loans-lender_group", "time-to-money", "vintages"} <= drawn


@pytest.mark.parametrize("name", ["enterprises", "loans", "weekly"])
def test_totals_come_back_as_they_were(folder, name):
    before, after = getattr(counted().results, name), getattr(sim.open(folder), name)
    pd.testing.assert_frame_equal(before, after, rtol=1e-15)
    for column in before.select_dtypes("category"):
        assert list(before[column].cat.categories) == list(after[column].cat.categories)


def test_files_of_fates_and_survival_hold_every_grouping(folder):
    groups = {None: "all", "kind": "kind", "sector": "sector", "region": "region", "size": "size"}
    for name in ("fates.csv", "survival.csv"):
        assert pd.read_csv(folder / name)["by"].unique().tolist() == list(groups.values())
    saved = pd.read_csv(folder / "fates.csv").query("by == 'all' and fate == 'saved'")["enterprises"]
    expected = comparison().fates().query("fate == 'saved'")["enterprises"]
    assert saved.tolist() == expected.tolist()


def test_totals_are_replayed(folder):
    found = sim.replay(folder, progress=False)
    assert found.same
    assert {"enterprise_counts.csv", "loan_counts.csv"} <= set(found.tables["table"])


def test_a_changed_count_is_noticed(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    path = copy / "enterprise_counts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("True", "False", 1), encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match=r"enterprise_counts.csv differs from what was written"):
        sim.open(copy)


@pytest.mark.parametrize("kind", [kind for kind in FIGURES if kind != "runway"])
def test_every_figure_but_that_of_runways_can_be_drawn(kind, tmp_path):
    draw_one(counted().results, kind, None, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000


@pytest.mark.parametrize(("kind", "by"), [("runway", None), ("survival", "runway"), ("fates", "staff")])
def test_what_needs_panels_says_so_in_a_line(kind, by, tmp_path):
    with pytest.raises(sim.ScenarioError, match="set population.results to panels") as caught:
        draw_one(counted().results, kind, by, tmp_path / "figure.png")
    assert len(str(caught.value).splitlines()) == 1


def test_the_same_figure_of_times_is_drawn_from_both():
    from sim.figures.credit_figures import _times

    curves = []
    for results in (comparison().results, counted().results):
        loans = results.loans
        curves.append(_times(loans[~loans["existing"] & loans["days_to_money"].notna()], None))
    for (_, words, days), (_, other, others) in zip(*curves, strict=True):
        assert words == other
        np.testing.assert_array_equal(days, others)


@pytest.mark.parametrize("verb", [("compare",), ("run",)])
def test_verbs_run_with_totals(verb, tmp_path):
    out = tmp_path / "out"
    result = invoke(*verb, "china-2020-national", *QUICK, "--out", out)
    assert result.exit_code == 0, result.output
    assert "300 enterprise agents" in result.output
    assert (out / "enterprise_counts.csv").is_file()
    assert (out / "fates.csv").is_file() == (verb == ("compare",))


def test_one_seed_is_run_unless_more_are_asked_for(tmp_path):
    small = ("--set", "population.enterprises=100", "--set", "calendar.weeks=9", "--no-figures", "--quiet")
    result = invoke("run", "china-2020-national", *small, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sim.open(tmp_path / "out").runs["seed"].tolist() == [1]


@pytest.mark.parametrize(
    "words",
    [
        ("reproduce", "china-2020", "--set", "population.results=totals", "--seeds", "1"),
        ("reproduce", "ppp-speed", "--set", "population.results=totals", "--seeds", "1"),
        ("reproduce", "runway-bosio", "--set", "population.results=totals", "--seeds", "1"),
        ("attribute", "china-2020-national", "--set", "population.enterprises=100", "--seeds", "2"),
        ("compare", "china-2020", "china-2020-national", "--set", "population.enterprises=100"),
    ],
)
def test_verbs_that_need_panels_refuse_in_a_line(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke(*words)
    assert result.exit_code == 2, result.output
    assert "population.results" in result.stderr
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_a_panel_is_one_whatever_is_kept_of_a_run():
    small = scenario().set({"population.enterprises": 50})
    pd.testing.assert_frame_equal(sim.panel(small), sim.panel(small.set(TOTALS)))


def test_a_sweep_of_totals_has_the_numbers_of_one_of_panels():
    tables = [
        sim.sweep(small, {"programme.decision_days": [0, 14]}, seeds=2, compare=True, progress=False).table
        for small in (scenario(), scenario().set(TOTALS))
    ]
    pd.testing.assert_frame_equal(*tables, rtol=1e-11)


def test_an_audit_of_totals_adds_up(tmp_path):
    out = tmp_path / "out"
    result = invoke("run", "china-2020-national", *QUICK, "--audit", "--out", out)
    assert result.exit_code == 0, result.output
    assert (out / "journal.csv").is_file() or list(out.glob("journal*"))


# the packaged scenario


@pytest.mark.parametrize("name", ["china-2020-national", "china-2020-national-as-printed"])
def test_the_national_scenarios_are_their_parents_one_to_one(name):
    parent = sim.load(name.replace("-national", ""))
    national = sim.load(name)
    real = sum(kind.real_enterprises for kind in national.settings.kinds.values())
    assert national.settings.population.enterprises == real == 121_400_000
    differing = {path for path in national.leaves if national.leaves[path] != parent.leaves.get(path)}
    assert differing == {"population.enterprises", "population.results", "title", "description"}


def test_memory_of_totals_is_estimated_by_itself():
    settings = sim.load("china-2020-national").settings
    assert way_of(settings, "compiled") == "totals"
    assert way_of(settings, "mesa") == "mesa"
    assert known_footprint(settings, 2, "compiled") == (121_400_000, BYTES_OF_TOTALS)


def test_a_scenario_that_lends_much_is_refused_by_what_a_small_run_needed(monkeypatch):
    """As printed, 80.6 million borrow, and their loans alone do not fit; it had run for eight minutes before that."""
    monkeypatch.setattr("sim.studies.memory.memory_limit", lambda: 24 * 2**30)
    refuse_what_cannot_fit(sim.load("china-2020-national"), "compiled")
    with pytest.raises(ScenarioError, match=r"121,400,000 .* needs about 6\d\.\d GB .* up to \d\d,\d{3},000 fit"):
        refuse_what_cannot_fit(sim.load("china-2020-national-as-printed"), "compiled")
    refuse_what_cannot_fit(
        sim.load("china-2020-national-as-printed").set({"population.enterprises": 50_000_000}), "compiled"
    )


def test_a_sweep_reckons_each_large_point_by_a_small_run(monkeypatch):
    """A point at which much is lent does not fit where the others do: it alone is set aside, with the reason."""
    for name in ("sim.studies.footprint.LARGE", "sim.studies.sweep.estimate.LARGE", "sim.studies.footprint.SMALL"):
        monkeypatch.setattr(name, 300)
    small, envelope = scenario().set(TOTALS), "programme.envelope_yuan"
    little, much = (footprint_of(small.set({envelope: yuan}), 2, "compiled") for yuan in (1e9, 404e9))
    assert BYTES_OF_TOTALS < little.each < much.each
    between = (little.nbytes + much.nbytes) // 2 + BYTES_OF_PROCESS
    monkeypatch.setattr("sim.studies.sweep.sweep.memory_limit", lambda: between / FITS)
    found = sim.sweep(small, {envelope: [1e9, 404e9]}, seeds=1, executor="series", progress=False)
    assert set(found.jobs["point"]) == {0}
    assert "GB may be used" in found.failures["reason"].item()
