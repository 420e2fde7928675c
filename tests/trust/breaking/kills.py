"""kill -9 of a sweep's parent and of its workers at random moments, and what is left afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sim.studies.sweep.jobs import known_outcomes
from sim.studies.sweep.store import Store
from tests.support.sweep_helpers import command, done, listening, session, start, tables_of, wait_for

KNOWN = known_outcomes(("with", "without"))
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
START = 0.3
"""Share of an unbroken sweep that goes by before its first job is done, or longer."""
PATIENCE = 30.0
"""Seconds without progress that count as a hang."""


@dataclass
class Sweep:
    """A small sweep that is broken again and again, beside the same one left in peace."""

    folder: Path
    points: int
    seeds: int
    chance: random.Random
    parents: int = 0
    sweeps: int = 0
    longest: float = 0.0
    said: int = 0
    by: dict[signal.Signals, int] = field(default_factory=dict)
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    where: Path = Path()

    @property
    def jobs(self) -> int:
        """Jobs of the sweep."""
        return self.points * self.seeds

    def unbroken(self) -> float:
        """Run it in peace; how long that takes [seconds]."""
        began = time.monotonic()
        process = start(command(self.folder / "unbroken", self.points, self.seeds))
        assert process.wait(300) == 0, process.communicate()[1]
        process.communicate()
        return time.monotonic() - began

    def anew(self) -> None:
        """Begin another one."""
        self.sweeps += 1
        self.where, self.kept = self.folder / f"broken-{self.sweeps}", {}

    def begin(self, more: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start or take up the sweep, on processes, with another hash seed each time."""
        hash_seed = self.chance.randrange(2**32)
        asked = command(self.where, self.points, self.seeds, ["--resume", *more])
        return start(asked, hash_seed=hash_seed, workers=True)

    def look(self) -> dict[str, tuple[int, int]]:
        """Look what is kept: what was seen before is still there, untouched; a job run again has another file."""
        now = done(self.where)
        assert {name: now.get(name) for name in self.kept} == self.kept, "a finished job was lost or run again"
        self.kept = now
        return now

    def check(self) -> None:
        """What was done is still there, untouched; every file under its own name is whole."""
        self.look()
        store = Store(self.where)
        halves = [name for name in self.kept if store.get(name.removesuffix(".json"), KNOWN) is None]
        assert not halves, f"a half-written job stands under its own name: {halves}"

    def check_end(self) -> None:
        """Nothing is missing, nothing is there twice, and the tables are those of the unbroken sweep."""
        self.check()
        assert len(self.kept) == self.jobs
        assert tables_of(self.where) == tables_of(self.folder / "unbroken")
        assert json.loads((self.where / "manifest.json").read_text())["status"] == "done"

    def finish(self) -> None:
        """Take the sweep up once more and let it end."""
        process = self.begin()
        self.wait_for_end(process, lambda: None)
        assert process.returncode == 0, process.communicate()[1]
        process.communicate()
        self.check_end()

    def wait_for_end(self, process: subprocess.Popen[str], at_times: Callable[[], None]) -> None:
        """Wait until a process ends; no progress for too long is a hang."""
        seen, since = -1, time.monotonic()
        while process.poll() is None:
            at_times()
            self.look()
            now = len(self.kept)
            if now != seen:
                seen, since = now, time.monotonic()
            self.longest = max(self.longest, time.monotonic() - since)
            if time.monotonic() - since > PATIENCE:
                os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"no progress for {PATIENCE:.0f} s with {now} of {self.jobs} jobs done")
            time.sleep(0.02)

    def moment(self, seconds: float) -> float:
        """A moment [seconds] up to a little after the usual end of what is left to do, the start never left out."""
        left = 1.0 - len(self.kept) / self.jobs
        return self.chance.uniform(0.0, 1.2 * seconds * (START + (1.0 - START) * left))

    def watch(self, processes: list[subprocess.Popen[str]], seconds: float) -> bool:
        """Look after what is kept while processes run; whether one of them still does after so many seconds."""
        end = time.monotonic() + seconds
        while any(process.poll() is None for process in processes) and time.monotonic() < end:
            self.look()
            time.sleep(0.05)
        return any(process.poll() is None for process in processes)

    def kill_parents(self, number: int, seconds: float) -> None:
        """End the parent, by each signal in turn, at moments between its start and a little before its usual end."""
        self.anew()
        while self.parents < number:
            fresh, began = not self.kept, time.monotonic()
            process, sent = self.begin(), SIGNALS[self.parents % len(SIGNALS)]
            if self.watch([process], self.moment(seconds)):
                process.send_signal(sent)
                self.parents += 1
                self.by[sent] = self.by.get(sent, 0) + 1
                if self.parents % 20 == 0:
                    print(f"{self.parents} parents ended", flush=True)
            errors = process.communicate(timeout=60)[1]
            self.check_words(process.returncode, sent, errors)
            assert wait_for(lambda leader=process.pid: not session(leader), 10), "a child is left"
            if process.returncode == 0:
                seconds = min(seconds, time.monotonic() - began) if fresh else seconds  # the machine is faster by now
                self.check_end()
                self.anew()
            else:
                self.check()
        self.finish()

    def check_words(self, code: int, sent: signal.Signals, errors: str) -> None:
        """Who was asked to end says how to go on; nobody ends with a traceback."""
        assert "Traceback" not in errors or code == -sent, errors  # a signal may come before Python listens
        if code == 128 + sent:
            last = errors.splitlines()[-1:]
            assert not last or "--resume" in last[0] or not done(self.where), errors
            self.said += bool(last and "--resume" in last[0])

    def kill_workers(self, number: int, dask: bool = False) -> int:
        """Kill one worker after the other while the sweep goes on, of our processes or of a Dask cluster's."""
        killed = 0
        while killed < number:
            self.anew()
            process = self.begin(("--dask", "local", "--jobs", "2") if dask else ())
            self.due = time.monotonic()

            def kill_one(process: subprocess.Popen[str] = process) -> None:
                nonlocal killed
                if dask and not self.kept:
                    return  # a cluster that loses a worker while it starts does not start
                found = (dask_workers_of if dask else workers_of)(process.pid)
                if killed < number and found and time.monotonic() >= self.due and kill(self.chance.choice(found)):
                    killed += 1
                    self.due = time.monotonic() + self.chance.uniform(0.0, 0.8)

            self.wait_for_end(process, kill_one)
            errors = process.communicate()[1]
            assert process.returncode in (0, 3), errors  # 3: one job met three kills, and is listed
            self.check()
            self.finish()
        return killed


def dask_workers_of(leader: int) -> list[int]:
    """Workers of a local Dask cluster: they listen, and on 127.0.0.1 alone."""
    addresses = listening(session(leader))
    assert addresses <= {"0100007F"}, f"something listens on {addresses}"
    return [process for process in session(leader) if parent_of(process) == leader and listening([process])]


def workers_of(leader: int) -> list[int]:
    """Workers of a sweep: children of its forkserver."""
    family = {process: parent_of(process) for process in session(leader)}
    return [process for process, parent in family.items() if parent in family and parent != leader]


def parent_of(process: int) -> int:
    """Parent of a process; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill(process: int) -> bool:
    """Kill a process; whether it was there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
