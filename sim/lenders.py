"""The lenders of the first state, their queues, their existing loans, and the programme."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.calendar import DAYS_PER_YEAR, NEVER, Calendar, rate_over
from sim.columns import Table
from sim.draws import Purpose
from sim.money import FEN_PER_YUAN
from sim.population import Draws, choose, round_money
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_finance import Product, Programme, ProgrammeProduct
from sim.state import EVERYBODY, LENDER_TYPE, LOAN_TYPE, PRODUCT_TYPE, PROGRAMME_TYPE, QUEUE_TYPE, LoanStatus


def bits(chosen: Iterable[str] | None, every: Iterable[str]) -> int:
    """Bit mask of the chosen names among all; everybody when nothing is chosen."""
    if chosen is None:
        return EVERYBODY
    return sum(1 << place for place, name in enumerate(every) if name in set(chosen))


def split(total_yuan: float, weights: np.ndarray) -> np.ndarray:
    """A total in yuan split by weights into whole fen that add up to it; largest remainders first."""
    total = int(round(total_yuan * FEN_PER_YUAN))
    exact = total * weights
    parts = np.floor(exact).astype(np.int64)
    missing = total - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    for place in range(abs(missing)):
        parts[order[place % len(parts)]] += 1 if missing > 0 else -1
    return parts


def draw_lenders(settings: ScenarioSettings, calendar: Calendar, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lender table and queue table (branch queue of lender l at 2l, remote queue at 2l + 1)."""
    count = sum(group.count for group in settings.lenders.values())
    table = np.zeros(count, dtype=LENDER_TYPE)
    queues = np.zeros(2 * count, dtype=QUEUE_TYPE)
    table["id"] = np.arange(count)
    first, products = 0, list(settings.products)
    for place, (name, group) in enumerate(settings.lenders.items()):
        rows = slice(first, first + group.count)
        weights = group_weights(seed, group.size_sigma, table["id"][rows])
        part = table[rows]
        part["group"] = place
        part["member"] = name in settings.programme.members
        part["member_step"] = calendar.step_of(group.programme_from)
        part["funds"] = split(group.funds_yuan, weights)
        part["equity_start"] = split(group.equity_yuan, weights)
        part["programme_quota"] = split(group.programme_quota_yuan, weights)
        part["offered"] = [
            *(products.index(product) for product in group.products),
            *([-1] * (8 - len(group.products))),
        ]
        part["region_mask"] = bits(group.regions, settings.regions)
        part["least_equity_ratio"] = group.least_equity_ratio
        part["funding_cost"] = group.funding_cost_yearly
        part["funding_rate"] = rate_over(group.funding_cost_yearly, calendar.step_days)
        weeks = calendar.step_days / 7.0
        queues["capacity"][2 * first : 2 * (first + group.count) : 2] = group.branch_capacity_weekly * weights * weeks
        queues["capacity"][2 * first + 1 : 2 * (first + group.count) : 2] = (
            group.remote_capacity_weekly * weights * weeks
        )
        first += group.count
    queues["lender"] = np.repeat(np.arange(count), 2)
    queues["remote"] = np.tile([0, 1], count)
    queues["head"] = queues["tail"] = -1
    return table, queues


def group_weights(seed: int, sigma: float, ids: np.ndarray) -> np.ndarray:
    """Sizes of the lenders of a group, summing to 1."""
    sizes = np.exp(sigma * Draws(seed, ids).normal(Purpose.LENDER_SIZE)) if len(ids) else np.zeros(0)
    return sizes / sizes.sum() if len(ids) else sizes


def house_weights(settings: ScenarioSettings, lenders: np.ndarray, queues: np.ndarray) -> np.ndarray:
    """Part of the enterprises that bank with each lender, by its group's share and its branch capacity."""
    groups = list(settings.lenders.values())
    capacity = queues["capacity"][::2]
    weights = np.zeros(len(lenders))
    for place, group in enumerate(groups):
        rows = lenders["group"] == place
        total = capacity[rows].sum()
        weights[rows] = group.house_share * (capacity[rows] / total if total > 0 else 1.0 / max(1, rows.sum()))
    return weights


def choose_house_banks(
    settings: ScenarioSettings, seed: int, enterprises: Table, lenders: np.ndarray, queues: np.ndarray
) -> None:
    """Give every enterprise a house bank, where any lender is one."""
    weights = house_weights(settings, lenders, queues)
    for region in range(len(settings.regions)):
        serving = np.where((lenders["region_mask"] >> region) & 1, weights, 0.0)
        rows = np.flatnonzero(enterprises["region"] == region)
        if len(rows) and serving.sum() > 0:
            enterprises["house_bank"][rows] = choose(
                serving, Draws(seed, enterprises["id"][rows]).uniform(Purpose.HOUSE_BANK)
            )


def product_table(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Terms of the scenario's products, the programme's own last [products + 1]."""
    programme = settings.programme
    every: list[Product] = [*settings.products.values(), *programme.products.values(), programme]
    table = np.zeros(len(every), dtype=PRODUCT_TYPE)
    for row, product in zip(table, every, strict=True):
        row["programme"] = isinstance(product, (Programme, ProgrammeProduct))
        row["kind_mask"] = row["region_mask"] = row["group_mask"] = EVERYBODY
        if isinstance(product, ProgrammeProduct):
            row["kind_mask"], row["region_mask"] = (
                bits(product.kinds, settings.kinds),
                bits(product.regions, settings.regions),
            )
            row["group_mask"] = bits(product.offered_by, settings.lenders)
            row["asked_from"] = round_money(np.array(product.asked_from_yuan * FEN_PER_YUAN))
        row["remote"] = product.channel == "remote"
        row["collateral_required"] = product.collateral_required
        row["transactions"] = product.information == "transactions"
        row["banked_only"] = product.banked_only
        row["early_repayment"] = product.early_repayment
        decision, both = (
            calendar.steps_in(product.decision_days),
            calendar.steps_in(product.decision_days + product.payout_days),
        )
        row["decision_steps"], row["payout_steps"] = decision, both - decision
        row["instalment_steps"] = max(1, calendar.steps_in(product.instalment_days))
        row["instalment_days"] = row["instalment_steps"] * calendar.step_days
        row["grace_steps"], row["term_steps"] = (
            calendar.steps_in(product.grace_days),
            calendar.steps_in(product.term_days),
        )
        row["rate"], row["rate_ceiling"] = product.rate_yearly, product.rate_ceiling_yearly
        row["discount_share"], row["operating_cost"] = product.rate_discount_share, product.operating_cost_yearly
        row["cap"], row["cap_share"] = (
            round_money(np.array(product.loan_cap_yuan * FEN_PER_YUAN)),
            product.loan_cap_share,
        )
        row["ltv_share"] = product.ltv_share
    return table


def programme_record(settings: ScenarioSettings) -> np.ndarray:
    """The programme's envelope and what is used of it [1]."""
    table = np.zeros(1, dtype=PROGRAMME_TYPE)
    table["envelope"] = round_money(np.array(settings.programme.envelope_yuan * FEN_PER_YUAN))
    table["partial"] = settings.programme.remainder == "partial"
    return table


def existing_loans(
    settings: ScenarioSettings,
    calendar: Calendar,
    seed: int,
    enterprises: Table,
    products: np.ndarray,
    lenders: np.ndarray,
) -> np.ndarray:
    """Bank loans that run already: interest only, rolled over at their term. ODD equation P8.

    Their interest is part of the enterprise's other fixed cost in the sources, so it is taken out of ``fixed``.
    """
    luck = Draws(seed, enterprises["id"])
    shares = np.array([kind.borrowing_share for kind in settings.kinds.values()])[enterprises["kind"]]
    indebted = (
        (enterprises["exists"] == 1)
        & (enterprises["banked"] == 1)
        & (luck.uniform(Purpose.BORROWING) < shares)
        & (enterprises["house_bank"] >= 0)
    )
    rows = np.flatnonzero(indebted)
    number = first_product(enterprises[rows], products, lenders)
    amount = existing_amounts(settings, calendar, enterprises[rows], products[number])
    kept = (number >= 0) & (amount > 0)
    rows, number, amount = rows[kept], number[kept], amount[kept]
    product = products[number]
    loans = np.zeros(len(rows), dtype=LOAN_TYPE)
    for name in (
        "decided_step",
        "payout_step",
        "ended_step",
        "overdue_step",
        "next_loan",
        "next_in_queue",
        "applied_step",
    ):
        loans[name] = -1
    loans["enterprise"], loans["lender"], loans["product"] = rows, enterprises["house_bank"][rows], number
    loans["status"], loans["existing"] = LoanStatus.PERFORMING, 1
    loans["asked"] = loans["amount"] = loans["outstanding"] = amount
    ltv = np.where(product["ltv_share"] > 0, product["ltv_share"], 1.0)
    pledge = np.minimum(enterprises["collateral"][rows], np.ceil(amount / ltv).astype(np.int64))
    loans["collateral"] = np.where(product["collateral_required"] == 1, pledge, 0)
    enterprises["pledged"][rows] = loans["collateral"]
    loans["rate"] = product["rate"]
    for place, one in enumerate(products):
        loans["instalment_rate"][number == place] = rate_over(float(one["rate"]), float(one["instalment_days"]))
    first = Draws(seed, enterprises["id"][rows]).uniform(Purpose.LOAN_AGE) * product["instalment_steps"]
    loans["instalment_step"] = np.floor(first).astype(np.int64)
    loans["grace_step"] = loans["last_step"] = NEVER
    enterprises["first_loan"][rows] = np.arange(len(rows))
    enterprises["loan_step"][rows] = loans["instalment_step"]
    interest = round_money(amount * loans["instalment_rate"] / product["instalment_steps"])
    enterprises["fixed"][rows] = np.maximum(0, enterprises["fixed"][rows] - interest)
    return loans


def existing_amounts(settings: ScenarioSettings, calendar: Calendar, part: Table, product: np.ndarray) -> np.ndarray:
    """Size of each existing loan [fen]: a share of yearly sales, at most the product's part of the collateral."""
    ratios = np.array([kind.existing_loan_share for kind in settings.kinds.values()])[part["kind"]]
    amount = ratios * part["sales_normal"] * (DAYS_PER_YEAR / calendar.step_days)
    pledged = product["collateral_required"] == 1
    return round_money(np.where(pledged, np.minimum(amount, product["ltv_share"] * part["collateral"]), amount))


def first_product(part: Table, products: np.ndarray, lenders: np.ndarray) -> np.ndarray:
    """First product of the house bank whose conditions the enterprise meets; -1 without one."""
    chosen = np.full(len(part), -1)
    offered = lenders["offered"]
    for place in range(offered.shape[1] - 1, -1, -1):
        number = offered[part["house_bank"], place]
        product = products[number]
        fits = (number >= 0) & ((product["collateral_required"] == 0) | (part["collateral"] > 0))
        fits &= (product["banked_only"] == 0) | (part["banked"] == 1)
        chosen = np.where(fits, number, chosen)
    return chosen


def lender_books(lenders: np.ndarray, loans: np.ndarray, scale: int) -> None:
    """Loans and liabilities of the lenders from their existing loans: liabilities = funds + loans − equity."""
    by_lender = np.zeros(len(lenders), dtype=np.int64)
    np.add.at(by_lender, loans["lender"], loans["outstanding"])
    lenders["loans"] = by_lender * scale
    lenders["liabilities"] = lenders["funds"] + lenders["loans"] - lenders["equity_start"]
