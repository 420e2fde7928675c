"""Sales: demand met by open enterprises (ODD submodel 2)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.draws import Purpose, contrast, noise
from sim.arithmetic.money import round_fen
from sim.arithmetic.smooth import exponential
from sim.rules.payments import share_open

DEMAND = int(Purpose.DEMAND)
LEAST_LOG = -30.0
"""Log demand below which nothing is left to sell."""


@hot_rule
def sell(enterprise: Any, cell: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Sell what demand and capacity allow on the days open. ODD equations 2.1 to 2.3."""
    vary_own_demand(enterprise, conditions, terms)
    own = enterprise.deviation - terms.demand_half_variance + enterprise.persistent
    demand = (
        cell.demand * cell.capacity_level * exponential(max(LEAST_LOG, own - cell.capacity_slope * enterprise.exposure))
    )
    enterprise.could_sell = round_fen(enterprise.sales_normal * min(demand, terms.capacity_ratio))
    enterprise.sales = round_fen(enterprise.could_sell * share_open(enterprise, terms))
    received = enterprise.sales - sell_on_credit(enterprise, cell) + collect(enterprise, conditions, terms)
    enterprise.cash += received
    flow.sales += received


@hot_rule
def vary_own_demand(enterprise: Any, conditions: Any, terms: Any) -> None:
    """Own demand against normal: weekly noise, and good and bad years. ODD equation 2.1."""
    key = conditions.keys[DEMAND]
    innovation, lasting = noise(key, enterprise.id), contrast(key, enterprise.id)
    enterprise.deviation = terms.noise_persistence * enterprise.deviation + terms.noise_step * innovation
    enterprise.persistent = terms.persistent_carried * enterprise.persistent + terms.persistent_step * lasting


@hot_rule
def sell_on_credit(enterprise: Any, cell: Any) -> int:
    """Part of the sales of the step that is paid later. ODD equation 2.5."""
    on_credit = round_fen(cell.credit_sales_share * enterprise.sales)
    enterprise.receivables += on_credit
    return on_credit


@hot_rule
def collect(enterprise: Any, conditions: Any, terms: Any) -> int:
    """Earlier sales paid now, after what exited customers leave unpaid. ODD equation 2.6."""
    enterprise.receivables -= round_fen(conditions.bad_debt_share * enterprise.receivables)
    collected = round_fen(terms.collected_share * enterprise.receivables)
    enterprise.receivables -= collected
    return collected
