"""Measures of enterprises: cash, who is open, closures, funding needs, the mix of firms, sales by sector."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr  # type: ignore[import-untyped,unused-ignore]

from sim.model.economy import calendar_of
from sim.outcomes.intervals import divide
from sim.population.enterprises import DAYS_PER_MONTH, runway_in_days
from sim.population.initial_state import enterprises_without_loans
from sim.population.strata import Country
from sim.results import Results
from sim.scenario import load
from sim.studies.evidence.targets import NORMAL, RUN, Day, part

FIRST_SURVEY = pd.Timestamp("2020-02-10")
"""First wave of the panel whose enterprises were asked again in May."""
FORTNIGHT = pd.Timedelta(days=14)
THIN = "china-2020-thin-cash"
MICRO_BELOW = 20
"""Staff below which a small enterprise counts as micro: the bound of industry in the Chinese standard."""
FALL_IN_FIRST_QUARTER = {
    "manufacturing": -0.085,
    "construction": -0.175,
    "trade": -0.178,
    "catering": -0.353,
    "transport": -0.140,
    "services": -0.094,
    "agriculture": -0.028,
}
"""Value added in the first quarter of 2020 against a year earlier (NBS, section 3 of the evidence file)."""


def runway_within(results: Results, seed: int, months: float) -> float:
    """Share of enterprises whose cash at the start lasts at most so many months of closed outgoings."""
    return float((part(results.enterprises, seed)["runway_days"] <= months * DAYS_PER_MONTH).mean())


def open_share(results: Results, seed: int, day: Day) -> float:
    """Share of the small and medium enterprises in business that are open on a day, between the ends of two steps."""
    table = part(results.sectors, seed)
    sums = table[table["kind"] == "sme"].groupby("date")[["open", "in_business"]].sum()
    step = pd.Timedelta(days=results.scenarios[RUN].settings.calendar.step_days)
    ends = (sums.index + step - pd.Timestamp(day)) / pd.Timedelta(days=1)
    if not (len(ends) and ends[0] <= 0 <= ends[-1]):
        return float("nan")
    return float(np.interp(0.0, ends, (sums["open"] / sums["in_business"]).to_numpy()))


def base_of(results: Results, seed: int, kind: str) -> pd.DataFrame:
    """The enterprises of a kind that were in business at the first survey."""
    rows = part(results.enterprises, seed)
    before = (FIRST_SURVEY - pd.Timestamp(results.scenarios[RUN].settings.calendar.start)).days
    return rows[(rows["kind"] == kind) & ~(rows["event"] & (rows["duration_days"] <= before))]


def closed_by(rows: pd.DataFrame, results: Results, day: Day) -> pd.Series:
    """Whether each enterprise has closed by a day."""
    days = (pd.Timestamp(day).date() - results.scenarios[RUN].settings.calendar.start).days
    closed: pd.Series = rows["event"] & (rows["duration_days"] <= days)
    return closed


def closed_of(results: Results, seed: int, day: Day, kind: str) -> float:
    """Share of a kind in business at the first survey that has closed by a day."""
    return float(closed_by(base_of(results, seed, kind), results, day).mean())


def closed_jobs_of(results: Results, seed: int, day: Day, kind: str) -> float:
    """The same of their jobs in a normal week."""
    rows = base_of(results, seed, kind)
    return float(rows.loc[closed_by(rows, results, day), "staff"].sum() / rows["staff"].sum())


def open_of_base(results: Results, seed: int, day: Day) -> float:
    """Of the small and medium enterprises in business at the first survey, the share open on a day."""
    return (1.0 - closed_of(results, seed, day, "sme")) * open_share(results, seed, day)


def micro_level(results: Results, seed: int, day: Day) -> float:
    """Sales of the self-employed against normal, in the step of a day."""
    table = part(results.sectors, seed)
    begun = table[(table["kind"] == "self_employed") & (table["date"] <= pd.Timestamp(day))]
    last = begun[begun["date"] == begun["date"].max()] if len(begun) else begun
    return float(last["sales_yuan"].sum() / max(1.0, last["normal_sales_yuan"].sum()))


def normal_exit_share(results: Results, seed: int, day: Day) -> float:
    """Share of enterprises that close within 365 days without a shock."""
    rows = part(results.enterprises, seed, NORMAL)
    return float((rows["event"] & (rows["duration_days"] <= 365)).mean())


def thin_runway_within(results: Results, seed: int, months: float) -> float:
    """The same under the thin-cash scenario, whose population is drawn with the same seed."""
    size = results.scenarios[RUN].settings.population.enterprises
    settings = load(THIN, {"population.enterprises": size}).settings
    calendar = calendar_of(settings)
    runway = runway_in_days(enterprises_without_loans(Country(settings, calendar, seed)), settings, calendar)
    return float((runway <= months * DAYS_PER_MONTH).mean())


def need_share(results: Results, seed: int, kinds: tuple[str, ...]) -> float:
    """Share of enterprises with a gap or a loan within a year without a shock."""
    rows, loans = part(results.enterprises, seed, NORMAL), part(results.loans, seed, NORMAL)
    rows = rows[rows["kind"].isin(kinds)]
    borrows = rows["enterprise"].isin(loans.loc[loans["existing"], "enterprise"])
    return float((rows["had_gap"] | borrows).mean())


def small_share(results: Results, seed: int, day: Day) -> float:
    """Small and medium enterprises among registered ones (rural households left out)."""
    kinds = part(results.enterprises, seed)["kind"].value_counts()
    return float(kinds["sme"] / (kinds["sme"] + kinds["self_employed"]))


def micro_share(results: Results, seed: int, day: Day) -> float:
    """Micro enterprises among small and medium ones, by staff."""
    rows = part(results.enterprises, seed)
    return float((rows.loc[rows["kind"] == "sme", "staff"] < MICRO_BELOW).mean())


def staff_of_self_employed(results: Results, seed: int, day: Day) -> float:
    """Workers of a self-employed business, the owner included."""
    rows = part(results.enterprises, seed)
    return float(rows.loc[rows["kind"] == "self_employed", "staff"].mean())


def self_employed_in(results: Results, seed: int, sector: str) -> float:
    """Share of the self-employed that are in a sector."""
    rows = part(results.enterprises, seed)
    return float((rows.loc[rows["kind"] == "self_employed", "sector"] == sector).mean())


def micro_sales_change(results: Results, seed: int, day: Day, region: str) -> float:
    """Sales of self-employed businesses of a region against normal, in the fortnight from a day.

    Sectors are weighted by how many self-employed are in them.
    """
    table = part(results.sectors, seed)
    begin = pd.Timestamp(day)
    of_kind = (table["kind"] == "self_employed") & (table["region"] == region)
    table = table[of_kind & (table["date"] >= begin) & (table["date"] < begin + FORTNIGHT)]
    sums = table.groupby("sector", observed=True)[["sales_yuan", "normal_sales_yuan"]].sum()
    ratio = sums["sales_yuan"] / sums["normal_sales_yuan"]
    kind = results.scenarios[RUN].settings.kinds["self_employed"]
    weights = pd.Series(kind.sectors).reindex(ratio.index.astype(str)).fillna(0.0).to_numpy()
    known = np.nan_to_num(ratio.to_numpy())
    return float(divide((known * weights).sum(), weights[ratio.notna().to_numpy()].sum()) - 1.0)


def sales_to(results: Results, seed: int, day: Day) -> pd.Series:
    """Sales of each sector against normal, from the start of the run to a day."""
    table = part(results.sectors, seed)
    table = table[table["date"] < pd.Timestamp(day)]
    sums = table.groupby("sector", observed=True)[["sales_yuan", "normal_sales_yuan"]].sum()
    return sums["sales_yuan"] / sums["normal_sales_yuan"] - 1.0


def sector_rank_correlation(results: Results, seed: int, day: Day) -> float:
    """Rank correlation of the sectors' falls in sales with the published falls in value added."""
    falls = sales_to(results, seed, day)
    published = [FALL_IN_FIRST_QUARTER[str(name)] for name in falls.index]
    return float(spearmanr(falls.to_numpy(), published).statistic)
