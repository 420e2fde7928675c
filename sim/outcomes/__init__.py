"""From tables to numbers: survival, fates, credit, jobs, and the table of a comparison.

Pure functions: tables (or a result with tables) in, tables out. Every share states its denominator, every band its
kind. Money columns of enterprises and loans are those of one real enterprise; functions that return totals take
``scale``, the number of real enterprises an agent stands for. The first arm (of the order of the categories of ``arm``)
is the one the others are taken from.
"""

from sim.outcomes.credit import application_outcomes, loan_volume, losses, refusals, who_asked
from sim.outcomes.grouping import arm_names, group_key
from sim.outcomes.judging import displaced, fiscal_cost, judged, judged_mean, judging_table, queue_deaths, targeting
from sim.outcomes.labour import jobs, jobs_kept, weekly_mean
from sim.outcomes.pairs import FATES, fate_of_each, fate_shares, fates
from sim.outcomes.runs import Tables, currency_of, run_outcomes
from sim.outcomes.survival_function import difference, logrank, median_survival, restricted_mean, survival
from sim.outcomes.table import format_number, format_summary, size_of, summary
from sim.outcomes.text import format_table
from sim.outcomes.vintages import vintage_losses

__all__ = [
    "FATES",
    "Tables",
    "application_outcomes",
    "arm_names",
    "currency_of",
    "difference",
    "displaced",
    "fate_of_each",
    "fate_shares",
    "fates",
    "fiscal_cost",
    "format_number",
    "format_summary",
    "format_table",
    "group_key",
    "jobs",
    "jobs_kept",
    "judged",
    "judged_mean",
    "judging_table",
    "loan_volume",
    "logrank",
    "losses",
    "median_survival",
    "queue_deaths",
    "refusals",
    "restricted_mean",
    "run_outcomes",
    "size_of",
    "summary",
    "survival",
    "targeting",
    "vintage_losses",
    "weekly_mean",
    "who_asked",
]
