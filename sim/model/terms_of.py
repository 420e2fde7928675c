"""The numbers that rules read, from the settings of a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arithmetic import draws
from sim.arithmetic.calendar import DAYS_PER_YEAR, Calendar
from sim.arithmetic.money import FEN_PER_YUAN
from sim.scenario.schema import ScenarioSettings
from sim.state.terms import KIND_TYPE, TERMS_TYPE


def make_terms(settings: ScenarioSettings, calendar: Calendar, scale: int, seed: int) -> np.ndarray:
    """The scenario's numbers per step, as rules read them [1]. ODD, parameter table."""
    days = calendar.step_days
    sales, payments, labour, households = settings.sales, settings.payments, settings.labour, settings.households
    demand, underwriting, repayment, leaving = (
        settings.credit_demand,
        settings.underwriting,
        settings.repayment,
        settings.exit,
    )
    persistence = 0.5 ** (days / sales.noise_half_life_days)
    values = {
        "scale": scale,
        "step_days": days,
        "day_share": 1.0 / days,
        "noise_persistence": persistence,
        "noise_step": sales.noise_sigma * (1.0 - persistence**2) ** 0.5,
        "noise_half_variance": 0.5 * sales.noise_sigma**2,
        "capacity_ratio": sales.capacity_ratio,
        "furlough_share": payments.furlough_share,
        "closed_fixed_share": 1.0 - payments.avoidable_share,
        "payout_share": calendar.share_per_weeks(payments.payout_share),
        "layoff_steps": labour.layoff_runway_days / days,
        "key_staff_share": labour.key_staff_share,
        "job_finding_share": calendar.share_per_step(labour.job_finding_rate_yearly),
        "benefit_ratio": labour.benefit_ratio,
        "household_buffer_steps": households.buffer_weeks * 7.0 / days,
        "income_spent_share": households.income_spent_share,
        "cash_spent_share": calendar.share_per_weeks(households.cash_spent_share),
        "horizon_steps": demand.horizon_days / days,
        "restock_steps": demand.restock_days / days,
        "precautionary_steps": demand.precautionary_days / days,
        "least_asked": max(1, round(demand.least_yuan * FEN_PER_YUAN)),
        "reapply_steps": calendar.steps_in(demand.reapply_days),
        "steps_per_year": DAYS_PER_YEAR / days,
        "pd_intercept": underwriting.pd_intercept,
        "pd_slope": underwriting.pd_slope,
        "noise_statements": underwriting.noise_statements,
        "noise_unknown": underwriting.noise_unknown,
        "noise_transactions": underwriting.noise_transactions,
        "lgd_unsecured": underwriting.lgd_unsecured_share,
        "collateral_kept_share": 1.0 - underwriting.collateral_haircut_share,
        "least_granted_share": underwriting.least_granted_share,
        "non_performing_steps": calendar.steps_in(repayment.non_performing_days),
        "write_off_steps": calendar.steps_in(repayment.write_off_days),
        "buffer_kept_share": repayment.buffer_kept_share,
        "rent_patience_steps": leaving.rent_patience_days / days,
        "wage_patience_steps": leaving.wage_patience_days / days,
        "assets_steps": leaving.assets_share * DAYS_PER_YEAR / days,
        "vacancy_filling_share": 1.0 if labour.vacancy_days < days else days / labour.vacancy_days,
        "precautionary_saving_share": households.precautionary_saving_share,
        "collected_share": min(1.0, days / settings.spillovers.trade_credit_days),
        "fixed_keys": draws.streams(seed, 0),
    }
    return filled_record(TERMS_TYPE, values)


def filled_record(record_type: np.dtype, values: dict[str, Any]) -> np.ndarray:
    """A table of one record with every field given [1]."""
    table = np.zeros(1, dtype=record_type)
    if set(values) != set(record_type.names or ()):
        raise ValueError(f"fields differ: {set(values) ^ set(record_type.names or ())}")
    for name, value in values.items():
        table[name][0] = value
    return table


def kind_table(settings: ScenarioSettings) -> np.ndarray:
    """What rules read of each kind [kinds]."""
    table = np.zeros(len(settings.kinds), dtype=KIND_TYPE)
    for row, (name, kind) in zip(table, settings.kinds.items(), strict=True):
        row["eligible"] = name in settings.programme.eligible_kinds
        row["discouraged"], row["precautionary"] = kind.discouraged_share, kind.precautionary_share
    return table
