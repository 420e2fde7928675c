"""T08: when the Dask scheduler died, 55 of 60 jobs were listed as failed without a reason, and tables were written."""

from __future__ import annotations

import json
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from importlib.util import find_spec

import pytest

from sim.cli import sweep as cli_sweep
from sim.studies.sweep.stopped import SweepStoppedError
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.sweep_helpers import cluster, command, done, end, start, tables_of, wait_for

DAYS = {"programme.decision_days": [0, 14, 28]}


def run(out, **more):
    wanted = {"executor": "series", **more}
    return sweep(toy(population__enterprises=20, calendar__weeks=2), DAYS, 4, out=out, progress=False, **wanted)


class CommClosedError(OSError):
    """As Dask calls it."""


class Leaving(Executor):
    """An executor of somebody's that does some jobs and is then gone, in one of several ways."""

    def __init__(self, jobs, how):
        self.left, self.how = jobs, how

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.left:
            self.left -= 1
            future.set_result(fn(*args, **kwargs))
        elif self.how == "cancels":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(self.how, BrokenExecutor):
            future.set_exception(self.how)
        elif self.how == "takes nothing":
            raise RuntimeError("cannot schedule new futures after shutdown")
        else:
            future.set_exception(self.how)
        return future


WAYS = {
    "its jobs are cancelled": ("cancels", "it cancelled what it had taken"),
    "cancelled by an error": (CancelledError(), "it cancelled what it had taken"),
    "its connection is closed": (CommClosedError("in <TCP>"), "CommClosedError: in <TCP>"),
    "it takes nothing any more": ("takes nothing", "RuntimeError: cannot schedule new futures after shutdown"),
    "it broke": (BrokenExecutor("gone"), "the executor that was handed over broke and cannot be rebuilt here"),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_job_fails_by_it_and_what_came_through_is_kept(way, tmp_path):
    how, words = WAYS[way]
    with pytest.raises(SweepStoppedError) as caught:
        run(tmp_path / "sweep", executor=Leaving(5, how))
    said = str(caught.value)
    assert words in said
    assert said.endswith("5 of 12 jobs are done and kept")
    assert "\n" not in said
    assert len(done(tmp_path / "sweep")) == 5
    assert json.loads((tmp_path / "sweep" / "manifest.json").read_text())["status"] == "running"
    assert not (tmp_path / "sweep" / "sweep.csv").exists()
    found = run(tmp_path / "sweep", resume=True)
    assert (found.kept, found.recomputed) == (5, 7)
    run(tmp_path / "alone")
    assert tables_of(tmp_path / "sweep") == tables_of(tmp_path / "alone")


def test_an_error_of_a_job_is_still_the_job_s(tmp_path):
    found = run(tmp_path / "sweep", executor=Leaving(11, ValueError("eleven")))
    assert found.failures["reason"].tolist() == ["ValueError: eleven"]


@pytest.mark.skipif(find_spec("distributed") is None, reason="the extra cluster is not installed")
def test_a_real_scheduler_that_is_killed(tmp_path):
    out = tmp_path / "sweep"
    with cluster(tmp_path) as (address, scheduler):
        process = start(command(out, 10, 20, ["--dask", address]))
        try:
            assert wait_for(lambda: len(done(out)) >= 3, 120)
            scheduler.kill()
            _, errors = process.communicate(timeout=60)
        finally:
            end(process)
    kept = done(out)
    assert process.returncode == cli_sweep.STOPPED
    assert "Traceback" not in errors
    line = errors.splitlines()[-1]
    assert line.startswith("the executor is gone (")
    assert f"no job failed by it; {len(kept)} of 200 jobs are done and kept. Go on with: tideover sweep " in line
    assert line.endswith("--resume")
    last = start(command(out, 10, 20, ["--resume"]))
    assert last.wait(300) == 0, last.communicate()[1]
    end(last)
    now = done(out)
    assert {name: now[name] for name in kept} == kept
    assert len(now) == 200
