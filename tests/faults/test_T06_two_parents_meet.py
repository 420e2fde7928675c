"""T06: two parents in the folder of one sweep deleted each other's drafts, and ran everything twice."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sim.scenario.problems import ScenarioError
from sim.studies.sweep import lock as locks
from sim.studies.sweep.lock import Lock, host_mark, is_running
from sim.studies.sweep.store import Store
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.sweep_helpers import command, done, end, start, tables_of, wait_for

DAYS = {"programme.decision_days": [0, 14, 28]}
WHO = r"another sweep is at work in this folder: process (\d+) on '(.+)' since '(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)'; "
CURE = "wait until it is done, or choose another folder with --out"


def run(out, **more):
    scenario = toy(population__enterprises=20, calendar__weeks=2)
    return sweep(scenario, DAYS, 4, out=out, executor="series", progress=False, **more)


def gone():
    """The number of a process that has ended."""
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    return int(ended.stdout)


def written(folder: Path, **about):
    """A lock that somebody left."""
    folder.mkdir(exist_ok=True)
    about = {"process": gone(), "host": socket.gethostname(), "since": "2026-11-30 12:00:00 UTC", **about}
    (folder / locks.NAME).write_text(json.dumps(about))


@pytest.mark.parametrize("more", [{}, {"resume": True}, {"overwrite": True}])
def test_the_second_is_refused_and_touches_nothing(more, tmp_path):
    run(tmp_path / "sweep")
    held = Lock(tmp_path / "sweep")
    held.take()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "sweep").rglob("*")}
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path / "sweep", **(more or {"resume": True}))
    said = str(caught.value)
    match = re.search(WHO, said)
    assert said.startswith(f"{tmp_path / 'sweep'}  ")
    assert match and (int(match[1]), match[2]) == (os.getpid(), socket.gethostname())
    assert said.endswith(CURE)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "sweep").rglob("*")} == before
    held.give_back()
    assert run(tmp_path / "sweep", resume=True).kept == 12


def test_two_parents_run_no_job_twice_and_lose_none(tmp_path):
    """Two real parents: the second ends with 2 and one line, the first as if alone."""
    out = tmp_path / "sweep"
    first = start(command(out, 6, 20))
    assert wait_for(lambda: len(done(out)) >= 2)
    second = start(command(out, 6, 20, ["--resume"]))
    _, errors = second.communicate(timeout=120)
    kept = done(out)
    if first.poll() is None:
        assert second.returncode == 2
        line = errors.splitlines()[-1]
        assert re.search(WHO, line)[1] == str(first.pid)
        assert CURE in line
    assert first.wait(300) == 0, first.communicate()[1]
    end(first)
    now = done(out)
    assert len(now) == 120
    assert {name: now[name] for name in kept} == kept
    assert not (out / locks.NAME).exists()
    assert max(Counter(now.values()).values()) == 1


def test_a_killed_parent_leaves_nothing_that_keeps_the_next_one_out(tmp_path):
    out = tmp_path / "sweep"
    first = start(command(out, 6, 20))
    assert wait_for(lambda: len(done(out)) >= 2)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert (out / locks.NAME).exists()
    kept = done(out)
    assert start_and_end(command(out, 6, 20, ["--resume"])) == 0
    now = done(out)
    assert {name: now[name] for name in kept} == kept
    assert len(now) == 120
    assert start_and_end(command(tmp_path / "alone", 6, 20)) == 0
    assert tables_of(out) == tables_of(tmp_path / "alone")


def start_and_end(words):
    """Exit code of a sweep of its own."""
    process = start(words)
    process.communicate(timeout=300)
    return process.returncode


@pytest.mark.parametrize("process", ["gone", "this one", "one that is alive"])
def test_what_a_dead_process_of_this_host_left_is_taken_over(process, tmp_path):
    """The system gave its lock away; whoever has its number now is another."""
    number = {"gone": gone(), "this one": os.getpid(), "one that is alive": os.getppid()}[process]
    written(tmp_path / "sweep", process=number)
    assert run(tmp_path / "sweep").recomputed == 12
    assert not (tmp_path / "sweep" / locks.NAME).exists()


def test_a_process_of_another_host_cannot_be_known_dead(tmp_path):
    written(tmp_path / "sweep", host="another-machine", process=gone())
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path / "sweep")
    said = str(caught.value)
    assert "on 'another-machine' since '2026-11-30 12:00:00 UTC'" in said
    assert said.endswith("if that process is gone, delete .lock in the folder")
    (tmp_path / "sweep" / locks.NAME).unlink()
    assert run(tmp_path / "sweep").recomputed == 12


@pytest.mark.parametrize("content", ["", "{", "[]", '{"process": "x"}', "\x00" * 100, "x" * 10_000])
def test_a_lock_that_names_nobody_keeps_nobody_out(content, tmp_path):
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / locks.NAME).write_text(content)
    assert run(tmp_path / "sweep").recomputed == 12


def test_a_pipe_in_place_of_the_lock_is_refused(tmp_path):
    (tmp_path / "sweep").mkdir()
    os.mkfifo(tmp_path / "sweep" / locks.NAME)
    with pytest.raises(ScenarioError, match=r"\.lock  is no ordinary file, as a lock must be; delete it"):
        run(tmp_path / "sweep")


def test_a_parent_killed_before_its_first_manifest_leaves_a_folder_that_can_be_gone_on_with(tmp_path):
    (tmp_path / "sweep").mkdir()
    draft = tmp_path / "sweep" / f".manifest.json.{host_mark()}-{gone()}.part"
    draft.write_text("{")
    written(tmp_path / "sweep")
    assert run(tmp_path / "sweep", resume=True).recomputed == 12
    assert not draft.exists()


def test_a_file_of_the_users_that_looks_like_a_draft_of_another_file_is_not_a_beginning(tmp_path):
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / f".thesis.txt.{host_mark()}-{gone()}.part").write_text("mine")
    with pytest.raises(ScenarioError, match="holds files that are not a sweep of this program"):
        run(tmp_path / "sweep", resume=True)


@pytest.mark.parametrize("system", ["without locks", "without locks on this file system"])
def test_where_the_system_has_no_locks_the_process_decides(system, tmp_path, monkeypatch):
    if system == "without locks":
        monkeypatch.setattr(locks, "fcntl", None)
    else:
        monkeypatch.setattr(locks.fcntl, "flock", lambda *_: (_ for _ in ()).throw(OSError(95, "not supported")))
    written(tmp_path / "sweep", process=os.getppid())
    with pytest.raises(ScenarioError, match=f"process {os.getppid()} on"):
        run(tmp_path / "sweep")
    written(tmp_path / "sweep")
    assert run(tmp_path / "sweep").recomputed == 12


def test_drafts_of_the_dead_go_and_those_of_the_living_and_of_other_hosts_stay(tmp_path):
    run(tmp_path / "sweep")
    place = next((tmp_path / "sweep").glob("jobs/*"))
    other = "0" * 8
    assert other != host_mark()
    names = {
        f".a.json.{host_mark()}-{gone()}.part": False,
        f".a.json.{host_mark()}-{os.getpid()}.part": False,
        ".a.json.1.part": False,
        f".a.json.{host_mark()}-{os.getppid()}.part": True,
        f".a.json.{other}-{gone()}.part": True,
        ".mine.part": True,
    }
    for name in names:
        (place / name).write_text("half")
    run(tmp_path / "sweep", resume=True)
    assert {name: (place / name).exists() for name in names} == names


def test_the_lock_goes_with_an_error_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Store, "put", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        run(tmp_path / "sweep")
    assert not (tmp_path / "sweep" / locks.NAME).exists()
    monkeypatch.undo()
    assert run(tmp_path / "sweep", resume=True).recomputed == 12


def test_whether_a_process_runs():
    assert is_running(os.getpid())
    assert is_running(1)
    assert not is_running(gone())
    assert not is_running(0)
    assert not is_running(2**70)
