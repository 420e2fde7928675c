"""Submodel 6, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest

from sim.arithmetic.draws import Purpose, streams, uniform
from sim.rules.credit_demand import (
    amount_wanted,
    ask,
    ask_house_bank,
    ask_in_case,
    ask_in_need,
    ask_programme,
    cash_needed,
    choose_bank,
    choose_bank_product,
    choose_member,
    choose_programme_product,
    draw_lender,
    free_collateral,
    is_precautionary,
    keeps_waiting,
    liquidity_gap,
    note_take_up,
    programme_reach,
    reaches_channel,
    seek_credit,
    seeks_credit,
)
from sim.state.codes import TakeUp
from tests.support.records import SEED, cell, conditions, enterprise, flow, kind, lender, product, the_terms

TERMS = the_terms(horizon_steps=8.0, restock_steps=4.0, precautionary_steps=4.0, least_asked=100)
BRANCH, REMOTE = product(), product(remote=1, programme=1)
OPEN = conditions(programme_open=1)


def in_need(**values):
    """Fixed cost 1,000 and sales 500 a week with inputs of 60 %: over eight weeks 8 × (1,000 − 200) = 6,400."""
    base = {"fixed": 1_000, "sales": 500, "sales_normal": 2_000, "input_share": 0.6, "cash": 400, "digital": 1}
    return enterprise(**{**base, **values})


def member(left=1, room=1_000_000, **values):
    """A member with a quota left and room in its books."""
    return lender(member_weight=float(left), room=room, **values)


def bank(**values):
    """A house bank with one product, the branch loan."""
    return lender(offered=[0, *[-1] * 7], **values)


def test_cash_needed_is_arrears_and_the_shortfall_of_the_horizon():
    assert cash_needed(in_need(rent_arrears=50, wage_arrears=30, input_arrears=20), TERMS) == 6_500


def test_no_cash_is_needed_beyond_arrears_when_sales_cover_the_dues():
    # 8 × (1,000 − 0.4 × 2,500) = 0.
    assert cash_needed(in_need(sales=2_500), TERMS) == 0


def shut(**values):
    """Shut: fixed cost of 1,000 a week, of which 750 while shut; open again it could sell for 2,000, 40 % its own."""
    base = {"open_days": 0, "sales": 0, "could_sell": 2_000, "fixed": 1_000, "living": 100, "wage": 300, "staff": 2}
    return in_need(**{**base, **values})


SHUT_TERMS = the_terms(horizon_steps=8.0, closed_fixed_share=0.75, furlough_share=0.5)


@pytest.mark.parametrize(
    ("steps", "could_sell", "needed"),
    # A shut week costs 750 + 300 of half the wages + 100 = 1,150; an open one 1,000 + 600 + 100 = 1,700, less 40 % of
    # sales. Eight shut weeks: 9,200. Three and five open ones that sell for 2,000: 3,450 + 5 × 900 = 7,950. Sales of
    # 4,250 cover the dues: 3,450; what 6,000 would earn beyond them is not counted: 3,450.
    [
        (1e6, 2_000, 9_200),
        (8.0, 2_000, 9_200),
        (3.0, 2_000, 7_950),
        (3.0, 4_250, 3_450),
        (3.0, 6_000, 3_450),
        (0.0, 2_000, 7_200),
        (2.5, 4_250, 2_875),
    ],
)
def test_who_knows_when_it_reopens_needs_cash_until_then_and_what_open_weeks_cost(steps, could_sell, needed):
    assert cash_needed(shut(shut_steps=steps, could_sell=could_sell), SHUT_TERMS) == needed


def test_a_known_reopening_says_nothing_to_who_is_open():
    """However little it sells: what it expects is more of the present step."""
    for could_sell, shut_steps in ((9_999, 0.0), (0, 3.0), (500, 1e6)):
        assert cash_needed(in_need(could_sell=could_sell, shut_steps=shut_steps), TERMS) == 6_400


def test_arrears_are_needed_also_by_who_reopens_tomorrow():
    assert cash_needed(shut(could_sell=4_250, rent_arrears=50, wage_arrears=30, input_arrears=20), SHUT_TERMS) == 100


def test_gap_is_what_is_needed_less_cash():
    assert liquidity_gap(in_need(), TERMS) == 6_000
    assert liquidity_gap(in_need(cash=9_999), TERMS) == 0
    assert liquidity_gap(in_need(payout_step=3), TERMS) == 0


def test_amount_adds_inputs_for_the_missing_sales():
    # Four weeks × 60 % × (2,000 − 500) = 3,600.
    assert amount_wanted(in_need(), 6_000, TERMS) == 9_600
    assert amount_wanted(in_need(sales=3_000), 6_000, TERMS) == 6_000


def test_branch_is_visited_as_far_as_the_region_is_open():
    drawn = uniform(streams(SEED, 1)[Purpose.BRANCH_VISIT], 7)
    one = enterprise(id=7)
    assert reaches_channel(one, cell(region_openness=drawn + 1e-9), BRANCH, conditions())
    assert not reaches_channel(one, cell(region_openness=drawn - 1e-9), BRANCH, conditions())


def test_remote_product_needs_a_digital_footprint_only():
    shut = cell(region_openness=0.0)
    assert reaches_channel(enterprise(digital=1), shut, REMOTE, conditions())
    assert not reaches_channel(enterprise(digital=0), shut, REMOTE, conditions())


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ({}, TakeUp.ASKED),
        ({"kind": kind(eligible=0)}, TakeUp.UNREACHABLE),
        ({"cell": cell(eligible=0)}, TakeUp.UNREACHABLE),
        ({"conditions": conditions()}, TakeUp.NO_NEED),
        ({"conditions": conditions(programme_open=1, awareness=0.0)}, TakeUp.UNAWARE),
        ({"enterprise": in_need(digital=0)}, TakeUp.UNREACHABLE),
    ],
)
def test_programme_is_reached_when_nothing_stands_in_the_way(change, reached):
    case = {
        "enterprise": in_need(),
        "kind": kind(),
        "cell": cell(),
        "product": REMOTE,
        "conditions": OPEN,
        "terms": TERMS,
    }
    assert programme_reach(**{**case, **change}) == reached


def test_member_is_drawn_in_proportion_to_quotas():
    # Quotas left 0, 30, 0, 70, and 900 in another region: only the second and fourth, the second with 30 %.
    members = [member(left) for left in (0, 30, 0, 70)]
    members.append(member(900, region_mask=2))
    chosen = [choose_member(enterprise(id=number), 5, members, conditions(), TERMS) for number in range(2_000)]
    assert set(chosen) == {1, 3}
    assert chosen.count(1) / 2_000 == pytest.approx(0.3, abs=0.04)


def test_no_member_without_quota():
    assert choose_member(enterprise(), 5, [], conditions(), TERMS) == -1
    assert choose_member(enterprise(), 5, [lender()], conditions(), TERMS) == -1


@pytest.mark.parametrize(
    ("amount", "scale", "chosen"),
    # Quotas left 30 and 70, books with room for 1,000 and 50: 40 fit neither quota nor room but one each, 80 fit none.
    [(20, 1, {0, 1}), (31, 1, {1}), (50, 1, {1}), (3, 10, {0, 1}), (4, 10, {1}), (60, 1, {0, 1})],
)
def test_members_without_room_for_what_an_agent_stands_for_are_passed_over(amount, scale, chosen):
    members = [member(30, room=1_000), member(70, room=50)]
    terms = the_terms(scale=scale)
    drawn = {choose_member(enterprise(id=number), amount, members, conditions(), terms) for number in range(200)}
    assert drawn == chosen


@pytest.mark.parametrize(
    ("room", "group", "region_mask", "asked"),
    # 10 fen for 7 real enterprises each: 70 fit the house bank or not; only a bank of its group and region stands in.
    [(70, 2, 1, 0), (69, 2, 1, 1), (69, 3, 1, 0), (69, 2, 2, 0)],
)
def test_a_bank_of_the_group_stands_in_for_a_house_bank_without_room(room, group, region_mask, asked):
    banks = [bank(room=room, group=2), bank(room=500, group=group, region_mask=region_mask)]
    one = in_need(house_bank=0)
    assert choose_bank(one, 10, banks, conditions(), the_terms(scale=7)) == asked
    assert ask_house_bank(one, 10, cell(), banks, [BRANCH, REMOTE], conditions(), the_terms(scale=7))
    assert one.asked_lender == asked


@pytest.mark.parametrize(
    ("collateral", "banked", "number"),
    # Offered, best first: 2 (against collateral), 1 (with history). Without either the bank's first is asked for.
    [(5, 0, 2), (0, 1, 1), (0, 0, 2), (5, 1, 2)],
)
def test_first_product_whose_conditions_are_met(collateral, banked, number):
    products = [product(), product(banked_only=1), product(collateral_required=1), REMOTE]
    house = lender(offered=[2, 1, *[-1] * 6])
    assert choose_bank_product(enterprise(collateral=collateral, banked=banked), house, products) == number


def test_bank_without_products_offers_none():
    assert choose_bank_product(enterprise(), lender(), [REMOTE]) == -1


def test_ask_notes_the_application():
    one = enterprise()
    ask(one, 5, 1, 2, [product(), product(decision_steps=3)], conditions(step=6))
    assert (one.asked, one.asked_product, one.asked_lender, one.answer_step) == (5, 1, 2, 9)


def test_programme_is_asked_through_a_member():
    one, members = in_need(), [lender(), member(10)]
    assert ask_programme(one, 700, kind(), cell(), members, [BRANCH, REMOTE], OPEN, TERMS) == TakeUp.ASKED
    assert (one.asked, one.asked_product, one.asked_lender) == (700, 1, 1)
    assert ask_programme(in_need(), 700, kind(), cell(), [], [BRANCH, REMOTE], OPEN, TERMS) == TakeUp.NO_NEED
    later = in_need(programme_step=1)
    assert ask_programme(later, 700, kind(), cell(), members, [BRANCH, REMOTE], OPEN, TERMS) == TakeUp.NO_NEED


@pytest.mark.parametrize(
    ("change", "amount", "number"),
    # A special loan from 500 for group 1, region 0 and kind 0, branch; else the main product.
    [({}, 500, 0), ({}, 499, 1), ({"group_mask": 1}, 500, 1), ({"region_mask": 2}, 500, 1), ({"kind_mask": 2}, 500, 1)],
)
def test_special_product_of_the_programme_where_it_fits(change, amount, number):
    special = product(
        **{"programme": 1, "asked_from": 500, "group_mask": 2, "region_mask": 1, "kind_mask": 1, **change}
    )
    assert choose_programme_product(in_need(), amount, lender(group=1), [special, REMOTE]) == number


def test_collateral_is_free_until_pledged():
    assert free_collateral(enterprise(collateral=500, pledged=300)) == 200
    assert free_collateral(enterprise(collateral=100, pledged=300)) == 0


def test_take_up_only_moves_up():
    one, total = enterprise(take_up=TakeUp.UNREACHABLE), flow()
    note_take_up(one, TakeUp.UNAWARE, total)
    assert (one.take_up, total.unaware, total.unreachable) == (TakeUp.UNREACHABLE, 1, 0)
    note_take_up(one, TakeUp.ASKED, total)
    assert one.take_up == TakeUp.ASKED


def test_house_bank_is_asked_when_its_door_is_open():
    one = in_need(house_bank=0)
    assert ask_house_bank(one, 700, cell(), [bank()], [BRANCH, REMOTE], conditions(), TERMS)
    assert (one.asked, one.asked_product, one.asked_lender) == (700, 0, 0)
    for shut in ({"house_bank": -1}, {"house_bank": 0, "bank_step": 1}, {"house_bank": 0, "application": 3}):
        assert not ask_house_bank(in_need(**shut), 700, cell(), [bank()], [BRANCH, REMOTE], conditions(), TERMS)


@pytest.mark.parametrize(
    ("application", "asked_product", "programme_steps", "keeps"),
    # The bank posts 3 + 1 steps to money: who waits there leaves only for less; who waits for the programme stays.
    [(4, 0, 3, False), (4, 0, 4, True), (4, 0, 5, True), (4, 1, 0, True), (-1, 0, 3, False)],
)
def test_a_queue_is_left_only_for_sooner_money(application, asked_product, programme_steps, keeps):
    products = [product(decision_steps=3, payout_steps=1), product(programme=1, decision_steps=programme_steps)]
    assert keeps_waiting(enterprise(application=application, asked_product=asked_product), products) is keeps


def needy(one, category=None, where=None, now=None):
    total = flow()
    step = now or conditions(step=5)
    ask_in_need(one, 6_000, category or kind(), where or cell(), [bank()], [BRANCH, REMOTE], total, step, TERMS)
    return total


def test_in_need_the_house_bank_is_asked_when_there_is_no_programme():
    one = in_need(house_bank=0)
    total = needy(one)
    assert (one.asked, one.asked_product, one.gap_step) == (9_600, 0, 5)
    assert (total.gaps, total.discouraged, total.unreached) == (1, 0, 0)


def test_discouraged_never_ask():
    one = in_need(house_bank=0)
    total = needy(one, kind(discouraged=1.0))
    assert (one.asked, total.gaps, total.discouraged) == (0, 1, 1)


def test_out_of_reach_is_counted():
    one = in_need(house_bank=0)
    assert needy(one, where=cell(region_openness=0.0)).unreached == 1
    assert one.asked == 0


def test_first_gap_is_remembered():
    one = in_need(gap_step=2)
    needy(one)
    assert one.gap_step == 2


def test_only_some_without_need_ask_in_case():
    keen = kind(precautionary=1.0)
    assert is_precautionary(enterprise(), keen, OPEN, TERMS)
    assert not is_precautionary(enterprise(), kind(), OPEN, TERMS)
    assert not is_precautionary(enterprise(debt=1), keen, OPEN, TERMS)
    assert not is_precautionary(enterprise(application=0), keen, OPEN, TERMS)
    assert not is_precautionary(enterprise(), keen, conditions(), TERMS)


def test_in_case_four_weeks_of_sales_are_asked_for():
    one = in_need()
    ask_in_case(one, kind(), cell(), [member()], [REMOTE], flow(), OPEN, TERMS)
    assert one.asked == 8_000
    small = in_need(sales_normal=20)  # 80 fen, under the smallest amount of 100
    ask_in_case(small, kind(), cell(), [member()], [REMOTE], flow(), OPEN, TERMS)
    assert small.asked == 0


@pytest.mark.parametrize(("cash", "asked"), [(400, 9_600), (6_301, 8_000), (9_999, 8_000)])
def test_seeking_credit_in_need_or_in_case(cash, asked):
    # 6,400 needed. With 400 the gap is 6,000; with 6,301 it is 99, under the smallest amount, so it asks in case.
    one = in_need(cash=cash, asked=1)
    keen = kind(precautionary=1.0)
    seek_credit(one, keen, cell(), [member()], [REMOTE], flow(), OPEN, TERMS)
    assert one.asked == asked


@pytest.mark.parametrize(
    ("cash", "precautionary", "allowed", "seeks"),
    # 6,400 needed, smallest amount 100: with 6,300 in hand there is need, with 6,301 only caution.
    [(6_300, 0.0, 1, True), (6_301, 0.0, 1, False), (6_301, 1.0, 1, True), (400, 1.0, 0, False)],
)
def test_credit_is_sought_in_need_or_in_case_but_not_in_the_run_off(cash, precautionary, allowed, seeks):
    one, now = in_need(cash=cash, asked=1), conditions(programme_open=1, asking_allowed=allowed)
    assert seeks_credit(one, kind(precautionary=precautionary), now, TERMS) is seeks
    assert one.asked == 0


def test_a_draw_at_a_share_to_the_last_bit_is_within_reach_but_asks_nothing():
    """At the very border: visits and hearing of the programme include it, asking in case does not."""
    one = enterprise(id=7, digital=1)
    visit = uniform(OPEN.keys[Purpose.BRANCH_VISIT], one.id)
    assert reaches_channel(one, cell(region_openness=visit), BRANCH, OPEN)
    heard = uniform(TERMS.fixed_keys[Purpose.AWARENESS], one.id)
    told = conditions(programme_open=1, awareness=heard)
    assert programme_reach(one, kind(eligible=1), cell(eligible=1), REMOTE, told, TERMS) == TakeUp.ASKED
    asks = uniform(TERMS.fixed_keys[Purpose.PRECAUTIONARY], one.id)
    free = conditions(programme_open=1, asking_allowed=1)
    assert not is_precautionary(one, kind(precautionary=asks), free, TERMS)
    assert is_precautionary(one, kind(precautionary=asks + 1e-9), free, TERMS)


def test_members_with_quotas_below_a_fen_are_drawn_by_them_too():
    """Two quotas of 0.4 and 0.6 fen: who draws less than 0.4 turns to the first."""
    lenders = [member(left=0.4), member(left=0.6)]
    for ident in range(20):
        first = uniform(OPEN.keys[Purpose.MEMBER_CHOICE], ident) < 0.4
        assert choose_member(enterprise(id=ident), 1, lenders, OPEN, the_terms(scale=1)) == (0 if first else 1)
    border = uniform(OPEN.keys[Purpose.MEMBER_CHOICE], 7)
    at_it = [member(left=border), member(left=1.0 - border)]
    assert choose_member(enterprise(id=7), 1, at_it, OPEN, the_terms(scale=1)) == 0


def test_lenders_of_other_groups_do_not_weigh_in_the_choice_of_a_bank():
    """Two banks of the group with 1 fen of room each beside two of another group: one half turns to each."""
    lenders = [lender(group=1, room=1), lender(group=0, room=5), lender(group=0, room=5), lender(group=1, room=1)]
    key = OPEN.keys[Purpose.BANK_CHOICE]
    for ident in range(20):
        chosen = draw_lender(enterprise(id=ident), lenders, 1.0, 1, key)
        assert chosen == (0 if uniform(key, ident) <= 0.5 else 3)
