"""How much memory a scenario needs: what its kind tells and, of a large one with totals, what a small run tells."""

from __future__ import annotations

from sim.model import Model
from sim.model.model import Engine
from sim.scenario import Scenario
from sim.scenario.firms import NO_FIRMS, firms_of
from sim.studies.memory import TOTALS, Footprint, agents_of, known_footprint, refuse_too_large, way_of

SMALL, LARGE = 20_000, 2_000_000
"""Enterprises of the small run that memory is measured on, and of those from which it costs little beside them."""


def footprint_of(scenario: Scenario, arms: int, engine: Engine) -> Footprint:
    """What a job of a scenario needs.

    How much is lent, and so how many loans are kept, hangs on the scenario: 60 bytes an enterprise in
    ``china-2020``, 310 where 80 million borrow.
    """
    settings = scenario.settings
    known = known_footprint(settings, arms, engine)
    if known.agents < LARGE or way_of(settings, engine) != TOTALS or firms_of(settings) is not NO_FIRMS:
        return known
    small = scenario.set({"population.enterprises": SMALL})
    return Footprint(known.agents, max(known.each, bytes_of_each(small, engine)))


def bytes_of_each(scenario: Scenario, engine: Engine) -> int:
    """Memory that a run needs for each enterprise; 0 when it fails, as those after it will, and be listed for it."""
    try:
        model = Model(scenario, rng=1, engine=engine)
        try:
            return model.run().economy.nbytes // agents_of(scenario.settings)
        finally:
            model.free()
    except Exception:
        return 0


def refuse_what_cannot_fit(scenario: Scenario, engine: Engine) -> None:
    """Refuse a scenario of which one run needs more memory than there is, before anything of its size is run.

    Raises
    ------
    ScenarioError
        With how many enterprises fit.
    """
    more_with_totals = way_of(scenario.settings, engine) != TOTALS
    refuse_too_large(scenario.name, known_footprint(scenario.settings, 1, engine), more_with_totals)
    refuse_too_large(scenario.name, footprint_of(scenario, 1, engine), more_with_totals)
