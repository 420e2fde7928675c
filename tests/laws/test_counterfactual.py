"""Arms differ only by the policy: no policy, no difference; and nobody is touched whom it does not reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.model import Model
from sim.state.codes import LoanStatus
from tests.support.economies import SEEDS, day, differences, economies, examples, run, tables, toy

APART = {"spillovers.consumption": False, "spillovers.custom_shift": False, "spillovers.reopening": False}
BEYOND = 1_000


ABOUT_THE_PROGRAMME = {"programme.envelope", "enterprises.take_up", "history.unaware", "history.unreachable"}


def unlike(first, second, seed):
    """Fields in which two scenarios differ, apart from the envelope's size and whom the programme did not reach."""
    found = differences(tables(run(first, seed)), tables(run(second, seed)))
    return [field for field in found if field not in ABOUT_THE_PROGRAMME]


NOTHING = {
    "no money": {"programme.envelope_yuan": 0.0},
    "nobody eligible": {"programme.eligible_kinds": []},
    "no region eligible": {"programme.eligible_regions": []},
    "launched beyond the end": {"programme.launch_date": day(BEYOND)},
}


@pytest.mark.parametrize("case", ["no money", "nobody eligible", "no region eligible", "launched beyond the end"])
@examples(15)
@given(scenario=economies(), seed=SEEDS)
def test_a_programme_that_does_nothing_is_no_programme(case, scenario, seed):
    assert (
        unlike(scenario.set({"programme.enabled": True, **NOTHING[case]}), scenario.set(programme__enabled=False), seed)
        == []
    )


@pytest.mark.parametrize("case", ["no money", "nobody eligible", "no region eligible", "launched beyond the end"])
def test_a_programme_that_does_nothing_in_the_toy_is_no_programme(case):
    assert unlike(toy(NOTHING[case]), toy(programme__enabled=False), 3) == []
    assert unlike(toy(), toy(programme__enabled=False), 3) != []


@examples(25)
@given(economies(), SEEDS, st.integers(0, 200))
def test_nothing_happens_before_the_launch(scenario, seed, launch):
    first = scenario.set(programme__enabled=True, programme__launch_date=day(launch))
    other = scenario.set(programme__enabled=False)
    with_, without = Model(first, rng=seed, engine="compiled"), Model(other, rng=seed, engine="compiled")
    for _ in range(min(with_.economy.calendar.step_of(day(launch)), with_.economy.calendar.steps)):
        with_.step(), without.step()
    assert differences(tables(with_), tables(without)) == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_who_never_applies_in_either_arm_has_the_same_path(seed):
    """Even with scarce funds and crowded queues, when enterprises are linked by nothing else."""
    scarce = {
        "lenders.banks.branch_capacity_weekly": 3e6,
        "lenders.banks.funds_yuan": 1e11,
        "population.enterprises": 400,
    }
    scenario = toy({**APART, **scarce})
    arms = [run(scenario, seed), run(scenario.set(programme__enabled=False), seed)]
    assert differences(tables(arms[0]), tables(arms[1])) != []
    applied = np.concatenate([applicants(model) for model in arms])
    same_path(arms, np.setdiff1d(np.arange(400), applied))


@pytest.mark.parametrize("seed", range(1, 6))
def test_who_never_applies_to_the_programme_has_the_same_path_at_a_bank_with_room(seed):
    plenty = {
        "lenders.banks.branch_capacity_weekly": 1e12,
        "lenders.banks.funds_yuan": 1e14,
        "population.enterprises": 400,
    }
    scenario = toy({**APART, **plenty})
    arms = [run(scenario, seed), run(scenario.set(programme__enabled=False), seed)]
    same_path(arms, np.setdiff1d(np.arange(400), applicants(arms[0], programme_only=True)))


def applicants(model, programme_only=False):
    """Rows of the enterprises that applied during the run."""
    loans = tables(model)["loans"]
    chosen = loans["existing"] == 0
    if programme_only:
        chosen &= loans["product"] == len(model.economy.products) - 1
    return np.unique(loans["enterprise"][chosen])


def same_path(arms, rows):
    """The given enterprises and their households are the same in both arms, loan numbers apart."""
    assert len(rows) > 100
    first, second = (tables(model) for model in arms)
    for name in ("enterprises", "households"):
        for field in first[name].dtype.names:
            if field not in ("first_loan", "application", "asked_product", "asked_lender", "take_up"):
                assert (first[name][field][rows] == second[name][field][rows]).all(), field


@examples(15)
@given(economies(), SEEDS)
def test_same_seed_same_bytes(scenario, seed):
    assert unlike(scenario, scenario, seed) == []


def test_another_seed_is_another_run():
    assert differences(tables(run(toy(), 1)), tables(run(toy(), 2))) != []


@examples(25)
@given(economies(), SEEDS, st.randoms(use_true_random=False))
def test_storage_order_does_not_matter(scenario, seed, luck):
    straight, mixed = (Model(scenario, rng=seed, engine="compiled", audit=True) for _ in range(2))
    order = list(range(len(mixed.economy.enterprises)))
    luck.shuffle(order)
    reorder(mixed.economy, np.array(order, dtype=np.int64))
    first, second = by_id(straight.run()), by_id(mixed.run())
    assert differences(first, second) == []


def reorder(economy, order):
    """Store enterprises, and with them their households, in another order."""
    place = np.argsort(order)
    count = len(order)
    economy.enterprises[:] = economy.enterprises[order]
    economy.households[:count] = economy.households[:count][order]
    economy.households["enterprise"][:count] = np.arange(count)
    loans = economy.loans[: economy.loan_count]
    if count:
        loans["enterprise"] = place[loans["enterprise"]]


def by_id(model):
    """Tables in the order of ids, loans with the id of their borrower."""
    every = tables(model)
    order = np.argsort(every["enterprises"]["id"], kind="stable")
    households = every["households"].copy()
    households["enterprise"] = 0
    loans = every["loans"].copy()
    loans["enterprise"] = every["enterprises"]["id"][loans["enterprise"]]
    return {
        **every,
        "enterprises": every["enterprises"][order],
        "households": households[np.argsort(households["id"], kind="stable")],
        "loans": loans,
    }


@examples(25)
@given(economies(), SEEDS, st.integers(0, 30))
def test_a_shorter_run_is_the_beginning_of_a_longer_one(scenario, seed, more):
    scenario = scenario.set(population__entry_rate_yearly=0.0, calendar__run_off_weeks=0)
    short = Model(scenario, rng=seed, engine="compiled").run()
    longer = Model(scenario.set(calendar__weeks=scenario.calendar.weeks + more), rng=seed, engine="compiled")
    steps = short.economy.calendar.steps
    for _ in range(steps):
        longer.step()
    cut = {**tables(longer), "history": longer.history[:steps], "books": longer.books[: len(short.books)]}
    assert differences(tables(short), cut) == []


@examples(25)
@given(economies(), SEEDS, st.integers(0, 30))
def test_with_entry_each_enterprise_of_a_shorter_run_is_as_in_a_longer_one(scenario, seed, more):
    """A longer run has more entrants, so rows move; ids and paths do not."""
    same_as_in_a_longer_run(scenario.set(spillovers__consumption=False, calendar__run_off_weeks=0), seed, more)


def test_with_entry_and_spending_a_shorter_run_is_the_beginning_of_a_longer_one():
    same_as_in_a_longer_run(toy(population__entry_rate_yearly=0.067, population__enterprises=300), 1, 26)


def same_as_in_a_longer_run(scenario, seed, more):
    """Each enterprise of a run is, at its end, what it is then in a run of more weeks."""
    short = Model(scenario, rng=seed, engine="compiled").run()
    longer = Model(scenario.set(calendar__weeks=scenario.calendar.weeks + more), rng=seed, engine="compiled")
    for _ in range(short.economy.calendar.steps):
        longer.step()
    tables = (model.economy.enterprises for model in (short, longer))
    first, second = (table[np.argsort(table["id"])] for table in tables)
    second = second[np.isin(second["id"], first["id"])]
    for field in set(first.dtype.names) - {"first_loan", "application", "asked_product", "asked_lender"}:
        assert first[field].tolist() == second[field].tolist(), field


@examples(15)
@given(economies(), SEEDS)
def test_eligible_regions_named_one_by_one_are_all_regions(scenario, seed):
    named = scenario.set(programme__eligible_regions=list(scenario.regions))
    assert unlike(scenario.set(programme__eligible_regions=None), named, seed) == []


def test_outcomes_do_not_follow_the_id():
    """F11: over 40 seeds the rank correlation of exit and id is nil."""
    ids, exits = [], []
    for seed in range(40):
        table = run(toy(population__enterprises=200), seed, audit=False).economy.enterprises
        ids.append(table["id"]), exits.append(table["exit_step"] >= 0)
    drawn = np.corrcoef(np.concatenate(ids), np.concatenate(exits))[0, 1]
    assert abs(drawn) < 4 / (40 * 200) ** 0.5


def test_the_toy_programme_lends():
    """The comparisons above are not of two idle arms."""
    loans = tables(run(toy()))["loans"]
    assert (loans["status"] >= LoanStatus.PERFORMING)[loans["existing"] == 0].sum() > 5
