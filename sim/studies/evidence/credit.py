"""Measures of loans: reach and size of the programme, decisions, prices, use, quality of the books."""

from __future__ import annotations

import datetime

import pandas as pd

from sim.results import Results
from sim.studies.evidence.targets import NORMAL, RUN, Day, part

DAYS_PER_MONTH = 365.0 / 12.0
BAD = ("non_performing", "written_off")


def paid_by(results: Results, seed: int, day: Day) -> pd.DataFrame:
    """Programme loans paid out up to a day."""
    loans = part(results.loans, seed)
    return loans[loans["programme"] & (loans["payout_date"] <= pd.Timestamp(day or datetime.date(2200, 1, 1)))]


def registered(results: Results) -> int:
    """Real enterprises of the kinds that published shares are of: all but rural households."""
    kinds = results.scenarios[RUN].settings.kinds
    return sum(kind.real_enterprises for name, kind in kinds.items() if name != "rural")


def borrowers_share(results: Results, seed: int, day: Day) -> float:
    """Borrowers of the programme, rural households too, per registered enterprise."""
    return float(paid_by(results, seed, day)["enterprise"].nunique() * results.scale / registered(results))


def lent_per_borrower(results: Results, seed: int, day: Day) -> float:
    """Money lent by the programme per borrower [yuan]."""
    loans = paid_by(results, seed, day)
    return float(loans["amount_yuan"].sum() / max(1, loans["enterprise"].nunique()))


def first_time_share(results: Results, seed: int, day: Day) -> float:
    """Share of the programme's borrowers that had no bank-credit history when they first borrowed."""
    return float(paid_by(results, seed, day).drop_duplicates("enterprise")["first_time"].mean())


def decided(results: Results, seed: int, programme: bool) -> pd.DataFrame:
    """Applications that were decided, to the programme or to banks."""
    loans = part(results.loans, seed)
    return loans[(loans["programme"] == programme) & ~loans["existing"] & loans["decided_date"].notna()]


def approval(results: Results, seed: int, programme: bool) -> float:
    """Share of decided applications approved; withdrawn after approval counts as approved."""
    loans = decided(results, seed, programme)
    return float((loans["status"] != "refused").mean())


def decision_days(results: Results, seed: int, programme: bool) -> float:
    """Days from application to decision, queues included."""
    return float(decided(results, seed, programme)["days_to_decision"].mean())


def rate(results: Results, seed: int, programme: bool) -> float:
    """Mean yearly rate of approved loans."""
    return float(decided(results, seed, programme)["rate_yearly"].mean())


def collateral_share(results: Results, seed: int, day: Day) -> float:
    """Money outstanding on bank loans that is backed by collateral, at the end of the run."""
    loans = part(results.loans, seed)
    loans = loans[~loans["programme"] & (loans["outstanding_yuan"] > 0)]
    return float(loans.loc[loans["collateralised"], "outstanding_yuan"].sum() / loans["outstanding_yuan"].sum())


def running(loans: pd.DataFrame, day: Day) -> pd.DataFrame:
    """Loans out on a day: paid out or there before the run, and not ended."""
    when = pd.Timestamp(day)
    out = loans["existing"] | (loans["payout_date"] <= when)
    return loans[out & ~(loans["ended_date"] <= when)]


def outstanding_per_borrower(results: Results, seed: int, day: Day) -> float:
    """Programme money outstanding per borrower that owes any, in the week of a day [yuan]."""
    weekly = part(results.weekly, seed)
    owed = weekly.loc[weekly["date"] <= pd.Timestamp(day), "programme_outstanding_yuan"].iloc[-1]
    loans = part(results.loans, seed)
    borrowers = running(loans[loans["programme"]], day)["enterprise"].nunique()
    return float(owed / results.scale / max(1, borrowers))


def months_of_use(results: Results, seed: int, day: Day) -> float:
    """Months that a yuan lent by the programme stays out: money outstanding summed over time, over money lent."""
    weekly, loans = part(results.weekly, seed), paid_by(results, seed, None)
    days = pd.to_datetime(weekly["date"]).diff().dt.days.fillna(0.0)
    money = float((weekly["programme_outstanding_yuan"] * days).sum()) / results.scale
    return money / max(1.0, float(loans["amount_yuan"].sum())) / DAYS_PER_MONTH


def contract_months(results: Results, seed: int, day: Day) -> float:
    """Term of the programme's main product [months]."""
    return results.scenarios[RUN].settings.programme.term_days / DAYS_PER_MONTH


def deferred_share(results: Results, seed: int, day: Day) -> float:
    """Share of bank-loan money running on a day that had payments deferred."""
    loans = part(results.loans, seed)
    loans = running(loans[~loans["programme"]], day)
    return float(loans.loc[loans["deferred"], "amount_yuan"].sum() / loans["amount_yuan"].sum())


def bad_share(results: Results, seed: int, programme: bool) -> float:
    """Money lent without a shock that turned bad (non-performing or written off), whole loans, before recoveries.

    Missing where nothing was lent.
    """
    loans = part(results.loans, seed, NORMAL)
    loans = loans[(loans["programme"] == programme) & (loans["existing"] | loans["payout_date"].notna())]
    lent = float(loans["amount_yuan"].sum())
    return float(loans.loc[loans["status"].isin(BAD), "amount_yuan"].sum()) / lent if lent > 0 else float("nan")


def first_requests(results: Results, seed: int) -> pd.DataFrame:
    """The first request of every micro or self-employed enterprise that asked for money."""
    loans = part(results.loans, seed)
    return loans[~loans["existing"] & (loans["kind"] != "rural")].drop_duplicates("enterprise")


def need_yuan(results: Results, seed: int, day: Day) -> float:
    """Mean size of a first request [yuan]."""
    return float(first_requests(results, seed)["asked_yuan"].mean())


def need_below(results: Results, seed: int, yuan: float) -> float:
    """Share of first requests below a size."""
    return float((first_requests(results, seed)["asked_yuan"] < yuan).mean())
