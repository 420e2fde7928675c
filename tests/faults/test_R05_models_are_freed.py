"""R05: finished models are never freed."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.support.economies import run, toy


def resident():
    """Resident memory of this process [kB]."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory of the process from /proc")
@pytest.mark.parametrize(("engine", "enterprises"), [("compiled", 2_000), ("mesa", 60)])
def test_250_runs_need_no_more_memory_than_50(engine, enterprises):
    scenario = toy(population__enterprises=enterprises, calendar__weeks=2)
    sizes = []
    for number in range(250):
        run(scenario, number, engine, audit=False)
        if number in (49, 249):
            gc.collect()
            sizes.append(resident())
    assert sizes[1] < 1.05 * sizes[0]
