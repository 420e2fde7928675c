"""The model: one step as a list of phases; a Mesa model that both engines drive."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, Literal

import mesa
import numpy as np
import pandas as pd

from sim.arithmetic.draws import Purpose
from sim.model.agents import (
    Enterprise,
    Flow,
    Household,
    Lender,
    LenderFlow,
    Loan,
    Patronage,
    Programme,
    Queue,
    Request,
    Rows,
    columns_of,
)
from sim.model.compiled_step import run_step
from sim.model.conditions import make_conditions
from sim.model.economy import Economy, build_economy
from sim.model.journal import Posting, opening, postings
from sim.model.ledger import audit, check, money_of, settle_lenders, settle_outside
from sim.model.phases import PHASES, phases
from sim.model.requests import requests_of
from sim.population.enterprises import runway_in_days
from sim.rules.underwriting import receive_applications
from sim.scenario import Scenario
from sim.scenario.seeds import one_seed
from sim.state.flows import BOOKS_TYPE, FLOW_TYPE, LENDER_FLOW_TYPE, PATRONAGE_TYPE
from sim.state.step_totals import tally_income
from sim.state.table import Table

Engine = Literal["compiled", "mesa"]


class Model(mesa.Model):
    """One run of a scenario with one seed, as a Mesa model.

    Parameters
    ----------
    scenario
        The scenario to run.
    rng
        Seed of the run, a whole number. The same seed gives the same draws in every scenario.
    engine
        ``"mesa"`` runs agent by agent, for learning and extending; ``"compiled"`` runs whole tables, for real sizes.
        Both give the same bytes.
    audit
        Whether to check every account against every other after each step, and to keep the journal.
    threads
        Threads of the compiled engine in one run; any number gives the same bytes.

    Notes
    -----
    ``model.agents`` and ``model.agents_by_type`` hold live views of the tables. The compiled engine makes them on first
    use.

    Examples
    --------
    >>> import sim
    >>> model = sim.Model(sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"]), rng=1)
    >>> model.step()
    >>> model.steps, sorted(kind.__name__ for kind in model.agents_by_type)
    (1, ['Enterprise', 'Household', 'Lender'])
    """

    def __init__(
        self, scenario: Scenario, rng: int = 1, engine: Engine = "mesa", audit: bool = False, threads: int = 1
    ) -> None:
        self._views_ready = False
        rng = one_seed(rng, "rng")
        super().__init__(rng=rng)
        self.played = scenario  # not ``scenario``: Mesa 3.5 keeps its own under that name
        self.engine, self.audited = engine, audit
        totals = scenario.settings.population.results == "totals"
        self.economy: Economy = build_economy(scenario.settings, rng, threads, totals and engine == "compiled")
        steps = self.economy.calendar.steps
        self.start = self.economy.start
        self.money = money_of(self.economy, self.start)
        if not totals:
            self.runway_days = runway_in_days(self.economy.enterprises, scenario.settings, self.economy.calendar)
        self.history = np.zeros(steps, dtype=FLOW_TYPE)
        self.patronage_history = np.zeros((steps, self.economy.cells), dtype=PATRONAGE_TYPE)
        self.books = np.zeros(steps + 1, dtype=BOOKS_TYPE)
        self.keep_books(0, residual=0)
        self.journal: list[Posting] = opening(self.economy, self.start) if audit else []
        if engine == "mesa":
            self.make_agents()

    @property
    def engine_step(self) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
        """What runs the phases of a step."""
        return self.run_phases if self.engine == "mesa" else run_step

    @staticmethod
    def phases() -> pd.DataFrame:
        """One step as a table: number, phase, agent, action, rules, and the heading under which the ODD has it."""
        return phases()

    def step(self) -> None:
        """Run one step: the phases, then the ledger, then the record."""
        economy = self.economy
        if economy.step >= economy.calendar.steps:
            self.running = False
            return
        flow, lender_flows = self.engine_step(economy, *make_conditions(economy))
        tally_income(flow)
        from_lenders = settle_lenders(economy, lender_flows)
        settle_outside(economy, flow[0], from_lenders)
        residual = check(economy, flow[0], self.money)
        self.history[economy.step] = flow[0]
        self.patronage_history[economy.step] = economy.patronage
        self.keep_books(economy.step + 1, residual)
        if self.audited:
            audit(economy)
            waiting = int((self.history[economy.step - 1] if economy.step else self.start)["capital_waiting"])
            central_bank = int(self.books[economy.step]["central_bank"])
            self.journal += postings(economy, flow[0], lender_flows, from_lenders, waiting, central_bank)
        economy.spending = int(flow[0]["spending"])
        economy.bad_debts, economy.receivables = int(flow[0]["bad_debts"]), int(flow[0]["receivables"])
        economy.step += 1

    def run(self, on_step: Callable[[], object] | None = None) -> Model:
        """Run all steps that are left; ``on_step`` is called after each."""
        while self.economy.step < self.economy.calendar.steps:
            self.step()
            if on_step is not None:
                on_step()
        return self

    def free(self) -> None:
        """Let go of all tables and agents now: Mesa ties a model to itself, so Python would keep them for long."""
        if "economy" in self.__dict__:
            self.economy.store.free()
        self.__dict__.clear()

    def keep_books(self, row: int, residual: int) -> None:
        """Keep the totals of the lenders and the outside accounts."""
        economy = self.economy
        lenders = economy.lenders
        equity = lenders["funds"] + lenders["loans"] - lenders["liabilities"]
        held = {name: int(lenders[name].sum()) for name in ("funds", "loans", "programme_loans")}
        outside = ("government", "rest", "central_bank", "relending_subsidy")
        held |= {"equity": int(equity.sum()), "residual": residual}
        held |= {name: int(getattr(economy, name)) for name in outside}
        self.books[row] = tuple(held[name] for name in BOOKS_TYPE.names or ())

    def run_phases(self, economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One step agent by agent: the rules, in the order of ``PHASES``."""
        flows = np.zeros(1, dtype=FLOW_TYPE)
        lender_flows = np.zeros(len(economy.lenders), dtype=LENDER_FLOW_TYPE)
        economy.patronage = np.zeros(economy.cells, dtype=PATRONAGE_TYPE)
        self.conditions, self.cells = frozen_rows(conditions)[0], frozen_rows(cells)
        self.flow = Flow(columns_of(flows), 0)
        self.lender_flows = Rows(LenderFlow, lender_flows)
        self.patronage = Rows(Patronage, economy.patronage)
        for phase in PHASES:
            if phase.action == "underwriting":
                self.receive()
            if phase.kind in self.agents_by_type:
                self.agents_by_type[phase.kind].do(phase.action)
        return flows, lender_flows

    def receive(self) -> None:
        """Put the step's applications into the queues, in the order of a keyed draw."""
        economy = self.economy
        table, key = economy.enterprises, self.conditions.keys[Purpose.QUEUE_TIE]
        requests = requests_of(table, np.flatnonzero(table["asked"]), key)
        requests["loan"] = economy.book.add_rows(len(requests))
        if self.loans.count != len(economy.loans):
            self.loans.rebind(economy.loans)
        receive_applications(
            Rows(Request, requests), self.enterprises, self.loans, self.queues, self.products, self.conditions
        )

    def make_agents(self) -> None:
        """Make the Mesa agents, one a row, and the views that rules need beside them."""
        economy = self.economy
        enterprises, households = economy.store.columns()
        self._views_ready = True
        self.enterprises = self.make_views(Enterprise, enterprises, 1)
        self.households = self.make_views(Household, households, 1 + len(enterprises))
        first = 1 + len(enterprises) + len(households)
        self.lenders = self.make_views(Lender, economy.lenders, first)
        self.loans = Rows(Loan, economy.loans)
        self.queues = Rows(Queue, economy.queues)
        self.programme = Programme(columns_of(economy.programme), 0)
        self.terms = frozen_rows(economy.terms)[0]
        self.products, self.kinds = frozen_rows(economy.products), frozen_rows(economy.kinds)

    def make_views(self, kind: Any, table: np.ndarray | Table, first_id: int) -> list[Any]:
        """One agent for each row of a table."""
        columns = columns_of(table)
        return [kind(self, columns, row, first_id + row) for row in range(len(table))]

    @property
    def agents(self) -> Any:
        """All agents, as Mesa gives them."""
        self._need_views()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """Agents by class, as Mesa gives them."""
        self._need_views()
        return super().agents_by_type

    def _need_views(self) -> None:
        """Make the agents on first use; not while Mesa itself is being set up."""
        if not self._views_ready and hasattr(self, "economy"):
            self.make_agents()


def frozen_rows(table: np.ndarray) -> list[Any]:
    """Rows that no rule changes, as named tuples of Python numbers and lists, which plain Python reads faster."""
    names = table.dtype.names or ()
    row_type = namedtuple("row_type", names)  # type: ignore[misc]
    return [row_type(*values) for values in zip(*(table[name].tolist() for name in names), strict=True)]
