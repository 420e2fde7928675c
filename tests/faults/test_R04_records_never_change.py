"""R04: earlier records changed when what they were taken from changed later."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from sim.results.run_tables import tables_of
from sim.state.codes import LoanStatus

ENGINES = ("compiled", "mesa")


def model(engine: str) -> sim.Model:
    """A small run in which loans are made."""
    return sim.Model(sim.load("china-2020", ["population.enterprises=60", "calendar.weeks=30"]), rng=1, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_tables_taken_in_the_middle_stay_as_they_were(engine):
    run = model(engine)
    for _ in range(12):
        run.step()
    taken = tables_of(run)
    copies = {name: table.copy(deep=True) for name, table in taken.items()}
    run.run()
    for name, table in taken.items():
        pd.testing.assert_frame_equal(table, copies[name], check_exact=True)
    assert not tables_of(run)["enterprises"]["cash_yuan"].equals(taken["enterprises"]["cash_yuan"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_record_of_a_step_is_final(engine):
    run = model(engine)
    seen = []
    while run.economy.step < run.economy.calendar.steps:
        run.step()
        step = run.economy.step
        seen.append((step, run.history[step - 1].tobytes(), run.books[step].tobytes()))
    for step, flows, books in seen:
        assert run.history[step - 1].tobytes() == flows
        assert run.books[step].tobytes() == books


@pytest.mark.parametrize("engine", ENGINES)
def test_lists_of_loans_recorded_every_week_show_each_loan_from_its_week_on(engine):
    run = model(engine)
    weeks: list[dict[int, list[int]]] = []
    while run.economy.step < run.economy.calendar.steps:
        run.step()
        loans = run.economy.loans[: run.economy.loan_count]
        paid = (loans["existing"] == 0) & (loans["payout_step"] >= 0) & (loans["status"] >= LoanStatus.PERFORMING)
        weeks.append({row: [] for row in range(len(run.economy.enterprises))})
        for number in paid.nonzero()[0].tolist():
            weeks[-1][int(loans["enterprise"][number])].append(number)
    loans = run.economy.loans[: run.economy.loan_count]
    borrowers = {row: numbers for row, numbers in weeks[-1].items() if numbers}
    assert borrowers
    for row, numbers in borrowers.items():
        paid_in = [int(loans["payout_step"][number]) for number in numbers]
        assert [len(week[row]) for week in weeks] == [sum(step >= paid for paid in paid_in) for step in range(30)]
