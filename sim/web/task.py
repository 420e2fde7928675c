"""What one run is given: the scenario itself, the seeds, and the command that asks the same."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario import Scenario

AGENTS = "population.enterprises"


@dataclass(frozen=True)
class Question:
    """What to run: the very scenario that the page shows, seeds, and the command that asks the same."""

    scenario: Scenario
    seeds: int
    seed: int
    command: str

    @property
    def agents(self) -> int:
        """Enterprises of the run."""
        return int(self.scenario.get(AGENTS))

    @property
    def size(self) -> str:
        """How large it is, in words."""
        return f"{self.agents:,} enterprises, {self.seeds} seed{'s' * (self.seeds != 1)}"
