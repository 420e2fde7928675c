"""The story of one enterprise in one arm: what it is, earned, owes, asked for and got, when and why it closed."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.money import FEN_PER_YUAN
from sim.state.codes import ExitCause, LoanStatus, Refusal
from sim.web.pair import ARREARS, STATES, Pair, state_of

OWED = dict(zip(ARREARS, ("wages", "inputs", "rent"), strict=True))
REASONS = {
    Refusal.NO_COLLATERAL: "no collateral",
    Refusal.NO_HISTORY: "no bank-credit history",
    Refusal.PRICE: "the rate it would need is above the lender's ceiling",
    Refusal.CUT_BACK: "lenders cut back",
    Refusal.FUNDS: "the lender has no funds left",
    Refusal.EQUITY: "the lender's equity is too thin",
    Refusal.QUOTA: "the lender's quota is used up",
    Refusal.ENVELOPE: "the programme's envelope is used up",
}
CAUSES = {ExitCause.ILLIQUID: "for lack of money", ExitCause.OTHER: "for other causes"}


def money(fen: int) -> str:
    """An amount in whole yuan."""
    return f"{fen / FEN_PER_YUAN:,.0f}"


def portrait(pair: Pair, ident: int) -> str:
    """What an enterprise is; the same in every arm."""
    settings, one = pair.scenario.settings, next(iter(pair.agents.values()))[ident]
    kind, sector, region = (list(names)[place] for names, place in (
        (settings.kinds, one.kind), (settings.sectors, one.sector), (settings.regions, one.region)
    ))  # fmt: skip
    people = "1 person" if one.staff_normal == 1 else f"{one.staff_normal} people"
    known = "with" if one.banked else "without"
    return (
        f"{kind.replace('_', ' ')}, {pair.labels[sector]}, {pair.labels[region]}; {people}; "
        f"normal sales {money(one.sales_normal)} {settings.currency} a week; {known} a bank-credit history"
    )


def story(pair: Pair, arm: str, ident: int) -> list[tuple[str, str]]:
    """Lines of the story: what, and how it stands."""
    one, currency = pair.agents[arm][ident], pair.scenario.settings.currency
    lines = [("state", STATES[state_of(one, pair.step_number)])]
    if one.exit_step >= 0:
        lines.append(("closed", f"{pair.day(one.exit_step)}, {CAUSES[ExitCause(one.exit_cause)]}"))
    lines.append(("earned", f"{money(pair.earned[arm][ident])} {currency} of sales since the start"))
    if one.exists:
        lines.append(("this week", f"{money(one.sales)} {currency} of sales, {one.staff} at work"))
        lines.append(("cash", f"{money(one.cash)} {currency}"))
    owed = [f"{money(getattr(one, name))} {what}" for name, what in OWED.items() if getattr(one, name)]
    if one.exists and one.debt:
        owed.append(f"{money(one.debt)} of loans since the start")
    lines.append(("owed", ", ".join(owed) or "nothing"))
    loans = loans_of(pair, arm, one.row)
    return (
        [*lines, *(("loan", loan_text(pair, arm, loan)) for loan in loans)] if loans else [*lines, ("asked", "never")]
    )


def loans_of(pair: Pair, arm: str, row: int) -> list[Any]:
    """Applications and loans of an enterprise, oldest first."""
    economy = pair.models[arm].economy
    loans = economy.loans[: economy.loan_count]
    return list(loans[loans["enterprise"] == row])


def loan_text(pair: Pair, arm: str, loan: Any) -> str:
    """One application or loan in words."""
    settings = pair.scenario.settings
    group = pair.labels[list(settings.lenders)[pair.models[arm].economy.lenders["group"][loan["lender"]]]]
    if loan["existing"]:
        return f"{group}: a loan from before, {money(loan['outstanding'])} still to repay ({status(loan)})"
    parts = [f"{group}: asked {money(loan['asked'])} on {pair.day(loan['applied_step'])}"]
    if loan["status"] == LoanStatus.REFUSED:
        return f"{parts[0]}, refused {pair.day(loan['decided_step'])}: {REASONS.get(Refusal(loan['reason']), '')}"
    if loan["payout_step"] >= 0:
        parts.append(f"got {money(loan['amount'])} on {pair.day(loan['payout_step'])} at {100 * loan['rate']:.1f} %")
        parts.append(f"repaid {money(loan['repaid'])}")
    return ", ".join([*parts, status(loan)])


def status(loan: Any) -> str:
    """Where a loan stands."""
    return LoanStatus(loan["status"]).name.lower().replace("_", " ")
