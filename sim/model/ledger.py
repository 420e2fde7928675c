"""The ledger: lenders and outside accounts settled from the step's flows, and the identities checked."""

from __future__ import annotations

import numpy as np

from sim.arithmetic.calendar import rate_over
from sim.arithmetic.money import split
from sim.model.economy import Economy


class LedgerError(RuntimeError):
    """Money was made or lost: a fault of the program, never of the input."""


def settle_lenders(economy: Economy, flows: np.ndarray) -> int:
    """Bring the lenders' books up to date; return what they paid to the rest of the economy [real fen]. ODD 11.1, 11.2.

    Lenders pay for their funds and pay out what their equity exceeds its start by, so that nothing piles up without a
    shock.
    """
    lenders, scale = economy.lenders, economy.scale
    lenders["funds"] += scale * (flows["principal"] + flows["interest"] + flows["guaranteed"] - flows["disbursed"])
    lenders["loans"] += scale * (flows["disbursed"] - flows["principal"] - flows["written_off"])
    lenders["committed"] -= scale * flows["released"]
    change = flows["programme_disbursed"] - flows["programme_principal"] - flows["programme_written_off"]
    lenders["programme_loans"] += scale * change
    lenders["programme_committed"] -= scale * flows["programme_released"]
    economy.programme["outstanding"] += scale * int(change.sum())
    economy.programme["committed"] -= scale * int(flows["programme_released"].sum())

    settle_relending(economy)
    free = np.maximum(0, lenders["funds"] - lenders["committed"])
    cost = np.minimum(free, np.floor(lenders["loans"] * lenders["funding_rate"] + 0.5).astype(np.int64))
    lenders["funds"] -= cost
    equity = lenders["funds"] + lenders["loans"] - lenders["liabilities"]
    paid_out = np.maximum(0, np.minimum(free - cost, equity - lenders["equity_start"]))
    lenders["funds"] -= paid_out
    return int(cost.sum()) + int(paid_out.sum())


def settle_relending(economy: Economy) -> None:
    """Lend to members in the first step of the measure, take it back after its end, pay the rate difference. ODD 10.8.

    Relending restores funds, not equity: liabilities rise with the funds.
    """
    measure, lenders, calendar = economy.settings.measures.relending, economy.lenders, economy.calendar
    if not measure.enabled:
        return
    if economy.step == calendar.step_of(measure.start):
        move_relending(economy, allotments(measure.total_yuan, lenders))
    elif measure.end is not None and calendar.date(economy.step) > measure.end:
        free = np.maximum(0, lenders["funds"] - lenders["committed"])
        move_relending(economy, -np.minimum(lenders["relending"], free))
    cheaper = np.maximum(0.0, lenders["funding_rate"] - rate_over(measure.rate_yearly, calendar.step_days))
    subsidy = np.floor(lenders["relending"] * cheaper + 0.5).astype(np.int64)
    lenders["funds"] += subsidy
    economy.relending_subsidy = int(subsidy.sum())
    economy.government -= economy.relending_subsidy


def move_relending(economy: Economy, amounts: np.ndarray) -> None:
    """Move relending from the central bank to lenders, or back where negative [real fen]."""
    for name in ("funds", "liabilities", "relending"):
        economy.lenders[name] += amounts
    economy.central_bank -= int(amounts.sum())


def allotments(total_yuan: float, lenders: np.ndarray) -> np.ndarray:
    """Parts of the members in a relending total, by their quotas [real fen]."""
    parts, members = np.zeros(len(lenders), dtype=np.int64), lenders["member"] == 1
    quotas = lenders["programme_quota"][members]
    total = float(sum(quotas.tolist()))
    if total > 0:
        parts[members] = split(total_yuan, quotas / total)
    return parts


def settle_outside(economy: Economy, flow: np.ndarray, from_lenders: int) -> None:
    """Bring government and the rest of the economy up to date from the step's flows. ODD 11.3."""
    received = sum(
        int(flow[name]) for name in ("inputs", "fixed", "rent_waiver", "dividends", "spending", "estate_owner")
    )
    paid = sum(int(flow[name]) for name in ("sales", "elsewhere", "collateral_sold"))
    economy.rest += economy.scale * (received - paid) + from_lenders
    support = ("benefits", "wage_support", "rent_waiver", "grants", "interest_subsidy", "guarantees")
    economy.government -= economy.scale * sum(int(flow[name]) for name in support)


def money_of(economy: Economy, flow: np.ndarray) -> int:
    """All money of the country [real fen], from the totals after a step; it never changes. ODD 11.4."""
    agents = int(flow["enterprise_cash"]) + int(flow["capital_waiting"]) + int(flow["household_cash"])
    lenders = int(economy.lenders["funds"].sum())
    return economy.scale * agents + lenders + economy.government + economy.rest + economy.central_bank


def check(economy: Economy, flow: np.ndarray, money: int) -> int:
    """Raise :class:`LedgerError` unless the step's totals and the books add up; return the residual [fen]. ODD 11.4."""
    lenders, total = economy.lenders, money_of(economy, flow)
    require(total == money, f"money: {total - money} fen too many in step {economy.step}")
    require(int(flow["overdrawn"]) == 0, f"an agent's cash is below zero in step {economy.step}")
    require(bool((lenders["funds"] >= 0).all()), f"a lender's funds are below zero in step {economy.step}")
    require(bool((lenders["committed"] >= 0).all()), f"a lender's commitments are below zero in step {economy.step}")
    outstanding = int(lenders["programme_loans"].sum())
    require(outstanding == int(economy.programme["outstanding"][0]), f"programme books differ in step {economy.step}")
    return total - money


def audit(economy: Economy) -> None:
    """Raise :class:`LedgerError` unless every account agrees with every other; slower than :func:`check`. ODD 11.5."""
    (enterprises, households), lenders = economy.store.tables(), economy.lenders
    loans = economy.loans[: economy.loan_count]
    for name in ("cash", "wage_arrears", "input_arrears", "rent_arrears", "debt", "pledged"):
        require(bool((enterprises[name] >= 0).all()), f"enterprise {name} below zero in step {economy.step}")
    require(bool((households["cash"] >= 0).all()), f"household cash below zero in step {economy.step}")
    by_lender = np.zeros(len(lenders), dtype=np.int64)
    np.add.at(by_lender, loans["lender"], loans["outstanding"])
    require(
        bool((by_lender * economy.scale == lenders["loans"]).all()),
        f"loans differ from lenders' books in step {economy.step}",
    )
    lent = np.where(loans["status"] >= 4, loans["amount"], 0)
    held = loans["outstanding"] + loans["repaid"] + loans["written_off"]
    require(bool((lent == held).all()), f"a loan is not outstanding + repaid + written off in step {economy.step}")
    committed = np.zeros(len(lenders), dtype=np.int64)
    approved = loans["status"] == 1
    np.add.at(committed, loans["lender"][approved], loans["amount"][approved])
    require(
        bool((committed * economy.scale == lenders["committed"]).all()), f"commitments differ in step {economy.step}"
    )
    gone = enterprises["exit_step"] >= 0
    require(not enterprises["cash"][gone].any(), f"an exited enterprise holds cash in step {economy.step}")
    require(not enterprises["staff"][gone].any(), f"an exited enterprise has staff in step {economy.step}")


def require(holds: bool, otherwise: str) -> None:
    """Raise :class:`LedgerError` with the message unless the identity holds."""
    if not holds:
        raise LedgerError(otherwise)
