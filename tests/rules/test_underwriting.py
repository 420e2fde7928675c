"""Submodel 7, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest
from scipy.stats import norm

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.draws import Purpose, noise, streams
from sim.rules.underwriting import (
    approve,
    break_even_rate,
    decide,
    default_probability,
    loss_given_default,
    money_arrives,
    offered_amount,
    pay_out,
    pledge_for,
    receive_applications,
    receive_money,
    refuse,
    room_left,
    serve_queue,
    serve_queues,
    signal_noise,
    wait_before_asking_again,
)
from sim.state.applications import join_queue, leave_queue, open_application, withdraw
from sim.state.codes import LentBy, LoanStatus, Refusal
from tests.support.records import (
    SEED,
    conditions,
    enterprise,
    lender,
    lender_flow,
    loan,
    product,
    programme,
    queue,
    request,
    the_terms,
)

TERMS = the_terms(
    pd_intercept=-2.2,
    pd_slope=0.6,
    noise_statements=0.8,
    noise_unknown=2.0,
    noise_transactions=0.5,
    lgd_unsecured=0.75,
    collateral_kept_share=0.7,
    least_granted_share=0.2,
    reapply_steps=8,
    steps_per_year=52.0,
)
PLAIN = {"cap": 10**9, "cap_share": 10.0, "rate_ceiling": 9.0}


@pytest.mark.parametrize(
    ("transactions", "digital", "banked", "sigma"),
    [(1, 1, 0, 0.5), (1, 0, 1, 0.8), (1, 0, 0, 2.0), (0, 1, 1, 0.8), (0, 1, 0, 2.0)],
)
def test_noise_depends_on_what_the_lender_can_look_at(transactions, digital, banked, sigma):
    one = enterprise(digital=digital, banked=banked)
    assert signal_noise(one, product(transactions=transactions), TERMS) == sigma


def test_default_probability_of_a_lender_that_sees_everything():
    # Without noise PD = Φ(−2.2 − 0.6 × 1) = Φ(−2.8) = 0.2555 %; under stress of 2 it doubles.
    clear = the_terms(pd_intercept=-2.2, pd_slope=0.6)
    one = enterprise(quality=1.0)
    assert default_probability(one, product(), conditions(), clear) == pytest.approx(0.002555, abs=1e-6)
    assert default_probability(one, product(), conditions(stress_factor=2.0), clear) == pytest.approx(0.00511, abs=2e-6)


def test_default_probability_of_a_lender_that_sees_nothing_is_the_mean():
    # Over θ ~ N(0, 1) the mean of Φ(a − bθ) is Φ(a/√(1 + b²)) = Φ(−1.8865) = 2.962 %.
    blind = the_terms(pd_intercept=-2.2, pd_slope=0.6, noise_unknown=1e6)
    assert default_probability(enterprise(quality=3.0), product(), conditions(), blind) == pytest.approx(
        0.02962, abs=1e-5
    )


def test_default_probability_weighs_the_signal_by_its_noise():
    # σ = 0.8: k = 1/1.64; x = 0.5 + 0.8 × noise; PD = Φ((−2.2 − 0.6 k x)/√(1 + 0.36 (1 − k))).
    seen = 0.5 + 0.8 * noise(streams(SEED, 0)[Purpose.SIGNAL], 3)
    weight = 1 / 1.64
    expected = norm.cdf((-2.2 - 0.6 * weight * seen) / (1 + 0.36 * (1 - weight)) ** 0.5)
    one = enterprise(id=3, quality=0.5, banked=1)
    assert default_probability(one, product(), conditions(), TERMS) == pytest.approx(expected, abs=1e-7)


def test_default_probability_stays_below_one():
    assert (
        default_probability(enterprise(), product(), conditions(stress_factor=20.0), the_terms(pd_intercept=5.0))
        == 0.99
    )


@pytest.mark.parametrize(
    ("asked", "change", "debt", "amount"),
    # Sales of 1,000 a week: turnover 52,000 a year. A quarter: 13,000, less 3,000 owed: 10,000.
    # Cap 8,000. Against collateral of 25,000, of which 5,000 are pledged already, at 60 %: 12,000.
    [
        (5_000, {"cap_share": 0.25}, 0, 5_000),
        (99_000, {"cap_share": 0.25}, 0, 13_000),
        (99_000, {"cap_share": 0.25}, 3_000, 10_000),
        (99_000, {"cap": 8_000}, 0, 8_000),
        (99_000, {"collateral_required": 1, "ltv_share": 0.6}, 0, 12_000),
        (99_000, {"cap_share": 0.25}, 14_000, 0),
    ],
)
def test_amount_is_cut_to_the_ceilings(asked, change, debt, amount):
    one = enterprise(sales_normal=1_000, collateral=25_000, pledged=5_000, debt=debt)
    assert offered_amount(one, product(**{**PLAIN, **change}), asked, TERMS) == amount


def test_break_even_rate_by_hand():
    # (2.5 % + 1 % + 4 % × 75 %) / 96 % = 6.7708 %.
    rate = break_even_rate(lender(funding_now=0.025), product(operating_cost=0.01), 0.04, 0.75, 0.0)
    assert rate == pytest.approx(0.0677083, abs=1e-7)
    # With 80 % of the loss guaranteed: (3.5 % + 0.6 %) / 96 % = 4.2708 %.
    rate = break_even_rate(lender(funding_now=0.025), product(operating_cost=0.01), 0.04, 0.75, 0.8)
    assert rate == pytest.approx(0.0427083, abs=1e-7)


@pytest.mark.parametrize(
    ("required", "ltv", "amount", "loss"),
    # At 80 % 800 pledge 1,000, which bring 700: 0.75 × 100/800 = 0.09375. At 100 % 800 pledge 800: 0.75 × 0.3 = 0.225.
    # At 50 % they pledge 1,600: no loss. Not pledged: 0.75.
    [(1, 0.8, 800, 0.09375), (1, 1.0, 800, 0.225), (1, 0.5, 800, 0.0), (0, 0.8, 800, 0.75)],
)
def test_loss_falls_with_what_collateral_covers(required, ltv, amount, loss):
    one, terms = enterprise(collateral=5_000), product(collateral_required=required, ltv_share=ltv)
    assert loss_given_default(one, terms, amount, TERMS) == pytest.approx(loss)


@pytest.mark.parametrize(
    ("required", "amount", "pledge"),
    # At 60 % 300 need 500; 301 need 501.7, so 502; 900 would need 1,500, of which 700 are free.
    [(1, 300, 500), (1, 301, 502), (1, 900, 700), (0, 300, 0)],
)
def test_a_loan_pledges_what_it_needs_and_no_collateral_twice(required, amount, pledge):
    one = enterprise(collateral=1_000, pledged=300)
    assert pledge_for(one, product(collateral_required=required, ltv_share=0.6), amount) == pledge
    assert pledge_for(one, product(collateral_required=required, ltv_share=0.0), amount) == 0


@pytest.mark.parametrize(
    ("change", "room", "limit"),
    # Funds 1,000 less 100 promised: 900. Equity 1,000 + 500 − 1,430 = 70 carries 70/0.1 = 700 of loans: 100 more.
    # Quota 400 less 200 out and 50 promised: 150. Envelope 900 less 600 and 100: 200.
    [
        ({}, 900, Refusal.FUNDS),
        ({"least_equity_ratio": 0.1}, 100, Refusal.EQUITY),
        ({"programme_quota": 400}, 150, Refusal.QUOTA),
        ({"programme_quota": 9_000}, 200, Refusal.ENVELOPE),
        ({"programme_quota": 100}, 0, Refusal.QUOTA),
        ({"liabilities": 1_500}, 0, Refusal.EQUITY),  # no equity at all: nothing, with no ratio asked for either
    ],
)
def test_room_is_the_tightest_limit(change, room, limit):
    base = {"funds": 1_000, "committed": 100, "loans": 500, "liabilities": 1_430}
    base |= {"programme_loans": 200, "programme_committed": 50}
    scheme = programme(envelope=900, outstanding=600, committed=100)
    terms = product(programme=1 if "programme_quota" in change else 0)
    assert room_left(lender(**{**base, **change}), terms, scheme) == (room, limit)


def test_refusal_frees_the_enterprise_and_shuts_that_door_for_a_while():
    application, one = loan(), enterprise(application=3)
    refuse(application, one, product(), Refusal.PRICE, 5, TERMS)
    assert (application.status, application.reason, application.decided_step) == (LoanStatus.REFUSED, Refusal.PRICE, 5)
    assert (one.application, one.answer_step, one.bank_step, one.programme_step) == (-1, NEVER, 13, 0)
    wait_before_asking_again(one, product(programme=1), 7, TERMS)
    assert (one.bank_step, one.programme_step) == (13, 15)


def decided(asked=1_000, one=None, bank=None, scheme=None, change=None, terms=TERMS):
    """Decide an application at a bank with plenty of funds."""
    application = loan(asked=asked)
    one = one or enterprise(application=0, sales_normal=1_000)
    bank = bank or lender(funds=10**9)
    scheme = scheme or programme(envelope=10**9, partial=1)
    decide(application, one, bank, product(**{**PLAIN, **(change or {})}), scheme, conditions(step=2), terms)
    return application


def test_a_rate_at_the_ceiling_is_granted():
    assert decided(change={"rate": 0.9, "rate_ceiling": 0.9}).status == LoanStatus.APPROVED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"collateral_required": 1}, Refusal.NO_COLLATERAL),
        ({"banked_only": 1}, Refusal.NO_HISTORY),
        ({"cap": 199}, Refusal.CUT_BACK),  # a fifth of 1,000 is 200
        ({"operating_cost": 0.2, "rate_ceiling": 0.1}, Refusal.PRICE),
    ],
)
def test_reasons_to_refuse(change, reason):
    assert decided(change=change).reason == reason


def test_offer_of_exactly_the_least_share_is_accepted():
    assert decided(change={"cap": 200}).amount == 200


def test_a_single_fen_is_lent():
    assert decided(asked=1).amount == 1


@pytest.mark.parametrize(
    ("funds", "partial", "amount"),
    [(1_000, 1, 1_000), (999, 1, 999), (999, 0, 0), (200, 1, 200), (199, 1, 0)],
)
def test_a_remainder_is_lent_in_part_or_passed_on(funds, partial, amount):
    bank, scheme = lender(funds=funds, programme_quota=10**9), programme(envelope=10**9, partial=partial)
    application = decided(bank=bank, scheme=scheme, change={"programme": 1})
    assert application.amount == amount
    assert application.reason == (Refusal.NONE if amount else Refusal.FUNDS)


def test_a_bank_lends_its_remainder_in_part_whatever_the_programme_does():
    assert decided(bank=lender(funds=999), scheme=programme(partial=0)).amount == 999


@pytest.mark.parametrize(
    ("reason", "step"),
    [(Refusal.FUNDS, 6), (Refusal.EQUITY, 6), (Refusal.QUOTA, 6), (Refusal.ENVELOPE, 13), (Refusal.PRICE, 13)],
)
def test_another_member_may_be_asked_at_once_when_this_one_is_full(reason, step):
    one = enterprise()
    refuse(loan(), one, product(programme=1), reason, 5, TERMS)
    assert one.programme_step == step


def test_discount_is_taken_from_the_offered_rate():
    # Posted 13 %, less a fifth: 10.4 %.
    assert decided(change={"rate": 0.13, "discount_share": 0.2}).rate == pytest.approx(0.104)


def test_scale_counts_in_the_lender_but_not_in_the_enterprise():
    bank = lender(funds=5_000)
    application = decided(bank=bank, terms=the_terms(**{**vars(TERMS), "scale": 10}))
    assert (application.amount, bank.committed) == (500, 5_000)


def test_approval_reserves_funds_quota_and_envelope():
    application, one, bank, scheme = loan(rate=0.1), enterprise(collateral=500), lender(), programme()
    terms = product(programme=1, payout_steps=3, collateral_required=1, ltv_share=0.5, instalment_days=365.0)
    approve(application, one, bank, terms, scheme, 100, 5, the_terms(scale=4))
    assert (application.status, application.payout_step, one.payout_step) == (LoanStatus.APPROVED, 8, 8)
    assert application.instalment_rate == pytest.approx(0.1, abs=1e-12)
    assert (bank.committed, bank.programme_committed, scheme.committed) == (400, 400, 400)
    assert application.collateral == one.pledged == 200


def line_of(number):
    """A queue with some applications, each of its own enterprise, all ready to be decided."""
    loans = [loan(enterprise=row, asked=100) for row in range(number)]
    line = queue(remote=1, capacity=2.0)
    for row in range(number):
        join_queue(line, loans, row)
    return line, loans, [enterprise(application=row, sales_normal=1_000) for row in range(number)]


def standing(line, loans):
    """Rows that wait, in order."""
    row, rows = line.head, []
    while row >= 0:
        rows.append(row)
        row = loans[row].next_in_queue
    return rows


def test_who_joins_stands_at_the_end():
    line, loans, _ = line_of(3)
    assert standing(line, loans) == [0, 1, 2]
    assert line.tail == 2


@pytest.mark.parametrize(("before", "row", "left"), [(-1, 0, [1, 2]), (0, 1, [0, 2]), (1, 2, [0, 1])])
def test_who_leaves_closes_the_line(before, row, left):
    line, loans, _ = line_of(3)
    leave_queue(line, loans, before, loans[row].next_in_queue)
    assert standing(line, loans) == left
    assert line.tail == left[-1]


def serve(line, loans, rows, step=0, terms=TERMS, openness=1.0, offered=None):
    now = conditions(step=step, branch_openness=openness)
    serve_queue(line, lender(funds=10**9), loans, rows, [offered or product(**PLAIN)], programme(), now, terms)


def test_first_come_first_served_up_to_capacity():
    line, loans, rows = line_of(5)
    serve(line, loans, rows)
    assert standing(line, loans) == [2, 3, 4]
    serve(line, loans, rows, step=1)
    assert standing(line, loans) == [4]


def test_branch_capacity_falls_with_contact_restrictions():
    line, loans, rows = line_of(5)
    line.remote = 0
    serve(line, loans, rows, openness=0.5)
    assert standing(line, loans) == [1, 2, 3, 4]


def test_capacity_is_counted_in_real_applications():
    # Two real decisions a step against ten that one agent's application takes: one agent every five steps.
    line, loans, rows = line_of(2)
    terms = the_terms(**{**vars(TERMS), "scale": 10})
    left = []
    for step in range(10):
        serve(line, loans, rows, step, terms)
        left.append(len(standing(line, loans)))
    assert left == [2, 2, 2, 2, 1, 1, 1, 1, 1, 0]


def test_an_application_is_decided_after_the_decision_time():
    line, loans, rows = line_of(1)
    for step, waiting in ((0, 1), (2, 1), (3, 0)):
        serve(line, loans, rows, step, offered=product(**PLAIN, decision_steps=3))
        assert len(standing(line, loans)) == waiting


def test_withdrawn_applications_leave_without_taking_capacity():
    line, loans, rows = line_of(4)
    withdraw(loans[0], 0)
    assert (loans[0].status, loans[0].ended_step) == (LoanStatus.WITHDRAWN, 0)
    serve(line, loans, rows)
    assert standing(line, loans) == [3]


def test_nobody_is_looked_at_who_came_too_late_for_any_product():
    first, loans, rows = line_of(3)
    loans[0].applied_step, loans[1].applied_step, loans[2].applied_step = 1, 3, 3
    loans[2].status = LoanStatus.WITHDRAWN
    first.capacity, first.least_steps = 9.0, 2
    plain = product(**PLAIN, decision_steps=2)
    serve_queue(first, lender(funds=10**9), loans, rows, [plain], programme(), conditions(step=3), TERMS)
    assert loans[0].status != LoanStatus.WAITING
    assert standing(first, loans) == [1, 2]


def test_every_lender_serves_its_queues():
    first, loans, rows = line_of(2)
    second = queue(lender=1, remote=1, capacity=9.0)
    serve_queues(
        [second, first], [lender(funds=10**9)] * 2, loans, rows, [product(**PLAIN)], programme(), conditions(), TERMS
    )
    assert standing(first, loans) == []


def test_new_application_takes_over_what_was_asked():
    application = loan()
    asking = request(enterprise=9, asked=500, product=2, lender=4)
    open_application(application, asking, enterprise(banked=0), conditions(step=6))
    got = (application.enterprise, application.lender, application.product, application.asked, application.applied_step)
    assert got == (9, 4, 2, 500, 6)
    assert (application.status, application.first_time) == (LoanStatus.WAITING, 1)


def test_applications_are_written_and_queued_in_the_given_order():
    rows = [enterprise(), enterprise(), enterprise()]
    loans, queues = [loan() for _ in range(5)], [queue(), queue(remote=1)]
    requests = [request(enterprise=2, loan=3, asked=2), request(enterprise=0, loan=4, asked=1)]
    receive_applications(requests, rows, loans, queues, [product(remote=1)], conditions())
    assert (rows[2].application, rows[0].application) == (3, 4)
    assert standing(queues[1], loans) == [3, 4]
    assert queues[0].head == -1


def test_a_new_application_withdraws_the_old_one():
    rows, loans = [enterprise(application=0)], [loan(), loan()]
    requests = [request(enterprise=0, loan=1, asked=1)]
    receive_applications(requests, rows, loans, [queue(), queue(remote=1)], [product()], conditions(step=4))
    assert (loans[0].status, loans[0].ended_step) == (LoanStatus.WITHDRAWN, 4)
    assert rows[0].application == 1


def test_pay_out_sets_the_instalments():
    # Instalments every 4 steps, grace 8, term 14: the last one falls on step 5 + 12.
    application, one, total = loan(amount=700), enterprise(application=3, cash=1, first_loan=2), lender_flow()
    terms = product(programme=1, grace_steps=8, term_steps=14)
    pay_out(application, 3, one, total, terms, conditions(step=5), TERMS)
    assert (application.status, application.outstanding, application.payout_step) == (LoanStatus.PERFORMING, 700, 5)
    assert (application.instalment_step, application.grace_step, application.last_step) == (9, 13, 17)
    assert (one.cash, one.debt, one.application, one.answer_step, one.payout_step) == (701, 700, -1, NEVER, NEVER)
    assert (one.first_loan, application.next_loan, one.loan_step, one.programme_step) == (3, 2, 9, 13)
    assert (total.disbursed, total.released, total.programme_disbursed, total.programme_released) == (700,) * 4


def test_who_paid_out_a_loan_is_remembered():
    one = enterprise()
    for programme_loan, lent_by in ((0, LentBy.BANK), (1, LentBy.BANK | LentBy.PROGRAMME)):
        pay_out(loan(amount=1), 0, one, lender_flow(), product(programme=programme_loan), conditions(), TERMS)
        assert one.lent_by == lent_by


def test_a_bank_loan_makes_a_bank_history():
    for programme_loan, banked in ((0, 1), (1, 0)):
        one = enterprise()
        pay_out(loan(amount=1), 0, one, lender_flow(), product(programme=programme_loan), conditions(), TERMS)
        assert one.banked == banked


def test_a_term_shorter_than_an_instalment_period_has_one_instalment():
    application = loan(amount=700)
    pay_out(application, 0, enterprise(), lender_flow(), product(term_steps=1), conditions(), TERMS)
    assert application.last_step == application.instalment_step == 4


def test_money_arrives_on_its_step():
    one = enterprise(payout_step=4, application=0)
    assert not money_arrives(one, conditions(step=3))
    assert money_arrives(one, conditions(step=4))
    assert not money_arrives(enterprise(), conditions(step=10**6))
    total = lender_flow()
    receive_money(one, [loan(amount=50)], [total], [product(term_steps=8)], conditions(step=4), TERMS)
    assert (one.cash, total.disbursed) == (50, 50)
