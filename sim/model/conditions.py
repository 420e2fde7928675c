"""What holds in one step: dated paths, awareness, feedback from the last step, measures in force."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arithmetic import draws
from sim.arithmetic.calendar import NEVER
from sim.arithmetic.money import FEN_PER_YUAN, sum_in_order
from sim.model.economy import Economy
from sim.model.thresholds import FULLY_OPEN, set_thresholds
from sim.rules.underwriting import MOST_LENDING
from sim.scenario.schema_measures import Measure
from sim.state.codes import MeasureIndex
from sim.state.conditions import CONDITIONS_TYPE, MEASURES
from sim.state.masks import bits
from sim.state.terms import filled_record


def make_conditions(economy: Economy) -> tuple[np.ndarray, np.ndarray]:
    """What holds in the economy's present step: conditions [1] and cells [kinds × sectors × regions]."""
    calendar, step, settings = economy.calendar, economy.step, economy.settings
    programme, open_from = settings.programme, calendar.step_of(settings.programme.launch_date)
    days = slice(step * calendar.step_days, (step + 1) * calendar.step_days)
    by_region = economy.region_openness[:, days].mean(axis=1)
    national = float(sum_in_order(by_region * [region.enterprise_share for region in settings.regions.values()]))
    days_since = max(0, (step + 1 - open_from) * calendar.step_days)
    asking = step < calendar.horizon
    lends = asking and programme.enabled and programme.envelope_yuan > 0 and step >= open_from
    conditions = {
        "step": step,
        "branch_openness": national,
        "stress_factor": settings.underwriting.stress_factor if national < FULLY_OPEN else 1.0,
        "programme_open": lends,
        "asking_allowed": asking,
        "awareness": awareness(programme.awareness_half_days, days_since),
        "bad_debt_share": min(1.0, economy.bad_debts / economy.receivables) if economy.receivables > 0 else 0.0,
        "keys": draws.streams(economy.seed, step + 1),
        **measures_in_force(economy),
    }
    update_members(economy)
    return filled_record(CONDITIONS_TYPE, conditions), make_cells(economy, by_region)


def make_cells(economy: Economy, by_region: np.ndarray) -> np.ndarray:
    """What holds in each cell in the present step [kinds × sectors × regions]."""
    settings, cells = economy.settings, economy.cells_of_run.copy()
    set_thresholds(cells, economy)
    cells["capacity_level"], cells["capacity_slope"] = (one[economy.step] for one in economy.capacity)
    cells["demand"] = demand_of_step(economy)
    cells["region_openness"] = np.tile(by_region, len(settings.kinds) * len(settings.sectors))
    return cells


def awareness(half_days: float, days_since: float) -> float:
    """Share of enterprises that have heard of the programme by the end of the step. ODD equation 6.6."""
    return 1.0 - 0.5 ** (days_since / half_days) if half_days > 0 else 1.0


def demand_of_step(economy: Economy) -> np.ndarray:
    """Demand met by open enterprises against normal [cells]. ODD equation 2.4.

    The dated path, times what households and other sectors bought in the last step against normal for their parts of
    the sector's demand, times the patronage that came over from closed enterprises of its sector and region.
    """
    settings = economy.settings
    sectors = list(settings.sectors.values())
    demand = economy.demand[economy.step].copy()
    part = np.ones(len(sectors))
    if settings.spillovers.consumption and economy.spending_start > 0:
        household = np.array([sector.household_demand_share for sector in sectors])
        part += household * (economy.spending / economy.spending_start - 1.0)
    if settings.spillovers.input_output:
        share = np.array([sector.input_demand_share for sector in sectors])
        normal = economy.inputs_start
        change = np.divide(inputs_bought(economy), normal, out=np.ones(len(sectors)), where=normal > 0)
        part += share * (change - 1.0)
    kinds = len(settings.kinds)
    demand *= np.tile(np.repeat(np.maximum(0.0, part), len(settings.regions)), kinds)
    if settings.spillovers.custom_shift:
        there, gone = (economy.patronage[name].reshape(kinds, -1).sum(axis=0) for name in ("open", "closed"))
        came_over = np.divide(gone, there, out=np.zeros(len(there)), where=there > 0)
        demand *= np.tile(1.0 + settings.sales.custom_shift_share * came_over, kinds)
    return demand


def inputs_bought(economy: Economy) -> np.ndarray:
    """Inputs bought from each sector in the last step [fen × agents, sectors]; normal ones before the first."""
    if economy.step == 0:
        return economy.inputs_start
    of_all = economy.patronage["inputs"].reshape(len(economy.settings.kinds), len(economy.settings.sectors), -1)
    by_sector = of_all.sum(axis=(0, 2))
    return sum_in_order(economy.input_coefficients * by_sector.astype(float)[:, None])


def update_members(economy: Economy) -> None:
    """Quota left of each member that lends in this step; room and price of funds of each lender, relending included."""
    lenders = economy.lenders
    lends = (lenders["member"] == 1) & (lenders["member_step"] <= economy.step)
    left = lenders["programme_quota"] - lenders["programme_loans"] - lenders["programme_committed"]
    lenders["member_weight"] = np.where(lends, np.maximum(0, left), 0).astype(float)
    lenders["room"] = room_of_books(lenders)
    cheap = economy.settings.measures.relending.rate_yearly
    held = np.maximum(1, lenders["funds"] + lenders["loans"]).astype(float)
    part = np.minimum(1.0, lenders["relending"] / held)
    lenders["funding_now"] = lenders["funding_cost"] + part * np.minimum(0.0, cheap - lenders["funding_cost"])


def room_of_books(lenders: np.ndarray) -> np.ndarray:
    """What each lender can still lend from funds and equity at the start of the step [real fen]. ODD equation 6.9."""
    equity = lenders["funds"] + lenders["loans"] - lenders["liabilities"]
    ratio = lenders["least_equity_ratio"]
    most = np.divide(equity, ratio, out=np.full(len(lenders), MOST_LENDING), where=ratio > 0.0)
    by_equity = np.minimum(most, MOST_LENDING).astype(np.int64) - lenders["loans"]
    return np.where(equity > 0, np.maximum(0, np.minimum(lenders["funds"], by_equity) - lenders["committed"]), 0)


def in_force(measure: Measure, economy: Economy) -> bool:
    """The measure holds in the present step: from the first step on or after its start to the step of its end."""
    calendar, step = economy.calendar, economy.step
    last = NEVER if measure.end is None else (measure.end - calendar.start).days // calendar.step_days
    return measure.enabled and calendar.step_of(measure.start) <= step <= last


def measures_in_force(economy: Economy) -> dict[str, Any]:
    """The measures of the present step as fields of the conditions."""
    settings, measures = economy.settings, economy.settings.measures
    shares, kinds, regions = np.zeros(MEASURES), np.zeros(MEASURES, dtype=np.int64), np.zeros(MEASURES, dtype=np.int64)
    sizes: dict[MeasureIndex, tuple[Measure, float]] = {
        MeasureIndex.HOLIDAY: (measures.payment_holiday, measures.payment_holiday.share),
        MeasureIndex.GUARANTEE: (measures.guarantee, measures.guarantee.share),
        MeasureIndex.SUBSIDY: (measures.interest_subsidy, measures.interest_subsidy.share),
        MeasureIndex.RENT: (measures.rent_waiver, measures.rent_waiver.share),
        MeasureIndex.WAGES: (measures.wage_support, measures.wage_support.share),
        MeasureIndex.GRANT: (measures.grant, float(economy.calendar.step_of(measures.grant.start) == economy.step)),
    }
    for place, (measure, share) in sizes.items():
        shares[place] = share if in_force(measure, economy) else 0.0
        kinds[place] = bits(measure.kinds, settings.kinds)
        regions[place] = bits(measure.regions, settings.regions)
    return {
        "measure_share": shares,
        "measure_kinds": kinds,
        "measure_regions": regions,
        "any_support": any(shares[place] > 0 for place in (MeasureIndex.RENT, MeasureIndex.WAGES, MeasureIndex.GRANT)),
        "holiday_principal": measures.payment_holiday.principal,
        "holiday_interest": measures.payment_holiday.interest,
        "wages_only_stopped": measures.wage_support.only_stopped,
        "grant_only_stopped": measures.grant.only_stopped,
        "grant": round(measures.grant.yuan * FEN_PER_YUAN),
        "grant_steps": measures.grant.sales_days / economy.calendar.step_days,
    }
