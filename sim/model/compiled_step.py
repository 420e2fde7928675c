"""One step of the compiled engine: the kernels over the store of an economy, in threads."""

from __future__ import annotations

import numpy as np

from sim.engine.blocks import spans_of
from sim.engine.kernels import Books, advance, advance_others, finish, receive, underwrite
from sim.engine.threads import in_order
from sim.model.economy import Economy
from sim.model.requests import Requests
from sim.state.fields import REQUEST_TYPE
from sim.state.flows import FLOW_TYPE, LENDER_FLOW_TYPE, PATRONAGE_TYPE
from sim.state.record_bytes import joined


def run_step(economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Run phases 1 to 9 of one step; return the step's flows [1] and the lenders' flows [lenders]."""
    step, threads = CompiledStep(economy, conditions, cells), economy.threads
    in_order(step.advance, step.parts, threads)
    step.requests.give_rows(economy.book.add_rows)
    in_order(step.receive, step.parts, threads)
    in_order(step.decide, range(min(threads, 2)), threads)
    in_order(step.finish, step.parts, threads)
    return step.totals()


class CompiledStep:
    """A step under way: each span of blocks has totals of its own, which are added up at the end.

    Parameters
    ----------
    economy
        Before the step.
    conditions, cells
        What holds in the step [1], [sectors × regions].
    """

    def __init__(self, economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> None:
        self.economy, self.store, self.cells = economy, economy.store, cells
        self.spans = spans_of(economy.store.blocks, economy.threads)
        self.parts = range(len(self.spans))
        self.now = (conditions[0], economy.terms[0])
        self.requests = Requests(len(self.parts))
        self.flows, self.counted = np.zeros((2, len(self.parts)), dtype=FLOW_TYPE)
        self.lender_flows = np.zeros((len(self.parts), len(economy.lenders)), dtype=LENDER_FLOW_TYPE)
        self.patronage, self.counted_patronage = np.zeros((2, len(self.parts), len(cells)), dtype=PATRONAGE_TYPE)

    def books(self, part: int) -> Books:
        """The books that a kernel reads and writes for a part."""
        economy = self.economy
        return Books(economy.loans, economy.lenders, self.lender_flows[part], economy.products)

    def advance(self, part: int) -> None:
        """Phases 1 to 6 of a part, and the rest of the step of those who cannot be answered in it."""
        number, last = self.spans[part]
        with self.store.scratch() as scratch:
            view, found, asked = self.store.view(scratch), scratch.requests, 0
            while number < last:
                number, asked = advance(
                    view, self.store.blocks, self.books(part), self.economy.kinds, self.cells, self.patronage[part],
                    self.flows[part], *self.now, number, last, self.store.busy, found, asked,
                )  # fmt: skip
                if number < last:
                    found = joined([found, np.empty(len(found) // 2, dtype=REQUEST_TYPE)])
            self.requests.put(part, joined([found[:asked]]))

    def receive(self, part: int) -> None:
        """Write the applications of a part into the loan table."""
        receive(self.requests.parts[part], self.store.view(), self.economy.loans, self.now[0])
        self.requests.order(part)

    def decide(self, part: int) -> None:
        """Decisions come one after the other; other households, whom they do not concern, live beside them."""
        economy = self.economy
        if part == 0:
            every, programme = self.requests.merged(), economy.programme[0]
            underwrite(every, self.store.view(), self.books(0), economy.queues, programme, *self.now)
        if part == 1 or economy.threads == 1:
            with self.store.scratch() as scratch:
                advance_others(self.store.others_view(scratch), self.store.other_blocks, self.flows[0], *self.now)

    def finish(self, part: int) -> None:
        """The rest of the step of those of a part who may have been answered."""
        finish(
            self.store.view(), self.store.blocks, self.books(part), self.patronage[part], self.counted_patronage[part],
            self.flows[part], self.counted[part], *self.now, *self.spans[part], self.store.busy,
        )  # fmt: skip

    def totals(self) -> tuple[np.ndarray, np.ndarray]:
        """The step's flows [1] and the lenders' flows [lenders]; the economy keeps the patronage of the step."""
        self.economy.patronage = added_up(self.patronage, self.counted_patronage)
        return added_up(self.flows, self.counted)[np.newaxis], added_up(self.lender_flows)


def added_up(parts: np.ndarray, less: np.ndarray | None = None) -> np.ndarray:
    """The sum over parts of a table of whole numbers of eight bytes, field by field, less that of another one."""
    total = parts[..., np.newaxis].view(np.int64).sum(axis=0)
    if less is not None:
        total -= less[..., np.newaxis].view(np.int64).sum(axis=0)
    return np.ascontiguousarray(total).view(parts.dtype)[..., 0]
