"""Switzerland and the United Kingdom beside published outcomes, and headline figures beside baselines."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import sim
from sim.figures import save
from sim.figures.evidence_figures import figures_of
from sim.figures.fit_figures import distance
from sim.scenario.loading import load
from sim.studies import evidence
from sim.studies.evidence import baselines, take_up
from sim.studies.evidence.fit import direction, row_of
from sim.studies.evidence.measures import MEASURES
from sim.studies.evidence.targets import RUN
from sim.studies.replications import replicate
from tests.support.small import invoke

COUNTRIES = ("switzerland-2020", "uk-bbls-2020")
SMALL = ["population.enterprises=600", "calendar.step_days=7"]


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request):
    return request.param, evidence.reproduced(request.param, seeds=2, settings=SMALL, progress=False)


@pytest.fixture(scope="module")
def swiss():
    return replicate({RUN: load("switzerland-2020", SMALL)}, [1], progress=False)


@pytest.mark.parametrize("name", [*COUNTRIES, "ppp-speed"])
def test_every_target_has_tolerance_source_and_confidence(name):
    table = evidence.targets_of(name)
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    assert table["source"].notna().all()
    assert set(table["confidence"]) <= {"seen", "secondary", "assumption"}
    assert table["target"].is_unique


@pytest.mark.parametrize("name", COUNTRIES)
def test_measures_of_the_countries_are_known(name):
    assert set(evidence.targets_of(name)["measure"]) <= set(MEASURES)


@pytest.mark.parametrize(
    ("name", "share", "most", "rate"), [("switzerland-2020", 0.1, 5e5, 0.0), ("uk-bbls-2020", 0.25, 5e4, 0.025)]
)
def test_terms_are_the_published_ones(name, share, most, rate):
    programme = load(name).settings.programme
    assert (programme.loan_cap_share, programme.loan_cap_yuan, programme.rate_yearly) == (share, most, rate)
    assert load(name).settings.measures.guarantee.share == 1.0
    assert not programme.collateral_required


def test_loans_keep_to_the_ceilings(swiss):
    loans = swiss.loans[swiss.loans["programme"] & swiss.loans["payout_date"].notna()]
    sales = swiss.enterprises.set_index("enterprise")["yearly_sales_yuan"].reindex(loans["enterprise"]).to_numpy()
    known = ~np.isnan(sales)  # enterprises founded in the run are not in the table
    assert known.sum() > 50
    assert (loans["amount_yuan"][known] <= np.minimum(500_000, 0.1 * sales[known]) + 1).all()
    assert (loans["amount_yuan"] <= 500_000).all()
    assert (loans["rate_yearly"] == 0.0).all()


def test_new_clients_wait_for_weeks_and_existing_ones_for_days():
    loans = sim.run(load("uk-bbls-2020", ["population.enterprises=600"]), seeds=1, progress=False).loans
    wait = loans[loans["programme"]].groupby("region", observed=True)["days_to_money"].median()
    assert 1 <= wait["clients"] <= 3
    assert 28 <= wait["new_clients"] <= 84


@pytest.mark.parametrize("name", COUNTRIES)
def test_what_was_fitted_says_calibrated_and_names_a_target_that_exists(name):
    sources = load(name).settings.sources
    fitted = [text for text in sources.values() if text.startswith("calibrated")]
    known = set(evidence.targets_of(name)["target"])
    assert fitted
    assert all(any(target in text for target in known) for text in fitted)


def test_countries_print_rows_headline_and_figures(country, tmp_path):
    name, found = country
    assert list(found.table["target"]) == list(evidence.targets_of(name)["target"])
    assert found.table["model"].notna().all()
    assert "for comparison only, not fitted" in found.text()
    for figure in figures_of(name, found.table, found.headline).values():
        assert save(figure, tmp_path / "figure.png").stat().st_size > 10_000


def test_volume_is_loans_times_the_mean(swiss):
    day = pd.Timestamp("2020-07-31").date()
    parts = [MEASURES[name](swiss, 1, day) for name in ("loans_million", "mean_loan", "lent_billion")]
    assert parts[0] * parts[1] / 1e3 == pytest.approx(parts[2])
    assert parts[0] > 0


def test_direction_is_a_sign_only_where_seeds_agree():
    assert direction(np.array([0.2, 0.21, 0.19])) == 1.0
    assert direction(np.array([-0.2, -0.21, -0.19])) == -1.0
    assert direction(np.array([0.2, -0.2, 0.1])) == 0.0
    assert direction(np.array([-0.4])) == -1.0
    target = {"target": "x", "quantity": "", "unit": "sign", "value": 1.0, "low": 1.0, "high": 1.0}
    about = {"source": "", "confidence": "seen", "cause": "why"}
    assert row_of(target | about, np.array([0.2, 0.21]))["verdict"] == "inside"
    missed = row_of(target | about, np.array([0.2, -0.2]))
    assert (missed["verdict"], missed["cause"]) == ("miss", "why")


def test_link_follows_the_order_and_is_none_without_any():
    taken = np.array([False, False, True, True])
    assert take_up.link(taken, np.arange(4.0)) > 0 > take_up.link(~taken, np.arange(4.0))
    assert take_up.link(taken, np.ones(4)) == 0.0
    assert take_up.link(np.ones(4, bool), np.arange(4.0)) == 0.0


def test_exposure_is_the_lockdown_of_the_sector(swiss):
    shut = take_up.exposure(swiss, 1, pd.Timestamp("2020-05-09").date())
    by_sector = pd.Series(shut).groupby(swiss.enterprises["sector"].to_numpy()).mean()
    assert by_sector["food_accommodation"] == pytest.approx(0.8)
    assert by_sector["farming"] == 0.0


@pytest.mark.parametrize("name", ["china-2020", "switzerland-2020", "us-2020"])
def test_baseline_has_no_policy_and_the_normal_year_no_shock(name):
    bare, normal = baselines.arms(load(name)).values()
    measures = bare.settings.measures
    assert not bare.settings.programme.enabled
    assert not any(getattr(measures, one).enabled for one in type(measures).model_fields)
    assert normal.settings.stoppage.openness == ()
    assert not any(one.demand or one.openness for one in normal.settings.sectors.values())
    assert bare.settings.calendar.weeks * 7 >= 730


def test_headline_names_versions_and_counts_closures():
    assert baselines.baseline_of("runway-bosio") is None
    base = baselines.baseline_of("china-2020", ["population.enterprises=500"])
    table = baselines.headline(base, [1, 2], progress=False).set_index("band")
    assert set(table["verdict"]) == {"for comparison only"}
    assert table.loc["G1":"G5", "version"].is_unique
    assert table.loc["O2", "model"] / table.loc["O1", "model"] == pytest.approx(table.loc["O3", "model"], rel=0.2)
    assert table.loc["G1", "model"] > 0
    assert "6.01" in baselines.sentence()


def test_distance_counts_tolerances_of_the_side():
    row = {"published": 1.0, "tolerance": [0.5, 1.25]}
    assert distance(row | {"model": 1.5}) == pytest.approx(2.0)
    assert distance(row | {"model": 0.75}) == pytest.approx(-0.5)
    assert abs(distance({"published": 1.0, "tolerance": [1.0, 1.0], "model": 0.0})) > 1


def test_command_writes_tables_and_figures(tmp_path):
    words = [word for one in SMALL for word in ("--set", one)]
    done = invoke("reproduce", "uk-bbls-2020", *words, "--seeds", "1", "-q", "--json", "--out", tmp_path / "uk")
    rows = json.loads(done.stdout)
    assert [row["target"] for row in rows] == [f"U{number}" for number in range(1, 7)]
    written = pd.read_csv(tmp_path / "uk" / "table.csv")
    assert list(written["model"]) == pytest.approx([row["model"] for row in rows])
    names = {path.name for path in (tmp_path / "uk").iterdir()}
    tables, figures = {"table.csv", "headline.csv"}, {"table.svg", "table.png", "headline.svg", "headline.png"}
    assert names == {"manifest.json"} | tables | figures


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "has no published targets; known: china-2020"),
        (["headline"], "has no published targets"),
        (["uk-bbls-2020", "--firms", "x.csv"], "a table of enterprises is for ppp-speed"),
        (["uk-bbls-2020", "--set", "programme.rate=1"], "unknown setting"),
    ],
)
def test_bad_words_write_nothing(words, message, tmp_path):
    done = invoke("reproduce", *words, "-q", "--out", tmp_path / "x")
    assert (done.exit_code, message in done.stderr) == (2, True)
    assert not (tmp_path / "x").exists()
