"""The frozen numbers that rules read, as records: terms for the whole run, conditions of one step, kinds and cells.

Everything is per step. Records (rather than tuples of arrays) because compiled code passes them by address.
"""

from __future__ import annotations

from sim.arithmetic.draws import LAST_PURPOSE
from sim.state.codes import MeasureIndex
from sim.state.fields import Field, layout

KEYS = f"{LAST_PURPOSE + 1}u8"
MOST_STEP_DAYS = 7
MEASURES = len(MeasureIndex)

TERMS = (
    Field("scale", "i8", "real enterprises", "that each agent stands for"),
    Field("step_days", "i8", "days", "in a step"),
    Field("day_share", "f8", "share", "of a step that one day is"),
    Field("noise_persistence", "f8", "ratio", "of the demand deviation from step to step"),
    Field("noise_step", "f8", "log points", "size of its innovation [log points]"),
    Field("noise_half_variance", "f8", "log points", "keeps mean demand at normal"),
    Field("capacity_ratio", "f8", "ratio", "most sales against normal"),
    Field("furlough_share", "f8", "share", "of wages paid while closed"),
    Field("closed_fixed_share", "f8", "share", "of fixed cost still due while closed"),
    Field("payout_share", "f8", "share/step", "of cash above the buffer paid out a step"),
    Field("layoff_steps", "f8", "steps", "runway under which staff is laid off"),
    Field("key_staff_share", "f8", "share", "of normal staff kept in any case"),
    Field("job_finding_share", "f8", "share/step", "of those out of work who find work in a step"),
    Field("benefit_ratio", "f8", "ratio", "of the normal wage"),
    Field("household_buffer_steps", "f8", "steps", "of normal income that a household wants to keep"),
    Field("income_spent_share", "f8", "share", "of income spent at once"),
    Field("cash_spent_share", "f8", "share/step", "of cash above the buffer spent a step"),
    Field("horizon_steps", "f8", "steps", "planning horizon"),
    Field("restock_steps", "f8", "steps", "of normal inputs needed to start again"),
    Field("precautionary_steps", "f8", "steps", "of normal sales asked for without a gap"),
    Field("least_asked", "i8", "fen", "smallest amount asked for"),
    Field("reapply_steps", "i8", "steps", "wait after a decision"),
    Field("steps_per_year", "f8", "steps", "in a year"),
    Field("pd_intercept", "f8", "probit", "a of PD = Φ(a − bθ)"),
    Field("pd_slope", "f8", "probit/sd", "b of PD = Φ(a − bθ)"),
    Field("noise_statements", "f8", "sd", "sd, enterprises with bank history"),
    Field("noise_unknown", "f8", "sd", "sd, enterprises without"),
    Field("noise_transactions", "f8", "sd", "noise of transaction data"),
    Field("lgd_unsecured", "f8", "share", "loss given default without collateral"),
    Field("collateral_kept_share", "f8", "share", "1 − haircut"),
    Field("least_granted_share", "f8", "share", "of what is asked, under which an offer is refused"),
    Field("non_performing_steps", "i8", "steps", "overdue until a loan is non-performing"),
    Field("write_off_steps", "i8", "steps", "overdue until it is written off"),
    Field("buffer_kept_share", "f8", "share", "of the buffer kept before early repayment"),
    Field("rent_patience_steps", "f8", "steps", "of normal rent that may be in arrears"),
    Field("wage_patience_steps", "f8", "steps", "of the wage bill that may be in arrears"),
    Field("assets_steps", "f8", "steps", "of normal sales that stock and equipment are worth"),
    Field("vacancy_filling_share", "f8", "share/step", "of vacancies filled from elsewhere in a step"),
    Field("precautionary_saving_share", "f8", "share", "fall of spending out of income when the region is closed"),
    Field("collected_share", "f8", "share/step", "of receivables and payables that fall due in a step"),
    Field("fixed_keys", KEYS, "words", "draw keys that hold for the whole run, by purpose"),
)

CONDITIONS = (
    Field("step", "i8", "step", "the present step"),
    Field("branch_openness", "f8", "share", "national share open, for the capacity of branches"),
    Field("stress_factor", "f8", "ratio", "on the probability of default"),
    Field("programme_open", "i8", "0/1", "the programme lends"),
    Field("awareness", "f8", "share", "enterprises that have heard of the programme"),
    Field("asking_allowed", "i8", "0/1", "loans may be asked for (not in the run-off)"),
    Field("bad_debt_share", "f8", "share", "of receivables lost because customers exited in the last step"),
    Field("any_support", "i8", "0/1", "wage support, rent waiver or grant is in force"),
    Field("holiday_principal", "i8", "0/1", "the payment holiday defers principal"),
    Field("holiday_interest", "i8", "0/1", "the payment holiday defers interest"),
    Field("wages_only_stopped", "i8", "0/1", "wage support only for the stopped"),
    Field("grant_only_stopped", "i8", "0/1", "the grant only for the stopped"),
    Field("grant", "i8", "fen", "the same for every enterprise"),
    Field("grant_steps", "f8", "steps", "of normal sales, by size"),
    Field("measure_share", f"{MEASURES}f8", "share", "size of each measure, 0 = not in force; by MeasureIndex"),
    Field("measure_kinds", f"{MEASURES}i8", "bits", "kinds it is for; by MeasureIndex"),
    Field("measure_regions", f"{MEASURES}i8", "bits", "regions it is for; by MeasureIndex"),
    Field("keys", KEYS, "words", "draw keys of the step, by purpose"),
)

KIND = (
    Field("eligible", "i8", "0/1", "may borrow from the programme"),
    Field("discouraged", "f8", "share", "in need, but never ask"),
    Field("precautionary", "f8", "share", "without a gap, but ask the programme all the same"),
)

CELL = (
    Field("eligible", "i8", "0/1", "its region may borrow from the programme"),
    Field("demand", "f8", "ratio", "demand met by open enterprises against normal"),
    Field("rent_part", "f8", "share", "of fixed cost that is rent"),
    Field("credit_sales_share", "f8", "share", "of sales paid later"),
    Field("credit_inputs_share", "f8", "share", "of inputs paid later"),
    Field("region_openness", "f8", "share", "open in its region: how far branches and job markets work"),
    Field("openness", f"{MOST_STEP_DAYS}f8", "share", "open on each day of the step"),
    Field("openness_after", "f8", "share", "open on the first day after the step"),
)

TERMS_TYPE = layout(TERMS)
CONDITIONS_TYPE = layout(CONDITIONS)
KIND_TYPE = layout(KIND)
CELL_TYPE = layout(CELL)
