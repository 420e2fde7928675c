"""Packed tables change nothing: totals, enterprises, households and loans are those of plain tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sim.engine.loan_rows import REFUSED, SPARE, ended, take_out
from sim.engine.packed.views import KEPT, KEPT_AT_HOME
from sim.model.model import Model
from sim.model.requests import Requests
from sim.population.packed_state import UNREAD_BEFORE_ENTRY
from sim.state.fields import REQUEST_TYPE
from tests.model.test_engines import CASES
from tests.support.economies import SEEDS, economies, examples, toy
from tests.support.small import scenario as packaged

OF_A_LOAN = ("lender", "product", "status", "reason", "existing", "first_time", "applied_step", "decided_step")
OF_A_LOAN += ("payout_step", "ended_step", "asked", "amount", "collateral", "outstanding", "interest_due", "deferred")
OF_A_LOAN += ("principal_due", "repaid", "interest_paid", "written_off", "overdue_step", "last_step")
ENDS = ("first", "last")
ROWS = ("first_loan", "application")
"""Fields that say where in the loan table something stands."""


def run(scenario, seed, threads=1, **changes):
    """A finished run."""
    return Model(scenario.set(changes), rng=seed, engine="compiled", audit=True, threads=threads).run()


def both(scenario, seed, threads=1):
    """The same run in plain and in packed tables."""
    return run(scenario, seed), run(scenario, seed, threads, **{"population.results": "totals"})


def by_id(table, names):
    """Rows in the order of their ids, and their ids."""
    order = np.argsort(table["id"], kind="stable")
    return {name: table[name][order] for name in names} | {"id": table["id"][order]}


def loans_of(model):
    """Loans that are not refused or withdrawn applications, in an order of their own values."""
    economy = model.economy
    loans = economy.loans[: economy.loan_count]
    loans = loans[(loans["lender"] >= 0) & ~np.isin(loans["status"], (2, 3))]
    ids = np.zeros(economy.store.rows, dtype=np.int64)
    rows = [np.arange(first, last) for first, last in zip(*(economy.store.blocks[name] for name in ENDS), strict=True)]
    ids[np.concatenate([*rows, []]).astype(int)] = economy.store.tables()[0]["id"]
    ids = ids[loans["enterprise"]]
    return sorted(zip(ids.tolist(), *(loans[name].tolist() for name in OF_A_LOAN), strict=True))


def unlike(plain, packed):
    """What differs between a run in plain tables and one in packed tables."""
    found = [name for name in ("history", "patronage_history", "books") if not_same(plain, packed, name)]
    found += [name for name in ("lenders", "programme") if not_same(plain.economy, packed.economy, name)]
    for place, names in ((0, KEPT), (1, KEPT_AT_HOME)):
        first, second = (by_id(model.economy.store.tables()[place], names) for model in (plain, packed))
        for name in UNREAD_BEFORE_ENTRY if place == 0 else ():
            first[name][first["entry_step"] >= plain.economy.calendar.steps] = 0
        found += [name for name in set(names) - set(ROWS) if first[name].tobytes() != second[name].tobytes()]
    return found + (["loans"] if loans_of(plain) != loans_of(packed) else [])


def not_same(first, second, name):
    """Whether two tables differ by a bit."""
    return getattr(first, name).tobytes() != getattr(second, name).tobytes()


@pytest.mark.parametrize("case", CASES)
def test_packed_tables_change_nothing(case):
    assert unlike(*both(toy(CASES[case]), 2**62 + 5)) == []


@examples(25)
@given(economies(weeks=14, enterprises=60), SEEDS)
def test_packed_tables_change_nothing_in_any_small_economy(scenario, seed):
    assert unlike(*both(scenario, seed)) == []


def test_several_blocks_threads_and_portions_of_requests_change_nothing(monkeypatch):
    """Blocks that are finished row by row and others at once; requests that do not find room at first."""
    monkeypatch.setattr("sim.engine.blocks.LEAST_ROWS", 2048)
    monkeypatch.setattr("sim.engine.store.FEW_REQUESTS", 2048)
    scenario = packaged().set({"population.enterprises": 30_000, "calendar.weeks": 24})
    plain, packed = both(scenario, 3, threads=2)
    assert len(packed.economy.store.blocks) > 40
    assert unlike(plain, packed) == []
    with pytest.MonkeyPatch.context() as few:
        few.setattr("sim.engine.store.FEW_REQUESTS", 10**6)
        assert unlike(plain, run(scenario, 3, **{"population.results": "totals"})) == []


def test_rows_of_ended_applications_are_used_again():
    plain, packed = both(packaged().set({"population.enterprises": 2_000}), 1)
    assert 0 < packed.economy.loan_count < 0.8 * plain.economy.loan_count
    assert unlike(plain, packed) == []


def test_an_application_that_stands_in_a_queue_is_not_ended():
    loans = np.zeros(6, dtype=packaged_loans().dtype)
    loans["status"], loans["next_in_queue"] = [REFUSED, 3, 3, REFUSED, 4, 0], [-2, -2, -1, -2, -2, -1]
    done, left = ended(np.array([0, 1, 2, 4, 5], dtype=np.int32), loans)
    assert (done.tolist(), left.tolist()) == ([0, 1], [2, 5])


def test_a_row_that_is_taken_out_is_spare():
    loans = np.zeros(4, dtype=packaged_loans().dtype)
    loans["amount"] = [1, 2, 3, 4]
    copies = np.empty(2, dtype=loans.dtype)
    take_out(loans, np.array([3, 1], dtype=np.int32), SPARE, copies)
    assert (copies["amount"].tolist(), loans["amount"].tolist()) == ([4, 2], [1, 0, 3, 0])
    assert loans["lender"].tolist() == [0, -1, 0, -1]


def test_requests_of_several_threads_come_in_the_order_of_their_draws():
    requests = Requests(3)
    for part, ties in enumerate(([2**63, 3], [1, 2**64 - 1], [])):
        requests.put(part, np.zeros(len(ties), dtype=REQUEST_TYPE))
        requests.parts[part]["tie"] = ties
        requests.put(part, requests.parts[part])
    requests.give_rows(lambda many: np.arange(7, 7 + many))
    assert [part["loan"].tolist() for part in requests.parts] == [[9, 8], [7, 10], []]
    for part in range(3):
        requests.order(part)
    assert requests.merged()["tie"].tolist() == [1, 3, 2**63, 2**64 - 1]
    assert requests.merged()["loan"].tolist() == [7, 8, 9, 10]


def packaged_loans():
    """A loan table."""
    return Model(toy(), rng=1, engine="compiled").economy.loans


def test_memory_of_a_packed_run_is_given_back():
    model = run(toy(), 1, **{"population.results": "totals"})
    store = model.economy.store
    model.free()
    assert store.enterprises.nbytes < 100_000
    assert len(store.enterprises) == 0


def test_a_packed_run_has_no_agents_to_look_at():
    model = Model(toy({"population.results": "totals"}), rng=1, engine="compiled")
    with pytest.raises(ValueError, match=r"population.results=panels"):
        _ = model.agents
