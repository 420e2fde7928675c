"""Limits: never, at once, nothing, everything; units that must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arithmetic.calendar import rate_over
from sim.model.model import Model
from sim.state.codes import LoanStatus
from tests.support.economies import RATES, SEEDS, day, differences, economies, examples, one_path, run, tables, toy

BEYOND = 1_000
LENT = LoanStatus.PERFORMING


def lent(model):
    """Loans that were paid out in the run."""
    loans = tables(model)["loans"]
    return loans[(loans["status"] >= LENT) & (loans["existing"] == 0)]


@examples(40)
@given(economies(), SEEDS, st.sampled_from(["decision_days", "payout_days"]))
def test_money_later_than_the_end_is_never_paid_out(scenario, seed, delay):
    late = {f"{product}.{delay}": BEYOND for product in ("programme", "products.secured", "products.unsecured")}
    model = run(scenario.set(late), seed)
    assert len(lent(model)) == 0
    assert model.economy.programme["outstanding"][0] == 0


@examples(40)
@given(economies(), SEEDS)
def test_without_delay_money_comes_in_the_step_of_the_decision(scenario, seed):
    at_once = {
        f"{product}.{delay}": 0
        for product in ("programme", "products.secured", "products.unsecured")
        for delay in ("decision_days", "payout_days")
    }
    paid = lent(run(scenario.set(at_once), seed))
    assert (paid["payout_step"] == paid["decided_step"]).all()


@examples(40)
@given(economies(), SEEDS, st.integers(0, 40), st.integers(0, 40))
def test_money_comes_on_the_first_step_not_before_the_day(scenario, seed, decision, payout):
    delays = {
        f"{product}.decision_days": decision for product in ("programme", "products.secured", "products.unsecured")
    }
    delays |= {path.replace("decision", "payout"): payout for path in delays}
    model = run(scenario.set(delays), seed)
    paid, days = lent(model), model.economy.calendar.step_days
    waited = (paid["payout_step"] - paid["applied_step"]) * days
    assert (waited >= decision + payout).all()
    decided = paid["decided_step"] - paid["applied_step"]
    assert (decided * days >= decision).all()
    prompt = decided == -(-decision // days)
    assert (waited[prompt] < decision + payout + days).all()


@examples(30)
@given(economies(), SEEDS)
def test_a_stoppage_beyond_the_end_is_no_stoppage(scenario, seed):
    beyond = one_path(scenario, [[day(BEYOND), 1.0], [day(BEYOND + 1), 0.0]])
    none = one_path(scenario, [])
    assert differences(tables(run(beyond, seed)), tables(run(none, seed))) == []


@examples(30)
@given(economies(), SEEDS)
def test_total_stoppage_sells_nothing(scenario, seed):
    """And no money comes in, unless customers pay earlier bills."""
    model = run(one_path(scenario, [[day(0), 0.0]], {"spillovers.trade_credit": False}), seed)
    assert not model.history["sales"].any()
    assert not model.history["open_days"].any()
    assert not model.economy.enterprises["sales"].any()


@examples(20)
@given(economies(), SEEDS, st.integers(0, 60), st.integers(1, 60))
def test_no_sales_inside_the_window_and_full_opening_outside(scenario, seed, begin, length):
    """F17: shut from day ``begin`` to day ``begin + length``, to the day."""
    window = [[day(begin - 1), 1.0], [day(begin), 0.0], [day(begin + length), 0.0], [day(begin + length + 1), 1.0]]
    model = Model(one_path(scenario, window), rng=seed, engine="compiled")
    calendar = model.economy.calendar
    while model.economy.step < calendar.steps:
        first = model.economy.step * calendar.step_days
        days = np.arange(first, first + calendar.step_days)
        shut = int(((days >= begin) & (days <= begin + length)).sum())
        model.step()
        table = model.economy.enterprises
        existing = table["exists"] == 1
        assert (table["open_days"][existing] == calendar.step_days - shut).all()


@examples(30)
@given(economies(), SEEDS)
def test_zero_rate_is_zero_interest(scenario, seed):
    free = {
        f"{product}.rate_discount_share": 1.0 for product in ("programme", "products.secured", "products.unsecured")
    }
    loans = tables(run(scenario.set(free), seed))["loans"]
    new = loans[loans["existing"] == 0]
    assert not new["interest_paid"].any()
    assert not new["interest_due"].any()


@examples(30)
@given(economies(), SEEDS, RATES)
def test_interest_is_what_the_rate_says_on_what_is_outstanding(scenario, seed, rate):
    """F5: never more than the yearly rate on the whole amount for the time since pay-out."""
    model = run(scenario.set(programme__rate_yearly=rate), seed)
    paid, days = lent(model), model.economy.calendar.step_days
    held = (model.economy.calendar.steps - paid["payout_step"]) * days
    most = np.array([rate_over(float(one), 1) for one in paid["rate"]]) * held
    owed = paid["interest_paid"] + paid["interest_due"]
    # Simple interest of the period rate is at most the compound yearly rate over the same days; half a fen a posting.
    per_year = np.array(
        [rate_over(float(one["rate"]), max(1.0, float(time))) for one, time in zip(paid, held, strict=True)]
    )
    assert (owed <= paid["amount"] * np.maximum(most, per_year) + held).all()


def test_money_that_never_comes_saves_nobody():
    """Without house banks, which an applicant to the programme could not ask meanwhile."""
    quiet = {"spillovers.consumption": False, "spillovers.custom_shift": False, "population.enterprises": 1_000}
    quiet |= {"lenders.banks.house_share": 0.0}
    without = run(toy({**quiet, "programme.enabled": False}), 1)
    promised = run(toy({**quiet, "programme.payout_days": BEYOND}), 1)
    assert without.history["illiquid_exits"].sum() > 0
    assert promised.history["illiquid_exits"].sum() == without.history["illiquid_exits"].sum()


def test_households_that_hardly_spend_their_savings():
    run(toy(households__cash_spent_share=1e-15), 1)


def test_engines_agree_on_a_tiny_equity_ratio():
    tiny = toy({f"lenders.{name}.least_equity_ratio": 1e-7 for name in ("banks", "online")})
    assert differences(tables(run(tiny, 1)), tables(run(tiny, 1, "mesa"))) == []


NOBODY = {
    "no enterprises": {"population.enterprises": 0},
    "no other households": {"population.other_households_share": 0.0},
    "no agents at all": {"population.enterprises": 0, "population.other_households_share": 0.0},
    "nobody eligible": {"programme.eligible_kinds": []},
    "no envelope": {"programme.envelope_yuan": 0.0},
    "no capacity": {"lenders.banks.branch_capacity_weekly": 0.0, "lenders.online.remote_capacity_weekly": 0.0},
    "no funds": {"lenders.banks.funds_yuan": 0.0, "lenders.online.funds_yuan": 0.0},
    "no weeks": {"calendar.weeks": 0},
    "one week": {"calendar.weeks": 1},
    "a full year of exits": {"exit.background_rate_yearly": 0.999_999_999},
    "no sales": {"sectors.trade.demand": [[day(0), 0.0]], "sectors.catering.demand": [[day(0), 0.0]]},
}


@pytest.mark.parametrize("case", NOBODY)
@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_the_run_completes_with(case, engine):
    """F13: nothing is divided by nothing."""
    model = run(toy(NOBODY[case]), 5, engine)
    assert model.economy.step == model.economy.calendar.steps


def test_everybody_fails_at_once():
    broke = {"exit.rent_patience_days": 0.0, "exit.wage_patience_days": 0.0, "stoppage.openness": [[day(0), 0.0]]}
    broke |= {"regions.epicentre.openness": [], "exit.background_rate_yearly": 0.0}
    broke |= {
        f"kinds.{kind}.runway_points": [{"months": 1e-6, "share": 0.1}, {"months": 2e-6, "share": 0.9}]
        for kind in ("sme", "self_employed")
    }
    model = run(toy(broke), 1)
    assert model.history["illiquid_exits"][0] == model.history["illiquid_exits"].sum() > 75
    assert model.history["enterprise_cash"][-1] <= model.history["enterprise_cash"][0]


def test_nobody_fails_without_cause():
    calm = {
        "exit.background_rate_yearly": 0.0,
        "stoppage.openness": [],
        "regions.epicentre.openness": [],
        "sales.noise_sigma": 0.0,
    }
    calm |= {"sectors.trade.demand": [], "sectors.catering.demand": []}
    assert not run(toy(calm), 1).history["illiquid_exits"].any()


MONEY = (
    "kinds.sme.sales_per_head_yuan",
    "kinds.self_employed.sales_per_head_yuan",
    "households.wage_other_yuan",
    "credit_demand.least_yuan",
    "products.secured.loan_cap_yuan",
    "products.unsecured.loan_cap_yuan",
    "programme.loan_cap_yuan",
    "programme.envelope_yuan",
    "lenders.banks.funds_yuan",
    "lenders.banks.equity_yuan",
    "lenders.online.funds_yuan",
    "lenders.online.equity_yuan",
    "lenders.online.programme_quota_yuan",
)


@pytest.mark.parametrize("factor", [10.0, 1000.0])
def test_money_in_another_unit_decides_the_same(factor):
    """F15, M4: of 2,000 enterprises at most two exits and five applications move, where a fen of rounding decides."""
    scenario = toy(population__enterprises=2_000)
    dearer = scenario.set({path: scenario.get(path) * factor for path in MONEY})
    first, second = run(scenario, 4), run(dearer, 4)
    exits = [model.economy.enterprises["exit_step"] for model in (first, second)]
    assert (exits[0] >= 0).sum() > 40
    assert (exits[0] != exits[1]).sum() <= 2
    counts = [np.bincount(tables(model)["loans"]["status"], minlength=9) for model in (first, second)]
    assert np.abs(counts[0] - counts[1]).sum() <= 5
    assert second.history["sales"].sum() == pytest.approx(factor * first.history["sales"].sum(), rel=1e-4)


@pytest.mark.parametrize("delay", [0, 1, 7, 10, 21])
def test_daily_and_weekly_steps_agree_in_delays(delay):
    """R18, F16: money never before the day, and in the first step from the day on, in both."""
    for step_days, weeks in ((7, 20), (1, 14)):
        model = run(toy(calendar__step_days=step_days, calendar__weeks=weeks, programme__payout_days=delay), 2)
        paid = lent(model)
        paid = paid[paid["product"] == len(model.economy.products) - 1]
        assert len(paid) > 0
        waited = np.unique(paid["payout_step"] - paid["decided_step"]) * step_days
        assert waited.tolist() == [-(-delay // step_days) * step_days]


def test_daily_and_weekly_steps_agree_in_the_large():
    """The same survival and volume within sampling error of 2,000 enterprises over 20 weeks."""
    shares = []
    for step_days in (1, 7):
        model = run(
            toy(calendar__step_days=step_days, calendar__weeks=20, population__enterprises=2_000), 2, audit=False
        )
        shares.append((model.history["existing"][-1] / 2_000, model.history["sales"].sum()))
    assert shares[0][0] == pytest.approx(shares[1][0], abs=0.02)
    assert shares[0][1] == pytest.approx(shares[1][1], rel=0.03)


def test_no_stoppage_puts_no_stress_on_lenders():
    """Shares of regions that add to 0.9999… in floating point are all of the country."""
    three = {f"r{number}": {"title": "R", "enterprise_share": share} for number, share in enumerate((0.1, 0.2, 0.7))}
    base = {"underwriting.stress_factor": 3.0, "stoppage.openness": [], "regions.epicentre.openness": []}
    base |= {"regions.epicentre.enterprise_share": 0.0, "regions.rest.enterprise_share": 0.0, "regions": three}
    stressed = toy(base)
    calm = stressed.set({"underwriting.stress_factor": 1.0})
    assert differences(tables(run(stressed, 1)), tables(run(calm, 1))) == []
