"""Measures of enterprises: cash, who is open, closures, funding needs, the mix of firms, sales by sector."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr  # type: ignore[import-untyped,unused-ignore]

from sim.model.economy import calendar_of
from sim.outcomes.intervals import divide
from sim.population.enterprises import DAYS_PER_MONTH, runway_in_days
from sim.population.initial_state import enterprises_without_loans
from sim.population.paths import openness_by_cell
from sim.population.strata import Country
from sim.results import Results
from sim.scenario import load
from sim.studies.evidence.targets import NORMAL, RUN, Day, part

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
    """Share of enterprises open on a day, by the reopening rank of each (eq. 1.1)."""
    settings = results.scenarios[RUN].settings
    calendar = calendar_of(settings)
    by_day = openness_by_cell(settings, calendar)
    place = (pd.Timestamp(day).date() - calendar.start).days
    if not 0 <= place < by_day.shape[1]:
        return float("nan")
    openness = by_day[:, place]
    rows = part(results.enterprises, seed)
    sector = pd.Categorical(rows["sector"], categories=list(settings.sectors)).codes
    region = pd.Categorical(rows["region"], categories=list(settings.regions)).codes
    cell = sector.astype(np.int64) * len(settings.regions) + region
    return float((rows["reopening_rank"].to_numpy() <= openness[cell]).mean())


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

    All enterprises of a sector and region meet the same demand, so the sales of the sector are weighted by where the
    self-employed are.
    """
    table = part(results.sectors, seed)
    begin = pd.Timestamp(day)
    table = table[(table["region"] == region) & (table["date"] >= begin) & (table["date"] < begin + FORTNIGHT)]
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
