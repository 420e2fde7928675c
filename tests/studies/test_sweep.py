"""Sweeps: the same bytes however they are run, killed and resumed; failures listed; refusals before anything is run.

``TIDEOVER_KILLS=10`` kills more often, on a sweep of 400 comparisons (some minutes); twice unless set.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.problems import ScenarioError
from sim.studies.comparison import compare
from sim.studies.sweep import estimate
from sim.studies.sweep.execution import Execution
from sim.studies.sweep.pools import ONE_THREAD, Processes, Series, workers_of
from sim.studies.sweep.runner import Runner
from sim.studies.sweep.store import Store
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.sweep_helpers import command, done, end, session, start, tables_of, wait_for

KILLS = int(os.environ.get("TIDEOVER_KILLS", "2"))
DAYS = "programme.decision_days"
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from /proc")


def small(**more):
    return toy(population__enterprises=60, calendar__weeks=8, **more)


def run(out, **more):
    wanted = {"seeds": 4, "executor": "series", "progress": False, **more}
    return sweep(small(), {DAYS: [0, 14, 28]}, out=out, **wanted)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sweep run in series."""
    folder = tmp_path_factory.mktemp("whole") / "sweep"
    return run(folder), folder


def test_a_point_is_what_compare_says(whole):
    found, _ = whole
    summary = compare(small().set({DAYS: 14}), seeds=4, progress=False).summary()
    point = found.table[found.table["point"] == 1].set_index("outcome")
    for ours, theirs in (
        ("mean", "difference"),
        ("low", "low"),
        ("high", "high"),
        ("with", "with"),
        ("without", "without"),
    ):
        assert np.allclose(point[ours], summary.loc[point.index, theirs], equal_nan=True)


def test_a_sweep_of_runs_is_what_run_says(tmp_path):
    found = run(tmp_path / "runs", compare=False)
    from sim.outcomes import summary
    from sim.studies.replications import run as run_alone

    table = summary(run_alone(small().set({DAYS: 14}), 4, progress=False))
    point = found.table[found.table["point"] == 1].set_index("outcome")
    assert np.allclose(point["mean"], table.loc[point.index, "run"], equal_nan=True)


def test_every_point_has_the_same_seeds(whole):
    found, _ = whole
    assert found.jobs.groupby("point")["seed"].agg(list).tolist() == [[1, 2, 3, 4]] * 3


@pytest.mark.parametrize("how", ["threads", "processes", "three processes", "pool of the caller", "mesa"])
def test_the_same_bytes_however_it_is_run(whole, tmp_path, how):
    more = {"executor": how}
    if how == "three processes":
        more = {"executor": Processes(3)}
    if how == "pool of the caller":
        more = {"executor": ThreadPoolExecutor(2)}
    if how == "mesa":
        more = {"engine": "mesa"}
    run(tmp_path / "other", **more)
    if not isinstance(more.get("executor", ""), str):
        more["executor"].shutdown()
    assert tables_of(tmp_path / "other") == tables_of(whole[1])


@LINUX
def test_killed_again_and_again_it_ends_with_the_same_bytes(tmp_path):
    """kill -9 of the parent at random moments, another hash seed each time; nothing done is run again."""
    points, seeds = (40, 10) if KILLS > 3 else (6, 8)
    unbroken = start(command(tmp_path / "unbroken", points, seeds))
    assert unbroken.wait(300) == 0, unbroken.communicate()[1]
    end(unbroken)
    chance, kept = random.Random(1), {}
    for kill in range(KILLS):
        process = start(
            command(tmp_path / "broken", points, seeds, ["--resume"]), hash_seed=kill, workers=kill % 2 == 1
        )
        more = min(points * seeds - 1, len(kept) + chance.randrange(1, points * seeds // (KILLS + 1) + 1))
        assert wait_for(lambda wanted=more: len(done(tmp_path / "broken")) >= wanted)
        process.kill()
        process.communicate()
        assert wait_for(lambda leader=process.pid: not session(leader), 10), "a child is left"
        now = done(tmp_path / "broken")
        assert {name: now[name] for name in kept} == kept
        kept = now
    last = start(command(tmp_path / "broken", points, seeds, ["--resume"]), hash_seed=77)
    assert last.wait(300) == 0, last.communicate()[1]
    end(last)
    now = done(tmp_path / "broken")
    assert {name: now[name] for name in kept} == kept
    assert len(now) == points * seeds
    assert tables_of(tmp_path / "broken") == tables_of(tmp_path / "unbroken")


@LINUX
def test_ctrl_c_keeps_what_is_done_leaves_no_child_and_says_how_to_go_on(tmp_path):
    process = start(command(tmp_path / "sweep", 10, 20), workers=True)
    assert wait_for(lambda: len(done(tmp_path / "sweep")) >= 3)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in errors
    assert "Traceback" not in errors
    assert wait_for(lambda: not session(process.pid), 10), "a child is left"
    assert len(done(tmp_path / "sweep")) >= 3


def kill_a_worker(monkeypatch, after):
    """Kill one worker when so many jobs are done; returns the list that then holds its number."""
    killed, pools = [], []
    make, keep = Processes.__init__, Execution.keep

    def remember(self, workers):
        make(self, workers)
        pools.append(self)

    def keep_and_kill(self, wanted, outcomes):
        keep(self, wanted, outcomes)
        if self.ran == after and not killed:
            killed.append(next(iter(pools[-1]._processes)))
            os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(Processes, "__init__", remember)
    monkeypatch.setattr(Execution, "keep", keep_and_kill)
    return killed


def test_a_killed_worker_costs_nothing(whole, tmp_path, monkeypatch):
    killed = kill_a_worker(monkeypatch, after=3)
    found = run(tmp_path / "sweep", executor="processes")
    assert killed
    assert found.failures.empty
    assert tables_of(tmp_path / "sweep") == tables_of(whole[1])


class Task:
    """A job of the runner alone."""

    def __init__(self, number, folder):
        self.id, self.number, self.folder = f"{number:02d}", number, folder


def work_or_die(task):
    """Die at 5, raise at 11, else answer; each attempt leaves a file."""
    (task.folder / f"{task.id}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if task.number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if task.number == 11:
        raise ValueError("eleven")
    return {"outcomes": {"number": float(task.number)}}


def run_or_die(tmp_path, numbers):
    """What is found and what fails of some tasks, and how often each was begun."""
    found, failed = {}, {}
    runner = Runner(
        workers_of("processes", 2),
        work_or_die,
        lambda task, outcomes: found.update({task.number: outcomes["number"]}),
        lambda task, reason: failed.update({task.number: reason}),
    )
    runner.run([Task(number, tmp_path) for number in numbers])
    return found, failed, Counter(int(path.name[:2]) for path in tmp_path.iterdir())


def test_a_job_that_always_dies_is_set_aside(tmp_path):
    found, failed, begun = run_or_die(tmp_path, range(11))
    assert found == {number: float(number) for number in range(11) if number != 5}
    assert failed == {5: "its worker died 3 times (killed, or out of memory)"}
    assert begun[5] == 3


def test_a_job_with_an_error_is_not_tried_again(tmp_path):
    """Where no worker dies: one that dies takes with it what another has just come to."""
    found, failed, begun = run_or_die(tmp_path, range(6, 12))
    assert found == {number: float(number) for number in range(6, 11)}
    assert failed == {11: "ValueError: eleven"}
    assert begun == dict.fromkeys(range(6, 12), 1)


def threads_of(_):
    """What a worker was told about threads."""
    return {"outcomes": {name: float(os.environ.get(name, "0")) for name in ONE_THREAD}}


def test_workers_have_one_thread_each():
    found = []
    Runner(workers_of("processes", 2), threads_of, lambda task, told: found.append(told), print).run([Task(0, None)])
    assert found == [dict.fromkeys(ONE_THREAD, 1.0)]


def test_never_more_workers_than_cores_jobs_or_memory():
    assert estimate.workers_for(100, 64, 10**6, 10**12) <= estimate.cores()
    assert estimate.workers_for(1, None, 10**6, 10**12) == 1
    assert estimate.workers_for(100, 2, 10**9, 2 * 10**9) == 1


def test_resume_takes_over_what_is_whole_and_runs_what_is_damaged(whole, tmp_path):
    run(tmp_path / "sweep")
    files = sorted((tmp_path / "sweep").glob("jobs/*/*.json"))
    files[0].write_text(files[0].read_text().replace("0.", "1.", 1))
    files[1].write_text(files[1].read_text()[:40])
    files[2].unlink()
    (files[3].parent / f".{files[3].name}.1.part").write_text("half")
    found = run(tmp_path / "sweep", resume=True)
    assert (found.recomputed, found.kept) == (3, 9)
    assert tables_of(tmp_path / "sweep") == tables_of(whole[1])
    assert not list((tmp_path / "sweep").rglob(".*.part"))


def test_more_seeds_in_the_same_folder_run_only_the_new_ones(tmp_path):
    run(tmp_path / "sweep")
    found = run(tmp_path / "sweep", seeds=6, resume=True)
    assert (found.recomputed, found.kept) == (6, 12)


def test_a_changed_setting_is_never_answered_with_old_numbers(tmp_path):
    run(tmp_path / "sweep")
    found = sweep(
        small(programme__rate_yearly=0.05), {DAYS: [0]}, 4, out=tmp_path / "sweep", resume=True, progress=False
    )
    assert found.kept == 0


def test_another_folder_is_not_touched(tmp_path):
    run(tmp_path / "sweep")
    with pytest.raises(ScenarioError, match="go on with --resume"):
        run(tmp_path / "sweep")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for more in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(ScenarioError, match="not a sweep"):
            run(tmp_path / "mine", **more)
    assert run(tmp_path / "sweep", overwrite=True).recomputed == 12


def test_nothing_is_written_for_bad_input(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        sweep(small(), {DAYS: [1, -1, -2], "programme.rate": [0.1]}, out=tmp_path / "sweep", progress=False)
    assert len(caught.value.problems) == 3
    assert not (tmp_path / "sweep").exists()


def test_the_manifest_is_first_and_says_what_was_done(whole):
    _, folder = whole
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert manifest["vary"] == [{"key": DAYS, "role": "lever", "kind": "list", "values": [0, 14, 28], "count": None}]
    assert set(manifest["files"]) == {"scenario.yaml", "points.csv", "jobs.parquet", "sweep.csv"}
    assert str(Path.home()) not in (folder / "manifest.json").read_text()


def test_what_cannot_fit_is_refused_at_once_with_what_would(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.studies.sweep.sweep.memory_limit", lambda: 4 * 10**9)
    began = time.monotonic()
    with pytest.raises(ScenarioError, match=r"population.enterprises up to [\d,]+,000 fits"):
        sweep(toy(population__enterprises=5_000_000), {DAYS: [1, 2]}, out=tmp_path / "sweep")
    with pytest.raises(ScenarioError, match="1,000,000,000 jobs do not fit into memory"):
        sweep(toy(), {DAYS: "0:999:1000"}, 1_000_000, out=tmp_path / "sweep")
    assert time.monotonic() - began < 1.0
    assert not (tmp_path / "sweep").exists()


def test_seeds_are_added_until_the_interval_is_narrow_enough(tmp_path):
    first = run(None, compare=False).outcome("exit_share")
    half = float((first["high"] - first["low"]).max()) / 4
    wanted = {"until": ("exit_share", half), "max_seeds": 200, "compare": False}
    found = run(tmp_path / "sweep", **wanted)
    rows = found.outcome("exit_share")
    assert ((rows["high"] - rows["low"]) / 2 <= half).all()
    assert rows["seeds"].max() > 4
    assert set(rows["seeds"]) <= set(range(4, 201, 4))
    again = run(tmp_path / "again", executor="threads", **wanted)
    assert again.table.equals(found.table)
    most = run(None, until=("exit_share", 1e-9), max_seeds=6, compare=False).outcome("exit_share")
    assert most["seeds"].tolist() == [6, 6, 6]
    with pytest.raises(ScenarioError, match="did you mean exit_share"):
        run(None, until=("exit_shares", 0.1))


def test_a_job_runs_in_the_calling_thread_in_series():
    assert Series().submit(lambda one: one + 1, 1).result() == 2
    assert isinstance(Series().submit(lambda: 1 / 0).exception(), ZeroDivisionError)


def test_a_file_is_whole_or_absent(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.put("ab" * 32, {"exit_share": 0.5})
    assert store.get("ab" * 32, ["exit_share"]) is None
