"""Sweeps in processes of their own, for tests that kill them; and what such a process leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

CLI = """
from sim.cli import main
main()
"""
SMALL = ["--set=population.enterprises=200", "--set=calendar.weeks=10"]
TABLES = ("sweep.csv", "jobs.parquet", "points.csv", "scenario.yaml")


def command(out, points=8, seeds=5, more=()):
    """The command of a small sweep."""
    days = ",".join(str(day) for day in range(points))
    vary = ["--vary", f"programme.decision_days={days}", "--seeds", str(seeds), "--no-figures", "--out", str(out)]
    return [sys.executable, "-W", "error", "-c", CLI, "sweep", "china-2020", *SMALL, *vary, *more]


def start(arguments, hash_seed=0, workers=False):
    """Start it in a session of its own; with ``workers`` always on processes."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    if workers:
        short = "from sim.studies.sweep import estimate; estimate.SHORT_SECONDS = -1.0\n"
        arguments = [*arguments[:4], short + arguments[4], *arguments[5:]]
    return subprocess.Popen(
        arguments, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def done(out):
    """Files of finished jobs, each with its inode and time: a job that is run again gets others."""
    stats = {path.name: path.stat() for path in Path(out).glob("jobs/*/*.json")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def wait_for(condition, seconds=60.0):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def session(leader):
    """Processes of the session of a process that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(path.parent.name))
    return sorted(found)


def command_of(process):
    """Command line of a process."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def end(process):
    """End a sweep and all its processes, if the test left any."""
    for one in session(process.pid):
        os.kill(one, signal.SIGKILL)
    process.communicate()


def listening(processes):
    """Addresses on which some processes listen, as /proc writes them (7F000001 is 127.0.0.1)."""
    sockets = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").glob("*"):
            try:
                sockets.add(os.readlink(link))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].split(":")[0])
    return found


def tables_of(out):
    """Bytes of the tables of a sweep."""
    return {name: (Path(out) / name).read_bytes() for name in TABLES}


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


@contextmanager
def cluster(folder):
    """A Dask scheduler and one worker, in processes of their own; the address and the scheduler."""
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["dask_worker", address, "--host", "127.0.0.1", "--nworkers=1", "--nthreads=1", "--no-dashboard"]
    with (folder / "log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, "-m", f"distributed.cli.{name}", *words], stdout=log, stderr=log)
            for name, *words in (scheduler, [*worker, "--no-nanny"])
        ]
        try:
            yield address, started[0]
        finally:
            for process in started:
                process.kill()
                process.wait(30)
