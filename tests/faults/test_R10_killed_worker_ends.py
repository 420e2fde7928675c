"""R10: a killed worker, and the parent waits for ever."""

from __future__ import annotations

import os
import signal
import time

import pytest

from sim.studies.sweep.pools import Processes, Workers
from sim.studies.sweep.runner import Runner


class Task:
    def __init__(self, number, folder):
        self.id, self.number, self.folder = f"{number:02d}", number, folder


def work(task):
    """Work a little; job 12 kills its worker the first time it is tried."""
    time.sleep(0.01)
    if task.number == 12 and not (task.folder / "killed").exists():
        (task.folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"outcomes": {"number": float(task.number)}}


@pytest.mark.parametrize("workers", [1, 4])
def test_forty_runs_end_with_forty_results(tmp_path, workers):
    found, failed = [], []
    runner = Runner(
        Workers(lambda: Processes(workers), 2 * workers),
        work,
        lambda task, outcomes: found.append(outcomes["number"]),
        lambda task, reason: failed.append(reason),
    )
    began = time.monotonic()
    runner.run([Task(number, tmp_path) for number in range(40)])
    assert sorted(found) == list(range(40))
    assert failed == []
    assert runner.deaths == 1
    assert time.monotonic() - began < 30
