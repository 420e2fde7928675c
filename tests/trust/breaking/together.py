"""Sweeps that lose the scheduler of their Dask cluster, and folders in which two parents are at work."""

from __future__ import annotations

import os
import signal

from sim.cli.sweep import STOPPED
from tests.support.sweep_helpers import cluster, end, session, wait_for
from tests.trust.breaking.kills import SIGNALS, Sweep

REFUSED = 2


def kill_schedulers(broken: Sweep, number: int) -> int:
    """Kill the scheduler of a cluster in mid-sweep: no job fails by it, and one line says how to go on."""
    for tried in range(number):
        broken.anew()
        place = broken.folder / f"cluster-{tried}"
        place.mkdir()
        with cluster(place) as (address, scheduler):
            process = broken.begin(("--dask", address))
            try:
                least = broken.chance.randrange(1, broken.jobs // 4)
                assert wait_for(lambda least=least: len(broken.look()) >= least, 120), process.communicate(timeout=10)[
                    1
                ]
                scheduler.kill()
                errors = process.communicate(timeout=60)[1]
            finally:
                end(process)
        assert process.returncode in (0, STOPPED), errors
        assert "Traceback" not in errors, errors
        if process.returncode == STOPPED:
            line = errors.splitlines()[-1]
            assert "no job failed by it" in line and line.endswith("--resume"), errors
        broken.check()
        broken.finish()
    return number


def kill_one_of_two(broken: Sweep, number: int, seconds: float) -> int:
    """Begin two parents in one folder and end one of them: at most one is at work, and nothing kept is run again."""
    broken.anew()
    for tried in range(number):
        both, sent = [broken.begin(), broken.begin()], SIGNALS[tried % len(SIGNALS)]
        if broken.watch(both, broken.moment(seconds)):
            broken.chance.choice(both).send_signal(sent)
        broken.watch(both, broken.moment(seconds))
        for process in both:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        for process in both:
            errors = process.communicate(timeout=60)[1]
            allowed = (0, REFUSED, -sent, 128 + sent, -signal.SIGKILL)
            assert process.returncode in allowed, (process.returncode, errors)
            assert "Traceback" not in errors or process.returncode == -sent, errors
            if process.returncode == REFUSED:
                line = errors.splitlines()[-1]
                assert "another sweep is at work in this folder" in line or "holds a sweep" in line, errors
            assert wait_for(lambda leader=process.pid: not session(leader), 10), "a child is left"
        broken.check()
        if len(broken.kept) == broken.jobs:
            broken.finish()
            broken.anew()
    broken.finish()
    return number
