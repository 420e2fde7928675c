"""Submodel 9 of the ODD: exit and estates."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.arithmetic import Purpose, part_of, uniform, whole
from tests.trust.reference.business import pay_living, pay_rent, pay_wages
from tests.trust.reference.lending import withdraw
from tests.trust.reference.repaying import end_loan, repay
from tests.trust.reference.world import World

ILLIQUID, OTHER = 1, 2


def is_illiquid(world: World, e: Any) -> bool:
    """9.1."""
    terms = world.terms
    paid = e.staff_normal - e.owner_works
    left_for_rent = max(0, e.cash - e.wage_arrears - e.input_arrears)
    old_wages = e.wage_arrears - e.cash > terms.wage_patience_steps * paid * e.wage
    old_rent = e.rent_arrears - left_for_rent > terms.rent_patience_steps * e.fixed
    return (old_wages or old_rent) and e.payout_step > world.step + terms.rent_patience_steps


def exit_cause(world: World, e: Any) -> int:
    """9.2."""
    if is_illiquid(world, e):
        return ILLIQUID
    return OTHER if uniform(world.now.keys[Purpose.BACKGROUND_EXIT], e.id) < e.hazard else 0


def leave(world: World, e: Any) -> None:
    """9.2, 9.3."""
    cause = exit_cause(world, e)
    if not cause:
        return
    if e.application >= 0:
        product = world.products[world.loans[e.application].product]
        e.died_waiting = 2 if product.programme else 1
        world.flow.died_waiting += 1
        withdraw(world, e)
        e.pledged = 0
    settle_estate(world, e)
    e.exit_step, e.exit_cause = world.step, cause
    e.exists = e.staff = e.open_days = e.sales = e.asked = 0
    if cause == ILLIQUID:
        world.flow.illiquid_exits += 1
    else:
        world.flow.other_exits += 1


def settle_estate(world: World, e: Any) -> None:
    """9.4."""
    collect_receivables(world, e)
    sell_assets(world, e)
    pay_wages(world, e, e.wage_arrears)
    pay_secured(world, e)
    pay_rent(world, e, e.rent_arrears)
    pay_pro_rata(world, e)
    e.wage_arrears = e.rent_arrears = 0
    for loan in world.chain(e):
        end_loan(world, e, loan)
    if e.owner_works:
        pay_living(world, e, e.cash)
    else:
        world.flow.estate_owner += e.cash
        e.cash = 0


def collect_receivables(world: World, e: Any) -> None:
    """9.6."""
    e.cash += e.receivables
    world.flow.sales += e.receivables
    e.receivables = 0


def unsecured_claims(world: World, e: Any) -> int:
    """Claims of suppliers and of all running loans."""
    return e.input_arrears + e.payables + sum(loan.outstanding for loan in world.chain(e))


def sell_assets(world: World, e: Any) -> None:
    """9.5."""
    if e.wage_arrears + e.rent_arrears + unsecured_claims(world, e) <= e.cash:
        return
    terms = world.terms
    proceeds = whole(terms.collateral_kept_share * (e.collateral + terms.assets_steps * e.sales_normal))
    e.cash += proceeds
    world.flow.collateral_sold += proceeds
    e.collateral = 0


def pay_secured(world: World, e: Any) -> None:
    """9.4, the third."""
    for loan in world.chain(e):
        if loan.collateral > 0:
            secured = min(loan.outstanding, whole(world.terms.collateral_kept_share * loan.collateral))
            repay(world, e, loan, min(e.cash, secured))


def pay_pro_rata(world: World, e: Any) -> None:
    """9.4, the fifth."""
    amount, claims = e.cash, unsecured_claims(world, e)
    owed = e.input_arrears + e.payables
    paid = part_of(amount, owed, claims)
    e.cash -= paid
    world.flow.inputs += paid
    world.flow.bad_debts += owed - paid
    e.input_arrears = e.payables = 0
    amount, claims = amount - paid, claims - owed
    for loan in world.chain(e):
        claim = loan.outstanding
        paid = part_of(amount, claim, claims)
        repay(world, e, loan, paid)
        amount, claims = amount - paid, claims - claim
