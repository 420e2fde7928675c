"""What the model is made of: the settings, the initial state as plain objects, and what a step counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sim.state import flows
from tests.trust.reference.arithmetic import share_in_days, steps_in, stream, whole

FLOWS = tuple(field.name for field in flows.FLOW)
LENDER_FLOWS = tuple(field.name for field in flows.LENDER_FLOW)
RUNNING = (4, 5, 6)


def rows(table: Any, count: int | None = None) -> list[SimpleNamespace]:
    """Rows of a table of the package as plain objects."""
    names = table.dtype.names
    columns = [table[name][:count].tolist() for name in names]
    return [SimpleNamespace(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


class World:
    """State of a run: agents, loans, queues, outside accounts, and the sums that the next step reads."""

    def __init__(self, settings: Any, seed: int, first: dict[str, Any]) -> None:
        self.settings, self.seed = settings, seed
        self.days = settings.calendar.step_days
        self.enterprises = first["enterprises"]
        self.households = first["households"]
        self.lenders = first["lenders"]
        self.loans = first["loans"]
        self.queues = first["queues"]
        self.products = first["products"]
        self.programme = first["programme"]
        for row, enterprise in enumerate(self.enterprises):
            enterprise.row = row
        for row, household in enumerate(self.households):
            household.row = row
        self.kinds = list(settings.kinds.values())
        self.kind_names, self.region_names = list(settings.kinds), list(settings.regions)
        self.sectors, self.regions = list(settings.sectors.values()), list(settings.regions.values())
        self.terms = make_terms(settings)
        self.fixed_keys = [stream(seed, purpose, 0) for purpose in range(35)]
        self.government = self.central_bank = self.rest = self.relending_subsidy = 0
        self.step = 0
        self.normal_spending = normal_spending(self)
        self.spending = self.normal_spending
        self.normal_inputs = normal_inputs(self)
        self.bad_debts = self.receivables = 0
        self.patronage: list[SimpleNamespace] = []
        self.money_start = money(self)
        self.now = SimpleNamespace()
        self.cells: list[SimpleNamespace] = []
        self.thresholds: list[float] = []
        self.clear_counts()

    def clear_counts(self) -> None:
        """Set the flows of the step to 0."""
        self.flow = SimpleNamespace(**dict.fromkeys(FLOWS, 0))
        self.lender_flows = [SimpleNamespace(**dict.fromkeys(LENDER_FLOWS, 0)) for _ in self.lenders]

    def cell(self, enterprise: Any) -> Any:
        """Cell of an enterprise."""
        return self.cells[enterprise.cell]

    def household(self, enterprise: Any) -> Any:
        """Household of an enterprise."""
        return self.households[enterprise.row]

    def chain(self, enterprise: Any) -> list[Any]:
        """Running loans of an enterprise, newest first."""
        found, place = [], enterprise.first_loan
        while place >= 0:
            loan = self.loans[place]
            if loan.status in RUNNING:
                found.append(loan)
            place = loan.next_loan
        return found


def make_terms(settings: Any) -> SimpleNamespace:
    """Terms of the run (section 5)."""
    d = settings.calendar.step_days
    sales, payments, labour, households = settings.sales, settings.payments, settings.labour, settings.households
    demand, under, repayment, leaving = (
        settings.credit_demand,
        settings.underwriting,
        settings.repayment,
        settings.exit,
    )
    persistence = 0.5 ** (d / sales.noise_half_life_days)
    carried = 0.5 ** (d / sales.persistent_half_life_days)
    agents = settings.population.enterprises
    real = sum(kind.real_enterprises for kind in settings.kinds.values())
    scale = settings.population.scale
    if scale is None:
        scale = max(1, round(real / agents)) if agents else 1
    return SimpleNamespace(
        scale=scale,
        step_days=d,
        day_share=1.0 / d,
        noise_persistence=persistence,
        noise_step=sales.noise_sigma * (1.0 - persistence**2) ** 0.5,
        persistent_carried=carried,
        persistent_step=sales.persistent_sigma * (1.0 - carried**2) ** 0.5,
        demand_half_variance=0.5 * (sales.noise_sigma**2 + sales.persistent_sigma**2),
        weeks_ahead=7.0 / d,
        known_error=(settings.stoppage.announced_error_days or 0.0) / d,
        rank_persistence=settings.stoppage.rank_persistence,
        capacity_ratio=sales.capacity_ratio,
        furlough_share=payments.furlough_share,
        closed_fixed_share=1.0 - payments.avoidable_share,
        payout_share=share_in_days(payments.payout_share, d, 7.0),
        layoff_steps=labour.layoff_runway_days / d,
        key_staff_share=labour.key_staff_share,
        job_finding_share=share_in_days(labour.job_finding_rate_yearly, d, 365.0),
        benefit_ratio=labour.benefit_ratio,
        household_buffer_steps=households.buffer_weeks * 7.0 / d,
        income_spent_share=households.income_spent_share,
        cash_spent_share=share_in_days(households.cash_spent_share, d, 7.0),
        horizon_steps=demand.horizon_days / d,
        restock_steps=demand.restock_days / d,
        precautionary_steps=demand.precautionary_days / d,
        least_asked=max(1, round(demand.least_yuan * 100)),
        reapply_steps=steps_in(demand.reapply_days, d),
        steps_per_year=365.0 / d,
        pd_intercept=under.pd_intercept,
        pd_slope=under.pd_slope,
        noise_statements=under.noise_statements,
        noise_unknown=under.noise_unknown,
        noise_transactions=under.noise_transactions,
        lgd_unsecured=under.lgd_unsecured_share,
        collateral_kept_share=1.0 - under.collateral_haircut_share,
        least_granted_share=under.least_granted_share,
        non_performing_steps=steps_in(repayment.non_performing_days, d),
        write_off_steps=steps_in(repayment.write_off_days, d),
        buffer_kept_share=repayment.buffer_kept_share,
        rent_patience_steps=leaving.rent_patience_days / d,
        wage_patience_steps=leaving.wage_patience_days / d,
        assets_steps=leaving.assets_share * 365.0 / d,
        vacancy_filling_share=1.0 if labour.vacancy_days < d else d / labour.vacancy_days,
        precautionary_saving_share=households.precautionary_saving_share,
        collected_share=min(1.0, d / settings.spillovers.trade_credit_days),
    )


def normal_spending(world: World) -> int:
    """Normal spending of a step, for 2.4 (end of section 5)."""
    spent = 0
    for row, household in enumerate(world.households):
        working = household.members if row < len(world.enterprises) else household.working_elsewhere
        spent += household.wage * working
        spent += whole(world.terms.benefit_ratio * household.wage * (household.members - working))
    return spent


def normal_inputs(world: World) -> list[int]:
    """Inputs that each sector buys in a normal step: those of the start."""
    totals = [0] * len(world.sectors)
    for enterprise in world.enterprises:
        if enterprise.exists:
            totals[enterprise.sector] += whole(enterprise.input_share * enterprise.sales_normal)
    return totals


def money(world: World) -> int:
    """All money, in real fen (11.4)."""
    cash = sum(agent.cash for agent in world.enterprises) + sum(agent.cash for agent in world.households)
    funds = sum(lender.funds for lender in world.lenders)
    return world.terms.scale * cash + funds + world.government + world.rest + world.central_bank
