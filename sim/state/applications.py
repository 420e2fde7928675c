"""An application as a row of the loan table, and the queues of lenders as chains through that table.

Rules decide what happens to an application (``sim.rules.underwriting``); these functions only write it down. Each is
called by both engines, as a rule is.
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.decorators import ask_ahead, ask_for_place, rule
from sim.state.codes import LoanStatus, Refusal

WAITING, WITHDRAWN = int(LoanStatus.WAITING), int(LoanStatus.WITHDRAWN)
NO_REASON = int(Refusal.NONE)


@rule
def open_application(loan: Any, request: Any, enterprise: Any, conditions: Any) -> None:
    """Fill in a new application."""
    loan.enterprise = request.enterprise
    loan.lender = request.lender
    loan.product = request.product
    loan.status = WAITING
    loan.reason = NO_REASON
    loan.first_time = 1 - enterprise.banked
    loan.applied_step = conditions.step
    loan.decided_step = -1
    loan.payout_step = -1
    loan.ended_step = -1
    loan.overdue_step = -1
    loan.asked = request.asked
    loan.next_loan = -1


@rule
def withdraw(loan: Any, step: int) -> None:
    """Withdraw an application; it leaves the queue when the lender comes to it."""
    loan.status = WITHDRAWN
    loan.ended_step = step
    loan.payout_step = -1


@rule
def forget_application(enterprise: Any) -> None:
    """No application is under way any more: refused, paid out or withdrawn."""
    enterprise.application = -1
    enterprise.answer_step = NEVER
    enterprise.payout_step = NEVER


@rule
def join_queue(queue: Any, loans: Any, row: int) -> None:
    """Put an application at the end of the queue."""
    loans[row].next_in_queue = -1
    if queue.tail < 0:
        queue.head = row
    else:
        loans[queue.tail].next_in_queue = row
    queue.tail = row


@rule
def leave_queue(queue: Any, loans: Any, before: int, following: int) -> None:
    """Take out of the queue the application that stands between two others."""
    if before < 0:
        queue.head = following
    else:
        loans[before].next_in_queue = following
    if following < 0:
        queue.tail = before


@rule
def look_ahead(row: int, loans: Any, enterprises: Any) -> None:
    """Ask the machine for the enterprise of the next application, and for what leads to those of the two after it."""
    if row < 0:
        return
    ask_ahead(enterprises, loans[row].enterprise)
    second = loans[row].next_in_queue
    if second >= 0:
        ask_for_place(enterprises, loans[second].enterprise)
        ask_ahead(loans, loans[second].next_in_queue)
