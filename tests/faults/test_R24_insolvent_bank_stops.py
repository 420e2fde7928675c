"""R24: an insolvent bank is lifted to a floor and keeps lending."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.model import Model
from tests.support.economies import tables, toy

BOOK_LOST_IN = 5


@pytest.mark.parametrize("ratio", [0.08, 0.0])
def test_a_bank_that_lost_its_book_has_negative_equity_and_lends_no_more(ratio):
    one_bank = {
        "lenders.banks.count": 1,
        "lenders.banks.equity_yuan": 1e9,
        "lenders.banks.least_equity_ratio": ratio,
        "programme.enabled": False,
        "exit.background_rate_yearly": 0.0,
        "population.enterprises": 400,
        "kinds.sme.collateral_share": 0.0,
        "kinds.self_employed.collateral_share": 0.0,
        "products.unsecured.banked_only": False,
        "products.unsecured.rate_ceiling_yearly": 5.0,
        "products.unsecured.decision_days": 0,
    }
    model = Model(toy(one_bank), rng=1, engine="compiled", audit=True)
    economy = model.economy
    assert economy.loan_count > 0
    for _ in range(BOOK_LOST_IN):
        model.step()
    borrowers = np.unique(tables(model)["loans"]["enterprise"])
    economy.enterprises["hazard"][borrowers] = 1.0
    model.run()
    equity = model.books["equity"][BOOK_LOST_IN + 1 :]
    loans = tables(model)["loans"]
    lost = economy.scale * int(loans["written_off"].sum())
    assert lost > 1e11
    assert (equity < 0).all()
    later = loans[loans["decided_step"] > BOOK_LOST_IN]
    assert len(later) > 0
    assert not later["amount"].any()
