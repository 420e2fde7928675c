"""Full disks, folders that cannot be written, damaged files, folders of another version."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sim
from sim.results.folder import open as open_folder
from sim.scenario.problems import ScenarioError
from sim.studies.sweep.jobs import known_outcomes
from sim.studies.sweep.store import Store
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.small import SMALL, finished, invoke
from tests.support.small import command as of_tideover
from tests.support.sweep_helpers import command, done, tables_of

KNOWN = known_outcomes(("with", "without"))
SIZE, LARGER = "256k", "16m"
DAYS = {"programme.decision_days": [0, 14, 28]}


def run(folder: Path, **more: Any) -> Any:
    """A small sweep in this process."""
    scenario = toy(population__enterprises=40, calendar__weeks=6)
    return sweep(scenario, DAYS, 4, out=folder, executor="series", progress=False, **more)


def can_mount(folder: Path) -> bool:
    """Whether a file system of our own can be mounted here."""
    if not shutil.which("mount"):
        return False
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True)
    if made.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return made.returncode == 0


@contextlib.contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A file system in memory, mounted on a folder for a while."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    """Change the options of a mounted file system."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True, capture_output=True)


def full_disk(folder: Path) -> str:
    """A sweep and a comparison on a disk that fills up; how it was filled."""
    if not can_mount(folder / "probe"):
        return full_disk_pretended(folder)
    whole = folder / "whole"
    assert finished(command(whole, 12, 10), folder).returncode == 0
    with small_disk(folder / "disk", f"size={SIZE}") as disk:
        found = finished(command(disk / "sweep", 12, 10), folder)
        assert found.returncode == 1 and "No space left" in found.stderr and "Traceback" not in found.stderr
        kept = done(disk / "sweep")
        assert 0 < len(kept) < 120
        assert all(Store(disk / "sweep").get(name.removesuffix(".json"), KNOWN) for name in kept)
        remount(disk, f"size={LARGER}")
        assert finished(command(disk / "sweep", 12, 10, ["--resume"]), folder).returncode == 0
        now = done(disk / "sweep")
        assert {name: now[name] for name in kept} == kept and len(now) == 120
        assert tables_of(disk / "sweep") == tables_of(whole)
    with small_disk(folder / "other", "size=200k") as disk:
        words = of_tideover("compare", "china-2020", *SMALL, "--no-figures", "--out", "out")
        found = finished(words, disk)
        assert found.returncode == 1 and "No space left" in found.stderr and "Traceback" not in found.stderr
        assert not list(disk.iterdir())
    return f"tmpfs of {SIZE} mounted"


def full_disk_pretended(folder: Path) -> str:
    """The same where nothing can be mounted: the system's answer is pretended."""
    whole, broken = folder / "whole", folder / "broken"
    run(whole)
    flush, calls = os.fsync, [0]

    def full(number: int) -> None:
        calls[0] += 1
        if calls[0] > 8:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(number)

    with patch("os.fsync", full), contextlib.suppress(OSError):
        run(broken)
        raise AssertionError("the full disk was not noticed")
    kept = done(broken)
    assert 0 < len(kept) < 12
    assert run(broken, resume=True).kept == len(kept)
    assert tables_of(broken) == tables_of(whole)
    return "OSError(ENOSPC) pretended: nothing can be mounted here"


def read_only(folder: Path) -> str:
    """A sweep and a comparison into a folder that cannot be written; how it was made so."""
    sweeping, comparing = command("out", 2, 2), of_tideover("compare", "china-2020", *SMALL, "--out", "out")
    if not can_mount(folder / "probe"):
        if os.geteuid() == 0:
            return "not tried: the super-user writes everywhere, and nothing can be mounted here"
        locked = folder / "locked"
        locked.mkdir()
        locked.chmod(0o500)
        refused_in(locked, sweeping, comparing)
        locked.chmod(0o700)
        return "permissions of the folder"
    with small_disk(folder / "disk", "size=1m") as disk:
        remount(disk, "ro,size=1m")
        refused_in(disk, sweeping, comparing)
    return "tmpfs mounted read-only"


def refused_in(folder: Path, *commands: list[str]) -> None:
    """Each command ends with one line and nothing is written."""
    for words in commands:
        found = finished(words, folder)
        assert found.returncode in (1, 2) and "Traceback" not in found.stderr, found.stderr
        assert re.search("Read-only|denied|not writable", found.stderr), found.stderr
        assert not list(folder.iterdir())


def damaged_jobs(folder: Path, number: int, seed: int = 1) -> int:
    """Damage finished jobs of a sweep: resuming runs exactly these again, and the tables are the same."""
    chance = random.Random(seed)
    whole, broken = folder / "whole", folder / "broken"
    run(whole)
    shutil.copytree(whole, broken)
    tried = 0
    while tried < number:
        files = chance.sample(sorted(broken.glob("jobs/*/*.json")), min(6, number - tried))
        for path in files:
            damage(path, chance)
        tried += len(files)
        found = run(broken, resume=True)
        assert found.recomputed == len(files), (found.recomputed, len(files))
        assert tables_of(broken) == tables_of(whole)
    return tried


def damaged_results(folder: Path, number: int, seed: int = 1) -> int:
    """Damage files of a results folder: each is refused by name."""
    chance = random.Random(seed)
    out = folder / "results"
    assert invoke("compare", "china-2020", *SMALL, "--no-figures", "--quiet", "--out", out).exit_code == 0
    open_folder(out)
    names = sorted(json.loads((out / "manifest.json").read_text())["files"])
    for _ in range(number):
        path = out / chance.choice(names)
        before = path.read_bytes()
        damage(path, chance)
        try:
            open_folder(out)
        except ScenarioError as error:
            assert path.name in str(error), str(error)
        else:
            raise AssertionError(f"{path.name} was damaged and accepted")
        finally:
            path.write_bytes(before)
    open_folder(out)
    return number


def damage(path: Path, chance: random.Random) -> None:
    """Cut a file off, turn a bit, put zeros where there was something, or empty it."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    kind = chance.choice(("cut", "bit", "zeros", "empty"))
    if kind == "bit":
        content[place] ^= 1 << chance.randrange(8)
    elif kind == "zeros":
        content[place:] = bytes(len(content) - place)
    else:
        content = content[:place] if kind == "cut" else bytearray()
    path.write_bytes(content)


def another_version(folder: Path) -> None:
    """A sweep and results that another version wrote: nothing of it is taken over, and nothing of it is replaced."""
    with patch("sim.studies.sweep.jobs.VERSION", "0.0.1"), patch("sim.studies.sweep.plan.VERSION", "0.0.1"):
        run(folder / "sweep")
    assert run(folder / "sweep", resume=True).kept == 0
    results = sim.compare(toy(population__enterprises=40, calendar__weeks=6), seeds=1, progress=False).results
    with patch("sim.results.manifest.VERSION", "0.0.1"):
        out = sim.save(results, folder / "results")
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    try:
        sim.save(results, out)
    except ScenarioError as error:
        assert "version" in str(error), str(error)
    else:
        raise AssertionError("results of another version were replaced")
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
