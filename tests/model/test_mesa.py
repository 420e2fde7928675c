"""The model is a Mesa model: its agents are live views of the tables, and it is freed when nobody wants it."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from sim.model.agents import Enterprise, Household, Lender
from sim.model.economy import Economy
from sim.model.model import Model
from sim.scenario.loading import load
from sim.studies.replications import run_once
from tests.support.economies import differences, tables, toy

ENGINES = ("compiled", "mesa")
SMALL = {"population.enterprises": 30, "calendar.weeks": 6}


def small(engine, seed=1):
    """A model of 30 enterprises."""
    return Model(toy(SMALL), rng=seed, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_it_is_a_mesa_model_with_mesa_agents(engine):
    model = small(engine)
    assert isinstance(model, mesa.Model)
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == {
        Enterprise: 30,
        Household: len(model.economy.households),
        Lender: 6,
    }
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)


def test_compiled_engine_makes_agents_only_when_asked():
    model = small("compiled").run()
    assert not model._views_ready
    assert len(model.agents) > 30
    assert model._views_ready


@pytest.mark.parametrize("engine", ENGINES)
def test_agents_show_what_the_tables_say(engine):
    model = small(engine)
    enterprises = model.agents_by_type[Enterprise]
    model.run()
    assert enterprises.get("cash") == model.economy.enterprises["cash"].tolist()
    assert enterprises.agg("cash", sum) == model.economy.enterprises["cash"].sum()
    gone = enterprises.select(lambda one: one.exit_step >= 0)
    assert len(gone) == (model.economy.enterprises["exit_step"] >= 0).sum()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_set_on_agents_is_in_the_tables(engine):
    model = small(engine)
    enterprises = model.agents_by_type[Enterprise]
    enterprises.set("quality", 1.5)
    assert (model.economy.enterprises["quality"] == 1.5).all()
    first = next(iter(enterprises))
    first.hazard = 1.0
    model.step()
    assert model.economy.enterprises["exit_step"][first.row] == 0
    assert first.exit_step == 0


def test_agents_have_every_field_and_give_plain_numbers():
    model = small("mesa")
    for kind, table in (
        (Enterprise, model.economy.enterprises),
        (Household, model.economy.households),
        (Lender, model.economy.lenders),
    ):
        one = next(iter(model.agents_by_type[kind]))
        for name in table.dtype.names:
            assert type(getattr(one, name)) in (int, float, list), name


def test_enterprise_household_and_cell_belong_together():
    model = small("mesa")
    model.step()
    for one in model.agents_by_type[Enterprise]:
        assert one.household.enterprise == one.row
        assert one.household.id == one.id
        assert one.where is model.cells[one.cell]


def test_lender_equity_is_what_its_books_say():
    model = small("mesa").run()
    table = model.economy.lenders
    assert (
        model.agents_by_type[Lender].get("equity") == (table["funds"] + table["loans"] - table["liabilities"]).tolist()
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_step_by_step_is_run(engine):
    stepped, ran = small(engine), small(engine).run()
    for _ in range(6):
        stepped.step()
    assert differences(tables(stepped), tables(ran)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_finished_model_does_not_go_on(engine):
    model = small(engine).run()
    before = {name: table.copy() for name, table in tables(model).items()}
    assert model.running
    model.step()
    assert not model.running
    assert differences(before, tables(model)) == []


@pytest.mark.parametrize("seed", [np.int64(5), 5])
def test_seeds_from_numpy_are_seeds(seed):
    assert differences(tables(small("compiled", seed).run()), tables(small("compiled", 5).run())) == []


def test_looking_at_agents_between_steps_changes_nothing():
    looked, ran = small("compiled"), small("compiled").run()
    for _ in range(6):
        looked.step()
        looked.agents_by_type[Enterprise].shuffle().agg("cash", max)
    assert differences(tables(looked), tables(ran)) == []


def test_data_collector_collects():
    model = small("mesa")
    collector = mesa.DataCollector(
        model_reporters={"cash": lambda one: int(one.economy.enterprises["cash"].sum())},
        agenttype_reporters={Enterprise: {"cash": "cash"}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    assert collector.get_model_vars_dataframe()["cash"].iloc[-1] == model.economy.enterprises["cash"].sum()
    assert len(collector.get_agenttype_vars_dataframe(Enterprise)) == 90


@pytest.mark.parametrize("engine", ENGINES)
def test_a_model_nobody_wants_is_freed(engine):
    model = small(engine).run()
    len(model.agents)
    alive = weakref.ref(model)
    del model
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_the_record_of_a_step_never_changes_again(engine):
    scenario = load("china-2020", ["population.enterprises=60", "calendar.weeks=12"])
    model = Model(scenario, rng=1, engine=engine)
    kept = []
    for step in range(12):
        model.step()
        kept.append(model.history[step].item())
    assert [row.item() for row in model.history[:12]] == kept


@pytest.mark.parametrize("engine", ENGINES)
def test_a_replication_leaves_nothing_for_the_collector(engine):
    """A model that waits for Python's collector keeps all its tables until then: gigabytes at a large size."""
    run_once(toy(SMALL), "run", 1, engine, audit=False)
    gc.collect()
    gc.disable()
    try:
        run_once(toy(SMALL), "run", 2, engine, audit=False)
        left = [one for one in gc.get_objects() if issubclass(type(one), (Model, Economy, Enterprise))]
    finally:
        gc.enable()
    assert left == []
