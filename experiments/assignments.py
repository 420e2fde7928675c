"""How enterprises come to be in the programme in the sandbox, by chance or not; both worlds of each are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

import sim
from sim import panel
from sim.arithmetic import stream, uniform_array
from sim.scenario import Place, Problem, ScenarioError
from sim.studies import KNOWN_BEFORE

WEEKS, LAST_PERIODS = 2, 6
"""Length of a period, and the periods at the end that are the time after: the last 12 weeks."""
COIN = 10_001
"""Purpose of the lottery's draws, apart from those of the model."""
CAP_QUANTILE = 0.5
"""The turnover cap stands where it leaves out half of the borrowers."""
NEEDY_DAYS, REACH = 30.0, 0.5
"""Who misreports: cash for less than so many days, and turnover above the cap by less than this [log points]."""


def two_worlds(scenario: sim.Scenario, seeds: Sequence[int]) -> pd.DataFrame:
    """Every enterprise in both worlds, one row each.

    Returns
    -------
    pandas.DataFrame
        seed, enterprise, what is known from the start, runway_days and quality (hidden), borrowed (from the programme,
        where it exists), before (mean sales until the launch), with and without (mean sales of the last 12 weeks; 0
        when closed), all three as shares of usual sales; open_with, open_without (in business at the end).

    Raises
    ------
    ScenarioError
        If no period ends before the launch: there is no time before.
    """
    found = []
    for seed in seeds:
        helped, alone = (
            summed_up(panel(one, seed, weeks=WEEKS), scenario)
            for one in (scenario, scenario.set({"programme.enabled": False}))
        )
        hidden = sim.run(scenario, seeds=[seed], progress=False).enterprises
        hidden = hidden.set_index("enterprise")[["runway_days", "quality"]]
        frame = helped.join(hidden).rename(columns={"after": "with", "open": "open_with"})
        frame["without"], frame["open_without"] = alone["after"], alone["open"]
        found.append(frame.reset_index().assign(seed=seed))
    return pd.concat(found, ignore_index=True)


def summed_up(rows: pd.DataFrame, scenario: sim.Scenario) -> pd.DataFrame:
    """Before and after the launch, one row an enterprise."""
    launch = pd.Timestamp(scenario.get("programme.launch_date"))
    usual = rows["yearly_sales_yuan"] * rows["days"] / 364.0
    rows = rows.assign(level=rows["sales_yuan"] / usual)
    last = rows["period"].max()
    groups = rows.groupby("enterprise", sort=True)
    frame = groups[list(KNOWN_BEFORE)].first()
    early = rows["start"] + pd.to_timedelta(rows["days"], unit="D") <= launch
    if not early.any():
        text = f"no {WEEKS} weeks of the run end before {launch.date()}, so nothing is seen before; launch later"
        raise ScenarioError([Problem(Place("sandbox"), text, "programme.launch_date")])
    frame["before"] = rows[early].groupby("enterprise")["level"].mean()
    frame["after"] = rows[rows["period"] > last - LAST_PERIODS].groupby("enterprise")["level"].mean()
    frame["open"] = groups["in_business"].last()
    return frame.assign(borrowed=groups["programme_yuan"].sum() > 0.0)


def of_survival(worlds: pd.DataFrame) -> pd.DataFrame:
    """The same worlds with being in business as the outcome: all are before, and at the end it is 1 or 0."""
    ends = {name: worlds[f"open_{name}"].astype(float) for name in ("with", "without")}
    return worlds.assign(before=1.0, **ends)


def by_lottery(worlds: pd.DataFrame, coin: int = 1) -> pd.DataFrame:
    """Of those that would borrow, a keyed coin gives half the programme; the others live in the world without."""
    asking = worlds[worlds["borrowed"]]
    keys = asking.groupby("seed")["enterprise"].transform(
        lambda part: uniform_array(stream(int(part.name), COIN, coin), part.to_numpy())
    )
    return seen(asking, keys < 0.5)


def as_it_happened(worlds: pd.DataFrame) -> pd.DataFrame:
    """The programme is there for all; borrowers against everybody else, spillovers on the others included."""
    return seen(worlds, worlds["borrowed"]).assign(seen=worlds["with"])


def by_cap(worlds: pd.DataFrame) -> pd.DataFrame:
    """Of those that would borrow, only those up to a turnover cap may; the evaluator knows the turnover."""
    asking = worlds[worlds["borrowed"]]
    distance = np.log(asking["yearly_sales_yuan"] / asking["yearly_sales_yuan"].quantile(CAP_QUANTILE))
    return seen(asking, distance <= 0.0).assign(distance=distance)


def by_misreported_cap(worlds: pd.DataFrame) -> pd.DataFrame:
    """The same, but the needy just above the cap report a turnover just under it."""
    honest = by_cap(worlds)
    liar = honest["distance"].between(0.0, REACH, inclusive="neither") & (honest["runway_days"] < NEEDY_DAYS)
    told = np.where(liar, -0.2 * honest["distance"], honest["distance"])
    return seen(honest, pd.Series(told <= 0.0, index=honest.index)).assign(distance=told)


def seen(frame: pd.DataFrame, treated: pd.Series) -> pd.DataFrame:
    """Mark the treated, and show each enterprise in the one world that it then lives in."""
    outcome = frame["with"].where(treated, frame["without"])
    return frame.assign(treated=treated, seen=outcome, untreated=frame["without"])


ASSIGNMENTS = {
    ("as good as random", "lottery among those that would borrow"): by_lottery,
    ("as good as random", "turnover cap"): by_cap,
    ("not random", "borrowers against the others"): as_it_happened,
    ("not random", "turnover cap, needy misreport"): by_misreported_cap,
}
"""How treatment comes about, for each kind and name."""
