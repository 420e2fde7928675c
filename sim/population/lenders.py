"""The lenders of the initial state, their queues, their existing loans, and the programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arithmetic.calendar import DAYS_PER_YEAR, NEVER, Calendar, rate_over
from sim.arithmetic.draws import Purpose
from sim.arithmetic.money import FEN_PER_YUAN, round_money, split
from sim.arithmetic.sampling import Choice, Draws
from sim.population.strata import Chunk, Country
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_finance import Product, Programme, ProgrammeProduct
from sim.state.codes import LoanStatus
from sim.state.fields import LENDER_TYPE, LOAN_TYPE, PRODUCT_TYPE, PROGRAMME_TYPE, QUEUE_TYPE
from sim.state.masks import EVERYBODY, bits
from sim.state.table import Table


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


def set_least_steps(queues: np.ndarray, products: np.ndarray) -> None:
    """Fewest steps from application to decision in each channel; 0 where it has no product."""
    for channel in (0, 1):
        steps = products["decision_steps"][products["remote"] == channel]
        queues["least_steps"][queues["remote"] == channel] = steps.min(initial=NEVER) if len(steps) else 0


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


@dataclass(frozen=True, eq=False)
class Banking:
    """What the first bank business of every enterprise is drawn from.

    ``houses`` holds the choice of a house bank in each region, ``None`` where no lender is one; ``first_products`` the
    product that each lender lends to a banked enterprise [without and with collateral, lenders].
    """

    products: np.ndarray
    houses: list[Choice | None]
    first_products: np.ndarray


def banking_of(settings: ScenarioSettings, lenders: np.ndarray, queues: np.ndarray, products: np.ndarray) -> Banking:
    """House banks by region, and the first product of each lender."""
    weights = house_weights(settings, lenders, queues)
    serving = [
        np.where((lenders["region_mask"] >> region) & 1, weights, 0.0) for region in range(len(settings.regions))
    ]
    houses = [Choice(one) if one.sum() > 0 else None for one in serving]
    return Banking(products, houses, np.array([first_products(products, lenders, pledge) for pledge in (False, True)]))


def first_products(products: np.ndarray, lenders: np.ndarray, pledge: bool) -> np.ndarray:
    """First product of each lender for a banked enterprise with or without collateral; -1 without one [lenders]."""
    chosen = np.full(len(lenders), -1)
    for number in lenders["offered"].T[::-1]:
        fits = (number >= 0) & ((products["collateral_required"][number] == 0) | pledge)
        chosen = np.where(fits, number, chosen)
    return chosen


def choose_house_banks(part: Table, chunk: Chunk, country: Country, banking: Banking) -> None:
    """Give every enterprise of a chunk a house bank, where any lender is one."""
    uniform, first = Draws(country.seed, chunk.ids).uniform(Purpose.HOUSE_BANK), 0
    for region, count in zip(chunk.regions.tolist(), chunk.counts.tolist(), strict=True):
        house, rows = banking.houses[region], slice(first, first + count)
        if house is not None:
            part["house_bank"][rows] = house.of(uniform[rows])
        first += count


def existing_loans(part: Table, chunk: Chunk, country: Country, banking: Banking) -> np.ndarray:
    """Bank loans of a chunk that run already: interest only, rolled over at their term. ODD equation P8.

    Their interest is part of the enterprise's other fixed cost in the sources, so it is taken out of ``fixed``. An
    enterprise's ``first_loan`` is its place among the loans of the chunk.
    """
    kind, products = list(country.settings.kinds.values())[chunk.kind], banking.products
    indebted = (part["exists"] == 1) & (part["banked"] == 1) & (part["house_bank"] >= 0)
    indebted &= Draws(country.seed, chunk.ids).uniform(Purpose.BORROWING) < kind.borrowing_share
    rows = np.flatnonzero(indebted)
    collateral = part["collateral"][rows]
    number = banking.first_products[(collateral > 0).astype(np.intp), part["house_bank"][rows]]
    amount = kind.existing_loan_share * part["sales_normal"][rows] * (DAYS_PER_YEAR / country.calendar.step_days)
    required, ltv = products["collateral_required"][number] == 1, products["ltv_share"][number]
    amount = round_money(np.where(required, np.minimum(amount, ltv * collateral), amount))
    kept = np.flatnonzero((number >= 0) & (amount > 0))
    rows, collateral, number, amount = rows[kept], collateral[kept], number[kept], amount[kept]
    required, ltv = required[kept], np.where(ltv[kept] > 0, ltv[kept], 1.0)
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
    loans["enterprise"], loans["lender"], loans["product"] = rows + chunk.first, part["house_bank"][rows], number
    loans["status"], loans["existing"] = LoanStatus.PERFORMING, 1
    loans["asked"] = loans["amount"] = loans["outstanding"] = amount
    pledge = np.minimum(collateral, np.ceil(amount / ltv).astype(np.int64))
    loans["collateral"] = np.where(required, pledge, 0)
    loans["rate"] = products["rate"][number]
    rates = [rate_over(float(one["rate"]), float(one["instalment_days"])) for one in products]
    loans["instalment_rate"] = np.array(rates)[number]
    steps = products["instalment_steps"][number]
    first = Draws(country.seed, chunk.ids[rows]).uniform(Purpose.LOAN_AGE) * steps
    loans["instalment_step"] = np.floor(first).astype(np.int64)
    loans["grace_step"] = loans["last_step"] = NEVER
    part["pledged"][rows] = loans["collateral"]
    part["first_loan"][rows] = np.arange(len(rows))
    part["loan_step"][rows] = loans["instalment_step"]
    interest = round_money(amount * loans["instalment_rate"] / steps)
    part["fixed"][rows] = np.maximum(0, part["fixed"][rows] - interest)
    return loans


def lender_books(lenders: np.ndarray, lent: np.ndarray, scale: int) -> None:
    """Loans and liabilities of the lenders from what each has lent: liabilities = funds + loans − equity."""
    lenders["loans"] = lent * scale
    lenders["liabilities"] = lenders["funds"] + lenders["loans"] - lenders["equity_start"]
