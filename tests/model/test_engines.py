"""Both engines give the same bytes in every field of every table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sim.engine.blocks import BLOCK_TYPE, SPANS, spans_of
from sim.model.model import Model
from tests.support.economies import SEEDS, differences, economies, examples, run, tables, toy

CASES = {
    "as it is": {},
    "daily": {"calendar.step_days": 1, "calendar.weeks": 6},
    "no programme": {"programme.enabled": False},
    "no lenders": {"programme.members": [], "programme.enabled": False, "population.enterprises": 20},
    "slow branches": {"lenders.banks.branch_capacity_weekly": 1e5, "population.other_households_share": 2.0},
    "scarce": {"programme.envelope_yuan": 2e8, "population.scale": 50, "programme.remainder": "skip"},
    "short loans": {"programme.term_days": 60, "programme.grace_days": 7, "programme.instalment_days": 7},
    "no patience": {"exit.rent_patience_days": 0.0, "exit.wage_patience_days": 0.0},
    "nobody": {"population.enterprises": 0},
    "no spillovers": {"spillovers.consumption": False, "spillovers.custom_shift": False},
}


def unlike(scenario, seed):
    """Fields in which the engines differ."""
    return differences(tables(run(scenario, seed, "compiled")), tables(run(scenario, seed, "mesa")))


@pytest.mark.parametrize("case", CASES)
def test_engines_agree(case):
    assert unlike(toy(CASES[case]), 2**62 + 5) == []


@examples(40)
@given(economies(weeks=14, enterprises=40), SEEDS)
def test_engines_agree_on_any_small_economy(scenario, seed):
    assert unlike(scenario, seed) == []


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_change_nothing(threads, monkeypatch):
    scenario = toy({"population.enterprises": 300})
    alone = run(scenario, 7, "compiled")
    monkeypatch.setattr("sim.engine.blocks.LEAST_ROWS", 1)  # so few rows would stay on one thread
    together = Model(scenario, rng=7, engine="compiled", audit=True, threads=threads)
    assert len(spans_of(together.economy.store.blocks, threads)) == threads * SPANS
    assert differences(tables(alone), tables(together.run())) == []


@pytest.mark.parametrize(
    ("rows", "threads", "spans"),
    [(10, 1, 1), (10, 2, 2), (3, 2, 1), (4, 2, 1), (30, 2, 2), (30, 4, 4), (99, 2, 6), (99, 4, 4), (999, 2, 8)],
)
def test_every_thread_has_as_many_spans(rows, threads, spans, monkeypatch):
    monkeypatch.setattr("sim.engine.blocks.LEAST_ROWS", 4)
    blocks = np.zeros(rows, dtype=BLOCK_TYPE)
    blocks["first"], blocks["last"] = np.arange(rows), np.arange(1, rows + 1)
    found = spans_of(blocks, threads)
    assert len(found) == spans
    assert [first for first, _ in found] == [0, *(last for _, last in found[:-1])] and found[-1][1] == rows


def test_the_cases_lend_repay_lose_and_close():
    """The comparison is not one of empty tables."""
    finals = [run(toy(CASES[case]), 2**62 + 5) for case in CASES]
    statuses = {int(status) for model in finals for status in tables(model)["loans"]["status"]}
    assert {0, 2, 3, 4, 7, 8} <= statuses
    assert sum(int(model.history["illiquid_exits"].sum()) for model in finals) > 10
