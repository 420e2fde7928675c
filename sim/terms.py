"""The frozen numbers that rules read: terms hold for a whole run, conditions for one step. Everything is per step."""

from __future__ import annotations

from typing import Any, NamedTuple


class Terms(NamedTuple):
    """What holds for the whole run. Arrays are indexed as said; in the Mesa engine they are lists."""

    scale: int  # real enterprises an agent stands for
    step_days: int  # days in a step
    noise_persistence: float  # of the demand deviation from step to step
    noise_step: float  # size of its innovation [log points]
    noise_half_variance: float  # keeps mean demand at normal
    capacity_ratio: float  # most sales against normal
    furlough_share: float  # of wages paid while closed
    closed_fixed_share: float  # of fixed cost still due while closed
    payout_share: float  # of cash above the buffer paid out a step
    layoff_steps: float  # runway under which staff is laid off
    key_staff_share: float  # of normal staff kept in any case
    job_finding_share: float  # of those out of work who find work in a step
    benefit_ratio: float  # of the normal wage
    income_spent_share: float  # of income spent at once
    cash_spent_share: float  # of cash above the buffer spent a step
    horizon_steps: float  # planning horizon
    restock_steps: float  # of normal inputs needed to start again
    precautionary_steps: float  # of normal sales asked for without a gap
    least_asked: int  # fen
    reapply_steps: int
    steps_per_year: float
    pd_intercept: float  # a of PD = Φ(a − bθ)
    pd_slope: float  # b
    noise_statements: float  # sd, enterprises with bank history
    noise_unknown: float  # sd, enterprises without
    noise_transactions: float  # sd, transaction data
    lgd_unsecured: float
    collateral_kept_share: float  # 1 − haircut
    least_granted_share: float
    non_performing_steps: int
    write_off_steps: int
    buffer_kept_share: float  # of the buffer kept before early repayment
    rent_patience_steps: float
    wage_patience_steps: float
    programme_product: int  # index of the programme's product
    discouraged: Any  # share, by kind
    precautionary: Any  # share, by kind
    eligible_kind: Any  # 0/1, by kind
    eligible_region: Any  # 0/1, by region
    products: Any  # PRODUCT records
    offered: Any  # products of each lender, -1 padded [lender][k]
    fixed_keys: Any  # draw keys that hold for the whole run, by purpose


class Conditions(NamedTuple):
    """What holds in one step."""

    step: int
    keys: Any  # draw keys of the step, by purpose
    openness: Any  # share open [cell][day of the step]
    demand: Any  # ratio to normal, by cell
    region_openness: Any  # share open, by region: how far branches and job markets work
    branch_openness: float  # national share, for the capacity of branches
    stress_factor: float  # on PD
    programme_open: int  # 1 when the programme lends
    awareness: float  # share that has heard of the programme
    member_cumulative: Any  # cumulative weights of the members that lend, by lender
