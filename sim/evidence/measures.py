"""Names of measures, as the files of targets call them."""

from __future__ import annotations

from sim.evidence.credit import (
    approval,
    bad_share,
    borrowers_share,
    collateral_share,
    contract_months,
    decision_days,
    deferred_share,
    first_time_share,
    lent_per_borrower,
    months_of_use,
    need_below,
    need_yuan,
    outstanding_per_borrower,
    rate,
)
from sim.evidence.enterprises import (
    micro_sales_change,
    micro_share,
    need_share,
    normal_exit_share,
    open_share,
    runway_within,
    sector_rank_correlation,
    self_employed_in,
    small_share,
    staff_of_self_employed,
    thin_runway_within,
)
from sim.evidence.targets import Measure

MEASURES: dict[str, Measure] = {
    "borrowers_share": borrowers_share,
    "lent_per_borrower": lent_per_borrower,
    "decision_days_fast": lambda results, seed, day: decision_days(results, seed, True),
    "decision_days_bank": lambda results, seed, day: decision_days(results, seed, False),
    "approval_fast": lambda results, seed, day: approval(results, seed, True),
    "approval_bank": lambda results, seed, day: approval(results, seed, False),
    "first_time_fast": first_time_share,
    "rate_fast": lambda results, seed, day: rate(results, seed, True),
    "rate_bank": lambda results, seed, day: rate(results, seed, False),
    "runway_1_month": lambda results, seed, day: runway_within(results, seed, 1.0),
    "runway_3_months": lambda results, seed, day: runway_within(results, seed, 3.0),
    "open_share": open_share,
    "normal_exit_share": normal_exit_share,
    "collateral_share": collateral_share,
    "outstanding_per_borrower": outstanding_per_borrower,
    "months_of_use": months_of_use,
    "contract_months": contract_months,
    "deferred_share": deferred_share,
    "bad_share_fast": lambda results, seed, day: bad_share(results, seed, True),
    "bad_share_bank": lambda results, seed, day: bad_share(results, seed, False),
    "need_yuan": need_yuan,
    "need_below_500000": lambda results, seed, day: need_below(results, seed, 500_000.0),
    "need_below_1000000": lambda results, seed, day: need_below(results, seed, 1_000_000.0),
    "thin_runway_1_month": lambda results, seed, day: thin_runway_within(results, seed, 1.0),
    "thin_runway_2_months": lambda results, seed, day: thin_runway_within(results, seed, 2.0),
    "thin_runway_3_months": lambda results, seed, day: thin_runway_within(results, seed, 3.0),
    "thin_runway_6_months": lambda results, seed, day: thin_runway_within(results, seed, 6.0),
    "need_share_sme": lambda results, seed, day: need_share(results, seed, ("sme",)),
    "need_share_self_employed": lambda results, seed, day: need_share(results, seed, ("self_employed",)),
    "small_share": small_share,
    "micro_share": micro_share,
    "staff_of_self_employed": staff_of_self_employed,
    "self_employed_in_trade": lambda results, seed, day: self_employed_in(results, seed, "trade"),
    "self_employed_in_catering": lambda results, seed, day: self_employed_in(results, seed, "catering"),
    "micro_sales_elsewhere": lambda results, seed, day: micro_sales_change(results, seed, day, "elsewhere"),
    "micro_sales_epicentre": lambda results, seed, day: micro_sales_change(results, seed, day, "epicentre"),
    "sector_rank_correlation": sector_rank_correlation,
}

OF_A_NORMAL_YEAR = {
    "normal_exit_share",
    "bad_share_fast",
    "bad_share_bank",
    "need_share_sme",
    "need_share_self_employed",
}
"""Measures that want the second arm, a year without a shock."""
