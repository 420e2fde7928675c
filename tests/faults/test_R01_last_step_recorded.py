"""R01: the last step is missing in the output, or one is too many."""

from __future__ import annotations

import pytest

from sim.model.model import Model
from tests.support.economies import day, one_enterprise


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_four_weeks_are_four_records_after_the_start(engine):
    """An enterprise that loses one yuan a week from ten: 10, 9, 8, 7, 6."""
    model = Model(
        one_enterprise(4, stoppage__openness=[[day(0), 0.0]], payments__avoidable_share=0.0), rng=1, engine=engine
    )
    for name, value in {"cash": 1_000, "fixed": 100, "wage": 0, "living": 0, "buffer": 10**9}.items():
        model.economy.enterprises[name] = value
    model.money = model.economy.money
    cash = [int(model.economy.enterprises["cash"][0])]
    while model.economy.step < model.economy.calendar.steps:
        model.step()
        cash.append(int(model.economy.enterprises["cash"][0]))
    assert cash == [1_000, 900, 800, 700, 600]
    assert model.history["enterprise_cash"].tolist() == cash[1:]
