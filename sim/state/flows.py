"""What a step counts, and the books after it: records of whole numbers of eight bytes, which are added up."""

from __future__ import annotations

from sim.state.field import Field, layout

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

PATRONAGE = (
    Field("open", "i8", "fen × days", "demand for open enterprises of a cell"),
    Field("closed", "i8", "fen × days", "demand for enterprises closed for now or closed by illiquidity"),
    Field("sales", "i8", "fen", "sales of the cell in the step"),
    Field("inputs", "i8", "fen", "inputs the cell bought in the step"),
    Field("entered", "i8", "agents", "enterprises below all size classes that have been in business"),
    Field("entered_resumed", "i8", "agents", "those of them whose stoppage is over on the first day after the step"),
    Field("living", "i8", "agents", "those in business after the step"),
    Field("living_resumed", "i8", "agents", "those of them whose stoppage is over on that day"),
)

BOOKS = (
    Field("funds", "i8", "real fen", "cash of all lenders"),
    Field("loans", "i8", "real fen", "principal outstanding, all lenders"),
    Field("programme_loans", "i8", "real fen", "programme principal outstanding"),
    Field("equity", "i8", "real fen", "funds and loans less liabilities of all lenders"),
    Field("government", "i8", "real fen", "account of the government"),
    Field("rest", "i8", "real fen", "account of the rest of the economy"),
    Field("central_bank", "i8", "real fen", "account of the central bank"),
    Field("relending_subsidy", "i8", "real fen", "paid by the government to lenders in the step, on relending"),
    Field("residual", "i8", "real fen", "money made or lost in the step; always 0"),
)

LENDER_FLOW_TYPE = layout(LENDER_FLOW)
FLOW_TYPE = layout(FLOW)
PATRONAGE_TYPE = layout(PATRONAGE)
BOOKS_TYPE = layout(BOOKS)
