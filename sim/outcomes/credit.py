"""Loans: volume by week, what became of applications, losses. Seeds are pooled; ``summary`` has the bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.grouping import counted, group_key, key_of, need_panel, number_of
from sim.outcomes.intervals import divide

APPROVED = ("approved", "performing", "overdue", "non_performing", "repaid", "written_off")
"""Statuses of an application that was granted, whatever came after."""

OVERDUE = ("overdue", "non_performing")
CHANNELS = ("programme", "bank", "existing")
"""Loans of the programme, other new loans, and loans there before the run."""

Flags = npt.NDArray[np.bool_]


def channel_of(loans: pd.DataFrame) -> pd.Categorical:
    """Channel of each loan: programme, bank or existing."""
    codes = np.where(loans["existing"], 2, np.where(loans["programme"], 0, 1))
    return pd.Categorical.from_codes(codes, pd.Index(CHANNELS, dtype="str"))


def is_approved(loans: pd.DataFrame) -> Flags:
    """Whether each application was granted."""
    return np.asarray(loans["status"].isin(APPROVED), dtype=bool)


def is_paid_out(loans: pd.DataFrame) -> Flags:
    """Whether money went out in the run: granted, dated, and not a loan there before."""
    out = is_approved(loans) & loans["payout_date"].notna().to_numpy(bool)
    return np.asarray(out & ~loans["existing"].to_numpy(bool), dtype=bool)


def loan_volume(
    loans: pd.DataFrame, by: Sequence[str] = ("week",), *, scale: int = 1, seeds: Sequence[int] | None = None
) -> pd.DataFrame:
    """New lending by date of payout and by group, scaled to the country, mean over seeds.

    Parameters
    ----------
    loans
        The loan table; loans there before the run are left out.
    by
        Any of ``week`` (its Monday), ``month``, ``channel`` and the columns of the table.
    scale
        Real enterprises an agent stands for.
    seeds
        The seeds of the runs, so that a run that lent nothing counts; default those in the table.

    Returns
    -------
    pandas.DataFrame
        arm, the columns of ``by``, loans [real number], money_yuan [real], mean_yuan [a loan], first_time_share [of the
        loans: the borrower had no bank-credit history].
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


def application_outcomes(loans: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """What became of applications to the programme and to banks.

    Returns
    -------
    pandas.DataFrame
        One row per arm, channel and group: applications [agents, all seeds], asked_yuan [mean of an application],
        approved, refused, withdrawn, waiting [agents], approval_share [of decided ones: approved and refused],
        cut_back_share [of approved ones, got less than asked], granted_ratio [yuan granted / yuan asked, approved
        ones], days_to_decision [mean, decided], days_to_money, days_to_money_median [paid out], rate_yearly [mean,
        approved], first_time_share [of approved].
    """
    need_panel(loans, "what became of applications")
    new = loans[~loans["existing"].to_numpy(bool)]
    approved, refused = is_approved(new), new["status"].eq("refused").to_numpy(bool)
    frame = _keys(new, by).assign(
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

    Returns
    -------
    pandas.DataFrame
        arm, channel, group, reason, refused [agents, all seeds], share [of the refused of the group].
    """
    refused = loans[loans["status"].eq("refused").to_numpy(bool) & ~loans["existing"].to_numpy(bool)]
    number = 1 if (each := number_of(refused)) is None else each.astype(np.int64)
    keys = _keys(refused, by).assign(reason=refused["reason"].astype("str"), refused=number)
    counts = keys.groupby(["arm", "channel", "group", "reason"], observed=True)["refused"].sum().reset_index()
    whole = counts.groupby(["arm", "channel", "group"], observed=True)["refused"].transform("sum")
    return counts.assign(share=counts["refused"] / whole)


def who_asked(enterprises: pd.DataFrame, loans: pd.DataFrame, by: str | None = "kind") -> pd.DataFrame:
    """Who asked for credit and who got it.

    Returns
    -------
    pandas.DataFrame
        arm, group, channel (programme, bank), enterprises [agents, all seeds], asked_share, got_share [of all
        enterprises of the group: applied at least once; was granted at least one].
    """
    need_panel(enterprises, "who asked")
    people = pd.DataFrame({"arm": enterprises["arm"], "group": _group(enterprises, by)})
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


def losses(loans: pd.DataFrame, by: str | None = None, *, scale: int = 1) -> pd.DataFrame:
    """Loan losses by channel; ``by="vintage"`` groups by month of payout.

    Returns
    -------
    pandas.DataFrame
        arm, channel, group, loans [real number, mean over seeds], lent_yuan [real, mean over seeds; for existing loans
        what was owed at the start], outstanding_yuan, interest_paid_yuan, written_off_yuan [real, mean over seeds],
        overdue_share, non_performing_share [of outstanding yuan; overdue includes non-performing], written_off_share
        [of lent yuan].
    """
    held = loans[is_paid_out(loans) | (loans["existing"].to_numpy(bool) & is_approved(loans))]
    runs = max(loans["seed"].nunique(), 1)
    owed = held["outstanding_yuan"]
    frame = _keys(held, by).assign(
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


def _only(values: npt.ArrayLike, where: Flags) -> npt.NDArray[np.float64]:
    """Values as floats; NaN, so in no mean, elsewhere."""
    return np.where(where, np.asarray(values, dtype=np.float64), np.nan)


def _volume_key(paid: pd.DataFrame, name: str) -> pd.Series:
    """One column to group lending by."""
    if name in ("week", "month"):
        period = paid["payout_date"].dt.to_period("W-SUN" if name == "week" else "M")
        return pd.Series(period.dt.start_time, name=name)
    if name == "channel":
        return pd.Series(channel_of(paid), index=paid.index, name=name)
    return paid[name]


def _group(frame: pd.DataFrame, by: str | None) -> pd.Categorical:
    """The group of each row as a category."""
    if by == "vintage":
        return pd.Categorical(frame["payout_date"].dt.strftime("%Y-%m").fillna("before the run"))
    key = group_key(frame, by)
    return pd.Categorical.from_codes(key.codes, pd.Index(key.names, dtype="str"))


def _keys(frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Arm, channel and group of each loan, the arms in order."""
    arm = key_of(frame["arm"])
    names = pd.Categorical.from_codes(arm.codes, pd.Index(arm.names, dtype="str"))
    columns = {"arm": names, "channel": channel_of(frame), "group": _group(frame, by)}
    return pd.DataFrame(columns, index=frame.index)
