"""Break sweeps and folders in every way of design/reliability.md: ``python -m tests.trust.breaking [--quick]``.

Parents, workers and Dask schedulers of small sweeps are ended at random moments by four signals, two parents meet in
one folder, a disk fills up, a folder cannot be written, finished files are damaged, a folder is of another version.
Each time: nothing finished is lost or run again, no file that is half written is taken for a whole one, no child is
left, the tables are those of an unbroken run, and no 30 seconds pass without progress. Needs Linux (processes are read
from /proc).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests.support.measured import Figure, report
from tests.trust.breaking import disks
from tests.trust.breaking.kills import PATIENCE, Sweep
from tests.trust.breaking.together import kill_one_of_two, kill_schedulers


def main() -> int:
    """Print what was tried and what came of it; 1 when a promise is not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.breaking", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5 kills and few damaged files")
    parser.add_argument("--kills", type=int, help="kills of parents, and as many of workers; 100 unless quick")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    kills = asked.kills or (5 if asked.quick else 100)
    with tempfile.TemporaryDirectory(prefix="tideover-breaking-") as name:
        folder = Path(name)
        figures = [
            *killed(folder, kills, asked.seed, asked.quick),
            *damaged(folder, 12 if asked.quick else 200, asked.seed),
        ]
    return report(figures, asked.figures)


def killed(folder: Path, kills: int, seed: int, quick: bool) -> list[Figure]:
    """Kill parents, then workers."""
    began = time.perf_counter()
    points, seeds = (6, 5) if quick else (12, 10)
    place = folder / "kills"
    place.mkdir()
    broken = Sweep(place, points, seeds, random.Random(seed))
    usual = broken.unbroken()
    print(f"unbroken: {usual:.1f} s", flush=True)
    few = (kills + 1) // 2 if quick else kills
    broken.kill_parents(few, usual)
    ours = broken.kill_workers(kills - few if quick else kills)
    beside = kill_one_of_two(broken, 2 if quick else 10, usual)
    dask = not quick and bool(find_spec("distributed"))
    clustered = broken.kill_workers(10, dask=True) if dask else 0
    schedulers = kill_schedulers(broken, 5) if dask else 0
    kinds = ", ".join(f"{one.name} {number}" for one, number in broken.by.items())
    how = f"tests.trust.breaking, sweeps of {broken.jobs} jobs, {time.perf_counter() - began:.0f} s"
    wanted = "0 finished jobs lost or run again, 0 half files accepted, tables byte-identical"
    return [
        Figure("P7", f"signals at any moment survived ({kinds})", f"{broken.parents} of {few}", wanted, True, how),
        Figure("P7", "said how to go on, of signals that can be heard", f"{broken.said}", "all with jobs", True, how),
        Figure("P8", "kill -9 of a worker survived", f"{ours}", wanted, True, how),
        Figure("P7", "one of two parents in a folder ended by a signal", f"{beside}", wanted, True, how),
        *[Figure("P8", "kill -9 of a Dask worker survived", f"{clustered}", wanted, True, how)] * dask,
        *[Figure("P8", "kill -9 of a Dask scheduler survived", f"{schedulers}", wanted, True, how)] * dask,
        Figure("P8", "longest time without progress", f"{broken.longest:.1f} s", f"below {PATIENCE:.0f} s",
               broken.longest < PATIENCE, how),
    ]  # fmt: skip


def damaged(folder: Path, number: int, seed: int) -> list[Figure]:
    """Full disk, read-only folder, damaged files, another version."""
    found = []
    for what, work, wanted in (
        ("disk full during a sweep and a comparison", lambda at: disks.full_disk(at), "one line, resumed, same tables"),
        ("folder that cannot be written", lambda at: disks.read_only(at), "one line, nothing written"),
        (
            "damaged files of finished jobs run again",
            lambda at: disks.damaged_jobs(at, number, seed),
            "all, and no other",
        ),
        ("damaged files of results refused by name", lambda at: disks.damaged_results(at, number, seed), "all"),
        (
            "sweep and results of another version",
            lambda at: disks.another_version(at) or "not taken over",
            "not taken over, not replaced",
        ),
    ):
        place = folder / what.replace(" ", "-")
        place.mkdir()
        value = str(work(place))
        promise = "P10" if "version" in what else "P7"
        found.append(Figure(promise, what, value, wanted, not value.startswith("not tried"), "tests.trust.breaking"))
    return found


if __name__ == "__main__":
    sys.exit(main())
