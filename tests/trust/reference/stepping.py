"""Section 3 of the ODD: the order of a step, and what it counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sim.state import flows
from tests.trust.reference.asking import seek_credit
from tests.trust.reference.business import (
    adjust_staff,
    enter_if_due,
    pay_arrears,
    pay_dues,
    pay_owner,
    receive_support,
    sell,
)
from tests.trust.reference.closing import ILLIQUID, leave
from tests.trust.reference.conditions import make_conditions
from tests.trust.reference.ledger import settle
from tests.trust.reference.lending import WAITING, receive_applications, receive_money, serve_queues
from tests.trust.reference.people import live
from tests.trust.reference.repaying import age_overdue, service_loans
from tests.trust.reference.stopping import redraw_rank, resume, stop_or_reopen
from tests.trust.reference.world import World

PATRONAGE = tuple(field.name for field in flows.PATRONAGE)
BEFORE_HOUSEHOLDS = (
    (stop_or_reopen,),
    (sell,),
    (receive_support,),
    (pay_arrears, pay_dues, service_loans, pay_owner),
    (adjust_staff,),
)


def run_step(world: World) -> None:
    """One step."""
    make_conditions(world)
    world.clear_counts()
    world.patronage = [SimpleNamespace(**dict.fromkeys(PATRONAGE, 0)) for _ in world.cells]
    for enterprise in world.enterprises:
        world.household(enterprise).income = 0
        redraw_rank(world, enterprise)
        resume(world, enterprise)
        enter_if_due(world, enterprise)
    for actions in BEFORE_HOUSEHOLDS:
        for_all(world, *actions)
    for household in world.households:
        live(world, household)
    for_all(world, seek_credit)
    receive_applications(world)
    serve_queues(world)
    for action in (receive_money, age_overdue, leave):
        for_all(world, action)
    tally(world)
    settle(world)
    world.spending = world.flow.spending
    world.bad_debts, world.receivables = world.flow.bad_debts, world.flow.receivables
    world.step += 1


def for_all(world: World, *actions: Any) -> None:
    """Let every enterprise in business act."""
    for enterprise in world.enterprises:
        if enterprise.exists:
            for action in actions:
                action(world, enterprise)


def tally(world: World) -> None:
    """Count agents and patronage after phase 9."""
    flow = world.flow
    for enterprise in world.enterprises:
        tally_enterprise(world, enterprise)
    for household in world.households:
        flow.household_cash += household.cash
        flow.household_income += household.income
        flow.members += household.members
        flow.working_elsewhere += household.working_elsewhere
        flow.overdrawn += household.cash < 0


def tally_enterprise(world: World, e: Any) -> None:
    """Count one enterprise."""
    flow, patronage, open_after = world.flow, world.patronage[e.cell], e.resumed
    flow.overdrawn += e.cash < 0
    flow.resumed += e.entry_step == 0 and open_after
    if e.exit_cause == ILLIQUID:
        patronage.closed += e.sales_normal * world.days
    sizes = world.settings.stoppage.sizes
    if (e.exists or e.exit_step >= 0) and not (sizes and e.staff_normal >= sizes[0].staff_from):
        patronage.entered += 1
        patronage.entered_resumed += open_after
        patronage.living += e.exists
        patronage.living_resumed += e.exists and open_after
    if not e.exists:
        if e.exit_step < 0:
            flow.capital_waiting += e.cash
        return
    patronage.open += e.sales_normal * e.open_days
    patronage.closed += e.sales_normal * (world.days - e.open_days)
    flow.existing += 1
    flow.open_days += e.open_days
    flow.open_now += open_after
    flow.jobs += e.staff
    flow.in_arrears += e.wage_arrears + e.input_arrears + e.rent_arrears > 0
    flow.enterprise_cash += e.cash
    flow.receivables += e.receivables
    flow.waiting += e.application >= 0 and world.loans[e.application].status == WAITING
