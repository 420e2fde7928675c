"""Losses of new loans by age, one curve for each month of payout (a vintage)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.outcomes.credit import channel_of, is_paid_out
from sim.outcomes.grouping import counted, key_of, number_of
from sim.outcomes.intervals import divide

STEP_DAYS = 28
"""Days between two points of a curve."""


def vintage_losses(loans: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Share of the money lent in each month that was lost, by days since the payout of the loan.

    Parameters
    ----------
    loans
        The loan table. Loans from before the run are left out.
    until
        First day after the run. A curve ends at the age that every loan of its vintage has reached by then.

    Returns
    -------
    pandas.DataFrame
        arm, channel, vintage [year and month of payout], days [since payout: 0, 28, 56, …], loans [agents, all seeds],
        lost_share [of the money lent].

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.vintage_losses(results.loans, until=pd.Timestamp(results.weekly["date"].max()))
    >>> list(table.columns)
    ['arm', 'channel', 'vintage', 'days', 'loans', 'lost_share']
    """
    paid = loans[is_paid_out(loans)]
    arm = key_of(paid["arm"])
    frame = pd.DataFrame(
        {
            "arm": pd.Categorical.from_codes(arm.codes, pd.Index(arm.names, dtype="str")),
            "channel": channel_of(paid),
            "vintage": paid["payout_date"].dt.strftime("%Y-%m").to_numpy(),
            "lent": paid["amount_yuan"].to_numpy(np.float64),
            "lost": paid["written_off_yuan"].to_numpy(np.float64),
            "loans": counted(np.ones(len(paid)), number_of(paid)),
            "ended": (paid["ended_date"] - paid["payout_date"]).dt.days.to_numpy(np.float64),
            "observed": (until - paid["payout_date"]).dt.days.to_numpy(np.float64),
        }
    )
    curves = [
        _curve(group).assign(arm=arm, channel=channel, vintage=vintage)
        for (arm, channel, vintage), group in frame.groupby(["arm", "channel", "vintage"], observed=True, sort=True)
    ]
    columns = ["arm", "channel", "vintage", "days", "loans", "lost_share"]
    return pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns)


def _curve(group: pd.DataFrame) -> pd.DataFrame:
    """The curve of one vintage."""
    days = np.arange(0, int(group["observed"].min()) + 1, STEP_DAYS)
    lost, ended = group["lost"].to_numpy(), group["ended"].to_numpy()
    by_age = np.array([lost[(lost > 0) & (ended <= age)].sum() for age in days])
    total = np.full(len(days), group["lent"].sum())
    return pd.DataFrame({"days": days, "loans": int(group["loans"].sum()), "lost_share": divide(by_age, total)})
