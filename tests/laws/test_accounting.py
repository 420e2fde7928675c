"""Money is neither made nor lost, books agree, the dead are dead: in every step of random small economies."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from sim.arithmetic.calendar import NEVER
from sim.model.model import Model
from sim.state.codes import LoanStatus
from tests.support.economies import SEEDS, economies, examples, run, toy

LENT = LoanStatus.PERFORMING


def steps_of(model):
    """Run a model step by step, giving it back after each."""
    while model.economy.step < model.economy.calendar.steps:
        model.step()
        yield model


@examples(150)
@given(economies(), SEEDS)
def test_every_account_agrees_with_every_other(scenario, seed):
    run(scenario, seed, audit=True)


@examples(40)
@given(economies(), SEEDS)
def test_money_is_constant_to_the_fen_in_every_step(scenario, seed):
    model = Model(scenario, rng=seed, engine="compiled")
    total = model.economy.money
    assert all(after.economy.money == total for after in steps_of(model))


@examples(40)
@given(economies(), SEEDS)
def test_what_was_lent_is_outstanding_repaid_or_written_off(scenario, seed):
    for model in steps_of(Model(scenario, rng=seed, engine="compiled")):
        loans = model.economy.loans[: model.economy.loan_count]
        lent = np.where(loans["status"] >= LENT, loans["amount"], 0)
        for part in ("outstanding", "repaid", "written_off", "interest_due", "principal_due", "interest_paid"):
            assert (loans[part] >= 0).all()
        assert (loans["outstanding"] + loans["repaid"] + loans["written_off"] == lent).all()
        assert (loans["principal_due"] <= loans["outstanding"]).all()


@examples(40)
@given(economies(), SEEDS)
def test_an_exited_enterprise_never_changes_again(scenario, seed):
    model = Model(scenario, rng=seed, engine="compiled")
    ended = {}
    ranks = model.economy.enterprises["reopening_rank"].copy()
    for after in steps_of(model):
        table = after.economy.enterprises
        for row in np.flatnonzero(table["exit_step"] >= 0):
            assert ended.setdefault(row, own(table, row)) == own(table, row)
        assert wave_began(after) or (table["reopening_rank"] == ranks).all()
        ranks = table["reopening_rank"].copy()


OF_THE_STOPPAGE = ("resumed", "reopening_rank")
"""What says how far the stoppage of its cell is over, and its place in the order, which a wave draws anew."""


def own(table, row):
    """All of an enterprise but what the stoppage of its cell does to those that are not in business too."""
    return tuple(table[name].item(row) for name in table.dtype.names if name not in OF_THE_STOPPAGE)


def wave_began(model):
    """A wave began in the step that is over."""
    calendar = model.economy.calendar
    days = [(wave.first - calendar.start).days for wave in model.economy.settings.stoppage.waves]
    return model.economy.step - 1 in [day // calendar.step_days for day in days]


@examples(40)
@given(economies(), SEEDS)
def test_nothing_is_lent_to_or_taken_from_the_exited(scenario, seed):
    economy = run(scenario, seed).economy
    loans = economy.loans[: economy.loan_count]
    exit_step = economy.enterprises["exit_step"][loans["enterprise"]]
    gone = exit_step >= 0
    assert (loans["applied_step"] <= exit_step)[gone].all()
    assert (loans["payout_step"] <= exit_step)[gone & (loans["status"] >= LENT)].all()
    assert (loans["outstanding"][gone] == 0).all()
    assert not np.isin(loans["status"][gone], [LoanStatus.WAITING, LoanStatus.APPROVED]).any()


@examples(40)
@given(economies(), SEEDS)
def test_cash_is_never_below_zero(scenario, seed):
    for model in steps_of(Model(scenario, rng=seed, engine="compiled")):
        economy = model.economy
        assert (economy.enterprises["cash"] >= 0).all()
        assert (economy.households["cash"] >= 0).all()
        assert (economy.lenders["funds"] >= 0).all()


@examples(40)
@given(economies(), SEEDS)
def test_households_receive_what_is_paid_to_them(scenario, seed):
    history = run(scenario, seed).history
    paid = history["wages"] + history["living"] + history["elsewhere"] + history["benefits"]
    assert (history["household_income"] == paid).all()


@examples(40)
@given(economies(), SEEDS)
def test_jobs_and_members_add_up(scenario, seed):
    model = run(scenario, seed)
    economy, last = model.economy, model.history[-1:]
    households = economy.households[: len(economy.enterprises)]
    working = economy.enterprises["staff"] + households["working_elsewhere"]
    assert (working <= households["members"]).all()
    assert (economy.enterprises["staff"] >= 0).all()
    assert (last["jobs"] == economy.enterprises["staff"].sum()).all()


@examples(40)
@given(economies(), SEEDS)
def test_existing_and_exited_make_up_all_enterprises(scenario, seed):
    model = run(scenario, seed)
    exits = np.cumsum(model.history["illiquid_exits"] + model.history["other_exits"])
    there = scenario.population.enterprises + np.cumsum(model.history["entries"])
    assert (model.history["existing"] + exits == there).all()


@examples(40)
@given(economies(), SEEDS)
def test_who_has_not_entered_does_nothing(scenario, seed):
    model = Model(scenario, rng=seed, engine="compiled")
    first = model.economy.enterprises.copy()
    for after in steps_of(model):
        waits = after.economy.enterprises["entry_step"] >= after.economy.step
        waits &= first["exists"] == 0
        names = set(first.dtype.names) - set(OF_THE_STOPPAGE)
        assert all((after.economy.enterprises[name][waits] == first[name][waits]).all() for name in names)


@examples(40)
@given(economies(), SEEDS)
def test_no_collateral_is_pledged_twice(scenario, seed):
    economy = run(scenario, seed).economy
    rows, loans = economy.enterprises, economy.loans[: economy.loan_count]
    pledged = np.zeros(len(rows), dtype=np.int64)
    running = np.isin(loans["status"], [LoanStatus.APPROVED, LENT, LoanStatus.OVERDUE, LoanStatus.NON_PERFORMING])
    np.add.at(pledged, loans["enterprise"][running], loans["collateral"][running])
    assert (pledged <= rows["collateral"])[rows["exists"] == 1].all()
    assert (pledged == rows["pledged"])[rows["exists"] == 1].all()


@examples(40)
@given(economies(), SEEDS)
def test_debt_is_what_is_outstanding_of_loans_of_the_run(scenario, seed):
    economy = run(scenario, seed).economy
    loans = economy.loans[: economy.loan_count]
    debt = np.zeros(len(economy.enterprises), dtype=np.int64)
    new = loans["existing"] == 0
    np.add.at(debt, loans["enterprise"][new], loans["outstanding"][new])
    assert (debt == economy.enterprises["debt"]).all()


@examples(40)
@given(economies(), SEEDS)
def test_applications_are_waiting_approved_refused_withdrawn_or_lent(scenario, seed):
    for model in steps_of(Model(scenario, rng=seed, engine="compiled")):
        economy = model.economy
        loans = economy.loans[: economy.loan_count]
        under_way = np.isin(loans["status"], [LoanStatus.WAITING, LoanStatus.APPROVED])
        held = economy.enterprises["application"]
        assert sorted(held[held >= 0].tolist()) == np.flatnonzero(under_way).tolist()
        assert (loans["amount"] <= loans["asked"]).all()


@examples(40)
@given(economies(), SEEDS)
def test_no_application_is_answered_before_its_step(scenario, seed):
    for model in steps_of(Model(scenario, rng=seed, engine="compiled")):
        economy = model.economy
        rows, loans = economy.enterprises, economy.loans
        waits = rows["application"] >= 0
        assert (rows["answer_step"][~waits] == NEVER).all()
        own = loans[rows["application"][waits]]
        earliest = own["applied_step"] + economy.products["decision_steps"][own["product"]]
        assert (rows["answer_step"][waits] == earliest).all()
        decided = loans[: economy.loan_count][loans["decided_step"][: economy.loan_count] >= 0]
        decided = decided[decided["existing"] == 0]
        least = economy.products["decision_steps"][decided["product"]]
        assert (decided["decided_step"] - decided["applied_step"] >= least).all()


@examples(40)
@given(economies(), SEEDS)
def test_envelope_and_quotas_are_never_exceeded(scenario, seed):
    for model in steps_of(Model(scenario, rng=seed, engine="compiled")):
        programme, lenders = model.economy.programme[0], model.economy.lenders
        assert programme["outstanding"] + programme["committed"] <= programme["envelope"]
        assert (lenders["programme_loans"] + lenders["programme_committed"] <= lenders["programme_quota"]).all()
        assert (lenders["committed"] <= lenders["funds"]).all()


@examples(40)
@given(economies(), SEEDS)
def test_equity_is_never_above_its_start_and_what_came_in_less_what_was_lost(scenario, seed):
    model = Model(scenario, rng=seed, engine="compiled")
    for after in steps_of(model):
        economy = after.economy
        loans, flows = economy.loans[: economy.loan_count], after.history[: economy.step]
        came_in = (
            int(loans["interest_paid"].sum()) + int(flows["interest_subsidy"].sum()) + int(flows["guarantees"].sum())
        )
        equity = int((economy.lenders["funds"] + economy.lenders["loans"] - economy.lenders["liabilities"]).sum())
        gained = economy.scale * (came_in - int(loans["written_off"].sum()))
        assert equity <= int(economy.lenders["equity_start"].sum()) + gained


@examples(40)
@given(economies(), SEEDS)
def test_every_number_is_finite(scenario, seed):
    economy = run(scenario, seed).economy
    for table in (economy.enterprises, economy.loans, economy.lenders, economy.queues):
        for name in table.dtype.names:
            assert np.isfinite(table[name]).all(), name


@examples(30)
@given(economies(), SEEDS)
def test_history_is_what_the_tables_say(scenario, seed):
    """F22: the last record, recomputed from the enterprise table with Python integers."""
    model = run(scenario, seed)
    table = model.economy.enterprises
    for last in model.history[-1:]:
        exists = table["exists"] == 1
        assert last["enterprise_cash"] == sum(table["cash"][exists].tolist())
        assert last["existing"] == exists.sum()
        assert last["jobs"] == sum(table["staff"][exists].tolist())
        owed = table["wage_arrears"] + table["input_arrears"] + table["rent_arrears"]
        assert last["in_arrears"] == (owed[exists] > 0).sum()


def test_a_million_cash_balances_add_up_exactly():
    """F18: the total of NumPy integers is the total of Python integers."""
    model = run(toy(population__enterprises=20_000, calendar__weeks=2))
    assert int(model.economy.enterprises["cash"].sum()) == sum(model.economy.enterprises["cash"].tolist())
