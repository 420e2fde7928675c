"""Section 8 of the ODD: the books of lenders, the programme and the outside accounts."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from tests.trust.reference.arithmetic import rate_over
from tests.trust.reference.conditions import last_step_of, step_of
from tests.trust.reference.world import World, money


def settle(world: World) -> None:
    """11.1 to 11.3."""
    scale, flow = world.terms.scale, world.flow
    for lender, counts in zip(world.lenders, world.lender_flows, strict=True):
        book_lender(world, lender, counts, scale)
    world.relending_subsidy = 0
    if world.settings.measures.relending.enabled:
        relend(world)
    from_lenders = sum(pay_out(lender) for lender in world.lenders)
    out = flow.inputs + flow.fixed + flow.rent_waiver + flow.dividends + flow.spending + flow.estate_owner
    world.rest += scale * (out - flow.sales - flow.elsewhere - flow.collateral_sold) + from_lenders
    paid = flow.benefits + flow.wage_support + flow.rent_waiver + flow.grants
    world.government -= scale * (paid + flow.interest_subsidy + flow.guarantees)


def book_lender(world: World, lender: Any, counts: Any, scale: int) -> None:
    """11.1."""
    programme = world.programme
    received = counts.principal + counts.interest + counts.guaranteed
    lender.funds += scale * (received - counts.disbursed)
    lender.loans += scale * (counts.disbursed - counts.principal - counts.written_off)
    lender.committed -= scale * counts.released
    lent = counts.programme_disbursed - counts.programme_principal - counts.programme_written_off
    lender.programme_loans += scale * lent
    programme.outstanding += scale * lent
    lender.programme_committed -= scale * counts.programme_released
    programme.committed -= scale * counts.programme_released


def relend(world: World) -> None:
    """10.8."""
    measure, s = world.settings.measures.relending, world.step
    starts = s == step_of(world, measure.start)
    if starts:
        members = [lender for lender in world.lenders if lender.member]
        parts = split(round(measure.total_yuan * 100), [lender.programme_quota for lender in members])
        for lender, part in zip(members, parts, strict=True):
            borrow(world, lender, part)
    rate = rate_over(measure.rate_yearly, world.days)
    for lender in world.lenders:
        if s > last_step_of(world, measure.end) and not starts:
            borrow(world, lender, -min(lender.relending, max(0, lender.funds - lender.committed)))
        subsidy = math.floor(lender.relending * max(0.0, lender.funding_rate - rate) + 0.5)
        lender.funds += subsidy
        world.government -= subsidy
        world.relending_subsidy += subsidy


def borrow(world: World, lender: Any, amount: int) -> None:
    """Move money from the central bank to a lender."""
    lender.funds += amount
    lender.liabilities += amount
    lender.relending += amount
    world.central_bank -= amount


def split(amount: int, quotas: list[int]) -> list[int]:
    """Split by quotas: parts rounded down, the missing fen one each to the largest remainders."""
    total = float(sum(quotas))
    if total <= 0:
        return [0] * len(quotas)
    exact = [amount * (quota / total) for quota in quotas]
    parts = [math.floor(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    missing = amount - sum(parts)
    for number in range(abs(missing)):
        parts[order[number % len(parts)]] += 1 if missing > 0 else -1
    return parts


def pay_out(lender: Any) -> int:
    """11.2: cost of funds, then equity above its start."""
    free = max(0, lender.funds - lender.committed)
    cost = min(free, math.floor(lender.loans * lender.funding_rate + 0.5))
    lender.funds -= cost
    equity = lender.funds + lender.loans - lender.liabilities
    profit = max(0, min(free - cost, equity - lender.equity_start))
    lender.funds -= profit
    return cost + profit


def books(world: World) -> SimpleNamespace:
    """The row of the books after a step."""
    lenders = world.lenders
    return SimpleNamespace(
        funds=sum(lender.funds for lender in lenders),
        loans=sum(lender.loans for lender in lenders),
        programme_loans=sum(lender.programme_loans for lender in lenders),
        equity=sum(lender.funds + lender.loans - lender.liabilities for lender in lenders),
        government=world.government,
        rest=world.rest,
        central_bank=world.central_bank,
        relending_subsidy=world.relending_subsidy,
        residual=money(world) - world.money_start,
    )
