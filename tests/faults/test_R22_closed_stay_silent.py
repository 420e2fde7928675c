"""R22: bankrupt agents keep sending requests."""

from __future__ import annotations

import pytest

from sim.model.model import Model
from sim.state.codes import LoanStatus
from tests.support.economies import toy

UNDER_WAY = (LoanStatus.WAITING, LoanStatus.APPROVED)


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
@pytest.mark.parametrize("status", UNDER_WAY)
def test_who_dies_with_an_application_under_way_never_acts_again(engine, status):
    delays = {"programme.decision_days": 14, "programme.payout_days": 14, "exit.background_rate_yearly": 0.0}
    model = Model(toy(delays), rng=2, engine=engine, audit=True)
    economy, doomed = model.economy, []
    while not doomed:
        model.step()
        loans = economy.loans[: economy.loan_count]
        doomed = sorted(
            {int(loan["enterprise"]) for loan in loans if loan["status"] == status and loan["product"] == 2}
        )
    economy.enterprises["hazard"][doomed] = 1.0
    model.step()
    closed_at = economy.step - 1
    assert (economy.enterprises["exit_step"][doomed] >= 0).all()
    economy.enterprises["resumed"] = 0  # goes on with the stoppage of the cell
    rows = [economy.enterprises.row(row) for row in doomed]
    model.run()
    economy.enterprises["resumed"] = 0
    assert [economy.enterprises.row(row) for row in doomed] == rows
    loans = economy.loans[: economy.loan_count]
    theirs = loans[[int(row) in doomed for row in loans["enterprise"]]]
    assert (theirs["applied_step"] <= closed_at).all()
    assert not theirs["outstanding"].any()
    assert not set(theirs["status"].tolist()) & set(UNDER_WAY)
