"""Counting: what a step's totals are made of, one enterprise or household at a time. Integer sums, so order is free."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.money import round_fen
from sim.state.codes import ExitCause

ILLIQUID = int(ExitCause.ILLIQUID)


@hot_rule
def tally_enterprise(enterprise: Any, flow: Any, conditions: Any) -> None:
    """Add one enterprise to the totals of the step; what is not in business has no days, staff, bills or arrears."""
    resumed = enterprise.resumed
    tally_cash(enterprise, flow)
    flow.resumed += 1 if resumed and enterprise.entry_step == 0 else 0
    flow.existing += enterprise.exists
    exits = enterprise.exit_step == conditions.step
    flow.illiquid_exits += 1 if exits and enterprise.exit_cause == ILLIQUID else 0
    flow.other_exits += 1 if exits and enterprise.exit_cause != ILLIQUID else 0
    flow.open_now += 1 if resumed and enterprise.exists else 0
    flow.open_days += enterprise.open_days
    flow.jobs += enterprise.staff
    flow.receivables += enterprise.receivables
    in_arrears = enterprise.wage_arrears + enterprise.input_arrears + enterprise.rent_arrears > 0
    flow.in_arrears += 1 if in_arrears else 0


@hot_rule
def tally_cash(enterprise: Any, flow: Any) -> None:
    """Add the cash of one enterprise to the totals of the step."""
    flow.overdrawn += 1 if enterprise.cash < 0 else 0
    flow.enterprise_cash += enterprise.cash if enterprise.exists else 0
    flow.capital_waiting += 0 if enterprise.exists else enterprise.cash


@hot_rule
def tally_waiting(enterprise: Any, flow: Any) -> None:
    """Add one enterprise to those that wait for a decision."""
    flow.waiting += 1 if enterprise.application >= 0 and enterprise.payout_step == NEVER else 0


@hot_rule
def tally_trade(enterprise: Any, patronage: Any) -> None:
    """Add what one enterprise sold and bought in the step to its cell."""
    patronage.sales += enterprise.sales
    patronage.inputs += round_fen(enterprise.input_share * enterprise.sales)


@hot_rule
def tally_custom(enterprise: Any, patronage: Any, terms: Any) -> None:
    """Add one enterprise to the patronage and to the counts of its cell.

    ``patronage`` holds the patronage of the cell's open enterprises and of those closed for now or closed by
    illiquidity [fen × days]; the patronage of enterprises closed for other causes goes to nobody here: entrants bring
    their own.
    """
    open_days = enterprise.open_days if enterprise.exists else 0
    counts = enterprise.exists or enterprise.exit_cause == ILLIQUID
    closed_days = terms.step_days - open_days if counts else 0
    patronage.open += enterprise.sales_normal * open_days
    patronage.closed += enterprise.sales_normal * closed_days
    small = enterprise.staff_normal < terms.size_from[0]
    entered = small and (enterprise.exists or enterprise.exit_step >= 0)
    living = small and enterprise.exists
    patronage.entered += 1 if entered else 0
    patronage.entered_resumed += 1 if entered and enterprise.resumed else 0
    patronage.living += 1 if living else 0
    patronage.living_resumed += 1 if living and enterprise.resumed else 0


@hot_rule
def tally_household(household: Any, flow: Any) -> None:
    """Add one household to the totals of the step."""
    flow.working_elsewhere += household.working_elsewhere
    flow.members += household.members
    flow.overdrawn += 1 if household.cash < 0 else 0
    flow.household_cash += household.cash


def tally_income(flow: Any) -> None:
    """The income of all households in the step is what was paid to them."""
    flow["household_income"] = flow["wages"] + flow["living"] + flow["elsewhere"] + flow["benefits"]
