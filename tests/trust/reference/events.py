"""What happened in a run: the events that a comparison of many economies must have had, each in some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.model.model import Model
from sim.scenario.resolved import Scenario
from sim.state.codes import LoanStatus, Refusal, TakeUp
from tests.trust.reference.world import World

COUNTED = (
    "entries",
    "illiquid_exits",
    "other_exits",
    "died_waiting",
    "gaps",
    "discouraged",
    "unaware",
    "unreachable",
    "precautionary",
    "unreached",
    "waiting",
    "vacancies",
    "in_arrears",
    "living",
    "dividends",
    "benefits",
    "wage_support",
    "rent_waiver",
    "grants",
    "interest_subsidy",
    "guarantees",
    "bad_debts",
    "receivables",
    "collateral_sold",
    "estate_owner",
)

Check = Callable[[Any, World], bool]
OF_LOANS: dict[str, Check] = {
    "loan existing before the run": lambda loan, world: loan.existing == 1,
    "loan of the programme's main product": lambda loan, world: paid_out(loan) and is_main(loan, world),
    "loan of a further programme product": lambda loan, world: (
        paid_out(loan) and is_programme(loan, world) and not is_main(loan, world)
    ),
    "loan of a bank": lambda loan, world: paid_out(loan) and not loan.existing and not is_programme(loan, world),
    "loan of a bank that stands in": lambda loan, world: (
        paid_out(loan) and not is_programme(loan, world) and loan.lender != borrower(loan, world).house_bank
    ),
    "loan against collateral": lambda loan, world: paid_out(loan) and not loan.existing and loan.collateral > 0,
    "loan smaller than asked": lambda loan, world: paid_out(loan) and 0 < loan.amount < loan.asked,
    "loan guaranteed": lambda loan, world: paid_out(loan) and loan.guarantee > 0,
    "second loan of an enterprise": lambda loan, world: loan.next_loan >= 0,
    "repaid early": lambda loan, world: loan.status == LoanStatus.REPAID and loan.ended_step < loan.last_step < 2**30,
    "payment holiday": lambda loan, world: loan.was_deferred == 1,
    "written off in business": lambda loan, world: (
        loan.status == LoanStatus.WRITTEN_OFF and loan.ended_step != borrower(loan, world).exit_step
    ),
    "estate with a loan": lambda loan, world: (
        paid_out(loan) and loan.ended_step == borrower(loan, world).exit_step >= 0
    ),
    "estate with two loans": lambda loan, world: (
        loan.next_loan >= 0
        and loan.ended_step == world.loans[loan.next_loan].ended_step == borrower(loan, world).exit_step >= 0
    ),
    "approved money that comes too late": lambda loan, world: (
        loan.status == LoanStatus.WITHDRAWN and loan.decided_step >= 0
    ),
    "left the queue of a bank for the programme": lambda loan, world: (
        loan.status == LoanStatus.WITHDRAWN and loan.ended_step != borrower(loan, world).exit_step
    ),
}
OF_RUNS: dict[str, Callable[[Scenario, Model, World], bool]] = {
    "steps of a day": lambda scenario, model, world: world.days == 1,
    "run-off": lambda scenario, model, world: scenario.settings.calendar.run_off_weeks > 0,
    "relending": lambda scenario, model, world: bool((model.books["central_bank"] < 0).any()),
    "relending given back": lambda scenario, model, world: (
        model.books["central_bank"].min() < model.books["central_bank"][-1]
    ),
    "relending subsidised": lambda scenario, model, world: bool((model.books["relending_subsidy"] > 0).any()),
    "inputs of sectors": lambda scenario, model, world: (
        scenario.settings.spillovers.input_output and any(sector.input_demand_share for sector in world.sectors)
    ),
    "patronage that moves": lambda scenario, model, world: scenario.settings.spillovers.custom_shift,
    "spending fed back": lambda scenario, model, world: scenario.settings.spillovers.consumption,
    "path of a kind of its own": lambda scenario, model, world: (
        shut_at_all(model) and any(kind.openness for kind in world.kinds)
    ),
    "part capacity": lambda scenario, model, world: bool((model.economy.capacity[0] < 1.0).any()),
    "part capacity that differs": lambda scenario, model, world: bool((model.economy.capacity[1] > 0.0).any()),
    "lost sales moved to all": lambda scenario, model, world: (
        shut_at_all(model) and world.settings.stoppage.shut_share < 1.0
    ),
    "size class with less to lose": lambda scenario, model, world: any(
        enterprise.staff_normal >= size.staff_from
        for size in world.settings.stoppage.sizes
        if size.shut_ratio < 1.0
        for enterprise in world.enterprises
    ),
    "wave of closures": lambda scenario, model, world: bool(waves_in(model)),
    "wave that some expect by their old rank": lambda scenario, model, world: (
        bool(waves_in(model)) and 0.0 < world.settings.stoppage.rank_persistence < 1.0
    ),
    "reopening known": lambda scenario, model, world: (
        shut_at_all(model) and world.settings.stoppage.announced_error_days == 0.0
    ),
    "reopening known with an error": lambda scenario, model, world: (
        shut_at_all(model) and bool(world.settings.stoppage.announced_error_days)
    ),
    "reopening not known": lambda scenario, model, world: (
        shut_at_all(model) and world.settings.stoppage.announced_error_days is None
    ),
    "threshold moved by closures": lambda scenario, model, world: any(
        threshold != share and 0.0 < share < 1.0
        for threshold, share in zip(world.thresholds, last_openness(model), strict=False)
    ),
    "persistent demand": lambda scenario, model, world: world.settings.sales.persistent_sigma > 0.0,
    "paid out of equity or for funds": lambda scenario, model, world: world.rest > 0,
    "lender of some regions": lambda scenario, model, world: any(
        group.regions is not None for group in scenario.settings.lenders.values()
    ),
}


def names() -> Iterator[str]:
    """Names of all events."""
    yield from (f"flow {name}" for name in COUNTED)
    yield from (f"loan {status.name}" for status in LoanStatus)
    yield from (f"refused {reason.name}" for reason in Refusal if reason)
    yield from (f"take-up {code.name}" for code in TakeUp)
    yield from (*OF_LOANS, *OF_RUNS)


EVENTS = tuple(names())


def events_of(scenario: Scenario, model: Model, world: World) -> set[str]:
    """Events that a finished run had."""
    found = {f"flow {name}" for name in COUNTED if (model.history[name] > 0).any()}
    found |= {f"loan {LoanStatus(loan.status).name}" for loan in world.loans}
    found |= {f"refused {Refusal(loan.reason).name}" for loan in world.loans if loan.reason}
    found |= {f"take-up {TakeUp(one.take_up).name}" for one in world.enterprises}
    found |= {name for name, check in OF_LOANS.items() if any(check(loan, world) for loan in world.loans)}
    return found | {name for name, check in OF_RUNS.items() if check(scenario, model, world)}


def shut_at_all(model: Model) -> bool:
    """Whether anybody can have been shut on a day of the run."""
    days = model.economy.calendar.steps * model.economy.calendar.step_days
    return bool((model.economy.stoppage.openness[:, :days] < 1.0).any())


def waves_in(model: Model) -> list[int]:
    """Days of the run on which waves begin."""
    calendar, waves = model.economy.calendar, model.economy.settings.stoppage.waves
    days = [(wave.first - calendar.start).days for wave in waves]
    return [day for day in days if 0 <= day < calendar.steps * calendar.step_days]


def last_openness(model: Model) -> list[float]:
    """Share that is to be open in each cell on the day after the run."""
    calendar = model.economy.calendar
    return [float(share) for share in model.economy.stoppage.openness[:, calendar.steps * calendar.step_days]]


def paid_out(loan: Any) -> bool:
    """Whether money was paid out."""
    return loan.status >= LoanStatus.PERFORMING


def is_programme(loan: Any, world: World) -> bool:
    """Whether it is a loan of the programme."""
    return bool(world.products[loan.product].programme)


def is_main(loan: Any, world: World) -> bool:
    """Whether it is a loan of the programme's main product."""
    return loan.product == len(world.products) - 1


def borrower(loan: Any, world: World) -> Any:
    """The enterprise that asked for it."""
    return world.enterprises[loan.enterprise]
