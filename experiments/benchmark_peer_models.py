"""Other packages' models, timed in a process of their own: ``python benchmark_peer_models.py NAME``.

Runs under any Python 3.10 or later that has the package, and imports nothing of Tideover. The first line of output
says what is run, or why nothing is; every line of input is answered by one measurement.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

AGENTS = 100_000
MISSING = "is not installed"


def bamengine(agents: int) -> tuple[int, int, str, Callable[[], None]]:
    """Its baseline model with its own proportions (10 firms, 50 households, 1 bank), its logging off.

    16 periods are twice the 8 of a labour contract, so that each measurement has the same share of the costly ones.
    """
    import bamengine as package  # type: ignore[import-not-found]

    banks, periods = max(1, agents // 61), 16
    model = package.Simulation.init(
        n_firms=10 * banks, n_households=50 * banks, n_banks=banks, seed=1, logging={"default_level": "ERROR"}
    )
    model.run(8, collect=False)  # compiled, and past its first hiring
    kernel = "with Numba" if find_spec("numba") else "without Numba"
    return 61 * banks, periods, f"baseline model, {kernel}", lambda: model.run(periods, collect=False)


def mesa_frames(agents: int) -> tuple[int, int, str, Callable[[], None]]:
    """Boltzmann's wealth on Polars: who has something gives one unit to somebody drawn at random."""
    import polars
    from mesa_frames import AgentSetPolars, ModelDF  # type: ignore[import-not-found]

    class People(AgentSetPolars):
        def __init__(self, model: Any) -> None:
            super().__init__(model)
            ids = polars.arange(agents, eager=True)
            self.add(polars.DataFrame({"unique_id": ids, "wealth": polars.ones(agents, eager=True)}))

        def step(self) -> None:
            self.select(self.wealth > 0)
            others = self.agents.sample(n=len(self.active_agents), with_replacement=True)
            self["active", "wealth"] -= 1
            received = others.group_by("unique_id").len()
            self[received, "wealth"] += received["len"]

    model = ModelDF(1)
    model.agents += People(model)
    model.step()

    def run() -> None:
        for _ in range(16):
            model.step()

    return agents, 16, "Boltzmann wealth", run


PEERS = {"bamengine": bamengine, "mesa-frames": mesa_frames}


def reason_of(error: Exception) -> str:
    """Why a peer is left out, in one line."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} {MISSING}"
    return f"{type(error).__name__}: {error}".splitlines()[0]


def serve(name: str, agents: int) -> None:
    """Make the model, say so, then measure whenever a line comes in."""
    answers, sys.stdout = sys.stdout, sys.stderr

    def answer(**words: Any) -> None:
        print(json.dumps(words), file=answers, flush=True)

    try:
        count, periods, model, run = PEERS[name](agents)
    except Exception as error:  # whatever a peer of another version does, it is left out with its reason
        answer(reason=reason_of(error))
        return
    answer(version=version(name), agents=count, periods=periods, model=model)
    for _ in sys.stdin:
        began = time.process_time()
        run()
        answer(rate=count * periods / (time.process_time() - began))


if __name__ == "__main__":
    os.environ |= {"POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else AGENTS)
