"""Credit demand: who asks whom for how much (ODD submodel 6)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.decorators import hot_rule, rule
from sim.arithmetic.draws import Purpose, uniform
from sim.arithmetic.money import round_fen
from sim.rules.payments import open_outgoings, outgoings
from sim.state.codes import TakeUp
from sim.state.masks import in_mask

DISCOURAGED = int(Purpose.DISCOURAGED)
PRECAUTIONARY = int(Purpose.PRECAUTIONARY)
AWARENESS = int(Purpose.AWARENESS)
BRANCH_VISIT = int(Purpose.BRANCH_VISIT)
MEMBER_CHOICE = int(Purpose.MEMBER_CHOICE)
BANK_CHOICE = int(Purpose.BANK_CHOICE)
ANY_ROOM = -4e18  # real fen; asks for no room at all
NO_NEED, UNAWARE, UNREACHABLE, ASKED = (
    int(TakeUp.NO_NEED),
    int(TakeUp.UNAWARE),
    int(TakeUp.UNREACHABLE),
    int(TakeUp.ASKED),
)
TAKE_UP_DISCOURAGED, TAKE_UP_PRECAUTIONARY = int(TakeUp.DISCOURAGED), int(TakeUp.PRECAUTIONARY)


@hot_rule
def cash_needed(enterprise: Any, terms: Any) -> int:
    """Cash that the planning horizon calls for if the present step goes on until it reopens. ODD equation 6.1."""
    left = 1.0 - enterprise.input_share
    arrears = enterprise.wage_arrears + enterprise.input_arrears + enterprise.rent_arrears
    steps = terms.horizon_steps if enterprise.open_days > 0 else min(terms.horizon_steps, enterprise.shut_steps)
    now = steps * (outgoings(enterprise, terms) - left * enterprise.sales)
    open_again = (terms.horizon_steps - steps) * (open_outgoings(enterprise) - left * enterprise.could_sell)
    return arrears + round_fen(now + max(0.0, open_again))


@rule
def amount_wanted(enterprise: Any, gap: int, terms: Any) -> int:
    """The gap, and inputs to start again in proportion to the sales that are missing. ODD equation 6.2."""
    missing = max(0.0, enterprise.sales_normal * 1.0 - enterprise.sales)
    return gap + round_fen(terms.restock_steps * enterprise.input_share * missing)


@rule
def programme_reach(enterprise: Any, kind: Any, cell: Any, product: Any, conditions: Any, terms: Any) -> int:
    """How far the programme reaches: UNAWARE, UNREACHABLE, ASKED (within reach), NO_NEED (not lending). ODD 6.3."""
    if not conditions.programme_open:
        return NO_NEED
    if uniform(terms.fixed_keys[AWARENESS], enterprise.id) > conditions.awareness:
        return UNAWARE
    if not (kind.eligible and cell.eligible and meets_conditions(enterprise, product)):
        return UNREACHABLE
    if not reaches_channel(enterprise, cell, product, conditions):
        return UNREACHABLE
    return ASKED


@rule
def reaches_channel(enterprise: Any, cell: Any, product: Any, conditions: Any) -> bool:
    """Remote needs a digital footprint; a branch can be visited as far as the region is open. ODD equation 6.4."""
    if product.remote:
        return bool(enterprise.digital)
    return uniform(conditions.keys[BRANCH_VISIT], enterprise.id) <= cell.region_openness


@rule
def weight_for(enterprise: Any, lender: Any, least: float, group: int) -> float:
    """Weight of a lender in the draw: quota left of a member (group -1), else room of a bank of the group. ODD 6.9."""
    if lender.room < least or not in_mask(lender.region_mask, enterprise.region):
        return 0.0
    if group < 0:
        return lender.member_weight if lender.member_weight >= least else 0.0
    return float(lender.room) if lender.group == group else 0.0


@rule
def draw_lender(enterprise: Any, lenders: Any, least: float, group: int, key: int) -> int:
    """Lender of the enterprise's region drawn by weight among those with room for ``least``; -1 without one."""
    total = 0.0
    for row in range(len(lenders)):
        total += weight_for(enterprise, lenders[row], least, group)
    place = uniform(key, enterprise.id) * total
    chosen = -1
    for row in range(len(lenders)):
        weight = weight_for(enterprise, lenders[row], least, group)
        if weight > 0.0:
            chosen = row
            place -= weight
            if place <= 0.0:
                break
    return chosen


@rule
def choose_member(enterprise: Any, amount: int, lenders: Any, conditions: Any, terms: Any) -> int:
    """Member the enterprise turns to, drawn by quotas left among those with room; -1 when none lends. ODD 6.7."""
    key = conditions.keys[MEMBER_CHOICE]
    chosen = draw_lender(enterprise, lenders, amount * float(terms.scale), -1, key)
    return chosen if chosen >= 0 else draw_lender(enterprise, lenders, ANY_ROOM, -1, key)


@rule
def choose_bank(enterprise: Any, amount: int, lenders: Any, conditions: Any, terms: Any) -> int:
    """House bank, or another of its group when that has no room for the amount and the other has. ODD equation 6.10."""
    house_bank = lenders[enterprise.house_bank]
    least = amount * float(terms.scale)
    if house_bank.room >= least:
        return enterprise.house_bank
    other = draw_lender(enterprise, lenders, least, house_bank.group, conditions.keys[BANK_CHOICE])
    return other if other >= 0 else enterprise.house_bank


@rule
def choose_programme_product(enterprise: Any, amount: int, lender: Any, products: Any) -> int:
    """First further product of the programme that fits, else the programme's main product. ODD equation 6.8."""
    for number in range(len(products) - 1):
        product = products[number]
        if not product.programme or amount < product.asked_from:
            continue
        if not in_mask(product.group_mask, lender.group) or not in_mask(product.region_mask, enterprise.region):
            continue
        if in_mask(product.kind_mask, enterprise.kind) and (enterprise.digital or not product.remote):
            return number
    return len(products) - 1


@rule
def free_collateral(enterprise: Any) -> int:
    """Value of the collateral that is not pledged yet."""
    return max(0, enterprise.collateral - enterprise.pledged)


@rule
def meets_conditions(enterprise: Any, product: Any) -> bool:
    """It meets the conditions of a product that everybody can see: collateral, bank history."""
    if product.collateral_required and free_collateral(enterprise) <= 0:
        return False
    return bool(enterprise.banked or not product.banked_only)


@rule
def choose_bank_product(enterprise: Any, house_bank: Any, products: Any) -> int:
    """First product of the house bank whose conditions the enterprise meets, else the bank's first; -1 without any."""
    for number in house_bank.offered:
        if number < 0:
            break
        if meets_conditions(enterprise, products[number]):
            return int(number)
    return int(house_bank.offered[0])


@rule
def ask(enterprise: Any, amount: int, number: int, lender: int, products: Any, conditions: Any) -> None:
    """Note the application for a product; it joins the lender's queue in phase 7."""
    enterprise.asked = amount
    enterprise.asked_product = number
    enterprise.asked_lender = lender
    enterprise.answer_step = conditions.step + products[number].decision_steps


@rule
def ask_programme(
    enterprise: Any, amount: int, kind: Any, cell: Any, lenders: Any, products: Any, conditions: Any, terms: Any
) -> int:
    """Ask a member of the programme; the answer is ASKED, or why not."""
    reach = programme_reach(enterprise, kind, cell, products[len(products) - 1], conditions, terms)
    if reach != ASKED:
        return reach
    member = -1
    if conditions.step >= enterprise.programme_step:
        member = choose_member(enterprise, amount, lenders, conditions, terms)
    if member < 0:
        return NO_NEED
    number = choose_programme_product(enterprise, amount, lenders[member], products)
    ask(enterprise, amount, number, member, products, conditions)
    return ASKED


@rule
def ask_house_bank(
    enterprise: Any, amount: int, cell: Any, lenders: Any, products: Any, conditions: Any, terms: Any
) -> bool:
    """Ask the house bank for the best of its products; False when the bank is out of reach."""
    if enterprise.house_bank < 0 or enterprise.application >= 0 or conditions.step < enterprise.bank_step:
        return False
    bank = choose_bank(enterprise, amount, lenders, conditions, terms)
    number = choose_bank_product(enterprise, lenders[bank], products)
    if number < 0 or not reaches_channel(enterprise, cell, products[number], conditions):
        return False
    ask(enterprise, amount, number, bank, products, conditions)
    return True


@hot_rule
def liquidity_gap(enterprise: Any, terms: Any) -> int:
    """Cash that the planning horizon needs and the enterprise lacks; 0 with approved money on the way."""
    if enterprise.payout_step != NEVER:
        return 0
    return max(0, cash_needed(enterprise, terms) - enterprise.cash)


@rule
def keeps_waiting(enterprise: Any, products: Any) -> bool:
    """It has an application under way, and a new one to the programme would bring no money sooner. ODD 6.11."""
    if enterprise.application < 0:
        return False
    asked, main = products[enterprise.asked_product], products[len(products) - 1]
    return bool(asked.programme or steps_to_money(main) >= steps_to_money(asked))


@rule
def steps_to_money(product: Any) -> int:
    """Steps from application to money, as posted."""
    return product.decision_steps + product.payout_steps


@rule
def note_take_up(enterprise: Any, reach: int, flow: Any) -> None:
    """Remember how far the programme reached the enterprise, and count those it did not reach in this step."""
    enterprise.take_up = max(enterprise.take_up, reach)
    flow.unaware += 1 if reach == UNAWARE else 0
    flow.unreachable += 1 if reach == UNREACHABLE else 0


@rule
def ask_in_need(
    enterprise: Any, gap: int, kind: Any, cell: Any, lenders: Any, products: Any, flow: Any, conditions: Any, terms: Any
) -> None:
    """With a gap: ask the programme if it is within reach, else the house bank; some never ask. ODD decision box A.

    One application at a time: one that waits at the house bank is withdrawn when the programme posts a shorter time.
    """
    if enterprise.gap_step < 0:
        enterprise.gap_step = conditions.step
    flow.gaps += 1
    if keeps_waiting(enterprise, products):
        return
    if uniform(terms.fixed_keys[DISCOURAGED], enterprise.id) < kind.discouraged:
        flow.discouraged += 1
        if conditions.programme_open:
            enterprise.take_up = max(enterprise.take_up, TAKE_UP_DISCOURAGED)
        return
    amount = amount_wanted(enterprise, gap, terms)
    reach = ask_programme(enterprise, amount, kind, cell, lenders, products, conditions, terms)
    note_take_up(enterprise, reach, flow)
    if reach == ASKED:
        return
    free_to_ask = enterprise.application < 0 and conditions.step >= enterprise.bank_step
    if not ask_house_bank(enterprise, amount, cell, lenders, products, conditions, terms) and free_to_ask:
        flow.unreached += 1


@hot_rule
def is_precautionary(enterprise: Any, kind: Any, conditions: Any, terms: Any) -> bool:
    """Some without a gap and without a new loan ask the programme all the same. ODD equation 6.5."""
    if enterprise.debt > 0 or enterprise.application >= 0:
        return False
    if not (conditions.programme_open and conditions.asking_allowed):
        return False
    return uniform(terms.fixed_keys[PRECAUTIONARY], enterprise.id) < kind.precautionary


@rule
def ask_in_case(
    enterprise: Any, kind: Any, cell: Any, lenders: Any, products: Any, flow: Any, conditions: Any, terms: Any
) -> None:
    """Without a gap: ask the programme for some days of sales."""
    amount = round_fen(terms.precautionary_steps * enterprise.sales_normal)
    if amount < terms.least_asked:
        return
    if ask_programme(enterprise, amount, kind, cell, lenders, products, conditions, terms) == ASKED:
        enterprise.take_up = max(enterprise.take_up, TAKE_UP_PRECAUTIONARY)
        flow.precautionary += 1


@hot_rule
def is_in_need(enterprise: Any, conditions: Any, terms: Any) -> bool:
    """The liquidity gap is worth asking for; nothing is asked for in the run-off."""
    enterprise.asked = 0
    return bool(conditions.asking_allowed and liquidity_gap(enterprise, terms) >= terms.least_asked)


@hot_rule
def seeks_credit(enterprise: Any, kind: Any, conditions: Any, terms: Any) -> bool:
    """It is in need, or wishes to borrow in case."""
    return is_in_need(enterprise, conditions, terms) or is_precautionary(enterprise, kind, conditions, terms)


@rule
def seek_credit(
    enterprise: Any, kind: Any, cell: Any, lenders: Any, products: Any, flow: Any, conditions: Any, terms: Any
) -> None:
    """Decide whom to ask and for how much, in need or in case."""
    gap = liquidity_gap(enterprise, terms)
    if gap >= terms.least_asked:
        ask_in_need(enterprise, gap, kind, cell, lenders, products, flow, conditions, terms)
    else:
        ask_in_case(enterprise, kind, cell, lenders, products, flow, conditions, terms)
