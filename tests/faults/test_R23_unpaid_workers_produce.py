"""R23: unpaid workers go on producing."""

from __future__ import annotations

import pytest

from sim.model.model import Model
from tests.support.economies import day, one_enterprise


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_three_unpaid_weeks_are_three_weeks_of_arrears_and_no_output(engine):
    """Ten people on 1,000 fen, shut, a furlough share of 60 %: 6,000 fen a week are owed, until staff is laid off."""
    shut = {"stoppage__openness": [[day(0), 0.0]], "labour__key_staff_share": 1.0, "credit_demand__least_yuan": 1e8}
    model = Model(one_enterprise(3, **shut), rng=1, engine=engine, audit=True)
    table = model.economy.enterprises
    for name, value in {"cash": 0, "wage": 1_000, "staff": 10, "staff_normal": 10, "fixed": 0, "living": 0}.items():
        table[name] = value
    model.economy.households["members"] = 10
    model.money = model.economy.money
    owed = []
    for _ in range(3):
        model.step()
        owed.append(int(table["wage_arrears"][0]))
    assert owed == [6_000, 12_000, 18_000]
    assert not model.history["sales"].any()
    assert not model.history["wages"].any()
