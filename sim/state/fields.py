"""One record layout per kind of agent: every field with its unit and meaning.

A table is a NumPy array of one of these layouts. A compiled pass reads a record as ``table[row].cash``; a Mesa agent is
a view whose attributes read and write ``table["cash"][row]``. Money is int64 fen of ONE real unit, except in the
lender, programme and account tables, which hold real fen of the whole country. What a field says of itself besides
unit and meaning is explained in ``sim.state.field``; stores and tables of totals follow from it.
"""

from __future__ import annotations

from sim.state.field import Field as Field
from sim.state.field import Kept, Use, named
from sim.state.field import layout as layout

NEVER, ELSEWHERE = Kept.NEVER, Kept.ELSEWHERE
DECISION, ANSWER, PAYOUT, TOTALS, ENTERED = Use.DECISION, Use.ANSWER, Use.PAYOUT, Use.TOTALS, Use.ENTERED

ENTERPRISE = (
    Field("id", "i4", "id", "key of all draws; never a position", used=DECISION | PAYOUT | TOTALS),
    Field("kind", "i1", "index", "sme, self_employed or rural, in the scenario's order", used=DECISION | TOTALS),
    Field("sector", "i2", "index", "sector, in the scenario's order", reads=False, used=TOTALS),
    Field("region", "i2", "index", "region, in the scenario's order", used=DECISION | TOTALS),
    Field("cell", "i4", "index", "kind × sector × region", reads=False),
    Field("house_bank", "i4", "lender", "its house bank; -1 without one"),
    Field("digital", "i1", "0/1", "has a transaction-data footprint", used=DECISION | TOTALS),
    Field("banked", "i1", "0/1", "has a bank-credit history", used=DECISION | PAYOUT | TOTALS),
    Field(
        "owner_works",
        "i1",
        "0/1",
        "one of the staff is the unpaid owner, who lives from the business",
        used=PAYOUT | TOTALS,
    ),
    Field("staff_normal", "i4", "people", "people working in a normal week", used=PAYOUT | TOTALS),
    Field("staff", "i4", "people", "people working now", changes=True),
    Field("wage", "i8", "fen/person/step", "wage of one paid person", used=PAYOUT | TOTALS | ENTERED),
    Field("sales_normal", "i8", "fen/step", "sales in a normal step", used=DECISION | TOTALS | ENTERED),
    Field("input_share", "f4", "share of sales", "materials and other variable costs", used=TOTALS | ENTERED),
    Field("fixed", "i8", "fen/step", "rent and other fixed costs when open", used=PAYOUT | TOTALS | ENTERED),
    Field("living", "i8", "fen/step", "what the owner's household takes out to live from", used=TOTALS | ENTERED),
    Field("cash", "i8", "fen", "cash in hand", changes=True, used=PAYOUT | TOTALS),
    Field("buffer", "i8", "fen", "cash the owner wants to keep", used=ENTERED),
    Field("collateral", "i8", "fen", "value of what could be pledged", changes=True, used=DECISION | TOTALS | ENTERED),
    Field("quality", "f4", "sd", "hidden quality θ ~ N(0, 1)", reads=False, used=DECISION | ENTERED),
    Field("hazard", "f4", "share/step", "chance to close for other causes", used=PAYOUT | ENTERED),
    Field("reopening_rank", "f4", "share", "open on the days when the share open is at least this", changes=True),
    Field("exposure", "f4", "log points", "how much of its capacity it loses, against the mean of 1", used=ENTERED),
    Field(
        "deviation", "f4", "log points", "own demand against normal, weekly noise, AR(1)", changes=True, used=ENTERED
    ),
    Field(
        "persistent",
        "f4",
        "log points",
        "own demand against normal, persistent part, AR(1)",
        changes=True,
        used=ENTERED,
    ),
    Field("could_sell", "i8", "fen/step", "sales of the step if it were open in all of it", kept=NEVER),
    Field("shut_steps", "f4", "steps", "it expects to stay shut for, from this one on; 0 while open", kept=NEVER),
    Field("open_days", "i1", "days", "days open in this step", changes=True),
    Field("resumed", "i1", "0/1", "its stoppage is over on the first day after the step", changes=True),
    Field("sales", "i8", "fen", "sales of this step", kept=NEVER),
    Field("wage_arrears", "i8", "fen", "wages owed to the household", changes=True, used=PAYOUT | TOTALS),
    Field("input_arrears", "i8", "fen", "inputs owed to suppliers", changes=True, used=TOTALS),
    Field("rent_arrears", "i8", "fen", "rent and other fixed cost owed", changes=True, used=PAYOUT | TOTALS),
    Field("first_loan", "i4", "loan", "newest loan of its chain; -1 without one", used=PAYOUT | TOTALS),
    Field("loan_step", "i4", "step", "next step at which a loan needs attention", changes=True, used=PAYOUT),
    Field("overdue", "i1", "0/1", "one of its loans is overdue", changes=True, used=PAYOUT),
    Field("receivables", "i8", "fen", "sales not paid for yet", changes=True),
    Field("payables", "i8", "fen", "inputs not due yet", changes=True),
    Field("waived", "i8", "fen", "fixed cost of this step that a measure waives", kept=NEVER),
    Field(
        "debt",
        "i8",
        "fen",
        "outstanding principal of loans taken since the start of the run",
        changes=True,
        used=DECISION | PAYOUT,
    ),
    Field(
        "pledged", "i8", "fen", "value of the collateral that is pledged for running loans", changes=True, used=DECISION
    ),
    Field("application", "i4", "loan", "application under way; -1 without one", used=DECISION | ANSWER),
    Field("asked", "i8", "fen", "amount asked for in this step; 0 = does not ask", kept=NEVER),
    Field("asked_product", "i4", "product", "product asked for in this step", changes=True),
    Field("asked_lender", "i4", "lender", "lender asked in this step", kept=NEVER),
    Field(
        "answer_step",
        "i4",
        "step",
        "first step at which its application may be answered; NEVER without one",
        changes=True,
        used=DECISION | PAYOUT,
    ),
    Field(
        "payout_step",
        "i4",
        "step",
        "step at which approved money arrives; NEVER = none approved",
        used=DECISION | ANSWER,
    ),
    Field("bank_step", "i4", "step", "first step at which it may ask its house bank again", used=DECISION | PAYOUT),
    Field("programme_step", "i4", "step", "first step at which it may ask the programme again", used=DECISION | PAYOUT),
    Field("gap_step", "i4", "step", "first step with a liquidity gap; -1 so far none", changes=True, used=TOTALS),
    Field("take_up", "i1", "code", "TakeUp: how far the programme reached it", changes=True, used=TOTALS),
    Field("lent_by", "i1", "bits", "LentBy: who paid out a new loan to it", reads=False, used=PAYOUT | TOTALS),
    Field("died_waiting", "i1", "code", "exited with an application under way: 1 = bank, 2 = programme", used=TOTALS),
    Field("entry_step", "i4", "step", "step of its entry; 0 = there from the start", used=TOTALS),
    Field("exists", "i1", "0/1", "in business: entered and not exited", changes=True, used=PAYOUT | TOTALS),
    Field("exit_step", "i4", "step", "step of its exit; -1 while it has not exited", changes=True, used=TOTALS),
    Field("exit_cause", "i1", "code", "ExitCause; 0 while it has not exited", changes=True, used=TOTALS),
)

DECIDED_BY = named(ENTERPRISE, lambda field: DECISION in field.used)
"""Fields of an enterprise that a lender's decision reads or changes."""

HOUSEHOLD = (
    Field("id", "i8", "id", "key of all draws; never a position", kept=ELSEWHERE),
    Field("enterprise", "i4", "row", "enterprise it works for or owns; -1 = the rest of the economy", kept=NEVER),
    Field("members", "i4", "people", "working members"),
    Field("working_elsewhere", "i4", "people", "members working in the rest of the economy", changes=True),
    Field("wage", "i8", "fen/person/step", "normal income of one member"),
    Field("cash", "i8", "fen", "cash in hand", changes=True),
    Field("income", "i8", "fen", "income of this step", kept=NEVER),
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

OUT = -2
"""What stands for the next application of one that is in no queue."""

ENTERPRISE_TYPE = layout(ENTERPRISE)
HOUSEHOLD_TYPE = layout(HOUSEHOLD)
LOAN_TYPE = layout(LOAN)
REQUEST_TYPE = layout(REQUEST)
LENDER_TYPE = layout(LENDER)
QUEUE_TYPE = layout(QUEUE)
PRODUCT_TYPE = layout(PRODUCT)
PROGRAMME_TYPE = layout(PROGRAMME)
