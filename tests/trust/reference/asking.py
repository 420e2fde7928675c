"""Submodel 6 of the ODD: credit demand."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.arithmetic import NEVER, NO_LEAST, Purpose, added, holds, uniform, whole
from tests.trust.reference.business import outgoings
from tests.trust.reference.world import World

NO_NEED, DISCOURAGED, UNAWARE, UNREACHABLE, PRECAUTIONARY, ASKED = range(6)


def cash_needed(world: World, e: Any) -> int:
    """6.1."""
    horizon, kept = world.terms.horizon_steps, 1.0 - e.input_share
    steps = horizon if e.open_days > 0 else min(horizon, e.shut_steps)
    burn = steps * (outgoings(world, e) - kept * e.sales)
    later = (horizon - steps) * (max(0, e.staff - e.owner_works) * e.wage + e.fixed + e.living - kept * e.could_sell)
    return e.wage_arrears + e.input_arrears + e.rent_arrears + whole(burn + max(0.0, later))


def liquidity_gap(world: World, e: Any) -> int:
    """6.1."""
    return 0 if e.payout_step != NEVER else max(0, cash_needed(world, e) - e.cash)


def amount_wanted(world: World, e: Any, gap: int) -> int:
    """6.2."""
    return gap + whole(world.terms.restock_steps * e.input_share * max(0.0, e.sales_normal - e.sales))


def free_collateral(e: Any) -> int:
    """Collateral that is not pledged."""
    return max(0, e.collateral - e.pledged)


def meets_conditions(e: Any, product: Any) -> bool:
    """Whether it has the collateral and the history that a product asks for."""
    if product.collateral_required and free_collateral(e) <= 0:
        return False
    return not (product.banked_only and not e.banked)


def reaches_channel(world: World, e: Any, product: Any) -> bool:
    """6.4."""
    if product.remote:
        return bool(e.digital)
    return uniform(world.now.keys[Purpose.BRANCH_VISIT], e.id) <= world.cell(e).region_openness


def programme_reach(world: World, e: Any) -> int:
    """6.3."""
    if not world.now.programme_open:
        return NO_NEED
    if uniform(world.fixed_keys[Purpose.AWARENESS], e.id) > world.now.awareness:
        return UNAWARE
    product = world.products[-1]
    eligible = world.kind_names[e.kind] in world.settings.programme.eligible_kinds and world.cell(e).eligible
    if not eligible or not meets_conditions(e, product) or not reaches_channel(world, e, product):
        return UNREACHABLE
    return ASKED


def is_precautionary(world: World, e: Any) -> bool:
    """6.5."""
    if e.debt > 0 or e.application >= 0 or not world.now.programme_open:
        return False
    return uniform(world.fixed_keys[Purpose.PRECAUTIONARY], e.id) < world.kinds[e.kind].precautionary_share


def weight_for(lender: Any, e: Any, least: int, group: int) -> float:
    """6.9: weight of a lender in a draw."""
    if lender.room < least or not holds(lender.region_mask, e.region):
        return 0.0
    if group == -1:
        return 0.0 if lender.member_weight < float(least) else lender.member_weight
    return float(lender.room) if lender.group == group else 0.0


def draw_lender(world: World, e: Any, least: int, group: int, purpose: int) -> int:
    """6.9."""
    weights = [weight_for(lender, e, least, group) for lender in world.lenders]
    place, drawn = uniform(world.now.keys[purpose], e.id) * added(weights), -1
    for number, weight in enumerate(weights):
        if weight > 0:
            drawn = number
            place -= weight
            if place <= 0:
                break
    return drawn


def choose_member(world: World, e: Any, amount: int) -> int:
    """6.7."""
    member = draw_lender(world, e, amount * world.terms.scale, -1, Purpose.MEMBER_CHOICE)
    return member if member >= 0 else draw_lender(world, e, NO_LEAST, -1, Purpose.MEMBER_CHOICE)


def choose_programme_product(world: World, e: Any, lender: int, amount: int) -> int:
    """6.8."""
    last = len(world.products) - 1
    for place, product in enumerate(world.products[:last]):
        if not product.programme or amount < product.asked_from:
            continue
        if not holds(product.group_mask, world.lenders[lender].group):
            continue
        if not holds(product.region_mask, e.region) or not holds(product.kind_mask, e.kind):
            continue
        if e.digital or not product.remote:
            return place
    return last


def choose_bank(world: World, e: Any, amount: int) -> int:
    """6.10."""
    least, house = amount * world.terms.scale, world.lenders[e.house_bank]
    if house.room >= least:
        return e.house_bank
    other = draw_lender(world, e, least, house.group, Purpose.BANK_CHOICE)
    return other if other >= 0 else e.house_bank


def choose_bank_product(world: World, e: Any, lender: int) -> int:
    """The first product of a bank whose conditions it meets, else the bank's first; -1 without any."""
    offered = [product for product in world.lenders[lender].offered if product >= 0]
    for product in offered:
        if meets_conditions(e, world.products[product]):
            return product
    return offered[0] if offered else -1


def keeps_waiting(world: World, e: Any) -> bool:
    """6.11."""
    if e.application < 0:
        return False
    own, main = world.products[world.loans[e.application].product], world.products[-1]
    return bool(own.programme) or main.decision_steps + main.payout_steps >= own.decision_steps + own.payout_steps


def ask(e: Any, amount: int, product: int, lender: int) -> None:
    """Note what it asks for."""
    e.asked, e.asked_product, e.asked_lender = amount, product, lender


def ask_programme(world: World, e: Any, amount: int) -> int:
    """Ask a member of the programme, if one is within reach; how far it was reached."""
    answer = programme_reach(world, e)
    if answer != ASKED:
        return answer
    if world.step < e.programme_step:
        return NO_NEED
    member = choose_member(world, e, amount)
    if member < 0:
        return NO_NEED
    ask(e, amount, choose_programme_product(world, e, member, amount), member)
    return ASKED


def ask_house_bank(world: World, e: Any, amount: int) -> bool:
    """Ask the house bank or who stands in for it; whether it could."""
    if e.house_bank < 0 or e.application >= 0 or world.step < e.bank_step:
        return False
    bank = choose_bank(world, e, amount)
    product = choose_bank_product(world, e, bank)
    if product < 0 or not reaches_channel(world, e, world.products[product]):
        return False
    ask(e, amount, product, bank)
    return True


def ask_in_need(world: World, e: Any, gap: int) -> None:
    """Ask with a gap."""
    flow = world.flow
    if e.gap_step == -1:
        e.gap_step = world.step
    flow.gaps += 1
    if keeps_waiting(world, e):
        return
    if uniform(world.fixed_keys[Purpose.DISCOURAGED], e.id) < world.kinds[e.kind].discouraged_share:
        flow.discouraged += 1
        if world.now.programme_open:
            e.take_up = max(e.take_up, DISCOURAGED)
        return
    amount = amount_wanted(world, e, gap)
    answer = ask_programme(world, e, amount)
    e.take_up = max(e.take_up, answer)
    flow.unaware += answer == UNAWARE
    flow.unreachable += answer == UNREACHABLE
    if answer == ASKED or ask_house_bank(world, e, amount):
        return
    if e.application < 0 and world.step >= e.bank_step:
        flow.unreached += 1


def ask_in_case(world: World, e: Any) -> None:
    """Ask without a gap."""
    amount = whole(world.terms.precautionary_steps * e.sales_normal)
    if amount >= world.terms.least_asked and ask_programme(world, e, amount) == ASKED:
        e.take_up = max(e.take_up, PRECAUTIONARY)
        world.flow.precautionary += 1


def seek_credit(world: World, e: Any) -> None:
    """Box A."""
    e.asked = 0
    if not world.now.asking_allowed:
        return
    gap = liquidity_gap(world, e)
    if gap >= world.terms.least_asked:
        ask_in_need(world, e, gap)
    elif is_precautionary(world, e):
        ask_in_case(world, e)
