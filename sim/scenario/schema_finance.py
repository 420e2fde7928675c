"""The schema of finance: credit demand, products, underwriting, lenders, repayment, exit, programme."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import model_validator

from sim.scenario.schema_economy import KIND_NAMES, KindName
from sim.scenario.settings import Day, Name, Settings, Share, setting


class CreditDemand(Settings):
    """When an enterprise asks for credit and for how much."""

    horizon_days: float = setting(56.0, "planning horizon", unit="days", ge=0.0, le=3650.0)
    restock_days: float = setting(
        28.0, "days of normal inputs a stopped enterprise must buy to start again", unit="days", ge=0.0, le=3650.0
    )
    precautionary_days: float = setting(
        28.0, "days of normal sales asked for by those without a gap", unit="days", ge=0.0, le=3650.0
    )
    least_yuan: float = setting(1_000.0, "smallest amount anybody asks for", unit="yuan", ge=0.01, le=1e9)
    reapply_days: float = setting(
        56.0, "wait after a refusal or a pay-out before the same channel is asked again", unit="days", ge=0.0, le=3650.0
    )


class Product(Settings):
    """Terms of one loan product; the programme's own product is in ``programme``."""

    title: str = setting(..., "name in English", unit="text", role="structure", min_length=1, max_length=60)
    channel: Literal["branch", "remote"] = setting(
        "branch", "how it is reached; a branch is slowed by contact restrictions", unit="name", role="lever"
    )
    collateral_required: bool = setting(False, "lent only against collateral", unit="yes/no", role="lever")
    information: Literal["statements", "transactions"] = setting(
        "statements", "what the lender looks at", unit="name", role="lever"
    )
    banked_only: bool = setting(False, "only for enterprises with a bank-credit history", unit="yes/no", role="lever")
    decision_days: int = setting(
        30, "days from application to decision, queue apart", unit="days", role="lever", ge=0, le=3650
    )
    payout_days: int = setting(0, "days from approval to money", unit="days", role="lever", ge=0, le=3650)
    rate_yearly: float = setting(0.06, "posted effective rate", unit="per year", role="lever", ge=0.0, le=2.0)
    rate_discount_share: Share = setting(0.0, "discount on the offered rate", unit="share of the rate", role="lever")
    rate_ceiling_yearly: float = setting(
        0.24, "rate above which the lender refuses instead", unit="per year", role="lever", ge=0.0, le=5.0
    )
    operating_cost_yearly: float = setting(
        0.01, "cost of making and serving a loan", unit="per year of the loan", ge=0.0, le=1.0
    )
    loan_cap_yuan: float = setting(1_000_000.0, "largest loan", unit="yuan", role="lever", ge=0.0, le=1e12)
    loan_cap_share: float = setting(0.25, "largest loan", unit="share of yearly turnover", role="lever", ge=0.0, le=2.0)
    ltv_share: Share = setting(
        0.6, "largest loan where collateral is required", unit="share of the collateral", role="lever"
    )
    grace_days: int = setting(90, "interest-only time", unit="days", role="lever", ge=0, le=36_500)
    term_days: int = setting(365, "time to the last instalment", unit="days", role="lever", ge=1, le=36_500)
    instalment_days: int = setting(28, "time between instalments", unit="days", role="lever", ge=1, le=3650)
    early_repayment: bool = setting(False, "may be repaid early at no charge", unit="yes/no", role="lever")

    @model_validator(mode="after")
    def _terms(self) -> Product:
        if self.grace_days > self.term_days:
            raise ValueError(f"grace_days: {self.grace_days} days of grace exceed the term of {self.term_days} days")
        return self


class ProgrammeProduct(Product):
    """A further product under the programme: special loans, or a local variant; the first that fits is asked for."""

    channel: Literal["branch", "remote"] = setting(
        "remote", "how it is reached; a branch is slowed by contact restrictions", unit="name", role="lever"
    )
    information: Literal["statements", "transactions"] = setting(
        "transactions", "what the lender looks at", unit="name", role="lever"
    )
    decision_days: int = setting(
        0, "days from application to decision, queue apart", unit="days", role="lever", ge=0, le=3650
    )
    payout_days: int = setting(1, "days from approval to money", unit="days", role="lever", ge=0, le=3650)
    early_repayment: bool = setting(True, "may be repaid early at no charge", unit="yes/no", role="lever")
    offered_by: tuple[Name, ...] | None = setting(
        None, "member groups that offer it; none = all members", unit="names", role="lever"
    )
    kinds: tuple[KindName, ...] | None = setting(None, "kinds that may take it; none = all", unit="names", role="lever")
    regions: tuple[Name, ...] | None = setting(None, "regions it is for; none = all", unit="names", role="lever")
    asked_from_yuan: float = setting(
        0.0, "smallest request that goes to this product", unit="yuan", role="lever", ge=0.0, le=1e12
    )


class Programme(Product):
    """The fast credit-only programme: who, when, how much, on what terms."""

    title: str = setting(
        "Programme loan", "name in English", unit="text", role="structure", min_length=1, max_length=60
    )
    channel: Literal["branch", "remote"] = setting(
        "remote", "how it is reached; a branch is slowed by contact restrictions", unit="name", role="lever"
    )
    information: Literal["statements", "transactions"] = setting(
        "transactions", "what the lender looks at", unit="name", role="lever"
    )
    decision_days: int = setting(
        0, "days from application to decision, queue apart", unit="days", role="lever", ge=0, le=3650
    )
    payout_days: int = setting(1, "days from approval to money", unit="days", role="lever", ge=0, le=3650)
    early_repayment: bool = setting(True, "may be repaid early at no charge", unit="yes/no", role="lever")

    enabled: bool = setting(False, "the programme exists; off is the counterfactual", unit="yes/no", role="lever")
    launch_date: Day = setting(datetime.date(2020, 2, 17), "first day of programme lending", unit="date", role="lever")
    eligible_kinds: tuple[KindName, ...] = setting(KIND_NAMES, "kinds that may borrow", unit="names", role="lever")
    eligible_regions: tuple[Name, ...] | None = setting(
        None, "regions that may borrow; none = all", unit="names", role="lever"
    )
    members: tuple[Name, ...] = setting((), "lender groups that belong to the programme", unit="names", role="lever")
    envelope_yuan: float = setting(
        0.0, "most that may be out on loan at any time", unit="yuan", role="lever", ge=0.0, le=1e16
    )
    remainder: Literal["partial", "skip"] = setting(
        "partial", "when less is left than a request: lend the rest, or pass to the next", unit="name", role="lever"
    )
    awareness_half_days: float = setting(
        21.0,
        "days from the launch until half of the enterprises have heard of it; 0 = all at once",
        unit="days",
        ge=0.0,
        le=36_500.0,
    )
    products: dict[Name, ProgrammeProduct] = setting(
        {}, "further products: special loans, local variants", unit="group", role="lever", max_length=8
    )
    reported_date: Day | None = setting(None, "date of the reported totals", unit="date", role="structure")
    reported_borrowers: int | None = setting(
        None, "borrowers reported by that date", unit="count", role="structure", ge=0
    )
    reported_loans_yuan: int | None = setting(None, "loans reported by that date", unit="yuan", role="structure", ge=0)


class Underwriting(Settings):
    """What lenders make of an application: information, default probability, loss, price."""

    pd_intercept: float = setting(-2.2, "a in PD = Φ(a − bθ) a year", unit="probit", ge=-10.0, le=5.0)
    pd_slope: float = setting(0.6, "b in PD = Φ(a − bθ) a year", unit="probit per sd of quality", ge=0.0, le=5.0)
    stress_factor: float = setting(
        1.0, "what lenders multiply PD by during the stoppage", unit="ratio", ge=0.0, le=20.0
    )
    noise_statements: float = setting(
        0.8,
        "noise of statements and relationship, enterprises with bank history",
        unit="sd of quality",
        ge=0.0,
        le=100.0,
    )
    noise_unknown: float = setting(
        2.0, "noise of statements, enterprises without bank history", unit="sd of quality", ge=0.0, le=100.0
    )
    noise_transactions: float = setting(0.5, "noise of transaction data", unit="sd of quality", ge=0.0, le=100.0)
    lgd_unsecured_share: Share = setting(0.75, "loss given default without collateral", unit="share of exposure")
    collateral_haircut_share: Share = setting(0.3, "loss of value when collateral is sold", unit="share")
    least_granted_share: Share = setting(
        0.2, "offer refused when it is under this part of what was asked", unit="share"
    )


class LenderGroup(Settings):
    """A group of lenders of one type that differ in size."""

    title: str = setting(..., "name in English", unit="text", role="structure", min_length=1, max_length=60)
    title_zh: str = setting("", "name in Chinese", unit="text", role="structure", max_length=30)
    type: Literal["commercial_bank", "online_bank", "rural_bank"] = setting(
        ..., "type of lender", unit="name", role="structure"
    )
    count: int = setting(1, "lenders in the group", unit="count", role="structure", ge=1, le=10_000)
    size_sigma: float = setting(
        0.0, "spread of log size inside the group (heavy tail)", unit="log points", ge=0.0, le=4.0
    )
    house_share: float = setting(
        0.0, "enterprises whose house bank is in the group", unit="relative weight", ge=0.0, le=1e6
    )
    products: tuple[Name, ...] = setting(
        (), "products offered besides the programme's, best first", unit="names", role="lever", max_length=8
    )
    funds_yuan: float = setting(..., "cash the group can lend at the start", unit="yuan", ge=0.0, le=1e16)
    equity_yuan: float = setting(..., "equity of the group at the start", unit="yuan", ge=0.0, le=1e16)
    least_equity_ratio: Share = setting(
        0.0, "equity under which no new loan is made", unit="ratio to loans", role="lever"
    )
    funding_cost_yearly: float = setting(0.025, "what the lender pays for its funds", unit="per year", ge=0.0, le=1.0)
    branch_capacity_weekly: float = setting(
        0.0,
        "branch applications the group can decide in a week without contact restrictions",
        unit="real applications",
        role="lever",
        ge=0.0,
        le=1e12,
    )
    remote_capacity_weekly: float = setting(
        0.0,
        "remote applications the group can decide in a week",
        unit="real applications",
        role="lever",
        ge=0.0,
        le=1e12,
    )
    regions: tuple[Name, ...] | None = setting(None, "regions it serves; none = all", unit="names", role="lever")
    programme_from: Day | None = setting(
        None, "first day of programme lending; none = with the launch", unit="date", role="lever"
    )
    programme_quota_yuan: float = setting(
        0.0, "most programme loans the group may have out", unit="yuan", role="lever", ge=0.0, le=1e16
    )


class Repayment(Settings):
    """When a loan is non-performing and when it is written off."""

    non_performing_days: int = setting(
        90, "days overdue after which a loan is non-performing", unit="days", ge=1, le=3650
    )
    write_off_days: int = setting(180, "days overdue after which it is written off", unit="days", ge=1, le=3650)
    buffer_kept_share: Share = setting(1.0, "part of the target buffer kept before early repayment", unit="share")


class Exit(Settings):
    """When an enterprise closes for good."""

    rent_patience_days: float = setting(
        90.0,
        "arrears of rent and other fixed cost, in days of what falls due in a normal week, that creditors bear",
        unit="days",
        ge=0.0,
        le=3650.0,
    )
    wage_patience_days: float = setting(
        60.0, "arrears of wages, in days of the normal wage bill, that staff bear", unit="days", ge=0.0, le=3650.0
    )
    background_rate_yearly: float = setting(
        0.067, "enterprises that close in a normal year", unit="share per year", ge=0.0, lt=1.0
    )
    assets_share: float = setting(
        0.0,
        "stock and equipment that an estate can sell, before the haircut",
        unit="share of yearly sales",
        ge=0.0,
        le=5.0,
    )
    quality_slope: float = setting(
        0.5, "fall of the log hazard with one sd of quality", unit="log points", ge=0.0, le=3.0
    )
