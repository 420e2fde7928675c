"""Many random small economies in both implementations: how much agrees, and which events they had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis
from hypothesis import HealthCheck, Phase, given

from sim.model.model import Engine
from sim.scenario.resolved import Scenario
from tests.support.economies import SEEDS
from tests.trust.reference.comparison import compare_runs
from tests.trust.reference.economies import economies
from tests.trust.reference.events import EVENTS, events_of
from tests.trust.reference.lively import lively_economy

ON_THE_EDGE = 5
"""One economy in so many is of the kind with edge values."""


@dataclass
class Survey:
    """Economies, steps and values that agree, in how many economies each event happened, and the first difference."""

    wanted: int
    engine: Engine = "compiled"
    note: Callable[[Survey], None] | None = None
    economies: int = 0
    steps: int = 0
    values: int = 0
    events: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(EVENTS, 0)))
    difference: str = ""
    where: tuple[Scenario, int] | None = None

    def look(self, scenario: Scenario, seed: int) -> None:
        """Compare one more economy, unless there was a difference or there are enough."""
        if self.difference or self.economies == self.wanted:
            return
        agreement = compare_runs(scenario, seed, self.engine)
        self.values += agreement.values
        self.steps += agreement.steps
        if agreement.difference:
            self.difference, self.where = agreement.difference, (scenario, seed)
            return
        self.economies += 1
        self.events.update(events_of(scenario, agreement.model, agreement.world))
        if self.note:
            self.note(self)


def survey(
    count: int, seed: int = 0, engine: Engine = "compiled", note: Callable[[Survey], None] | None = None
) -> Survey:
    """Compare ``count`` economies; the same ones for the same ``seed``. The first difference ends it."""
    found = Survey(count, engine, note)
    lively = count - count // ON_THE_EDGE
    for number in range(lively):
        found.look(lively_economy(1_000_000 * seed + number), number)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max(1, count - lively),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(economies(), SEEDS)
    def on_the_edge(scenario: Scenario, draws: int) -> None:
        found.look(scenario, draws)

    on_the_edge()
    return found
