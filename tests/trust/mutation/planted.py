"""The faults of design/reliability.md, section 4, each put into the code where it would happen."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Planted(NamedTuple):
    """A fault: its number, what is wrong, the file, the right text and the wrong one, tests beside the usual ones."""

    number: str
    what: str
    path: str
    right: str
    wrong: str
    tests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Number and what is wrong."""
        return f"{self.number} {self.what}"

    def text(self, root: Path) -> str:
        """The file's text with the fault; the right text must stand in it once."""
        text = (root / self.path).read_text(encoding="utf-8")
        if text.count(self.right) != 1:
            raise ValueError(f"{self.name}: {self.path} holds {text.count(self.right)} times: {self.right!r}")
        return text.replace(self.right, self.wrong)


PAYMENTS, REPAYMENT, EXIT = "sim/rules/payments.py", "sim/rules/repayment.py", "sim/rules/exit.py"
UNDERWRITING, DEMAND, LEDGER = "sim/rules/underwriting.py", "sim/rules/credit_demand.py", "sim/model/ledger.py"
OUTCOMES = ("tests/outcomes/test_outcomes.py",)

PLANTED = (
    Planted(
        "F1",
        "the owner's living is paid from cash that is not there",
        PAYMENTS,
        "paid = min(enterprise.cash, enterprise.living)",
        "paid = enterprise.living",
    ),
    Planted(
        "F2",
        "wages leave the enterprise and reach nobody",
        PAYMENTS,
        "    household.cash += amount\n    household.income += amount",
        "    household.income += amount",
    ),
    Planted(
        "F2",
        "a split among creditors leaves a residue",
        EXIT,
        "            claim = loan.outstanding\n            paid = part_of(enterprise.cash, claim, claims)\n"
        "            claims -= claim\n",
        "            claim = loan.outstanding\n            paid = part_of(enterprise.cash, claim, claims)\n",
    ),
    Planted(
        "F3",
        "the lender pays a loan out twice",
        UNDERWRITING,
        "lender_flow.disbursed += loan.amount",
        "lender_flow.disbursed += 2 * loan.amount",
    ),
    Planted(
        "F3",
        "the borrower receives a loan twice",
        UNDERWRITING,
        "enterprise.cash += loan.amount",
        "enterprise.cash += 2 * loan.amount",
    ),
    Planted("F4", "a repayment is not booked", REPAYMENT, "    loan.repaid += amount\n", ""),
    Planted(
        "F4",
        "more is repaid than is outstanding",
        REPAYMENT,
        "excess = min(enterprise.cash - kept, loan.outstanding)",
        "excess = enterprise.cash - kept",
    ),
    Planted(
        "F5",
        "interest on the original amount",
        REPAYMENT,
        "round_fen(loan.outstanding * loan.instalment_rate)",
        "round_fen(loan.amount * loan.instalment_rate)",
    ),
    Planted(
        "F5",
        "simple interest for compound",
        UNDERWRITING,
        "rate_over(loan.rate, product.instalment_days)",
        "loan.rate * product.instalment_days / 360.0",
    ),
    Planted("F5", "interest is due in a payment holiday", REPAYMENT, "    if deferred:\n", "    if False:\n"),
    Planted(
        "F5",
        "deferred interest is charged twice",
        REPAYMENT,
        "    interest += loan.deferred\n    loan.deferred = 0\n",
        "    interest += loan.deferred\n",
    ),
    Planted("F6", "the dead go on trading", EXIT, "    enterprise.exists = 0\n", ""),
    Planted("F6", "the dead keep their approved loan", EXIT, "    forget_application(enterprise)\n", ""),
    Planted("F7", "the dead keep their staff", EXIT, "    enterprise.staff = 0\n", ""),
    Planted(
        "F7",
        "households are paid and nobody is charged",
        PAYMENTS,
        "    enterprise.cash -= amount\n    household.cash",
        "    household.cash",
    ),
    Planted("F8", "a lender without equity lends", UNDERWRITING, "    if equity <= 0:\n        return 0, EQUITY\n", ""),
    Planted(
        "F8",
        "a write-off does not lower the lender's loans",
        LEDGER,
        '(flows["disbursed"] - flows["principal"] - flows["written_off"])',
        '(flows["disbursed"] - flows["principal"])',
    ),
    Planted(
        "F9",
        "the envelope is overspent by commitments",
        UNDERWRITING,
        "programme.envelope - programme.outstanding - programme.committed",
        "programme.envelope - programme.outstanding",
    ),
    Planted(
        "F10",
        "commitments to the dead are lost",
        EXIT,
        "        lender_flows[loan.lender].released += loan.amount\n",
        "",
    ),
    Planted("F10", "an application of the dead waits for ever", EXIT, "    withdraw(loan, conditions.step)\n", ""),
    Planted(
        "F11",
        "the queue is in the order of the table",
        "sim/model/requests.py",
        "np.take(requests, order)",
        "requests",
    ),
    Planted(
        "F12",
        "what a lender sees hangs on how many asked before",
        UNDERWRITING,
        "noise(terms.fixed_keys[SIGNAL], enterprise.id)",
        "noise(terms.fixed_keys[SIGNAL], enterprise.application)",
    ),
    Planted(
        "F13",
        "division by normal sales of zero",
        "sim/rules/labour.py",
        "    if enterprise.sales_normal <= 0:\n        return enterprise.staff_normal\n",
        "",
    ),
    Planted(
        "F14",
        "an agent's loan counts for one enterprise",
        UNDERWRITING,
        "reserved = amount * terms.scale",
        "reserved = amount",
    ),
    Planted(
        "F14",
        "room is not divided by what an agent stands for",
        UNDERWRITING,
        "left = room // terms.scale",
        "left = room",
    ),
    Planted("F15", "yuan for fen", "sim/arithmetic/money.py", "round_fen(yuan * FEN_PER_YUAN)", "round_fen(yuan)"),
    Planted(
        "F15",
        "a year has a step",
        UNDERWRITING,
        "enterprise.sales_normal * terms.steps_per_year",
        "enterprise.sales_normal * 1.0",
    ),
    Planted(
        "F16",
        "money comes a step late",
        UNDERWRITING,
        "loan.payout_step = step + product.payout_steps",
        "loan.payout_step = step + product.payout_steps + 1",
    ),
    Planted(
        "F16",
        "decisions come a step late",
        UNDERWRITING,
        "conditions.step >= loan.applied_step",
        "conditions.step > loan.applied_step",
    ),
    Planted(
        "F17",
        "the shock begins a day late",
        "sim/population/paths.py",
        "known = np.array([(date - start).days for date, _ in path], dtype=float)",
        "known = np.array([(date - start).days + 1 for date, _ in path], dtype=float)",
        ("tests/population/test_paths.py",),
    ),
    Planted(
        "F18",
        "totals in single precision",
        LEDGER,
        'int(flow["household_cash"])',
        'int(np.float32(flow["household_cash"]))',
    ),
    Planted(
        "F19",
        "the record of earlier steps changes",
        "sim/model/model.py",
        "self.history[economy.step] = flow[0]",
        "self.history[: economy.step + 1] = flow[0]",
        ("tests/model/test_mesa.py::test_the_record_of_a_step_never_changes_again[mesa]",),
    ),
    Planted(
        "F20",
        "the share of exits is over survivors",
        "sim/outcomes/runs.py",
        '"exit_share": divide(runs.total(cells, event, number), agents)',
        '"exit_share": divide(runs.total(cells, event, number), alive)',
        OUTCOMES,
    ),
    Planted(
        "F21",
        "a probability is no number",
        UNDERWRITING,
        "weight = 1.0 / (1.0 + sigma * sigma)",
        'weight = float("nan")',
    ),
    Planted(
        "F22",
        "lent is what was approved, paid out or not",
        "sim/outcomes/runs.py",
        'lent = runs.total(cells, paid, loans["amount_yuan"])',
        'lent = runs.total(cells, approved, loans["amount_yuan"])',
        OUTCOMES,
    ),
)
