"""The frozen numbers that rules read: each with its unit and meaning, and how it follows from settings and calendar.

Everything is per step. Records (rather than tuples of arrays) because compiled code passes them by address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.arithmetic.calendar import DAYS_PER_YEAR, Calendar
from sim.arithmetic.draws import streams
from sim.arithmetic.money import FEN_PER_YUAN
from sim.scenario.scale import scale_of
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_economy import Kind
from sim.scenario.schema_stoppage import MOST_SIZES
from sim.state.conditions import KEYS
from sim.state.field import Field, layout


class Term(NamedTuple):
    """A number of the whole run: name, NumPy type, unit, meaning, and how it follows from settings and calendar.

    In the functions below ``s`` are the settings and ``c`` is the calendar.
    """

    name: str
    type: str
    unit: str
    meaning: str
    follows: Callable[[ScenarioSettings, Calendar], Any]


class TermOfKind(NamedTuple):
    """A number of a kind of enterprise: the same, following from all settings, the kind's name and its settings."""

    name: str
    type: str
    unit: str
    meaning: str
    follows: Callable[[ScenarioSettings, str, Kind], Any]


def persistence(s: ScenarioSettings, c: Calendar) -> float:
    """Part of the demand deviation that is left after a step."""
    return float(0.5 ** (c.step_days / s.sales.noise_half_life_days))


def carried(s: ScenarioSettings, c: Calendar) -> float:
    """The same of the persistent part of own demand."""
    return float(0.5 ** (c.step_days / s.sales.persistent_half_life_days))


def padded(values: list[Any], rest: Any) -> list[Any]:
    """Values by size class, filled up to the most classes there can be."""
    return values + [rest] * (MOST_SIZES - len(values))


NUMBERS = (
    Term("scale", "i8", "real enterprises", "that each agent stands for", lambda s, c: scale_of(s)),
    Term("step_days", "i8", "days", "in a step", lambda s, c: c.step_days),
    Term("day_share", "f8", "share", "of a step that one day is", lambda s, c: 1.0 / c.step_days),
    Term("noise_persistence", "f8", "ratio", "of the demand deviation from step to step",
         lambda s, c: persistence(s, c)),
    Term("noise_step", "f8", "log points", "size of its innovation [log points]",
         lambda s, c: s.sales.noise_sigma * (1.0 - persistence(s, c) ** 2) ** 0.5),
    Term("persistent_carried", "f8", "ratio", "of the persistent part of own demand from step to step",
         lambda s, c: carried(s, c)),
    Term("persistent_step", "f8", "log points", "size of its innovation [log points]",
         lambda s, c: s.sales.persistent_sigma * (1.0 - carried(s, c) ** 2) ** 0.5),
    Term("demand_half_variance", "f8", "log points", "keeps mean demand at normal",
         lambda s, c: 0.5 * (s.sales.noise_sigma**2 + s.sales.persistent_sigma**2)),
    Term("capacity_ratio", "f8", "ratio", "most sales against normal", lambda s, c: s.sales.capacity_ratio),
    Term("furlough_share", "f8", "share", "of wages paid while closed", lambda s, c: s.payments.furlough_share),
    Term("closed_fixed_share", "f8", "share", "of fixed cost still due while closed",
         lambda s, c: 1.0 - s.payments.avoidable_share),
    Term("payout_share", "f8", "share/step", "of cash above the buffer paid out a step",
         lambda s, c: c.share_per_weeks(s.payments.payout_share)),
    Term("layoff_steps", "f8", "steps", "runway under which staff is laid off",
         lambda s, c: s.labour.layoff_runway_days / c.step_days),
    Term("key_staff_share", "f8", "share", "of normal staff kept in any case", lambda s, c: s.labour.key_staff_share),
    Term("job_finding_share", "f8", "share/step", "of those out of work who find work in a step",
         lambda s, c: c.share_per_step(s.labour.job_finding_rate_yearly)),
    Term("benefit_ratio", "f8", "ratio", "of the normal wage", lambda s, c: s.labour.benefit_ratio),
    Term("household_buffer_steps", "f8", "steps", "of normal income that a household wants to keep",
         lambda s, c: s.households.buffer_weeks * 7.0 / c.step_days),
    Term("income_spent_share", "f8", "share", "of income spent at once", lambda s, c: s.households.income_spent_share),
    Term("cash_spent_share", "f8", "share/step", "of cash above the buffer spent a step",
         lambda s, c: c.share_per_weeks(s.households.cash_spent_share)),
    Term("weeks_ahead", "f8", "steps", "in a week, of which it counts those ahead in which it stays shut",
         lambda s, c: 7.0 / c.step_days),
    Term("known_error", "f8", "steps", "spread of the error with which it knows when it reopens",
         lambda s, c: (s.stoppage.announced_error_days or 0.0) / c.step_days),
    Term("rank_persistence", "f8", "share", "who keep their reopening rank when a wave begins",
         lambda s, c: s.stoppage.rank_persistence),
    Term("size_from", f"{MOST_SIZES}i8", "people", "from which a size class begins; none = never reached",
         lambda s, c: padded([size.staff_from for size in s.stoppage.sizes], 2**62)),
    Term("size_shut_ratio", f"{MOST_SIZES}f8", "ratio", "of the share shut of the class to that of the smallest",
         lambda s, c: padded([size.shut_ratio for size in s.stoppage.sizes], 1.0)),
    Term("horizon_steps", "f8", "steps", "planning horizon", lambda s, c: s.credit_demand.horizon_days / c.step_days),
    Term("restock_steps", "f8", "steps", "of normal inputs needed to start again",
         lambda s, c: s.credit_demand.restock_days / c.step_days),
    Term("precautionary_steps", "f8", "steps", "of normal sales asked for without a gap",
         lambda s, c: s.credit_demand.precautionary_days / c.step_days),
    Term("least_asked", "i8", "fen", "smallest amount asked for",
         lambda s, c: max(1, round(s.credit_demand.least_yuan * FEN_PER_YUAN))),
    Term("reapply_steps", "i8", "steps", "wait after a decision",
         lambda s, c: c.steps_in(s.credit_demand.reapply_days)),
    Term("steps_per_year", "f8", "steps", "in a year", lambda s, c: DAYS_PER_YEAR / c.step_days),
    Term("pd_intercept", "f8", "probit", "a of PD = Φ(a − bθ)", lambda s, c: s.underwriting.pd_intercept),
    Term("pd_slope", "f8", "probit/sd", "b of PD = Φ(a − bθ)", lambda s, c: s.underwriting.pd_slope),
    Term("noise_statements", "f8", "sd", "sd, enterprises with bank history",
         lambda s, c: s.underwriting.noise_statements),
    Term("noise_unknown", "f8", "sd", "sd, enterprises without", lambda s, c: s.underwriting.noise_unknown),
    Term("noise_transactions", "f8", "sd", "noise of transaction data", lambda s, c: s.underwriting.noise_transactions),
    Term("lgd_unsecured", "f8", "share", "loss given default without collateral",
         lambda s, c: s.underwriting.lgd_unsecured_share),
    Term("collateral_kept_share", "f8", "share", "1 − haircut",
         lambda s, c: 1.0 - s.underwriting.collateral_haircut_share),
    Term("least_granted_share", "f8", "share", "of what is asked, under which an offer is refused",
         lambda s, c: s.underwriting.least_granted_share),
    Term("non_performing_steps", "i8", "steps", "overdue until a loan is non-performing",
         lambda s, c: c.steps_in(s.repayment.non_performing_days)),
    Term("write_off_steps", "i8", "steps", "overdue until it is written off",
         lambda s, c: c.steps_in(s.repayment.write_off_days)),
    Term("buffer_kept_share", "f8", "share", "of the buffer kept before early repayment",
         lambda s, c: s.repayment.buffer_kept_share),
    Term("rent_patience_steps", "f8", "steps", "of normal rent that may be in arrears",
         lambda s, c: s.exit.rent_patience_days / c.step_days),
    Term("wage_patience_steps", "f8", "steps", "of the wage bill that may be in arrears",
         lambda s, c: s.exit.wage_patience_days / c.step_days),
    Term("assets_steps", "f8", "steps", "of normal sales that stock and equipment are worth",
         lambda s, c: s.exit.assets_share * DAYS_PER_YEAR / c.step_days),
    Term("vacancy_filling_share", "f8", "share/step", "of vacancies filled from elsewhere in a step",
         lambda s, c: 1.0 if s.labour.vacancy_days < c.step_days else c.step_days / s.labour.vacancy_days),
    Term("precautionary_saving_share", "f8", "share", "fall of spending out of income when the region is closed",
         lambda s, c: s.households.precautionary_saving_share),
    Term("collected_share", "f8", "share/step", "of receivables and payables that fall due in a step",
         lambda s, c: min(1.0, c.step_days / s.spillovers.trade_credit_days)),
)  # fmt: skip
TERMS = (*NUMBERS, Field("fixed_keys", KEYS, "words", "draw keys that hold for the whole run, by purpose"))
"""All that is frozen for a run; the draw keys follow from its seed."""

KIND = (
    TermOfKind("eligible", "i8", "0/1", "may borrow from the programme",
               lambda s, name, kind: name in s.programme.eligible_kinds),
    TermOfKind("discouraged", "f8", "share", "in need, but never ask", lambda s, name, kind: kind.discouraged_share),
    TermOfKind("precautionary", "f8", "share", "without a gap, but ask the programme all the same",
               lambda s, name, kind: kind.precautionary_share),
)  # fmt: skip

TERMS_TYPE = layout(TERMS)
KIND_TYPE = layout(KIND)


def make_terms(settings: ScenarioSettings, calendar: Calendar, seed: int) -> np.ndarray:
    """The scenario's numbers per step, as rules read them [1]. ODD, parameter table."""
    values = {term.name: term.follows(settings, calendar) for term in NUMBERS}
    return filled_record(TERMS_TYPE, values | {"fixed_keys": streams(seed, 0)})


def kind_table(settings: ScenarioSettings) -> np.ndarray:
    """What rules read of each kind [kinds]."""
    table = np.zeros(len(settings.kinds), dtype=KIND_TYPE)
    for row, (name, kind) in enumerate(settings.kinds.items()):
        for term in KIND:
            table[term.name][row] = term.follows(settings, name, kind)
    return table


def filled_record(record_type: np.dtype, values: Mapping[str, Any]) -> np.ndarray:
    """A table of one record with every field given [1]."""
    table = np.zeros(1, dtype=record_type)
    if set(values) != set(record_type.names or ()):
        raise ValueError(f"fields differ: {set(values) ^ set(record_type.names or ())}")
    for name, value in values.items():
        table[name][0] = value
    return table
