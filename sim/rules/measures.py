"""Measures: support that the government pays, each dated, by kind and region (ODD submodel 10)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule, rule
from sim.arithmetic.draws import Purpose, uniform
from sim.arithmetic.money import round_fen
from sim.rules.payments import fixed_due, wages_due
from sim.state.codes import MeasureIndex
from sim.state.masks import in_mask

HOLIDAY, GUARANTEE, SUBSIDY = int(MeasureIndex.HOLIDAY), int(MeasureIndex.GUARANTEE), int(MeasureIndex.SUBSIDY)
TAKE_HOLIDAY = int(Purpose.HOLIDAY)
RENT, WAGES, GRANT = int(MeasureIndex.RENT), int(MeasureIndex.WAGES), int(MeasureIndex.GRANT)


@rule
def share_of_measure(enterprise: Any, measure: int, conditions: Any) -> float:
    """Size of a measure for an enterprise in this step; 0 when it is not in force or not for it. ODD equation 10.1."""
    share = conditions.measure_share[measure]
    if share == 0.0 or not in_mask(conditions.measure_kinds[measure], enterprise.kind):
        return 0.0
    return share if in_mask(conditions.measure_regions[measure], enterprise.region) else 0.0


@rule
def is_on_holiday(enterprise: Any, conditions: Any, terms: Any) -> bool:
    """Whether it takes up a payment holiday in force; one draw an enterprise for the whole run. ODD equation 10.7."""
    share = share_of_measure(enterprise, HOLIDAY, conditions)
    return share > 0.0 and uniform(terms.fixed_keys[TAKE_HOLIDAY], enterprise.id) < share


@rule
def is_stopped(enterprise: Any, terms: Any) -> bool:
    """Shut for a day of the step or more."""
    return bool(enterprise.open_days < terms.step_days)


@hot_rule
def receive_support(enterprise: Any, cell: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Take what the measures in force give in this step. ODD equation 10.2."""
    enterprise.waived = 0
    if not conditions.any_support:
        return
    support_wages(enterprise, flow, conditions, terms)
    waive_rent(enterprise, cell, flow, conditions, terms)
    receive_grant(enterprise, flow, conditions, terms)


@rule
def support_wages(enterprise: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """The government pays part of the wages that fall due. ODD equation 10.3."""
    share = share_of_measure(enterprise, WAGES, conditions)
    if share == 0.0 or (conditions.wages_only_stopped and not is_stopped(enterprise, terms)):
        return
    amount = round_fen(share * wages_due(enterprise, terms))
    enterprise.cash += amount
    flow.wage_support += amount


@rule
def waive_rent(enterprise: Any, cell: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Part of the rent need not be paid; the government compensates the landlord. ODD equation 10.4."""
    share = share_of_measure(enterprise, RENT, conditions)
    if share > 0.0:
        enterprise.waived = round_fen(share * cell.rent_part * fixed_due(enterprise, terms))
        flow.rent_waiver += enterprise.waived


@rule
def receive_grant(enterprise: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """A grant is paid once, in the first step of the measure. ODD equation 10.5."""
    if share_of_measure(enterprise, GRANT, conditions) == 0.0:
        return
    if conditions.grant_only_stopped and not is_stopped(enterprise, terms):
        return
    amount = conditions.grant + round_fen(conditions.grant_steps * enterprise.sales_normal)
    enterprise.cash += amount
    flow.grants += amount


@rule
def guarantee_share(enterprise: Any, conditions: Any) -> float:
    """Part of a loss that the government bears on a loan approved now. ODD equation 10.6."""
    return share_of_measure(enterprise, GUARANTEE, conditions)
