"""Enterprise, Household and Lender as Mesa agents: live views of one row of a table.

An agent keeps no numbers of its own: its attributes read and write the row, so ``enterprise.cash`` is always what the
table says, whichever engine wrote it. The rules of ``sim.rules`` take such an agent as they take a compiled record.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.rules.consumption import consume, earn_elsewhere
from sim.rules.credit_demand import seek_credit, seeks_credit
from sim.rules.entry import enter_if_due
from sim.rules.exit import close, exit_cause
from sim.rules.labour import adjust_staff, find_work
from sim.rules.measures import receive_support
from sim.rules.payments import pay_arrears, pay_dues, pay_owner
from sim.rules.repayment import age_overdue, loans_need_service, service_loans
from sim.rules.sales import sell
from sim.rules.stoppage import foresee_reopening, redraw_rank, resume, stop_or_reopen
from sim.rules.underwriting import money_arrives, receive_money, serve_queue
from sim.state import fields as state
from sim.state import flows
from sim.state.step_totals import tally_custom, tally_enterprise, tally_household, tally_trade, tally_waiting
from sim.state.table import Table


class Column:
    """An attribute that reads and writes one field of the view's row."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        if view is None:
            return self
        return view.columns[self.name].item(view.row)

    def __set__(self, view: Any, value: Any) -> None:
        view.columns[self.name][view.row] = value


class ListColumn(Column):
    """The same for a field that holds several values; they come as a list."""

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        if view is None:
            return self
        return view.columns[self.name][view.row].tolist()


def add_columns(view: type, fields: tuple[state.Field, ...]) -> None:
    """Give a view class one :class:`Column` for each field."""
    for field in fields:
        several = field.type[0].isdigit()
        setattr(view, field.name, ListColumn(field.name) if several else Column(field.name))


def columns_of(table: np.ndarray | Table) -> dict[str, np.ndarray]:
    """The columns of a table by name, each a view of it."""
    return table.columns if isinstance(table, Table) else {name: table[name] for name in table.dtype.names or ()}


class RowView:
    """A row that is not a Mesa agent: a loan, a queue, a product, the programme, a step's flows."""

    def __init__(self, columns: dict[str, np.ndarray], row: int) -> None:
        self.columns, self.row = columns, row


def view_class(name: str, fields: tuple[state.Field, ...]) -> type[RowView]:
    """A :class:`RowView` class for one record layout."""
    view = type(name, (RowView,), {"__doc__": f"Live view of one row of the {name.lower()} table."})
    add_columns(view, fields)
    return view


Loan = view_class("Loan", state.LOAN)
Request = view_class("Request", state.REQUEST)
Queue = view_class("Queue", state.QUEUE)
Programme = view_class("Programme", state.PROGRAMME)
Flow = view_class("Flow", flows.FLOW)
LenderFlow = view_class("LenderFlow", flows.LENDER_FLOW)
Patronage = view_class("Patronage", flows.PATRONAGE)


class Rows:
    """The rows of a table as views, made when first asked for; follows the table when it grows."""

    def __init__(self, view: type[RowView], table: np.ndarray) -> None:
        self.view = view
        self.rebind(table)

    def rebind(self, table: np.ndarray) -> None:
        """Look at another table from now on (the loan table when it has grown)."""
        self.columns = columns_of(table)
        self.count = len(table)
        self.views: dict[int, RowView] = {}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, row: int) -> Any:
        if row not in self.views:
            self.views[row] = self.view(self.columns, row)
        return self.views[row]


class RowAgent(mesa.Agent):
    """A Mesa agent that is a live view of one row.

    It does not call ``mesa.Agent.__init__``: in Mesa 3.3 that keeps every model alive for ever in a class-level table.
    """

    def __init__(self, model: Any, columns: dict[str, np.ndarray], row: int, unique_id: int) -> None:
        self.model, self.pos = model, None
        self.columns, self.row = columns, row
        self.unique_id = unique_id
        model.register_agent(self)


class Enterprise(RowAgent):
    """A small enterprise. Its fields are those of ``sim.state.fields.ENTERPRISE``.

    Examples
    --------
    >>> import sim
    >>> model = sim.Model(sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"]), rng=1)
    >>> model.step()
    >>> enterprise = model.agents_by_type[sim.Enterprise][0]
    >>> enterprise.household.enterprise == enterprise.row, enterprise.cash >= 0
    (True, True)
    """

    @property
    def household(self) -> Any:
        """The household of the people it employs, or of its owner."""
        return self.model.households[self.row]

    @property
    def where(self) -> Any:
        """What holds in its cell (kind × sector × region) in this step."""
        return self.model.cells[self.cell]

    def begin(self) -> None:
        """Clear the household's income of the last step; enter if the time has come."""
        self.household.income = 0
        if self.where.wave_begins:
            redraw_rank(self, self.model.conditions, self.model.terms)
        resume(self, self.where)
        enter_if_due(self, self.household, self.model.flow, self.model.conditions)

    def stoppage(self) -> None:
        """Phase 1."""
        if self.exists:
            stop_or_reopen(self, self.where)
            self.shut_steps = 0.0
            if self.where.stopped:
                foresee_reopening(self, self.where, self.model.terms)

    def sales_phase(self) -> None:
        """Phase 2."""
        if self.exists:
            sell(self, self.where, self.model.flow, self.model.conditions, self.model.terms)
            tally_trade(self, self.model.patronage[self.cell])

    def measures(self) -> None:
        """Support of the step, between phases 2 and 3."""
        if self.exists:
            receive_support(self, self.where, self.model.flow, self.model.conditions, self.model.terms)

    def payments(self) -> None:
        """Phase 3."""
        if self.exists:
            model = self.model
            pay_arrears(self, self.household, model.flow)
            pay_dues(self, self.household, self.where, model.flow, model.terms)
            if loans_need_service(self, model.conditions):
                books = (model.loans, model.flow, model.lender_flows, model.products)
                service_loans(self, *books, model.conditions, model.terms)
            pay_owner(self, self.household, model.flow, model.terms)

    def labour(self) -> None:
        """Phase 4."""
        if self.exists:
            adjust_staff(self, self.household, self.model.flow, self.model.conditions, self.model.terms)

    def credit_demand(self) -> None:
        """Phase 6."""
        model, kind = self.model, self.model.kinds[self.kind]
        if self.exists and seeks_credit(self, kind, model.conditions, model.terms):
            seek_credit(
                self, kind, self.where, model.lenders, model.products, model.flow, model.conditions, model.terms
            )

    def payout(self) -> None:
        """The end of phase 7: approved money arrives."""
        model = self.model
        if self.exists and money_arrives(self, model.conditions):
            receive_money(self, model.loans, model.lender_flows, model.products, model.conditions, model.terms)

    def repayment(self) -> None:
        """Phase 8."""
        model = self.model
        if self.exists and self.overdue:
            age_overdue(
                self, model.loans, model.flow, model.lender_flows, model.products, model.conditions, model.terms
            )

    def leave(self) -> None:
        """Phase 9."""
        model = self.model
        cause = exit_cause(self, model.conditions, model.terms) if self.exists else 0
        if cause > 0:
            books = (model.loans, model.flow, model.lender_flows, model.products)
            close(self, self.household, *books, cause, model.conditions, model.terms)

    def tally(self) -> None:
        """Add to the totals of the step."""
        model = self.model
        tally_enterprise(self, model.flow, model.conditions)
        tally_waiting(self, model.flow)
        tally_custom(self, model.patronage[self.cell], model.terms)


class Household(RowAgent):
    """The people of an enterprise, or of the rest of the economy; fields: ``sim.state.fields.HOUSEHOLD``.

    Examples
    --------
    >>> import sim
    >>> model = sim.Model(sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"]), rng=1)
    >>> model.step()
    >>> owners = [household for household in model.agents_by_type[sim.Household] if household.enterprise >= 0]
    >>> len(owners) == len(model.agents_by_type[sim.Enterprise])
    True
    """

    def consumption(self) -> None:
        """Phases 4 (work found elsewhere) and 5."""
        model = self.model
        if self.enterprise < 0:
            self.income = 0
            staff, openness = 0, model.conditions.branch_openness
        else:
            employer = model.enterprises[self.enterprise]
            staff, openness = employer.staff, employer.where.region_openness
        idle = find_work(self, staff, openness, model.conditions, model.terms)
        earn_elsewhere(self, idle, model.flow, model.terms)
        consume(self, openness, model.flow, model.terms)

    def tally(self) -> None:
        """Add to the totals of the step."""
        tally_household(self, self.model.flow)


class Lender(RowAgent):
    """A lender. Its fields are those of ``sim.state.fields.LENDER``.

    Examples
    --------
    >>> import sim
    >>> model = sim.Model(sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"]), rng=1)
    >>> model.step()
    >>> lender = model.agents_by_type[sim.Lender][0]
    >>> lender.equity == lender.funds + lender.loans - lender.liabilities
    True
    """

    @property
    def equity(self) -> int:
        """Funds and loans less liabilities [real fen]."""
        return int(self.funds + self.loans - self.liabilities)

    def underwriting(self) -> None:
        """Phase 7: decide the branch queue, then the remote queue."""
        model = self.model
        for queue in (model.queues[2 * self.row], model.queues[2 * self.row + 1]):
            serve_queue(
                queue,
                self,
                model.loans,
                model.enterprises,
                model.products,
                model.programme,
                model.conditions,
                model.terms,
            )


add_columns(Enterprise, state.ENTERPRISE)
add_columns(Household, state.HOUSEHOLD)
add_columns(Lender, state.LENDER)
