"""Chunks of the initial state: rows stand home by home, and no chunk, thread or neighbour changes a byte of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import sim
from sim.model.economy import build_economy, calendar_of
from sim.population.enterprises import other_count
from sim.population.initial_state import (
    Drawn,
    InitialState,
    Totals,
    draw_chunk,
    draw_tables,
    fill_others,
    initial_state,
    renumber,
)
from sim.population.strata import Country, Strata, strata_of
from tests.support.economies import toy

COUNT = 9_000


@cache
def country(step_days: int = 7) -> Country:
    settings = sim.load("china-2020", [f"population.enterprises={COUNT}", f"calendar.step_days={step_days}"]).settings
    return Country(settings, calendar_of(settings), 3)


@cache
def first() -> InitialState:
    return initial_state(country())


@cache
def strata() -> Strata:
    return strata_of(country())


@cache
def whole() -> Drawn:
    """Everything in one chunk a kind."""
    return draw_tables(first(), strata(), rows=10**9)


def same(one, other) -> bool:
    """Whether two tables are the same, byte for byte."""
    return all(one[name].tobytes() == other[name].tobytes() for name in one.dtype.names)


def same_totals(one: Totals, other: Totals) -> bool:
    ones, others = ((all_of.spending, all_of.at_work, all_of.start.tobytes()) for all_of in (one, other))
    return ones == others and (one.inputs == other.inputs).all() and (one.lent == other.lent).all()


def test_rows_stand_by_kind_sector_region_and_id_and_every_id_once():
    table = whole().enterprises
    order = np.lexsort([table[name] for name in ("id", "region", "sector", "kind")])
    assert (order == np.arange(len(table))).all()
    assert sorted(table["id"].tolist()) == list(range(COUNT + len(country().entries)))
    assert strata().ends[-1] == len(table)


@pytest.mark.parametrize("rows", [7, 64, 2048, 5000])
@pytest.mark.parametrize("threads", [1, 2])
def test_no_chunk_and_no_thread_changes_a_byte(rows, threads):
    drawn = draw_tables(first(), strata_of(country(), threads), threads, rows)
    assert same(drawn.enterprises, whole().enterprises)
    assert same(drawn.households, whole().households)
    assert same(drawn.loans, whole().loans)
    assert same_totals(drawn.totals, whole().totals)


@pytest.mark.parametrize("rows", [100, 2048, 10**9])
def test_chunks_of_one_home_each_are_the_rows_of_the_whole(rows):
    totals, before = first().totals(), 0
    for chunk in strata().chunks(rows):
        part = slice(chunk.first, chunk.first + len(chunk.ids))
        assert len(chunk.counts) == 1
        assert len(chunk.ids) <= rows
        drawn = draw_chunk(first(), chunk)
        renumber(drawn.enterprises, drawn.loans, chunk.first, before)
        assert same(drawn.enterprises, whole().enterprises[part])
        assert same(drawn.households, whole().households[part])
        assert same(drawn.loans, whole().loans[before : before + len(drawn.loans)])
        before += len(drawn.loans)
        totals.add(drawn.totals)
    assert before == len(whole().loans)
    others = other_count(country().settings)
    table = draw_tables(first(), strata(), rows=10**9).households[len(strata().ids) :]
    for start in range(0, others, 700):
        part = table[start : start + 700].copy()
        for column in part.columns.values():
            column[...] = 0
        totals.add(fill_others(first(), start, whole().totals.at_work, part))
        assert same(part, table[start : start + 700])
    assert same_totals(totals, whole().totals)


def test_sums_are_those_of_the_rows():
    """Each sum of the initial state once more, row by row from the tables."""
    economy = build_economy(country().settings, 3)
    rows, households, loans = economy.enterprises, economy.households, economy.loans
    there = rows["exists"] == 1
    wanted = {
        "existing": COUNT,
        "jobs": int(rows["staff"][there].sum()),
        "members": int(households["members"].sum()),
        "working_elsewhere": int(households["working_elsewhere"].sum()),
        "enterprise_cash": int(rows["cash"][there].sum()),
        "capital_waiting": int(rows["cash"][~there].sum()),
        "household_cash": int(households["cash"].sum()),
        "open_now": int((rows["reopening_rank"] <= economy.stoppage.openness[rows["cell"], 0])[there].sum()),
    }
    assert {name: int(economy.start[name]) for name in wanted} == wanted
    lent = np.zeros(len(economy.lenders), dtype=np.int64)
    np.add.at(lent, loans["lender"], loans["outstanding"])
    assert (economy.lenders["loans"] == lent * economy.scale).all()
    bought = np.zeros(len(country().settings.sectors))
    np.add.at(bought, rows["sector"][there], (rows["input_share"] * rows["sales_normal"])[there])
    assert economy.inputs_start == pytest.approx((economy.input_coefficients * bought[:, None]).sum(axis=0), rel=1e-6)
    own = households["enterprise"] >= 0
    working = np.where(own, households["members"], households["working_elsewhere"])
    benefit = country().settings.labour.benefit_ratio * households["wage"] * (households["members"] - working)
    assert economy.spending_start == pytest.approx((households["wage"] * working + benefit).sum(), rel=1e-6)


def test_each_loan_is_the_first_of_its_borrower():
    economy = build_economy(country().settings, 3)
    borrowers = economy.loans["enterprise"]
    assert len(borrowers) > 500
    assert (economy.enterprises["first_loan"][borrowers] == np.arange(len(borrowers))).all()
    assert (economy.enterprises["first_loan"] >= 0).sum() == len(borrowers)
    assert (economy.enterprises["pledged"][borrowers] == economy.loans["collateral"]).all()
    assert (economy.enterprises["house_bank"][borrowers] == economy.loans["lender"]).all()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_enterprises_or_none(count):
    economy = build_economy(toy(population__enterprises=count).settings, 1)
    assert int(economy.start["existing"]) == count == economy.enterprises["exists"].sum()
