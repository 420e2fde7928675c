"""What holds in one step, as records that rules read: conditions of the country, and cells (kind × sector × region).

Everything is per step. Records (rather than tuples of arrays) because compiled code passes them by address.
"""

from __future__ import annotations

from sim.arithmetic.draws import LAST_PURPOSE
from sim.state.codes import MeasureIndex
from sim.state.field import Field, layout

KEYS = f"{LAST_PURPOSE + 1}u8"
MOST_STEP_DAYS = 7
WEEKS_AHEAD = 8
"""Weeks after the step for which enterprises may know who reopens."""
MEASURES = len(MeasureIndex)

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

CELL = (
    Field("eligible", "i8", "0/1", "its region may borrow from the programme"),
    Field("demand", "f8", "ratio", "demand met by open enterprises against normal"),
    Field("capacity_level", "f8", "ratio", "part of normal activity at which the least exposed work"),
    Field("capacity_slope", "f8", "ratio", "log points of capacity lost for each of exposure"),
    Field("rent_part", "f8", "share", "of fixed cost that is rent"),
    Field("credit_sales_share", "f8", "share", "of sales paid later"),
    Field("credit_inputs_share", "f8", "share", "of inputs paid later"),
    Field("region_openness", "f8", "share", "open in its region: how far branches and job markets work"),
    Field("stopped", "i8", "0/1", "some may be shut in the step"),
    Field("wave_begins", "i8", "0/1", "a wave that reaches it begins: reopening ranks are drawn anew"),
    Field("threshold", f"{MOST_STEP_DAYS}f8", "share", "reopening rank up to which they are open, by day of the step"),
    Field("threshold_after", "f8", "share", "the same on the first day after the step"),
    Field("threshold_ahead", f"{WEEKS_AHEAD}f8", "share", "the same in the weeks after, as announced"),
)

CONDITIONS_TYPE = layout(CONDITIONS)
CELL_TYPE = layout(CELL)
