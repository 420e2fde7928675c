"""The ledger's checks: each identity, broken by one fen or one person, is found and named."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.model.ledger import LedgerError, allotments, audit, check, settle_relending
from sim.model.model import Model
from sim.state.step_totals import tally_enterprise, tally_household
from tests.support.economies import toy
from tests.support.records import conditions, enterprise, flow, household

STEPS = 12
SLOW = {"programme.payout_days": 21, "programme.launch_date": toy().calendar.start, "population.enterprises": 60}


@pytest.fixture
def model():
    """A run under way, with loans running, approved and ended, and enterprises closed."""
    made = Model(toy({**SLOW, "exit.background_rate_yearly": 0.5}), rng=3)
    for _ in range(STEPS):
        made.step()
    return made


def add(table, name, row, amount=1):
    """Add to one field of one row."""
    column = table[name]
    column[row] += amount


def first(found):
    """The first row of some."""
    rows = np.flatnonzero(found)
    assert len(rows), "the run has no such row"
    return int(rows[0])


def flow_of(model):
    """The totals of the last step, to be changed."""
    return model.history[model.economy.step - 1].copy()


def test_the_books_of_a_step_agree(model):
    assert check(model.economy, flow_of(model), model.money) == 0
    audit(model.economy)


@pytest.mark.parametrize("name", ["enterprise_cash", "capital_waiting", "household_cash"])
@pytest.mark.parametrize("amount", [1, -1])
def test_a_fen_of_agents_too_many_or_too_few(name, amount, model):
    flow = flow_of(model)
    flow[name] += amount
    said = f"money: {amount * model.economy.scale} fen too many in step {STEPS}"
    with pytest.raises(LedgerError, match=re.escape(said)):
        check(model.economy, flow, model.money)


@pytest.mark.parametrize("name", ["government", "rest", "central_bank"])
def test_a_fen_of_an_outside_account(name, model):
    setattr(model.economy, name, getattr(model.economy, name) - 1)
    with pytest.raises(LedgerError, match="money: -1 fen too many"):
        check(model.economy, flow_of(model), model.money)


def test_a_fen_of_a_lender(model):
    add(model.economy.lenders, "funds", 0)
    with pytest.raises(LedgerError, match="money: 1 fen too many"):
        check(model.economy, flow_of(model), model.money)


def test_cash_below_zero(model):
    flow = flow_of(model)
    flow["overdrawn"] = 1
    with pytest.raises(LedgerError, match="an agent's cash is below zero"):
        check(model.economy, flow, model.money)


@pytest.mark.parametrize(("name", "said"), [("funds", "a lender's funds"), ("committed", "a lender's commitments")])
def test_a_lender_below_zero(name, said, model):
    lenders = model.economy.lenders
    move = int(lenders[name][0]) + 1
    add(lenders, name, 0, -move)
    add(lenders, name, 1, move)
    with pytest.raises(LedgerError, match=f"{said} (are|is) below zero"):
        check(model.economy, flow_of(model), model.money)


@pytest.mark.parametrize("name", ["funds", "committed"])
def test_a_lender_at_zero_is_in_order(name, model):
    lenders = model.economy.lenders
    move = int(lenders[name][0])
    add(lenders, name, 0, -move)
    add(lenders, name, 1, move)
    assert check(model.economy, flow_of(model), model.money) == 0


def test_the_programme_and_its_members_differ(model):
    add(model.economy.programme, "outstanding", 0)
    with pytest.raises(LedgerError, match="programme books differ"):
        check(model.economy, flow_of(model), model.money)


@pytest.mark.parametrize("name", ["cash", "wage_arrears", "input_arrears", "rent_arrears", "debt", "pledged"])
def test_an_enterprise_below_zero(name, model):
    model.economy.enterprises[name][0] = -1
    with pytest.raises(LedgerError, match=f"enterprise {name} below zero in step {STEPS}"):
        audit(model.economy)


def test_a_household_below_zero(model):
    model.economy.households["cash"][0] = -1
    with pytest.raises(LedgerError, match="household cash below zero"):
        audit(model.economy)


def test_a_loan_that_the_lender_does_not_know(model):
    add(model.economy.lenders, "loans", 0, model.economy.scale)
    with pytest.raises(LedgerError, match="loans differ from lenders' books"):
        audit(model.economy)


@pytest.mark.parametrize("name", ["repaid", "written_off", "amount"])
def test_a_loan_that_does_not_add_up(name, model):
    loans = model.economy.loans[: model.economy.loan_count]
    add(model.economy.loans, name, first(loans["status"] >= 4))
    with pytest.raises(LedgerError, match="a loan is not outstanding"):
        audit(model.economy)


def test_a_commitment_that_no_loan_stands_for(model):
    loans = model.economy.loans[: model.economy.loan_count]
    add(model.economy.loans, "amount", first(loans["status"] == 1))
    with pytest.raises(LedgerError, match="commitments differ"):
        audit(model.economy)


@pytest.mark.parametrize(("name", "said"), [("cash", "holds cash"), ("staff", "has staff")])
def test_the_dead_have_nothing(name, said, model):
    enterprises = model.economy.enterprises
    row = first(enterprises["exit_step"] >= 0)
    enterprises["exit_step"][row] = 0  # the first step counts, too
    enterprises[name][row] = 1
    with pytest.raises(LedgerError, match=f"an exited enterprise {said}"):
        audit(model.economy)


def test_nothing_is_allotted_without_quotas(model):
    lenders = model.economy.lenders
    lenders["programme_quota"] = 0
    assert allotments(1e6, lenders).tolist() == [0] * len(lenders)


def test_the_smallest_quota_gets_all_there_is(model):
    """One fen of quota is a quota."""
    lenders = model.economy.lenders
    lenders["member"], lenders["programme_quota"] = 0, 0
    lenders["member"][1] = lenders["programme_quota"][1] = 1
    assert allotments(1e6, lenders).tolist() == [0, 100_000_000, *[0] * (len(lenders) - 2)]


def test_relending_is_taken_back_from_funds_that_are_not_promised():
    """Of 80 fen owed 40 go back where 60 of 100 fen are promised to borrowers, and all 80 where none is."""
    start = toy().calendar.start
    until = {"start": start, "end": start, "enabled": True}
    made = Model(toy({**SLOW, **{f"measures.relending.{name}": value for name, value in until.items()}}), rng=3)
    economy, lenders = made.economy, made.economy.lenders
    economy.step = 2
    lenders["relending"], lenders["funds"], lenders["committed"] = 80, 100, 0
    lenders["committed"][0] = 60
    settle_relending(economy)
    assert lenders["relending"].tolist() == [40, *[0] * (len(lenders) - 1)]
    assert lenders["funds"].tolist() == [60, *[20] * (len(lenders) - 1)]


def test_every_account_below_zero_is_counted_once():
    totals = flow()
    tally_enterprise(enterprise(cash=-1), totals, conditions())
    tally_household(household(cash=-1), totals)
    tally_household(household(cash=0), totals)
    assert totals.overdrawn == 2
