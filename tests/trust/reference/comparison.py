"""Both implementations step by step: every value of every table compared to the last bit."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

import sim.model.model
from sim.model.model import Engine, Model
from sim.scenario.resolved import Scenario
from tests.trust.reference.ledger import books
from tests.trust.reference.stepping import run_step
from tests.trust.reference.world import World, rows

AGENTS = ("enterprises", "households", "loans", "lenders", "queues", "programme")


class Agreement(NamedTuple):
    """What a comparison found: steps and values compared, and the first difference (empty: none)."""

    steps: int
    values: int
    difference: str
    model: Model
    world: World


def first_world(scenario: Scenario, seed: int, model: Model) -> World:
    """The initial state of the package's run as plain objects."""
    economy = model.economy
    first = {name: rows(getattr(economy, name)) for name in ("enterprises", "households", "lenders", "queues")}
    first["loans"] = rows(economy.loans, economy.loan_count)
    first["products"] = rows(economy.products)
    first["programme"] = rows(np.atleast_1d(economy.programme))[0]
    return World(scenario.settings, seed, first)


def compare_runs(scenario: Scenario, seed: int, engine: Engine = "compiled") -> Agreement:
    """Run both from the same initial state, up to the first difference."""
    model = Model(scenario, rng=seed, engine=engine)
    world = first_world(scenario, seed, model)
    counted: list[np.ndarray] = []
    settle = sim.model.model.settle_lenders

    def keep(economy: Any, lender_flows: np.ndarray) -> Any:
        counted.append(lender_flows.copy())
        return settle(economy, lender_flows)

    values = 0
    with patch("sim.model.model.settle_lenders", keep):
        for step in range(model.economy.calendar.steps):
            model.step()
            run_step(world)
            compared, difference = compare_step(model, world, counted.pop())
            values += compared
            if difference:
                return Agreement(step + 1, values, f"step {step}: {difference}", model, world)
    return Agreement(model.economy.calendar.steps, values, "", model, world)


def compare_step(model: Model, world: World, lender_flows: np.ndarray) -> tuple[int, str]:
    """Number of values compared after a step, and the first difference."""
    economy, step = model.economy, world.step - 1
    pairs = [(name, getattr(economy, name), getattr(world, name)) for name in AGENTS[:-1]]
    pairs[2] = ("loans", economy.loans[: economy.loan_count], world.loans)
    pairs += [
        ("programme", np.atleast_1d(economy.programme), [world.programme]),
        ("flows", model.history[step : step + 1], [world.flow]),
        ("lender_flows", lender_flows, world.lender_flows),
        ("books", model.books[step + 1 : step + 2], [books(world)]),
        ("patronage", model.patronage_history[step], world.patronage),
    ]
    values = 0
    for name, table, records in pairs:
        compared, difference = compare_table(table, records)
        values += compared
        if difference:
            return values, f"{name}{difference}"
    return values, ""


def compare_table(table: Any, records: list[Any]) -> tuple[int, str]:
    """Number of values of a table, and its first difference."""
    values = 0
    for field in table.dtype.names:
        theirs = np.ascontiguousarray(table[field])
        own = [getattr(record, field) for record in records]
        if len(own) != len(theirs):
            return values, f": {len(theirs)} rows in the package, {len(own)} in the reference"
        values += theirs.size
        if np.array(own, theirs.dtype).tobytes() == theirs.tobytes():
            continue
        for row, (one, other) in enumerate(zip(theirs.tolist(), own, strict=True)):
            if np.array(one, theirs.dtype.base).tobytes() != np.array(other, theirs.dtype.base).tobytes():
                return values, f"[{row}].{field}: {one!r} in the package, {other!r} in the reference"
    return values, ""
