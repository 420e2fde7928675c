"""The evaluator's panel agrees with the tables of the same run."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.studies.panel import KNOWN_BEFORE
from tests.support.small import comparison, scenario


@pytest.fixture(scope="module")
def panel():
    return sim.panel(scenario(), 1, weeks=3)


def test_a_row_for_each_enterprise_and_period(panel):
    assert len(panel) == 300 * 7
    assert list(panel.loc[panel["enterprise"] == 0, "days"]) == [21] * 6 + [14]
    assert not panel.duplicated(["enterprise", "period"]).any()
    assert str(panel["start"].iloc[1] - panel["start"].iloc[0]) == "21 days 00:00:00"


def test_it_says_what_the_tables_of_the_run_say(panel):
    results = comparison().results
    rows = results.enterprises.query("arm == 'with' and seed == 1")
    groups = panel.groupby("enterprise")
    for money in ("programme_yuan", "bank_yuan"):
        np.testing.assert_allclose(groups[money].sum(), rows[money], atol=1e-6)
    assert (groups["in_business"].last().to_numpy() == ~rows["event"].to_numpy()).all()
    for name in KNOWN_BEFORE:
        assert groups[name].first().astype(str).tolist() == rows[name].astype(str).tolist()
    loans = results.loans.query("arm == 'with' and seed == 1 and programme and enterprise < 300")
    assert panel.loc[panel["asked"], "enterprise"].nunique() == loans["enterprise"].nunique() > 10


def test_the_dead_sell_nothing_and_nothing_hidden_is_shown(panel):
    closed = ~panel.groupby("enterprise")["in_business"].transform("first")
    assert (panel.loc[closed & (panel["period"] > 0), "sales_yuan"] == 0).all()
    assert not {"quality", "runway_days", "reopening_rank", "cash_yuan"} & set(panel)


def test_both_engines_give_the_same_panel():
    small = scenario().set({"population.enterprises": 80, "calendar.weeks": 12})
    assert sim.panel(small, 1).equals(sim.panel(small, 1, engine="mesa"))


def test_a_period_of_no_weeks_is_refused():
    with pytest.raises(ValueError, match="write 1 or more"):
        sim.panel(scenario(), weeks=0)
