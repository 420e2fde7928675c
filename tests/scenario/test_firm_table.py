"""Firm tables: what is read, what is refused row by row, what the model makes of it, and the real PPP records."""

from __future__ import annotations

import csv
import datetime
import json

import numpy as np
import pandas as pd
import pytest

import sim
from sim.model.economy import build_economy
from sim.results.csv_file import guarded
from sim.scenario.firms import NO_FIRMS, firms_of
from sim.scenario.firms.table import sampled
from sim.state.table import Table
from tests.support.firm_helpers import CODES, PPP, TABLES, WOMPLY, normal, refusal, shared
from tests.support.small import invoke


def agents(scenario: sim.Scenario) -> Table:
    """Enterprises of the start in the order of their ids."""
    table = build_economy(scenario.settings, 1).enterprises
    return table[np.argsort(table["id"])[: scenario.population.enterprises]]


def names(scenario: sim.Scenario) -> list[str]:
    every = list(scenario.sectors)
    return [every[place] for place in agents(scenario)["sector"]]


def yearly(amounts: np.ndarray) -> list[int]:
    return np.round(amounts / 100 * 365 / 7, -1).astype(int).tolist()


def test_without_a_table_nothing_changes():
    assert firms_of(normal().settings) is NO_FIRMS
    ids, drawn = np.arange(3), np.array([1.5, 2.5, 3.5])
    assert NO_FIRMS.over("staff", ids, drawn) is drawn


def test_what_the_table_gives_is_taken_and_the_rest_is_drawn():
    scenario = sim.with_firms(normal(), TABLES / "bom.csv")
    rows = agents(scenario)
    assert rows["staff_normal"].tolist() == [3, 12, 2]
    assert rows["cash"].tolist() == [12_000_000, 500_000, 500_000]
    assert yearly(rows["sales_normal"]) == [1_200_000, 1_200_000, 120_000_000]
    assert scenario.population.enterprises == 3
    assert (rows["fixed"] > 0).all()
    assert scenario.kinds["sme"].sectors["catering"] == pytest.approx(1 / 3)


def test_money_units_periods_and_semicolons():
    scenario = sim.with_firms(normal(money_unit="thousand"), TABLES / "semicolon.csv")
    assert yearly(agents(scenario)["sales_normal"]) == [1_200_000_000, 900_000_500]
    scenario = sim.with_firms(normal(blank_cells="draw", kind_default="sme"), TABLES / "firms.parquet")
    rows = agents(scenario)
    paid = yearly((rows["staff_normal"] - rows["owner_works"]) * rows["wage"])
    assert abs(paid[0] - 360_000) <= 10
    assert abs(paid[2] - 120_000) <= 10
    shares = [scenario.sectors[name].wage_share for name in names(scenario)]
    assert yearly(rows["sales_normal"])[0] == pytest.approx(360_000 / shares[0], rel=1e-4)
    assert firms_of(scenario.settings).blank == {"wage_bill": 1}


def test_blank_cells_are_a_bad_row_unless_they_are_to_be_drawn():
    assert "firms.parquet:2:3  wage_bill  '' is blank" in refusal(normal(), TABLES / "firms.parquet")


def test_stata_value_labels_are_the_codes():
    columns = {"id": "firm", "staff": "emp", "sector": "ind", "yearly_sales": "turnover"}
    scenario = sim.with_firms(normal(columns=columns).set(CODES), TABLES / "labels.dta")
    assert names(scenario) == ["catering", "trade", "catering"]
    assert agents(scenario)["staff_normal"].tolist() == [3, 5, 2]


def test_bad_rows_are_refused_with_row_column_text_and_what_to_write():
    lines = refusal(normal(), TABLES / "bad-rows.csv").splitlines()
    assert lines[0] == "bad-rows.csv:3:1  id  '' is blank: give every row an id"
    assert lines[1] == "bad-rows.csv:4:1  id  'A' stands in row 2 too: give every row its own id"
    assert lines[2] == "bad-rows.csv:5:2  staff  '-2' is negative; write the number of people working, at least 1"
    assert "'2.5' is not a whole number" in lines[3]
    assert "'5%' is a percentage" in lines[4]
    assert "'inf' is not a number" in lines[5]
    assert "'NaN' is not a number" in lines[6]
    assert "'1,5' has separators" in lines[7]
    assert "'(3000)' is negative" in lines[8]
    assert "'tradee' is an unknown sector" in lines[9]
    assert "did you mean trade?" in lines[9]
    assert len(lines) == 11
    assert "15 bad rows" in lines[10]
    assert "firms.bad_rows: drop" in lines[10]


def test_dropped_rows_are_counted_with_their_reasons():
    scenario = sim.with_firms(normal(bad_rows="drop"), TABLES / "bad-rows.csv")
    table = firms_of(scenario.settings)
    assert (table.rows, table.used, sum(table.dropped.values())) == (17, 2, 15)
    assert table.kept["row"] == ["2", "18"]
    assert "17 rows, 2 used, 15 dropped (" in table.sentence("bad-rows.csv")
    assert "staff is 0: 1" in table.sentence("bad-rows.csv")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("duplicate-column.csv", "two columns are called 'staff'"),
        ("header-only.csv", "a header and no rows"),
        ("empty.csv", "is empty"),
        ("open-quote.csv", "cannot be read as CSV"),
        ("no-size.csv", "name a column with staff, yearly_sales or wage_bill; the file has: id, city"),
        ("not-parquet.parquet", "cannot be read as Parquet"),
        ("table.json", "ends in one of .csv"),
        ("absent.csv", "no such file"),
    ],
)
def test_files_that_are_no_tables(name, said):
    text = refusal(normal(), TABLES / name)
    assert said in text
    assert len(text.splitlines()) == 1


def test_agents_are_taken_by_weight_and_the_scale_is_the_sum_over_them():
    scenario = sim.with_firms(normal().set(population__enterprises=50), TABLES / "weights.csv")
    counts = np.bincount(agents(scenario)["staff_normal"], minlength=51)[[1, 10, 50]]
    assert counts.tolist() == [30, 15, 5]
    assert scenario.population.scale == 2
    assert sampled(np.ones(7), 7).tolist() == list(range(7))


def test_a_changed_file_is_another_scenario(tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text("staff,cash\n3,100\n", encoding="utf-8")
    before = sim.with_firms(normal(), path)
    assert sim.with_firms(normal(), path).digest == before.digest
    path.write_text("staff,cash\n3,200\n", encoding="utf-8")
    after = sim.with_firms(normal(), path)
    assert after.digest != before.digest
    assert agents(before)["cash"].tolist() == [10_000]
    assert agents(after)["cash"].tolist() == [20_000]
    path.write_text("staff,cash\n3,300\n", encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match="has changed since it was read"):
        agents(after.set(firms__money_unit="thousand"))


QUICK = ("--set", "calendar.weeks=4", "--seeds", "1", "--no-figures")


def test_command_refuses_and_writes_nothing(tmp_path):
    result = invoke("run", "normal-year", *QUICK, "--out", tmp_path / "out", "--firms", TABLES / "bad-rows.csv")
    assert result.exit_code == 2
    assert "bad-rows.csv:3:1" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_results_hold_what_was_read_and_run_again_without_the_file(tmp_path, monkeypatch):
    out = tmp_path / "out"
    drop = ("--set", "firms.bad_rows=drop")
    result = invoke("run", "normal-year", *QUICK, *drop, "--out", out, "--firms", TABLES / "bad-rows.csv")
    assert result.exit_code == 0
    assert "17 rows, 2 used, 15 dropped" in result.stderr
    (about,) = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["firms"]
    assert (about["rows"], about["used"], about["dropped"]["id blank"]) == (17, 2, 1)
    (dropped,) = (out / "firms").glob("*-dropped.csv")
    texts = [row["text"] for row in csv.DictReader(dropped.read_text(encoding="utf-8").splitlines())]
    assert "'@SUM(A1)" in texts
    assert "-2" not in texts
    assert "'-2" in texts
    from sim.scenario.firms import attach as taking

    monkeypatch.setattr(taking, "_TABLES", {})
    monkeypatch.setattr(taking, "_PATHS", {})
    assert sim.replay(out, progress=False).same


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_cells_that_a_spreadsheet_would_run_get_an_apostrophe(text):
    assert guarded(text) == f"'{text}"
    assert guarded("Glacier Bank") == "Glacier Bank"


def test_us_2020_runs_without_a_table():
    scenario = sim.load("us-2020", ["population.enterprises=400", "calendar.weeks=30"])
    results = sim.compare(scenario, seeds=1, progress=False)
    fates = results.fates("sector")
    assert set(fates["group"].astype(str)) == set(scenario.sectors)


def test_the_real_ppp_records():
    scenario = sim.load("us-2020", ["calendar.weeks=30"])
    scenario = sim.with_firms(scenario, shared(PPP))
    table = firms_of(scenario.settings)
    assert (table.rows, table.used) == (20_906, 19_183)
    assert table.dropped == {
        "jobs_reported is 0": 1_065,
        "jobs_reported blank": 370,
        "naics is an unknown sector": 154,
        "naics blank": 134,
    }
    assert len(table.kept["lender"]) == 19_183
    loans = pd.read_csv(PPP, dtype={"naics": str})
    first = loans.iloc[int(table.kept["row"][0]) - 2]
    assert table.columns["wage_bill"][0] == pytest.approx(first["loan_amount_usd"] / 2.5 * 12)
    small = sim.load("us-2020", ["calendar.weeks=30", "population.enterprises=1500"])
    results = sim.compare(small, seeds=1, progress=False, firms=PPP)
    assert set(results.fates("sector")["group"].astype(str)) == set(scenario.sectors)
    arrived = results.results.loans.query("arm == 'with' and programme and amount_yuan > 0")
    by_week = arrived.groupby("decided_date")["amount_yuan"].sum().cumsum() / arrived["amount_yuan"].sum()
    assert 0.5 < by_week[by_week.index <= "2020-04-20"].iloc[-1] < 0.9


def test_the_revenue_path_of_us_2020_is_the_published_one():
    """Each point of the scenario is (1 + revenue) / (1 + merchants) of its week, the date three days before its end."""
    frame = pd.read_csv(shared(WOMPLY))
    scenario = sim.load("us-2020")
    for name in ("retail", "food_accommodation", "professional", "health", "other_services"):
        sector = scenario.sectors[name]
        for (day, demand), (_, share), week in zip(sector.demand, sector.openness, frame.itertuples(), strict=False):
            assert day + datetime.timedelta(3) == datetime.date(week.year, week.month, week.day_endofweek)
            among = min(1.0, 1.0 + getattr(week, f"merchants_{name}"))
            assert share == pytest.approx(among, abs=1e-4)
            assert demand == pytest.approx((1.0 + getattr(week, f"revenue_{name}")) / among, abs=1e-3)
