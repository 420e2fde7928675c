"""Consumption: what households earn elsewhere, get as benefit and spend (ODD submodel 5)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.money import round_fen


@hot_rule
def earn_elsewhere(household: Any, out_of_work: int, flow: Any, terms: Any) -> None:
    """Receive wages from the rest of the economy and benefit from the government. ODD equation 5.1."""
    wages = household.working_elsewhere * household.wage
    benefit = round_fen(out_of_work * household.wage * terms.benefit_ratio)
    household.cash += wages + benefit
    household.income += wages + benefit
    flow.elsewhere += wages
    flow.benefits += benefit


@hot_rule
def cash_kept(household: Any, terms: Any) -> int:
    """Cash that the household wants to keep: so many steps of normal income. ODD equation 5.3."""
    return round_fen(terms.household_buffer_steps * (household.members * household.wage))


@hot_rule
def consume(household: Any, openness: float, flow: Any, terms: Any) -> None:
    """Spend a share of income and of cash above the buffer, never more than the cash. ODD equation 5.2.

    In a closed region less of the income is spent at once (precautionary saving).
    """
    saved = terms.precautionary_saving_share * (1.0 - openness)
    wanted = terms.income_spent_share * (1.0 - saved) * household.income
    wanted += terms.cash_spent_share * max(0, household.cash - cash_kept(household, terms))
    spent = min(household.cash, round_fen(wanted))
    household.cash -= spent
    flow.spending += spent
