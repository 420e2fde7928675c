"""The state of one run: tables, terms, and the conditions of each step; no rule is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.arithmetic.calendar import Calendar
from sim.arithmetic.money import sum_in_order
from sim.engine.store import Store
from sim.model.loan_book import CountedLoanBook, LoanBook
from sim.model.loan_tabulation import LoanTabulation
from sim.population.initial_state import draw_columns, initial_state, input_coefficients
from sim.population.lenders import lender_books, programme_record
from sim.population.packed_state import draw_packed
from sim.population.paths import (
    StoppagePaths,
    capacity_terms,
    demand_by_cell,
    openness_by_region,
    wave_reaches,
)
from sim.population.strata import Country, strata_of
from sim.scenario import ScenarioSettings
from sim.scenario.scale import scale_of
from sim.state.conditions import CELL_TYPE
from sim.state.flows import FLOW_TYPE, PATRONAGE_TYPE
from sim.state.table import Table
from sim.state.terms import kind_table, make_terms


@dataclass
class Economy:
    """Everything that changes in a run, and what it is read against.

    ``store`` holds enterprises and households, ``book`` loans and applications; ``government``, ``rest`` and
    ``central_bank`` are the outside accounts [real fen]; ``start`` holds the totals before the first step [a FLOW
    record]. The compiled engine runs a step in ``threads`` threads.
    """

    settings: ScenarioSettings
    seed: int
    calendar: Calendar
    scale: int
    store: Store
    book: LoanBook
    lenders: np.ndarray
    queues: np.ndarray
    programme: np.ndarray
    products: np.ndarray
    kinds: np.ndarray
    terms: np.ndarray
    stoppage: StoppagePaths
    threshold_after: np.ndarray
    capacity: tuple[np.ndarray, np.ndarray]
    cells_of_run: np.ndarray
    region_openness: np.ndarray
    demand: np.ndarray
    step: int = 0
    government: int = 0
    rest: int = 0
    patronage: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=PATRONAGE_TYPE))
    spending: int = 0
    spending_start: int = 0
    input_coefficients: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    inputs_start: np.ndarray = field(default_factory=lambda: np.zeros(0))
    start: np.ndarray = field(default_factory=lambda: np.zeros((), dtype=FLOW_TYPE))
    bad_debts: int = 0
    receivables: int = 0
    central_bank: int = 0
    relending_subsidy: int = 0
    threads: int = 1

    @property
    def enterprises(self) -> Table:
        """Enterprises by column; refused where the store does not hold them so."""
        return self.store.columns()[0]

    @property
    def households(self) -> Table:
        """Households by column, those of enterprises first; refused where the store does not hold them so."""
        return self.store.columns()[1]

    @property
    def cells(self) -> int:
        """Number of cells: kind × sector × region."""
        return len(self.stoppage.openness)

    @property
    def wave_begins(self) -> np.ndarray:
        """Whether a wave that reaches it begins in the present step [cells]."""
        begins = np.zeros(self.cells, dtype=bool)
        for wave in self.settings.stoppage.waves:
            if (wave.first - self.calendar.start).days // self.calendar.step_days == self.step:
                begins |= wave_reaches(wave, self.settings).ravel()
        return begins

    @property
    def loans(self) -> np.ndarray:
        """The loan table, rows that are not in use included [a LOAN record each]."""
        return self.book.loans

    @property
    def loan_count(self) -> int:
        """Rows of the loan table in use, from the first on."""
        return self.book.count

    @property
    def nbytes(self) -> int:
        """Bytes of the tables of enterprises, households and loans."""
        return self.store.nbytes + self.book.nbytes

    @property
    def money(self) -> int:
        """All money of the country, account by account [real fen]; it never changes."""
        lent = int(self.lenders["funds"].sum())
        return self.scale * self.store.cash + lent + self.government + self.rest + self.central_bank


def calendar_of(settings: ScenarioSettings) -> Calendar:
    """The calendar of a scenario."""
    asked = settings.calendar
    return Calendar(asked.start, asked.weeks, asked.step_days, asked.run_off_weeks)


def build_economy(settings: ScenarioSettings, seed: int, threads: int = 1, totals: bool = False) -> Economy:
    """The initial state of a run, drawn from a scenario by some threads. ODD, initialisation.

    A run whose results are ``totals`` keeps no enterprise by column and no application of which nothing more becomes.
    """
    calendar, scale = calendar_of(settings), scale_of(settings)
    country = Country(settings, calendar, seed)
    first = initial_state(country)
    strata = strata_of(country, threads)
    drawn = (draw_packed if totals else draw_columns)(first, strata, threads)
    lender_books(first.lenders, drawn.totals.lent, scale)
    tabulation = LoanTabulation(
        kinds=len(settings.kinds),
        groups=len(settings.lenders),
        products=len(first.products),
        steps=calendar.steps,
        kinds_of=drawn.store.kinds_of,
        group_of=first.lenders["group"],
        threads=threads,
    )
    least = 0 if totals else drawn.store.rows
    book = (CountedLoanBook if totals else LoanBook)(drawn.loans, int(drawn.totals.loans), tabulation, least)
    return Economy(
        settings=settings,
        seed=seed,
        calendar=calendar,
        scale=scale,
        store=drawn.store,
        book=book,
        lenders=first.lenders,
        queues=first.queues,
        programme=programme_record(settings),
        products=first.products,
        kinds=kind_table(settings),
        terms=make_terms(settings, calendar, seed),
        stoppage=first.stoppage,
        threshold_after=first.stoppage.openness[:, 0].copy(),
        capacity=capacity_terms(first.stoppage.capacity, settings.stoppage.capacity_spread, calendar),
        cells_of_run=cells_of_run(settings, first.sector_terms),
        region_openness=openness_by_region(settings, first.stoppage.published),
        demand=demand_by_cell(settings, calendar),
        spending=drawn.totals.spending,
        spending_start=drawn.totals.spending,
        patronage=np.zeros(len(first.stoppage.openness), dtype=PATRONAGE_TYPE),
        input_coefficients=input_coefficients(settings),
        inputs_start=normal_inputs(settings, drawn.totals.inputs),
        start=drawn.totals.start,
        threads=threads,
    )


def cells_of_run(settings: ScenarioSettings, sector_terms: dict[str, np.ndarray]) -> np.ndarray:
    """What holds in each cell for the whole run; all else is 0 [kinds × sectors × regions]."""
    kinds, sectors, regions = len(settings.kinds), len(settings.sectors), len(settings.regions)
    cells, eligible = np.zeros(kinds * sectors * regions, dtype=CELL_TYPE), settings.programme.eligible_regions
    may_borrow = [int(eligible is None or name in eligible) for name in settings.regions]
    cells["eligible"] = np.tile(may_borrow, kinds * sectors)
    for name, values in sector_terms.items():
        cells[name] = np.tile(np.repeat(values, regions), kinds)
    return cells


def normal_inputs(settings: ScenarioSettings, bought: np.ndarray) -> np.ndarray:
    """Inputs bought from each sector in a normal step [fen × agents, sectors], from what each sector buys."""
    return sum_in_order(input_coefficients(settings) * bought.astype(float)[:, None])
