"""Directions that hold for certain, on paired draws, with enterprises linked by nothing and no repayment in the run.

Each enterprise then asks once, for an amount that does not depend on the others. More money, or the same money sooner,
leaves it at least as much cash and at most as much arrears in every step, so it cannot close that it would not have
closed. (Between two envelopes that are both too small this holds for the money lent, not for each enterprise: a larger
one may serve a large applicant and leave less to the next.)
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.state.codes import LoanStatus
from tests.support.economies import SEEDS, TOY, day, examples, run, scenario_of, tables

AMOUNTS = st.sampled_from([1e8, 1e9, 1e10, 1e11])
DAYS = st.integers(0, 120)


def plain(enterprises=80, weeks=26):
    """The toy with a programme only, one application each, nothing due in the run, nobody laid off for want of cash."""
    tree = {**TOY, "products": {}, "spillovers": {"custom_shift": False, "consumption": False, "reopening": False}}
    tree["lenders"] = {"online": TOY["lenders"]["online"]}
    tree["population"] = {"enterprises": enterprises}
    tree["calendar"] = {**TOY["calendar"], "weeks": weeks}
    tree["labour"] = {"layoff_runway_days": 0.0}
    tree["credit_demand"] = {"reapply_days": 3650.0, "restock_days": 0.0}
    later = {"instalment_days": 3650, "grace_days": 3650, "term_days": 3650, "payout_days": 0, "launch_date": day(20)}
    tree["programme"] = {**TOY["programme"], **later, "awareness_half_days": 0.0}
    return scenario_of(tree)


def exits(scenario, seed):
    """Rows of the enterprises that close in the run."""
    table = run(scenario, seed).economy.enterprises
    return set((table["exit_step"] >= 0).nonzero()[0].tolist())


def lent(scenario, seed):
    """Money paid out in the run [fen of agents]."""
    loans = tables(run(scenario, seed))["loans"]
    return int(loans["amount"][loans["status"] >= LoanStatus.PERFORMING].sum())


@examples(25)
@given(SEEDS, AMOUNTS)
def test_some_envelope_closes_nobody_whom_no_envelope_keeps(seed, envelope):
    assert exits(plain().set(programme__envelope_yuan=envelope), seed) <= exits(
        plain().set(programme__enabled=False), seed
    )


@examples(25)
@given(SEEDS, AMOUNTS)
def test_an_envelope_for_all_closes_nobody_whom_a_small_one_keeps(seed, envelope):
    assert exits(plain().set(programme__envelope_yuan=5e12), seed) <= exits(
        plain().set(programme__envelope_yuan=envelope), seed
    )


@examples(25)
@given(SEEDS, AMOUNTS, AMOUNTS, st.sampled_from(["partial", "skip"]))
def test_a_larger_envelope_never_lends_less(seed, one, other, remainder):
    sized = plain().set(programme__remainder=remainder)
    less, more = sorted((one, other))
    assert lent(sized.set(programme__envelope_yuan=less), seed) <= lent(sized.set(programme__envelope_yuan=more), seed)


@examples(40)
@given(SEEDS, DAYS, DAYS)
def test_a_quicker_decision_closes_nobody_whom_a_slower_one_keeps(seed, one, other):
    quick, slow = sorted((one, other))
    closed = [exits(plain().set(programme__decision_days=days), seed) for days in (quick, slow)]
    assert closed[0] <= closed[1]


@examples(40)
@given(SEEDS, DAYS, DAYS)
def test_quicker_money_closes_nobody_whom_slower_money_keeps(seed, one, other):
    quick, slow = sorted((one, other))
    closed = [exits(plain().set(programme__payout_days=days), seed) for days in (quick, slow)]
    assert closed[0] <= closed[1]


@examples(25)
@given(SEEDS, st.integers(0, 20), st.integers(0, 20))
def test_more_patience_closes_nobody(seed, one, other):
    short, long = sorted((one, other))
    scenario = plain().set(programme__enabled=False)
    closed = [
        exits(scenario.set({"exit.rent_patience_days": 7.0 * weeks, "exit.wage_patience_days": 7.0 * weeks}), seed)
        for weeks in (long, short)
    ]
    assert closed[0] <= closed[1]


@examples(25)
@given(SEEDS, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_milder_stoppage_closes_nobody(seed, one, other):
    low, high = sorted((one, other))
    scenario = plain().set({"programme.enabled": False, "regions.epicentre.openness": []})
    closed = [
        exits(scenario.set({"stoppage.openness": [[day(9), 1.0], [day(10), share], [day(150), 1.0]]}), seed)
        for share in (high, low)
    ]
    assert closed[0] <= closed[1]


def test_the_programme_saves_somebody():
    """The inclusions above are not of equal sets."""
    saved = [len(exits(plain().set(programme__enabled=False), seed) - exits(plain(), seed)) for seed in range(5)]
    assert sum(saved) > 0
