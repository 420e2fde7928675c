"""Applications for credit: how they were decided, why they were refused, and which enterprises applied."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.credit import CHANNELS, Flags, channel_of, group_of, is_approved, is_paid_out, loan_keys
from sim.outcomes.grouping import need_panel, number_of
from sim.outcomes.intervals import divide


def application_outcomes(loans: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How applications to the programme and to banks were decided, by arm, channel and group.

    Parameters
    ----------
    loans
        The loan table, one row a loan.
    by
        None, a column, ``size`` or ``vintage`` (month of payout).

    Returns
    -------
    pandas.DataFrame
        One row per arm, channel and group: applications [agents, all seeds], approved, refused, withdrawn, waiting
        [agents], asked_yuan [mean of an application], approval_share [of those approved or refused], cut_back_share [of
        the approved: got less than asked], granted_ratio [yuan granted / yuan asked, of the approved], days_to_decision
        [mean of those decided], days_to_money, days_to_money_median [of those paid out], rate_yearly [mean of the
        approved], first_time_share [of the approved].

    Raises
    ------
    ValueError
        If the table holds totals.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.application_outcomes(results.loans)
    >>> table[["arm", "channel"]].values.tolist()
    [['with', 'programme'], ['with', 'bank'], ['without', 'bank']]
    """
    need_panel(loans, "what became of applications")
    new = loans[~loans["existing"].to_numpy(bool)]
    approved, refused = is_approved(new), new["status"].eq("refused").to_numpy(bool)
    frame = loan_keys(new, by).assign(
        applications=1,
        asked_yuan=new["asked_yuan"],
        approved=approved.astype(float),
        refused=refused.astype(float),
        withdrawn=new["status"].eq("withdrawn").astype(float),
        waiting=new["status"].eq("waiting").astype(float),
        approval_share=_only(approved, approved | refused),
        cut_back_share=_only(new["amount_yuan"] < new["asked_yuan"] - 0.005, approved),
        granted_yuan=_only(new["amount_yuan"], approved),
        wanted_yuan=_only(new["asked_yuan"], approved),
        days_to_decision=_only(new["days_to_decision"], approved | refused),
        days_to_money=_only(new["days_to_money"], is_paid_out(new)),
        rate_yearly=_only(new["rate_yearly"], approved),
        first_time_share=_only(new["first_time"], approved),
    )
    groups = frame.groupby(["arm", "channel", "group"], observed=True, sort=True)
    counts = groups[["applications", "approved", "refused", "withdrawn", "waiting"]].sum().astype(int)
    means = groups[["asked_yuan", "approval_share", "cut_back_share", "granted_yuan", "wanted_yuan"]].mean()
    means["granted_ratio"] = divide(means.pop("granted_yuan").to_numpy(), means.pop("wanted_yuan").to_numpy())
    rest = groups[["days_to_decision", "days_to_money", "rate_yearly", "first_time_share"]].mean()
    rest.insert(2, "days_to_money_median", groups["days_to_money"].median())
    return counts.join(means).join(rest).reset_index()


def refusals(loans: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Refused applications by reason.

    Parameters
    ----------
    loans
        The loan table.
    by
        None, a column or ``size``.

    Returns
    -------
    pandas.DataFrame
        arm, channel, group, reason, refused [agents, all seeds], share [of the refused of the group].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.refusals(results.loans, "kind")
    >>> list(table.columns)
    ['arm', 'channel', 'group', 'reason', 'refused', 'share']
    """
    refused = loans[loans["status"].eq("refused").to_numpy(bool) & ~loans["existing"].to_numpy(bool)]
    number = 1 if (each := number_of(refused)) is None else each.astype(np.int64)
    keys = loan_keys(refused, by).assign(reason=refused["reason"].astype("str"), refused=number)
    counts = keys.groupby(["arm", "channel", "group", "reason"], observed=True)["refused"].sum().reset_index()
    whole = counts.groupby(["arm", "channel", "group"], observed=True)["refused"].transform("sum")
    return counts.assign(share=counts["refused"] / whole)


def who_asked(enterprises: pd.DataFrame, loans: pd.DataFrame, by: str | None = "kind") -> pd.DataFrame:
    """Shares of enterprises that applied for credit and that got it, by arm, group and channel.

    Parameters
    ----------
    enterprises, loans
        The enterprise table and the loan table, one row an enterprise and a loan.
    by
        None, a column of the enterprises, ``size`` or ``runway``.

    Returns
    -------
    pandas.DataFrame
        arm, group, channel (programme, bank), enterprises [agents, all seeds], asked_share [of all enterprises of the
        group: applied at least once], got_share [of the same: at least one application was approved].

    Raises
    ------
    ValueError
        If the tables hold totals.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.who_asked(results.enterprises, results.loans, by=None)
    >>> table[["arm", "channel", "enterprises"]].values.tolist()
    [['with', 'programme', 400], ['with', 'bank', 400], ['without', 'programme', 400], ['without', 'bank', 400]]
    """
    need_panel(enterprises, "who asked")
    people = pd.DataFrame({"arm": enterprises["arm"], "group": group_of(enterprises, by)})
    people[["seed", "enterprise"]] = enterprises[["seed", "enterprise"]]
    new = loans[~loans["existing"].to_numpy(bool)]
    asked = pd.DataFrame({"channel": channel_of(new).astype("str"), "got": is_approved(new)})
    asked[["seed", "arm", "enterprise"]] = new[["seed", "arm", "enterprise"]].reset_index(drop=True)
    asked = asked.groupby(["seed", "arm", "enterprise", "channel"], observed=True)["got"].max().reset_index()
    joined = asked.merge(people, on=["seed", "arm", "enterprise"], how="left")
    counts = joined.groupby(["arm", "group", "channel"], observed=True)["got"].agg(["size", "sum"])
    base = people.groupby(["arm", "group"], observed=True).size().rename("enterprises").reset_index()
    table = base.merge(pd.DataFrame({"channel": CHANNELS[:2]}), how="cross")
    table = table.merge(counts.reset_index(), on=["arm", "group", "channel"], how="left").fillna({"size": 0, "sum": 0})
    table["asked_share"] = table.pop("size") / table["enterprises"]
    table["got_share"] = table.pop("sum") / table["enterprises"]
    return table


def _only(values: npt.ArrayLike, where: Flags) -> npt.NDArray[np.float64]:
    """Values as floats, NaN where the condition does not hold, so that no mean includes them."""
    return np.where(where, np.asarray(values, dtype=np.float64), np.nan)
