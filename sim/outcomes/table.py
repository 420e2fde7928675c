"""The table of a comparison: every outcome with and without the programme, and the difference with its band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.outcomes.grouping import key_of, number_of
from sim.outcomes.intervals import Floats, mean_interval, ratio_interval
from sim.outcomes.pairs import fates
from sim.outcomes.runs import Runs, Tables, currency_of, outcomes_of_runs

SHARE = "share"
DASH = "–"


@dataclass(frozen=True)
class Outcome:
    """One row of the table: its key (the row label), its description, its unit, and a note for the reader."""

    key: str
    label: str
    unit: str
    note: str = ""


OF_ARMS = (
    Outcome("exit_share", "enterprises closed in the run", SHARE),
    Outcome("exit_illiquid_share", "enterprises closed for lack of money", SHARE),
    Outcome("insolvent_share", "insolvent at the end, of those in business", SHARE),
    Outcome("restricted_mean_days", "mean days in business, of the days of the run", "days"),
    Outcome("jobs_million", "jobs at the end", "million"),
    Outcome("job_years_million", "job-years in the run", "million"),
    Outcome("sales_bn", "sales in the run", "bn yuan"),
    Outcome("borrowers_million", "borrowers of the programme", "million"),
    Outcome("lent_bn_programme", "lent by the programme", "bn yuan"),
    Outcome("lent_bn_bank", "lent by banks, new loans", "bn yuan"),
    Outcome("mean_loan_yuan_programme", "mean loan of the programme", "yuan"),
    Outcome("mean_loan_yuan_bank", "mean new bank loan", "yuan"),
    Outcome("first_time_share_programme", "programme loans to first-time borrowers", SHARE),
    Outcome("approval_share_programme", "approved, of decided programme applications", SHARE),
    Outcome("approval_share_bank", "approved, of decided bank applications", SHARE),
    Outcome("days_to_money_programme", "application to money, programme", "days"),
    Outcome("days_to_money_bank", "application to money, bank", "days"),
    Outcome("rate_programme", "yearly rate, programme loans", SHARE),
    Outcome("rate_bank", "yearly rate, new bank loans", SHARE),
    Outcome("written_off_share_programme", "written off, of programme money lent", SHARE, "in the run only"),
    Outcome("written_off_share_bank", "written off, of new bank money lent", SHARE, "in the run only"),
)

OF_PAIRS = (
    Outcome("saved_thousand", "enterprises saved", "thousand"),
    Outcome("saved_insolvent_thousand", "of these insolvent at the end: only kept for a while", "thousand"),
    Outcome("harmed_thousand", "enterprises harmed", "thousand"),
    Outcome("net_saved_thousand", "enterprises saved less harmed", "thousand"),
    Outcome("lent_per_saved_yuan", "programme money lent per enterprise saved (net)", "yuan"),
    Outcome("lost_per_saved_yuan", "programme loans written off per enterprise saved (net)", "yuan", "in the run only"),
    Outcome("lent_per_job_year_yuan", "programme money lent per job-year kept", "yuan"),
)
RATIOS = {
    "lent_per_saved_yuan": ("lent_bn_programme", "net_saved_thousand", 1e6),
    "lost_per_saved_yuan": ("written_off_bn_programme", "net_saved_thousand", 1e6),
    "lent_per_job_year_yuan": ("lent_bn_programme", "job_years_million", 1e3),
}
"""Numerator, denominator (differences of the arms) and what turns the quotient into yuan."""


def summary(results: Tables) -> pd.DataFrame:
    """Outcomes of each arm and their paired difference.

    Parameters
    ----------
    results
        Tables of a comparison or of a run. The other arms are compared with the first one.

    Returns
    -------
    pandas.DataFrame
        Row labels are the keys of the outcomes. Columns: outcome, unit, one for each arm (mean over its seeds),
        difference (first arm minus the other), low, high (95 %, Student t over the differences of the same seeds; NaN
        with one seed), note. Outcomes of a pair of arms (saved, cost per saved) are in ``difference``; an outcome that
        an arm does not have is NaN there. With more than two arms each other arm has its own rows, named in
        ``against``. With one arm there is no difference, and the band is that of the mean.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.summary(results)
    >>> table.loc["exit_share", ["outcome", "unit"]].tolist()
    ['enterprises closed in the run', 'share']
    """
    runs, currency = outcomes_of_runs(results), currency_of(results)
    if len(runs.arms) == 1:
        return _in_currency(_frame([_alone(runs, outcome) for outcome in OF_ARMS]), currency)
    parts = []
    for other in range(1, len(runs.arms)):
        rows = [_compared(runs, outcome, other) for outcome in OF_ARMS]
        rows += _pair_rows(runs, results, other)
        parts.append(_frame(rows))
        if len(runs.arms) > 2:
            parts[-1].insert(0, "against", runs.arms[other])
    return _in_currency(pd.concat(parts), currency)


def _in_currency(table: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The table with the name of the currency in its units."""
    return table.assign(unit=[unit.replace("yuan", currency) for unit in table["unit"]])


def format_summary(table: pd.DataFrame) -> pd.DataFrame:
    """The table as text for people: shares in percent, three or four figures, an en dash for undefined numbers.

    Parameters
    ----------
    table
        A table of :func:`summary`.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns, with text in place of numbers.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.format_summary(outcomes.summary(results))
    >>> table.loc["days_to_money_programme", ["unit", "without"]].tolist()
    ['days', '–']
    """
    shown = table.copy().astype(object)
    numbers = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    for name in numbers:
        shown[name] = [format_number(value, unit) for value, unit in zip(table[name], table["unit"], strict=True)]
    shown["unit"] = ["%" if unit == SHARE else unit for unit in table["unit"]]
    return shown


def format_number(value: float, unit: str = "") -> str:
    """One number as text: a share in percent, other numbers with digits according to their size.

    Parameters
    ----------
    value
        The number; NaN becomes an en dash.
    unit
        ``share``, or anything else.

    Examples
    --------
    >>> from sim import outcomes
    >>> outcomes.format_number(0.1234, "share"), outcomes.format_number(1234567.8), outcomes.format_number(float("nan"))
    ('12.34', '1,234,568', '–')
    """
    if not np.isfinite(value):
        return DASH
    number = value * 100 if unit == SHARE else value
    size = abs(number)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 or unit == SHARE else 3
    text = f"{number:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "−")


def _pair_rows(runs: Runs, results: Tables, other: int) -> list[dict[str, object]]:
    """Rows of the outcomes that belong to a pair of arms: fates and costs."""
    values = _pair_values(runs, results, other)
    rows = []
    for outcome in OF_PAIRS:
        if outcome.key in RATIOS:
            above, below, unit = RATIOS[outcome.key]
            middle, low, high = (unit * end for end in ratio_interval(values[above], values[below]))
            note = "" if np.isfinite(middle) else "nothing gained on balance"
            if np.isfinite(middle) and mean_interval(values[below])[1] <= 0:
                note = "gain not statistically different from zero"
        else:
            middle, low, high = (float(end) for end in mean_interval(values[outcome.key]))
            note = ""
        paired = int(np.isfinite(values["net_saved_thousand"]).sum())
        notes = (outcome.note, note, _seeds_note(paired, len(runs.seeds)))
        rows.append(_row(outcome, dict.fromkeys(runs.arms, np.nan), (middle, low, high), notes))
    return rows


def _pair_values(runs: Runs, results: Tables, other: int) -> dict[str, Floats]:
    """Fates in thousands and differences of the arms, one number a seed; NaN for a seed that is not in both arms."""
    each = fates(results.enterprises, against=runs.arms[other], scale=results.scale)
    wide = each.pivot(index="seed", columns="fate", values=["enterprises", "insolvent"]).reindex(runs.seeds) / 1e3
    wanted = pd.MultiIndex.from_product([["enterprises", "insolvent"], ["saved", "harmed"]])
    wide = wide.reindex(columns=wanted)  # missing where there is no enterprise at all
    saved, harmed = wide["enterprises", "saved"], wide["enterprises", "harmed"]
    values = {
        "saved_thousand": saved,
        "saved_insolvent_thousand": wide["insolvent", "saved"],
        "harmed_thousand": harmed,
        "net_saved_thousand": saved - harmed,
    }
    arrays = {key: series.to_numpy(np.float64) for key, series in values.items()}
    for key in ("lent_bn_programme", "written_off_bn_programme", "job_years_million"):
        arrays[key] = runs.found[key][0] - runs.found[key][other]
    return arrays


def _compared(runs: Runs, outcome: Outcome, other: int) -> dict[str, object]:
    """Row of an outcome of the first arm against another."""
    values = runs.found[outcome.key]
    gaps = values[0] - values[other]
    known, most = int(np.isfinite(gaps).sum()), len(runs.seeds)
    levels = dict(zip(runs.arms, mean_interval(values, axis=1)[0].tolist(), strict=True))
    middle, low, high = (float(end) for end in mean_interval(gaps))
    note = _seeds_note(known, most) if known or not np.isfinite(values).any() else _one_arm(runs, values)
    return _row(outcome, levels, (middle, low, high), (outcome.note, note))


def _alone(runs: Runs, outcome: Outcome) -> dict[str, object]:
    """Row of an outcome where there is one arm: its mean and the band of the mean."""
    values = runs.found[outcome.key][0]
    middle, low, high = (float(end) for end in mean_interval(values))
    note = _seeds_note(int(np.isfinite(values).sum()), len(runs.seeds)) or "band of the mean"
    return _row(outcome, {runs.arms[0]: middle}, (np.nan, low, high), (outcome.note, note))


def _one_arm(runs: Runs, values: Floats) -> str:
    """In which arms an outcome exists that has no difference."""
    there = [arm for arm, row in zip(runs.arms, values, strict=True) if np.isfinite(row).any()]
    return f"only in {', '.join(there)}" if len(there) < len(runs.arms) else "no seed has it in both arms"


def _seeds_note(known: int, most: int) -> str:
    """Why there is no band, or how many seeds it covers."""
    if most == 1:
        return "one seed: no band"
    if known == 0:
        return "not defined"
    return f"{known} of {most} seeds" + (": no band" if known == 1 else "") if known < most else ""


def _row(
    outcome: Outcome, levels: dict[str, float], band: tuple[float, float, float], notes: tuple[str, ...]
) -> dict[str, object]:
    """One row of the table."""
    ends = dict(zip(("difference", "low", "high"), band, strict=True))
    named = {"key": outcome.key, "outcome": outcome.label, "unit": outcome.unit}
    row: dict[str, object] = {**named, **levels, **ends}
    return row | {"note": "; ".join(note for note in notes if note)}


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a table labelled by key."""
    return pd.DataFrame(rows).set_index("key")


def size_of(results: Tables) -> tuple[int, int]:
    """Enterprise agents in a run (the largest number over seeds), and the number of seeds.

    Parameters
    ----------
    results
        Tables of a run or of a comparison.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.size_of(results)
    (200, 2)
    """
    frame = results.enterprises
    first = frame[key_of(frame["arm"]).codes == 0]
    number = number_of(first)
    counts = first.groupby("seed").size() if number is None else first.assign(n=number).groupby("seed")["n"].sum()
    return int(counts.max()) if len(counts) else 0, len(counts)
