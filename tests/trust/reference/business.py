"""Submodels 0, 2 to 4 and 10 of the ODD: entry, sales, measures, payments, labour."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.arithmetic import (
    Purpose,
    ceiling,
    contrast,
    exponential,
    holds,
    noise,
    single,
    uniform,
    whole,
)
from tests.trust.reference.conditions import GRANT, RENT, WAGES
from tests.trust.reference.world import World


def enter_if_due(world: World, e: Any) -> None:
    """0.1."""
    if e.entry_step == world.step and world.step > 0:
        e.exists = 1
        e.staff = e.staff_normal
        world.household(e).working_elsewhere = 0
        world.flow.entries += 1


def share_open(world: World, e: Any) -> float:
    """Share of the step that it is open."""
    return e.open_days * world.terms.day_share


def sell(world: World, e: Any) -> None:
    """2.1 to 2.6."""
    terms, cell = world.terms, world.cell(e)
    key = world.now.keys[Purpose.DEMAND]
    e.deviation = single(terms.noise_persistence * e.deviation + terms.noise_step * noise(key, e.id))
    e.persistent = single(terms.persistent_carried * e.persistent + terms.persistent_step * contrast(key, e.id))
    logs = e.deviation - terms.demand_half_variance + e.persistent - cell.capacity_slope * e.exposure
    own = cell.demand * cell.capacity_level * exponential(max(-30.0, logs))
    e.could_sell = whole(e.sales_normal * min(own, terms.capacity_ratio))
    e.sales = whole(e.could_sell * share_open(world, e))
    later = whole(cell.credit_sales_share * e.sales)
    e.receivables += later
    e.receivables -= whole(world.now.bad_debt_share * e.receivables)
    collected = whole(terms.collected_share * e.receivables)
    e.receivables -= collected
    e.cash += e.sales - later + collected
    world.flow.sales += e.sales - later + collected
    patronage = world.patronage[e.cell]
    patronage.sales += e.sales
    patronage.inputs += whole(e.input_share * e.sales)


def share_of_measure(world: World, e: Any, measure: int) -> float:
    """10.1: size of a measure for an enterprise."""
    now = world.now
    reached = holds(now.measure_kinds[measure], e.kind) and holds(now.measure_regions[measure], e.region)
    return now.measure_share[measure] if reached else 0.0


def receive_support(world: World, e: Any) -> None:
    """10.2 to 10.5."""
    now, flow = world.now, world.flow
    e.waived = 0
    if not now.any_support:
        return
    stopped = e.open_days < world.days
    share = share_of_measure(world, e, WAGES)
    if share != 0 and not (now.wages_only_stopped and not stopped):
        support = whole(share * wages_due(world, e))
        e.cash += support
        flow.wage_support += support
    share = share_of_measure(world, e, RENT)
    e.waived = whole(share * world.cell(e).rent_part * fixed_due(world, e))
    flow.rent_waiver += e.waived
    if share_of_measure(world, e, GRANT) != 0 and not (now.grant_only_stopped and not stopped):
        grant = now.grant + whole(now.grant_steps * e.sales_normal)
        e.cash += grant
        flow.grants += grant


def wages_due(world: World, e: Any) -> int:
    """3.1."""
    a = share_open(world, e)
    paid = max(0, e.staff - e.owner_works)
    return whole((paid * e.wage) * (a + (1.0 - a) * world.terms.furlough_share))


def fixed_due(world: World, e: Any) -> int:
    """3.2."""
    a = share_open(world, e)
    return whole(e.fixed * (a + (1.0 - a) * world.terms.closed_fixed_share)) - e.waived


def outgoings(world: World, e: Any) -> int:
    """3.3."""
    return wages_due(world, e) + fixed_due(world, e) + e.living


def pay_household(world: World, e: Any, amount: int) -> None:
    """Move money to the enterprise's household."""
    e.cash -= amount
    household = world.household(e)
    household.cash += amount
    household.income += amount


def pay_wages(world: World, e: Any, due: int) -> int:
    """Pay wages as far as cash goes; what stays unpaid."""
    paid = min(e.cash, due)
    pay_household(world, e, paid)
    world.flow.wages += paid
    return due - paid


def pay_inputs(world: World, e: Any, due: int) -> int:
    """Pay suppliers as far as cash goes; what stays unpaid."""
    paid = min(e.cash, due)
    e.cash -= paid
    world.flow.inputs += paid
    return due - paid


def pay_rent(world: World, e: Any, due: int) -> int:
    """Pay rent and other fixed cost as far as cash goes; what stays unpaid."""
    paid = min(e.cash, due)
    e.cash -= paid
    world.flow.fixed += paid
    return due - paid


def pay_living(world: World, e: Any, amount: int) -> None:
    """Pay the owner's household."""
    pay_household(world, e, amount)
    world.flow.living += amount


def pay_arrears(world: World, e: Any) -> None:
    """3.4."""
    e.wage_arrears = pay_wages(world, e, e.wage_arrears)
    e.input_arrears = pay_inputs(world, e, e.input_arrears)
    e.rent_arrears = pay_rent(world, e, e.rent_arrears)


def pay_dues(world: World, e: Any) -> None:
    """3.5."""
    e.wage_arrears += pay_wages(world, e, wages_due(world, e))
    pay_living(world, e, min(e.cash, e.living))
    e.input_arrears += pay_inputs(world, e, inputs_due(world, e))
    e.rent_arrears += pay_rent(world, e, fixed_due(world, e))


def inputs_due(world: World, e: Any) -> int:
    """3.7."""
    bought = whole(e.input_share * e.sales)
    on_credit = whole(world.cell(e).credit_inputs_share * bought)
    falling_due = whole(world.terms.collected_share * e.payables)
    e.payables += on_credit - falling_due
    return bought - on_credit + falling_due


def pay_owner(world: World, e: Any) -> None:
    """3.6."""
    excess = e.cash - e.buffer - e.debt
    if excess <= 0 or e.open_days <= 0:
        return
    amount = whole(world.terms.payout_share * excess)
    if e.owner_works:
        pay_living(world, e, amount)
    else:
        e.cash -= amount
        world.flow.dividends += amount


def staff_needed(world: World, e: Any) -> int:
    """4.1."""
    if e.sales_normal <= 0:
        return e.staff_normal
    for_sales = ceiling(e.staff_normal * (float(e.sales) / float(e.sales_normal)))
    key = ceiling(e.staff_normal * world.terms.key_staff_share)
    return min(e.staff_normal, max(for_sales, key, e.owner_works))


def adjust_staff(world: World, e: Any) -> None:
    """4.2."""
    needed = staff_needed(world, e)
    if needed > e.staff:
        hire(world, e, needed - e.staff)
    elif e.cash < layoff_steps(world, e) * outgoings(world, e):
        e.staff = needed


def layoff_steps(world: World, e: Any) -> float:
    """4.2: steps that cash must last, at most until it reopens."""
    return world.terms.layoff_steps if e.open_days > 0 else min(world.terms.layoff_steps, e.shut_steps)


def hire(world: World, e: Any, posts: int) -> None:
    """4.4."""
    household = world.household(e)
    recalled = min(posts, household.members - e.staff - household.working_elsewhere)
    vacancies = posts - recalled
    hired = 0
    if vacancies > 0:
        chance = uniform(world.now.keys[Purpose.VACANCY], e.id)
        hired = min(vacancies, int(vacancies * world.terms.vacancy_filling_share + chance))
        household.working_elsewhere -= hired
        world.flow.vacancies += vacancies - hired
    e.staff += recalled + hired
