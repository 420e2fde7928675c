"""The schema of measures: what else could be done, each dated, by kind and region, off unless enabled."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.schema_economy import KindName
from sim.scenario.settings import Day, Name, Settings, Share, setting


class Measure(Settings):
    """When a measure holds and for whom."""

    enabled: bool = setting(False, "the measure exists", unit="yes/no", role="lever")
    start: Day | None = setting(None, "first day; none = from the start", unit="date", role="lever")
    end: Day | None = setting(None, "last day; none = to the end", unit="date", role="lever")
    kinds: tuple[KindName, ...] | None = setting(None, "kinds it is for; none = all", unit="names", role="lever")
    regions: tuple[Name, ...] | None = setting(None, "regions it is for; none = all", unit="names", role="lever")

    @model_validator(mode="after")
    def _dates(self) -> Measure:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end: {self.end} lies before the start {self.start}")
        return self


class PaymentHoliday(Measure):
    """Instalments that fall due are deferred without penalty."""

    principal: bool = setting(True, "principal is deferred: the term grows", unit="yes/no", role="lever")
    interest: bool = setting(
        True, "interest is deferred to the first instalment afterwards", unit="yes/no", role="lever"
    )
    share: Share = setting(1.0, "part of the borrowers that take it up", unit="share", role="uncertainty")


class Guarantee(Measure):
    """The government bears a part of the loss on loans approved in the time of the measure."""

    share: Share = setting(0.8, "part of the loss borne", unit="share", role="lever")


class Relending(Measure):
    """The central bank lends cheaply to the members of the programme."""

    total_yuan: float = setting(
        0.0, "lent to all members together, by their quotas", unit="yuan", role="lever", ge=0.0, le=1e16
    )
    rate_yearly: float = setting(0.0, "rate the members pay", unit="per year", role="lever", ge=0.0, le=1.0)


class InterestSubsidy(Measure):
    """The government pays a part of the interest that falls due."""

    share: Share = setting(0.5, "part of the interest paid", unit="share", role="lever")


class RentWaiver(Measure):
    """Rent need not be paid; the government compensates the landlord."""

    share: Share = setting(1.0, "part of the rent waived", unit="share", role="lever")


class WageSupport(Measure):
    """The government pays a part of the wages that fall due."""

    share: Share = setting(0.5, "part of the wages paid", unit="share", role="lever")
    only_stopped: bool = setting(
        True, "only for enterprises shut for a day of the step or more", unit="yes/no", role="lever"
    )


class Grant(Measure):
    """Money given once, on the first day of the measure, to enterprises in business."""

    yuan: float = setting(0.0, "the same for every enterprise", unit="yuan", role="lever", ge=0.0, le=1e9)
    sales_days: float = setting(
        0.0, "in proportion to size", unit="days of normal sales", role="lever", ge=0.0, le=3650.0
    )
    only_stopped: bool = setting(
        True, "only for enterprises shut for a day of the step or more", unit="yes/no", role="lever"
    )


class Measures(Settings):
    """Everything else that could be done with the same money."""

    payment_holiday: PaymentHoliday = setting(PaymentHoliday(), "payment holiday", unit="group", role="lever")
    guarantee: Guarantee = setting(Guarantee(), "credit guarantee", unit="group", role="lever")
    relending: Relending = setting(Relending(), "relending", unit="group", role="lever")
    interest_subsidy: InterestSubsidy = setting(InterestSubsidy(), "interest subsidy", unit="group", role="lever")
    rent_waiver: RentWaiver = setting(RentWaiver(), "rent waiver", unit="group", role="lever")
    wage_support: WageSupport = setting(WageSupport(), "wage support", unit="group", role="lever")
    grant: Grant = setting(Grant(), "lump-sum grant", unit="group", role="lever")
