"""Credit demand: who asks whom for how much (ODD submodel 6)."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

from sim.draws import Purpose, uniform
from sim.money import round_fen
from sim.rules.payments import outgoings

DISCOURAGED = int(Purpose.DISCOURAGED)
PRECAUTIONARY = int(Purpose.PRECAUTIONARY)
AWARENESS = int(Purpose.AWARENESS)
BRANCH_VISIT = int(Purpose.BRANCH_VISIT)
MEMBER_CHOICE = int(Purpose.MEMBER_CHOICE)


@register_jitable
def cash_needed(enterprise: Any, terms: Any) -> int:
    """Cash that the planning horizon calls for if the present step goes on. ODD equation 6.1."""
    margin = enterprise.sales * (1.0 - enterprise.input_share)
    arrears = enterprise.wage_arrears + enterprise.input_arrears + enterprise.rent_arrears
    return arrears + round_fen(terms.horizon_steps * (outgoings(enterprise, terms) - margin))


@register_jitable
def amount_wanted(enterprise: Any, gap: int, terms: Any) -> int:
    """The gap, and for an enterprise that stands still the inputs to start again. ODD equation 6.2."""
    closed = 1.0 - enterprise.open_days / terms.step_days
    restock = closed * terms.restock_steps * enterprise.input_share * enterprise.sales_normal
    return gap + round_fen(restock)


@register_jitable
def reaches_programme(enterprise: Any, conditions: Any, terms: Any) -> bool:
    """The programme lends, would have it, is known to it and can be reached. ODD equation 6.3."""
    if not conditions.programme_open or enterprise.programme_refused:
        return False
    if not (terms.eligible_kind[enterprise.kind] and terms.eligible_region[enterprise.region]):
        return False
    if uniform(terms.fixed_keys[AWARENESS], enterprise.id) > conditions.awareness:
        return False
    if terms.products[terms.programme_product].remote:
        return bool(enterprise.digital)
    return reaches_branch(enterprise, conditions)


@register_jitable
def reaches_branch(enterprise: Any, conditions: Any) -> bool:
    """A branch can be visited this step, as far as the region is open. ODD equation 6.4."""
    openness = conditions.region_openness[enterprise.region]
    return uniform(conditions.keys[BRANCH_VISIT], enterprise.id) <= openness


@register_jitable
def choose_member(enterprise: Any, conditions: Any) -> int:
    """Member the enterprise turns to, drawn in proportion to the members' quotas; -1 when none lends."""
    weights = conditions.member_cumulative
    last = len(weights) - 1
    if last < 0 or weights[last] <= 0.0:
        return -1
    place = uniform(conditions.keys[MEMBER_CHOICE], enterprise.id) * weights[last]
    lender = 0
    while lender < last and weights[lender] < place:
        lender += 1
    return lender


@register_jitable
def choose_bank_product(enterprise: Any, terms: Any) -> int:
    """First product of the house bank whose conditions the enterprise meets, else the bank's first; -1 without any."""
    offered = terms.offered[enterprise.house_bank]
    for place in range(len(offered)):
        number = offered[place]
        if number < 0:
            break
        product = terms.products[number]
        if product.collateral_required and enterprise.collateral <= 0:
            continue
        if product.banked_only and not enterprise.banked:
            continue
        return number
    return offered[0] if len(offered) > 0 else -1


@register_jitable
def ask_programme(enterprise: Any, amount: int, conditions: Any, terms: Any) -> bool:
    """Ask a member of the programme; False when no member lends yet."""
    member = choose_member(enterprise, conditions)
    if member < 0:
        return False
    enterprise.asked = amount
    enterprise.asked_product = terms.programme_product
    enterprise.asked_lender = member
    return True


@register_jitable
def ask_house_bank(enterprise: Any, amount: int, conditions: Any, terms: Any) -> bool:
    """Ask the house bank for the best of its products that can be reached."""
    if enterprise.house_bank < 0:
        return False
    number = choose_bank_product(enterprise, terms)
    if number < 0:
        return False
    if terms.products[number].remote:
        if not enterprise.digital:
            return False
    elif not reaches_branch(enterprise, conditions):
        return False
    enterprise.asked = amount
    enterprise.asked_product = number
    enterprise.asked_lender = enterprise.house_bank
    return True


@register_jitable
def seek_credit(enterprise: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Decide whether to ask, whom and for how much. ODD decision box A."""
    enterprise.asked = 0
    if enterprise.application >= 0 or conditions.step < enterprise.reapply_step:
        return
    gap = cash_needed(enterprise, terms) - enterprise.cash
    if gap < terms.least_asked:
        ask_in_case(enterprise, conditions, terms)
        return
    if enterprise.gap_step < 0:
        enterprise.gap_step = conditions.step
    flow.gaps += 1
    if uniform(terms.fixed_keys[DISCOURAGED], enterprise.id) < terms.discouraged[enterprise.kind]:
        flow.discouraged += 1
        return
    amount = amount_wanted(enterprise, gap, terms)
    if reaches_programme(enterprise, conditions, terms) and ask_programme(enterprise, amount, conditions, terms):
        return
    if not ask_house_bank(enterprise, amount, conditions, terms):
        flow.unreached += 1


@register_jitable
def ask_in_case(enterprise: Any, conditions: Any, terms: Any) -> None:
    """Some without a gap ask the programme all the same (precautionary borrowing). ODD equation 6.5."""
    if enterprise.flexible_debt > 0 or not conditions.programme_open:
        return
    if uniform(terms.fixed_keys[PRECAUTIONARY], enterprise.id) >= terms.precautionary[enterprise.kind]:
        return
    amount = round_fen(terms.precautionary_steps * enterprise.sales_normal)
    if amount >= terms.least_asked and reaches_programme(enterprise, conditions, terms):
        ask_programme(enterprise, amount, conditions, terms)
