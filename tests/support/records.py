"""Single records for tests of rules: a plain object with every field of a layout, at rest unless the test says more."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.draws import streams
from sim.scenario.schema_stoppage import MOST_SIZES
from sim.state import fields as state
from sim.state import flows, terms
from sim.state.conditions import CELL, CONDITIONS, MEASURES, WEEKS_AHEAD
from sim.state.field import Declared

LINKS = (
    "first_loan",
    "application",
    "house_bank",
    "gap_step",
    "exit_step",
    "next_loan",
    "next_in_queue",
    "head",
    "tail",
)
LINKS += ("decided_step", "ended_step", "overdue_step")
SEED = 1
EVERY = -1
"""The bit mask that holds every place."""


def record(fields: Iterable[Declared], **values: Any) -> SimpleNamespace:
    """One record: links -1, all else 0, then the given values."""
    fields = tuple(fields)
    unknown = set(values) - {field.name for field in fields}
    assert not unknown, f"no such field: {unknown}"
    blank = {field.name: -1 if field.name in LINKS else 0 for field in fields}
    return SimpleNamespace(**{**blank, **values})


def enterprise(**values: Any) -> SimpleNamespace:
    """An enterprise that exists, open seven days, with no loan."""
    never = {"loan_step": NEVER, "answer_step": NEVER, "payout_step": NEVER}
    return record(state.ENTERPRISE, **{"exists": 1, "open_days": 7, **never, **values})


def household(**values: Any) -> SimpleNamespace:
    """A household."""
    return record(state.HOUSEHOLD, **values)


def loan(**values: Any) -> SimpleNamespace:
    """An application or loan."""
    return record(state.LOAN, **{"payout_step": -1, **values})


def request(**values: Any) -> SimpleNamespace:
    """A request of the step."""
    return record(state.REQUEST, **values)


def lender(**values: Any) -> SimpleNamespace:
    """A lender of all regions that offers nothing of its own."""
    return record(state.LENDER, **{"offered": [-1] * 8, "region_mask": EVERY, **values})


def queue(**values: Any) -> SimpleNamespace:
    """An empty queue."""
    return record(state.QUEUE, **values)


def product(**values: Any) -> SimpleNamespace:
    """A product for all, paid back in instalments of four weeks."""
    base = {
        "instalment_steps": 4,
        "instalment_days": 28.0,
        "group_mask": EVERY,
        "region_mask": EVERY,
        "kind_mask": EVERY,
    }
    return record(state.PRODUCT, **{**base, **values})


def programme(**values: Any) -> SimpleNamespace:
    """A programme."""
    return record(state.PROGRAMME, **values)


def flow() -> SimpleNamespace:
    """Totals of a step, all zero."""
    return record(flows.FLOW)


def lender_flow() -> SimpleNamespace:
    """A lender's totals of a step, all zero."""
    return record(flows.LENDER_FLOW)


def the_terms(**values: Any) -> SimpleNamespace:
    """Terms of weekly steps, one real enterprise an agent."""
    days = values.get("step_days", 7)
    base = {
        "scale": 1,
        "step_days": days,
        "day_share": 1 / days,
        "steps_per_year": 365 / days,
        "fixed_keys": streams(SEED, 0),
        "size_from": [2**62] * MOST_SIZES,
        "size_shut_ratio": [1.0] * MOST_SIZES,
    }
    return record(terms.TERMS, **{**base, **values})


def conditions(**values: Any) -> SimpleNamespace:
    """A step with open branches, no stress and no measures, in which all may ask."""
    step = values.get("step", 0)
    base = {"branch_openness": 1.0, "stress_factor": 1.0, "awareness": 1.0, "keys": streams(SEED, step + 1)}
    base |= {"asking_allowed": 1, "measure_share": [0.0] * MEASURES}
    base |= {"measure_kinds": [EVERY] * MEASURES, "measure_regions": [EVERY] * MEASURES}
    return record(CONDITIONS, **{**base, **values})


def kind(**values: Any) -> SimpleNamespace:
    """An eligible kind in which nobody is discouraged and nobody asks in case."""
    return record(terms.KIND, **{"eligible": 1, **values})


def cell(**values: Any) -> SimpleNamespace:
    """An eligible cell that is open, with normal demand."""
    open_all = {"threshold": [1.0] * 7, "threshold_after": 1.0, "threshold_ahead": [1.0] * WEEKS_AHEAD}
    normal = {"eligible": 1, "demand": 1.0, "capacity_level": 1.0, "region_openness": 1.0}
    return record(CELL, **{**normal, **open_all, **values})
