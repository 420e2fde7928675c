"""Sales: demand met by open enterprises (ODD submodel 2)."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

from sim.draws import Purpose, noise
from sim.money import round_fen
from sim.rules.payments import share_open
from sim.smooth import exponential

DEMAND = int(Purpose.DEMAND)


@register_jitable
def sell(enterprise: Any, cell: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Sell what demand and capacity allow on the days open. ODD equations 2.1 to 2.3."""
    innovation = noise(conditions.keys[DEMAND], enterprise.id)
    enterprise.deviation = terms.noise_persistence * enterprise.deviation + terms.noise_step * innovation
    demand = cell.demand * exponential(enterprise.deviation - terms.noise_half_variance)
    ratio = min(demand, terms.capacity_ratio) * share_open(enterprise, terms)
    enterprise.sales = round_fen(enterprise.sales_normal * ratio)
    enterprise.cash += enterprise.sales
    flow.sales += enterprise.sales
