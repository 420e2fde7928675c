"""One record layout per kind of agent: every field with its unit and meaning.

A table is a NumPy array of one of these layouts. A compiled pass reads a record as ``table[row].cash``; a Mesa agent is
a view whose attributes read and write ``table["cash"][row]``. Money is int64 fen of ONE real unit, except in the
lender, programme and account tables, which hold real fen of the whole country.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Field(NamedTuple):
    """One field of a record: name, NumPy type, unit and meaning."""

    name: str
    type: str
    unit: str
    meaning: str


ENTERPRISE = (
    Field("id", "i4", "id", "key of all draws; never a position"),
    Field("kind", "i1", "index", "sme, self_employed or rural, in the scenario's order"),
    Field("sector", "i2", "index", "sector, in the scenario's order"),
    Field("region", "i2", "index", "region, in the scenario's order"),
    Field("cell", "i4", "index", "sector × region"),
    Field("house_bank", "i4", "lender", "its house bank; -1 without one"),
    Field("digital", "i1", "0/1", "has a transaction-data footprint"),
    Field("banked", "i1", "0/1", "has a bank-credit history"),
    Field("owner_works", "i1", "0/1", "one of the staff is the unpaid owner, who lives from the business"),
    Field("staff_normal", "i4", "people", "people working in a normal week"),
    Field("staff", "i4", "people", "people working now"),
    Field("wage", "i8", "fen/person/step", "wage of one paid person"),
    Field("sales_normal", "i8", "fen/step", "sales in a normal step"),
    Field("input_share", "f4", "share of sales", "materials and other variable costs"),
    Field("fixed", "i8", "fen/step", "rent and other fixed costs when open"),
    Field("living", "i8", "fen/step", "what the owner's household takes out to live from"),
    Field("cash", "i8", "fen", "cash in hand"),
    Field("buffer", "i8", "fen", "cash the owner wants to keep"),
    Field("collateral", "i8", "fen", "value of what could be pledged"),
    Field("quality", "f4", "sd", "hidden quality θ ~ N(0, 1)"),
    Field("hazard", "f4", "share/step", "chance to close for other causes"),
    Field("reopening_rank", "f4", "share", "open on the days when the share open is at least this"),
    Field("deviation", "f4", "log points", "own demand against normal, AR(1)"),
    Field("open_days", "i1", "days", "days open in this step"),
    Field("resumed", "i1", "0/1", "its stoppage is over on the first day after the step"),
    Field("sales", "i8", "fen", "sales of this step"),
    Field("wage_arrears", "i8", "fen", "wages owed to the household"),
    Field("input_arrears", "i8", "fen", "inputs owed to suppliers"),
    Field("rent_arrears", "i8", "fen", "rent and other fixed cost owed"),
    Field("first_loan", "i4", "loan", "newest loan of its chain; -1 without one"),
    Field("loan_step", "i4", "step", "next step at which a loan needs attention"),
    Field("overdue", "i1", "0/1", "one of its loans is overdue"),
    Field("receivables", "i8", "fen", "sales not paid for yet"),
    Field("payables", "i8", "fen", "inputs not due yet"),
    Field("waived", "i8", "fen", "fixed cost of this step that a measure waives"),
    Field("debt", "i8", "fen", "outstanding principal of loans taken since the start of the run"),
    Field("pledged", "i8", "fen", "value of the collateral that is pledged for running loans"),
    Field("application", "i4", "loan", "application under way; -1 without one"),
    Field("asked", "i8", "fen", "amount asked for in this step; 0 = does not ask"),
    Field("asked_product", "i4", "product", "product asked for in this step"),
    Field("asked_lender", "i4", "lender", "lender asked in this step"),
    Field("answer_step", "i4", "step", "first step at which its application may be answered; NEVER without one"),
    Field("payout_step", "i4", "step", "step at which approved money arrives; NEVER = none approved"),
    Field("bank_step", "i4", "step", "first step at which it may ask its house bank again"),
    Field("programme_step", "i4", "step", "first step at which it may ask the programme again"),
    Field("gap_step", "i4", "step", "first step with a liquidity gap; -1 so far none"),
    Field("take_up", "i1", "code", "TakeUp: how far the programme reached it"),
    Field("lent_by", "i1", "bits", "LentBy: who paid out a new loan to it"),
    Field("died_waiting", "i1", "code", "exited with an application under way: 1 = bank, 2 = programme"),
    Field("entry_step", "i4", "step", "step of its entry; 0 = there from the start"),
    Field("exists", "i1", "0/1", "in business: entered and not exited"),
    Field("exit_step", "i4", "step", "step of its exit; -1 while it has not exited"),
    Field("exit_cause", "i1", "code", "ExitCause; 0 while it has not exited"),
)

DECIDED_BY = (
    "id", "kind", "region", "digital", "banked", "sales_normal", "collateral", "quality", "debt", "pledged",
    "application", "answer_step", "payout_step", "bank_step", "programme_step",
)  # fmt: skip
"""Fields of an enterprise that a lender's decision reads or changes."""

HOUSEHOLD = (
    Field("id", "i8", "id", "key of all draws; never a position"),
    Field("enterprise", "i4", "row", "enterprise it works for or owns; -1 = the rest of the economy"),
    Field("members", "i4", "people", "working members"),
    Field("working_elsewhere", "i4", "people", "members working in the rest of the economy"),
    Field("wage", "i8", "fen/person/step", "normal income of one member"),
    Field("cash", "i8", "fen", "cash in hand"),
    Field("income", "i8", "fen", "income of this step"),
)

LOAN = (
    Field("status", "i1", "code", "LoanStatus"),
    Field("existing", "i1", "0/1", "was there before the run"),
    Field("lender", "i2", "lender", "lender"),
    Field("product", "i2", "product", "product; the last one is the programme's main product"),
    Field("overdue_step", "i2", "step", "first unpaid instalment; -1 = none"),
    Field("instalment_step", "i4", "step", "next instalment"),
    Field("next_loan", "i4", "loan", "next loan of the borrower's chain"),
    Field("outstanding", "i8", "fen", "principal not repaid"),
    Field("interest_due", "i8", "fen", "interest due and unpaid"),
    Field("principal_due", "i8", "fen", "principal due and unpaid"),
    Field("deferred", "i8", "fen", "interest deferred by a payment holiday"),
    Field("instalment_rate", "f8", "per instalment", "interest of one instalment period"),
    Field("repaid", "i8", "fen", "principal repaid"),
    Field("interest_paid", "i8", "fen", "interest paid"),
    Field("grace_step", "i4", "step", "last step of interest-only time"),
    Field("last_step", "i4", "step", "last instalment"),
    Field("enterprise", "i4", "row", "borrower"),
    Field("next_in_queue", "i4", "loan", "next application of the lender's queue; -1 = the last; OUT = not in it"),
    Field("applied_step", "i2", "step", "application"),
    Field("decided_step", "i2", "step", "decision; -1 = none yet"),
    Field("payout_step", "i2", "step", "money; -1 = none"),
    Field("ended_step", "i2", "step", "repaid, written off or withdrawn; -1 = not yet"),
    Field("reason", "i1", "code", "Refusal"),
    Field("first_time", "i1", "0/1", "the borrower had no bank-credit history"),
    Field("was_deferred", "i1", "0/1", "an instalment was deferred"),
    Field("rate", "f4", "per year", "effective rate"),
    Field("asked", "i8", "fen", "amount asked for"),
    Field("amount", "i8", "fen", "amount approved"),
    Field("collateral", "i8", "fen", "collateral pledged for it"),
    Field("guarantee", "f8", "share", "part of a loss that the government bears"),
    Field("written_off", "i8", "fen", "principal lost"),
)

REQUEST = (
    Field("enterprise", "i4", "row", "who asks in this step"),
    Field("loan", "i4", "loan", "row of the loan table where the application is written"),
    Field("tie", "u8", "word", "keyed draw in whose order the requests of a step come"),
    Field("asked", "i8", "fen", "amount asked for"),
    Field("product", "i4", "product", "product asked for"),
    Field("lender", "i4", "lender", "lender asked"),
)

LENDER = (
    Field("id", "i8", "id", "key of all draws"),
    Field("group", "i2", "index", "lender group, in the scenario's order"),
    Field("member", "i1", "0/1", "member of the programme"),
    Field("member_step", "i4", "step", "first step of its programme lending"),
    Field("member_weight", "f8", "real fen", "quota left of a member that lends now; 0 = does not lend"),
    Field("room", "i8", "real fen", "what funds and equity still let it lend, at the start of the step"),
    Field("region_mask", "i8", "bits", "regions it serves"),
    Field("relending", "i8", "real fen", "owed to the central bank"),
    Field("funding_now", "f8", "per year", "what new loans are priced on: relending is cheaper"),
    Field("offered", "8i4", "products", "its products besides the programme's, -1 padded"),
    Field("funds", "i8", "real fen", "cash to lend"),
    Field("committed", "i8", "real fen", "approved, not yet paid out"),
    Field("loans", "i8", "real fen", "principal outstanding"),
    Field("liabilities", "i8", "real fen", "owed to those who fund it"),
    Field("equity_start", "i8", "real fen", "equity at the start"),
    Field("programme_loans", "i8", "real fen", "programme principal outstanding"),
    Field("programme_committed", "i8", "real fen", "programme approvals not yet paid out"),
    Field("programme_quota", "i8", "real fen", "most programme principal it may have out"),
    Field("least_equity_ratio", "f8", "ratio", "equity to loans under which it stops lending"),
    Field("funding_cost", "f8", "per year", "what it pays for its funds"),
    Field("funding_rate", "f8", "share/step", "the same per step"),
)

QUEUE = (
    Field("lender", "i4", "lender", "lender that decides"),
    Field("remote", "i1", "0/1", "1 = remote channel, 0 = branch"),
    Field("capacity", "f8", "real applications/step", "decisions without contact restrictions"),
    Field("ready", "f8", "real applications", "decisions that can still be made"),
    Field("least_steps", "i4", "steps", "fewest from application to decision of any product of its channel"),
    Field("head", "i4", "loan", "first application waiting; -1 = none"),
    Field("tail", "i4", "loan", "last application waiting; -1 = none"),
)

PRODUCT = (
    Field("programme", "i1", "0/1", "a product of the programme"),
    Field("remote", "i1", "0/1", "reached remotely, not through a branch"),
    Field("collateral_required", "i1", "0/1", "lent only against collateral"),
    Field("transactions", "i1", "0/1", "judged by transaction data, not by statements"),
    Field("banked_only", "i1", "0/1", "only for enterprises with a bank-credit history"),
    Field("early_repayment", "i1", "0/1", "may be repaid early at no charge"),
    Field("decision_steps", "i4", "steps", "application to decision"),
    Field("payout_steps", "i4", "steps", "decision to money"),
    Field("instalment_steps", "i4", "steps", "between instalments"),
    Field("grace_steps", "i4", "steps", "interest-only time"),
    Field("term_steps", "i4", "steps", "to the last instalment"),
    Field("instalment_days", "f8", "days", "between instalments"),
    Field("rate", "f8", "per year", "posted effective rate"),
    Field("discount_share", "f8", "share of the rate", "discount on the offered rate"),
    Field("rate_ceiling", "f8", "per year", "rate above which the lender refuses"),
    Field("operating_cost", "f8", "per year", "cost of making and serving the loan"),
    Field("asked_from", "i8", "fen", "smallest request that goes to it (programme products)"),
    Field("kind_mask", "i8", "bits", "kinds it is for"),
    Field("region_mask", "i8", "bits", "regions it is for"),
    Field("group_mask", "i8", "bits", "lender groups that offer it"),
    Field("cap", "i8", "fen", "largest loan"),
    Field("cap_share", "f8", "share of yearly turnover", "largest loan"),
    Field("ltv_share", "f8", "share of the collateral", "largest loan where collateral is required"),
)

PROGRAMME = (
    Field("envelope", "i8", "real fen", "most that may be out on loan"),
    Field("outstanding", "i8", "real fen", "principal outstanding"),
    Field("committed", "i8", "real fen", "approved, not yet paid out"),
    Field("partial", "i1", "0/1", "a remainder is lent in part; 0 = passed to the next"),
)

LENDER_FLOW = (
    Field("disbursed", "i8", "fen × agents", "paid out"),
    Field("principal", "i8", "fen × agents", "principal received"),
    Field("interest", "i8", "fen × agents", "interest received"),
    Field("written_off", "i8", "fen × agents", "principal lost"),
    Field("guaranteed", "i8", "fen × agents", "losses paid by the government"),
    Field("released", "i8", "fen × agents", "commitments that ended, paid out or withdrawn"),
    Field("programme_disbursed", "i8", "fen × agents", "paid out, programme"),
    Field("programme_principal", "i8", "fen × agents", "principal received, programme"),
    Field("programme_written_off", "i8", "fen × agents", "principal lost, programme"),
    Field("programme_released", "i8", "fen × agents", "commitments that ended, programme"),
)

FLOW = (
    Field("sales", "i8", "fen × agents", "rest of economy → enterprises"),
    Field("inputs", "i8", "fen × agents", "enterprises → rest of economy"),
    Field("wages", "i8", "fen × agents", "enterprises → households"),
    Field("fixed", "i8", "fen × agents", "enterprises → rest of economy: rent and other fixed cost"),
    Field("living", "i8", "fen × agents", "enterprises → owner households"),
    Field("dividends", "i8", "fen × agents", "enterprises → rest of economy: pay-outs of SMEs"),
    Field("elsewhere", "i8", "fen × agents", "rest of economy → households: wages elsewhere"),
    Field("benefits", "i8", "fen × agents", "government → households"),
    Field("spending", "i8", "fen × agents", "households → rest of economy"),
    Field("wage_support", "i8", "fen × agents", "government → enterprises"),
    Field("rent_waiver", "i8", "fen × agents", "government → rest of economy, for landlords"),
    Field("grants", "i8", "fen × agents", "government → enterprises"),
    Field("interest_subsidy", "i8", "fen × agents", "government → lenders"),
    Field("guarantees", "i8", "fen × agents", "government → lenders"),
    Field("bad_debts", "i8", "fen × agents", "bills of exited customers that stay unpaid"),
    Field("collateral_sold", "i8", "fen × agents", "rest of economy → estates"),
    Field("estate_owner", "i8", "fen × agents", "estates → owners outside the model"),
    Field("gaps", "i8", "agents", "enterprises with a liquidity gap"),
    Field("discouraged", "i8", "agents", "with a gap, but never ask"),
    Field("unaware", "i8", "agents", "with a gap, programme open, but have not heard of it"),
    Field("unreachable", "i8", "agents", "with a gap, aware, but out of the programme's reach"),
    Field("precautionary", "i8", "agents", "without a gap, ask the programme all the same"),
    Field("unreached", "i8", "agents", "with a gap, free to ask, but no product within reach this step"),
    Field("waiting", "i8", "agents", "applications waiting for a decision after the step"),
    Field("existing", "i8", "agents", "enterprises that exist after the step"),
    Field("open_days", "i8", "agent days", "days open of existing enterprises"),
    Field("open_now", "i8", "agents", "existing enterprises open on the first day after the step"),
    Field(
        "resumed", "i8", "agents", "enterprises of the start whose stoppage is over on that day, exited ones included"
    ),
    Field("died_waiting", "i8", "agents", "exits of the step with an application under way"),
    Field("vacancies", "i8", "people × agents", "posts left open in the step"),
    Field("receivables", "i8", "fen × agents", "receivables of enterprises in business"),
    Field("illiquid_exits", "i8", "agents", "exits of the step by illiquidity"),
    Field("other_exits", "i8", "agents", "exits of the step by other causes"),
    Field("jobs", "i8", "people × agents", "people working in existing enterprises"),
    Field("working_elsewhere", "i8", "people × agents", "members of households working in the rest of the economy"),
    Field("in_arrears", "i8", "agents", "existing enterprises with any arrears"),
    Field("entries", "i8", "agents", "enterprises that enter in the step"),
    Field("enterprise_cash", "i8", "fen × agents", "cash of enterprises in business"),
    Field("capital_waiting", "i8", "fen × agents", "cash of enterprises that have not entered yet"),
    Field("overdrawn", "i8", "agents", "accounts of agents below zero; always 0"),
    Field("household_cash", "i8", "fen × agents", "cash of households"),
    Field("household_income", "i8", "fen × agents", "income of households"),
    Field("members", "i8", "people × agents", "working members of households"),
)

CUSTOM = (
    Field("open", "i8", "fen × days", "demand for open enterprises of a cell"),
    Field("closed", "i8", "fen × days", "demand for enterprises closed for now or closed by illiquidity"),
    Field("sales", "i8", "fen", "sales of the cell in the step"),
    Field("inputs", "i8", "fen", "inputs the cell bought in the step"),
)


OUT = -2
"""What stands for the next application of one that is in no queue."""


def layout(fields: tuple[Field, ...]) -> np.dtype:
    """The aligned NumPy record type of a list of fields."""
    return np.dtype([(field.name, field.type) for field in fields], align=True)


ENTERPRISE_TYPE = layout(ENTERPRISE)
HOUSEHOLD_TYPE = layout(HOUSEHOLD)
LOAN_TYPE = layout(LOAN)
REQUEST_TYPE = layout(REQUEST)
LENDER_TYPE = layout(LENDER)
QUEUE_TYPE = layout(QUEUE)
PRODUCT_TYPE = layout(PRODUCT)
PROGRAMME_TYPE = layout(PROGRAMME)
LENDER_FLOW_TYPE = layout(LENDER_FLOW)
FLOW_TYPE = layout(FLOW)
CUSTOM_TYPE = layout(CUSTOM)
