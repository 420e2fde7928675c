"""Measures of who takes up a programme: volume, size of the borrower, and the direction of take-up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr  # type: ignore[import-untyped,unused-ignore]

from sim.model.economy import calendar_of
from sim.population.paths import stoppage_paths
from sim.results import Results
from sim.studies.evidence.credit import paid_by
from sim.studies.evidence.targets import RUN, Day, part

BILLION = 1e9
MICRO_BELOW = 10
"""Staff below which an enterprise counts as micro, in the sense of the European Union."""


def loans_million(results: Results, seed: int, day: Day) -> float:
    """Programme loans paid out by a day [million real loans]."""
    return len(paid_by(results, seed, day)) * results.scale / 1e6


def lent_billion(results: Results, seed: int, day: Day) -> float:
    """Money lent by the programme by a day [billion, real]."""
    return float(paid_by(results, seed, day)["amount_yuan"].sum()) * results.scale / BILLION


def mean_loan(results: Results, seed: int, day: Day) -> float:
    """Mean loan of the programme by a day."""
    return float(paid_by(results, seed, day)["amount_yuan"].mean())


def micro_borrowers(results: Results, seed: int, day: Day) -> float:
    """Share of the programme's loans to the enterprises of the start that went to those with fewer than 10 people."""
    staff = part(results.enterprises, seed).set_index("enterprise")["staff"]
    return float((staff.reindex(paid_by(results, seed, day)["enterprise"]).dropna() < MICRO_BELOW).mean())


def borrowed(results: Results, seed: int, day: Day) -> npt.NDArray[np.bool_]:
    """Whether each enterprise got a loan of the programme by a day, in the order of the enterprise table."""
    rows = part(results.enterprises, seed)
    return np.asarray(rows["enterprise"].isin(paid_by(results, seed, day)["enterprise"]), dtype=bool)


def exposure(results: Results, seed: int, day: Day) -> npt.NDArray[np.float64]:
    """Share shut of the enterprise's kind, sector and region, mean from the launch of the programme to a day."""
    settings = results.scenarios[RUN].settings
    calendar = calendar_of(settings)
    first = (settings.programme.launch_date - calendar.start).days
    last = (pd.Timestamp(day).date() - calendar.start).days
    shut = 1.0 - stoppage_paths(settings, calendar, 0).openness[:, first:last].mean(axis=1)
    known = {"kind": settings.kinds, "sector": settings.sectors, "region": settings.regions}
    rows = part(results.enterprises, seed)
    places = [pd.Categorical(rows[name], categories=list(names)).codes for name, names in known.items()]
    cell = np.ravel_multi_index(places, [len(names) for names in known.values()])
    return np.asarray(shut[cell], dtype=np.float64)


def link(taken: npt.NDArray[np.bool_], along: npt.NDArray[np.float64]) -> float:
    """Rank correlation of having borrowed with something; the table shows its sign over the seeds."""
    if taken.all() or not taken.any() or np.ptp(along) == 0.0:
        return 0.0
    return float(spearmanr(along, taken).statistic)


def along_exposure(results: Results, seed: int, day: Day) -> float:
    """Rank correlation of take-up with the lockdown of the enterprise's sector."""
    return link(borrowed(results, seed, day), exposure(results, seed, day))


def along_liquidity(results: Results, seed: int, day: Day) -> float:
    """Rank correlation of take-up with the cash runway at the start."""
    runway = part(results.enterprises, seed)["runway_days"].to_numpy(np.float64)
    return link(borrowed(results, seed, day), runway)


def along_size(results: Results, seed: int, day: Day) -> float:
    """Rank correlation of take-up with staff."""
    return link(borrowed(results, seed, day), part(results.enterprises, seed)["staff"].to_numpy(np.float64))
