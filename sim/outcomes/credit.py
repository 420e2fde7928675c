"""Loans: volume by week, outcomes of applications, refusals, losses. Seeds are pooled; ``summary`` has the bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.grouping import counted, group_key, key_of, number_of
from sim.outcomes.intervals import divide

APPROVED = ("approved", "performing", "overdue", "non_performing", "repaid", "written_off")
"""Statuses of an application that was granted, whatever came after."""

OVERDUE = ("overdue", "non_performing")
CHANNELS = ("programme", "bank", "existing")
"""Loans of the programme, other new loans, and loans there before the run."""

Flags = npt.NDArray[np.bool_]


def channel_of(loans: pd.DataFrame) -> pd.Categorical:
    """The channel of each loan [loans]: programme, bank or existing."""
    codes = np.where(loans["existing"], 2, np.where(loans["programme"], 0, 1))
    return pd.Categorical.from_codes(codes, pd.Index(CHANNELS, dtype="str"))


def is_approved(loans: pd.DataFrame) -> Flags:
    """Whether each application was approved [loans]."""
    return np.asarray(loans["status"].isin(APPROVED), dtype=bool)


def is_paid_out(loans: pd.DataFrame) -> Flags:
    """Whether money was paid out during the run [loans]: approved, with a date, and not a loan from before the run."""
    out = is_approved(loans) & loans["payout_date"].notna().to_numpy(bool)
    return np.asarray(out & ~loans["existing"].to_numpy(bool), dtype=bool)


def loan_volume(
    loans: pd.DataFrame, by: Sequence[str] = ("week",), *, scale: int = 1, seeds: Sequence[int] | None = None
) -> pd.DataFrame:
    """New lending by date of payout and by group, scaled to the country, mean over seeds.

    Parameters
    ----------
    loans
        The loan table. Loans from before the run are left out.
    by
        Any of ``week`` (its Monday), ``month``, ``channel`` and the columns of the table.
    scale
        Real enterprises that an agent stands for.
    seeds
        Seeds of the runs, so that a run without any lending counts as 0; by default those in the table.

    Returns
    -------
    pandas.DataFrame
        arm, the columns of ``by``, loans [real number], money_yuan [real], mean_yuan [a loan], first_time_share [of the
        loans: the borrower had no bank-credit history].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.loan_volume(results.loans, ["month", "channel"], scale=results.scale)
    >>> list(table.columns)
    ['arm', 'month', 'channel', 'loans', 'money_yuan', 'mean_yuan', 'first_time_share']
    """
    runs = loans["seed"].nunique() if seeds is None else len(set(seeds))
    paid = loans[is_paid_out(loans)]
    keys = [_volume_key(paid, name) for name in by]
    frame = pd.DataFrame({"arm": paid["arm"]} | {str(key.name): key for key in keys})
    each = number_of(paid)
    first = counted(paid["first_time"], each)
    frame = frame.assign(loans=counted(np.ones(len(paid)), each), money_yuan=paid["amount_yuan"], first=first)
    sums = frame.groupby(["arm", *by], observed=True, sort=True)[["loans", "money_yuan", "first"]].sum().reset_index()
    number, money = sums["loans"].to_numpy(), sums["money_yuan"].to_numpy()
    sums["mean_yuan"] = divide(money, number)
    sums["first_time_share"] = divide(sums.pop("first").to_numpy(), number)
    return sums.assign(loans=number * scale / max(runs, 1), money_yuan=money * scale / max(runs, 1))


def losses(loans: pd.DataFrame, by: str | None = None, *, scale: int = 1) -> pd.DataFrame:
    """Loan losses by arm, channel and group.

    Parameters
    ----------
    loans
        The loan table.
    by
        None, a column, ``size`` or ``vintage`` (month of payout).
    scale
        Real enterprises that an agent stands for.

    Returns
    -------
    pandas.DataFrame
        arm, channel, group, loans [real number, mean over seeds], lent_yuan [real, mean over seeds; for existing loans
        what was owed at the start], outstanding_yuan, interest_paid_yuan, written_off_yuan [real, mean over seeds],
        overdue_share, non_performing_share [of outstanding yuan; overdue includes non-performing], written_off_share
        [of lent yuan].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.losses(results.loans, scale=results.scale)
    >>> sorted(set(table["channel"]))
    ['bank', 'existing', 'programme']
    """
    held = loans[is_paid_out(loans) | (loans["existing"].to_numpy(bool) & is_approved(loans))]
    runs = max(loans["seed"].nunique(), 1)
    owed = held["outstanding_yuan"]
    frame = loan_keys(held, by).assign(
        loans=counted(np.ones(len(held)), number_of(held)),
        lent_yuan=held["amount_yuan"],
        outstanding_yuan=owed,
        interest_paid_yuan=held["interest_paid_yuan"],
        written_off_yuan=held["written_off_yuan"],
        overdue=owed.where(held["status"].isin(OVERDUE), 0.0),
        non_performing=owed.where(held["status"].eq("non_performing"), 0.0),
    )
    sums = frame.groupby(["arm", "channel", "group"], observed=True, sort=True).sum() * (scale / runs)
    for name in ("overdue", "non_performing"):
        sums[f"{name}_share"] = divide(sums.pop(name).to_numpy(), sums["outstanding_yuan"].to_numpy())
    sums["written_off_share"] = divide(sums["written_off_yuan"].to_numpy(), sums["lent_yuan"].to_numpy())
    return sums.reset_index()


def _volume_key(paid: pd.DataFrame, name: str) -> pd.Series:
    """One column by which lending is grouped."""
    if name in ("week", "month"):
        period = paid["payout_date"].dt.to_period("W-SUN" if name == "week" else "M")
        return pd.Series(period.dt.start_time, name=name)
    if name == "channel":
        return pd.Series(channel_of(paid), index=paid.index, name=name)
    return paid[name]


def group_of(frame: pd.DataFrame, by: str | None) -> pd.Categorical:
    """The group of each row as a category."""
    if by == "vintage":
        return pd.Categorical(frame["payout_date"].dt.strftime("%Y-%m").fillna("before the run"))
    key = group_key(frame, by)
    return pd.Categorical.from_codes(key.codes, pd.Index(key.names, dtype="str"))


def loan_keys(frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Arm, channel and group of each loan; the arms keep their order."""
    arm = key_of(frame["arm"])
    names = pd.Categorical.from_codes(arm.codes, pd.Index(arm.names, dtype="str"))
    columns = {"arm": names, "channel": channel_of(frame), "group": group_of(frame, by)}
    return pd.DataFrame(columns, index=frame.index)
