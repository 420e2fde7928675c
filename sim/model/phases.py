"""One step as a table: who does what, in which order, by which rules, and where the ODD describes it.

The agent-based engine goes through these rows one by one; the kernels carry their names as comments.
"""

from __future__ import annotations

from typing import NamedTuple

import mesa
import pandas as pd

from sim.model.agents import Enterprise, Household, Lender


class Phase(NamedTuple):
    """One action of a step: its number and name, who acts, the method of that agent, its rules, the ODD's heading."""

    number: str
    name: str
    kind: type[mesa.Agent]
    action: str
    rules: tuple[str, ...]
    odd: str

    @property
    def banner(self) -> str:
        """Number and name, as the kernels carry them."""
        return f"{self.number} {self.name}".strip()


PHASES = (
    Phase("", "entry", Enterprise, "begin", ("redraw_rank", "resume", "enter_if_due"), "Submodel 0: entry"),
    Phase(
        "1",
        "stoppage",
        Enterprise,
        "stoppage",
        ("stop_or_reopen", "foresee_reopening"),
        "Submodel 1: stoppage",
    ),
    Phase("2", "sales", Enterprise, "sales_phase", ("sell",), "Submodel 2: sales"),
    Phase("", "measures", Enterprise, "measures", ("receive_support",), "Submodel 10: measures"),
    Phase(
        "3",
        "payments",
        Enterprise,
        "payments",
        ("pay_arrears", "pay_dues", "loans_need_service", "service_loans", "pay_owner"),
        "Submodel 3: payments",
    ),
    Phase("4", "labour", Enterprise, "labour", ("adjust_staff",), "Submodel 4: labour"),
    Phase(
        "5",
        "consumption",
        Household,
        "consumption",
        ("find_work", "earn_elsewhere", "consume"),
        "Submodel 5: consumption",
    ),
    Phase(
        "6",
        "credit demand",
        Enterprise,
        "credit_demand",
        ("seeks_credit", "seek_credit"),
        "Submodel 6: credit demand",
    ),
    Phase(
        "7",
        "underwriting",
        Lender,
        "underwriting",
        ("receive_applications", "serve_queues", "serve_queue"),
        "Submodel 7: underwriting",
    ),
    Phase("7", "payout", Enterprise, "payout", ("money_arrives", "receive_money"), "Submodel 7: underwriting"),
    Phase("8", "repayment", Enterprise, "repayment", ("age_overdue",), "Submodel 8: repayment"),
    Phase("9", "exit", Enterprise, "leave", ("exit_cause", "close"), "Submodel 9: exit"),
    Phase("", "totals", Enterprise, "tally", (), "What a step counts"),
    Phase("", "totals", Household, "tally", (), "What a step counts"),
)
"""One step of the Mesa engine, in this order. The compiled engine runs the same rules in the same order."""


def phases() -> pd.DataFrame:
    """The actions of a step in their order: number, phase, agent, action, rules, heading in the ODD."""
    rows = [(one.number, one.name, one.kind.__name__, one.action, ", ".join(one.rules), one.odd) for one in PHASES]
    columns = ["number", "phase", "agent", "action", "rules", "odd"]
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, 1 + len(rows), name="order"))
