"""Every verb that writes × folders that are not as they should be: ``python -m tests.trust.folders [--quick]``.

Folders with files of the user's, links, folders that cannot be written (by a mount, or as an ordinary user), disks that
are full (a limit on the size of files, and a small file system where one can be mounted), folders renamed in mid-run,
two processes in one folder, and the folder one stands in. Each time: no file of the user's is lost or changed, nothing
is half written, and a verb that refuses says so in one line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.measured import Figure, report
from tests.support.small import command, environment_of
from tests.trust.breaking.disks import can_mount, remount, small_disk

TINY = ("--set", "population.enterprises=30", "--set", "calendar.weeks=2", "--quiet")
ONE = (*TINY, "--seeds", "1")
VERBS: dict[str, tuple[str, ...]] = {
    "compare": ("compare", "china-2020", *ONE, "--no-figures", "--out", "out", "--overwrite"),
    "run": ("run", "normal-year", *ONE, "--no-figures", "--out", "out", "--overwrite"),
    "sweep": ("sweep", "china-2020", *ONE, "--jobs", "1", "--vary", "programme.decision_days=0,7", "--out", "out",
              "--overwrite"),
    "attribute": ("attribute", "china-2020", *ONE, "--player", "speed", "--out", "out", "--overwrite"),
    "reproduce": ("reproduce", "china-2020", *ONE, "--no-figures", "--out", "out"),
    "calibrate": ("calibrate", "china-2020", *ONE, "--trials", "1", "--free", "credit_demand.restock_days=18:45",
                  "--out", "out"),
    "plot": ("plot", "results", "survival", "--out", "out/mine.svg"),
    "report": ("report", "results", "--out", "out/mine.html"),
    "new": ("new", "out"),
}  # fmt: skip
MINE = {"thesis.txt": "mine", "manifest.json": '{"name": "an app"}', "notes/plan.md": "mine too", "table.csv": "a,b\n",
        "mine.svg": "<svg/>", "mine.html": "<p>", "scenario.yaml": "title: Mine\n", ".hidden": "mine"}  # fmt: skip
LEAST = 4096
"""Bytes that a file may have on a disk that is as good as full."""


class Place:
    """A folder of its own for one verb in one situation, with results to draw."""

    def __init__(self, base: Path, verb: str, results: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{verb}-", dir=base))
        self.words, self.out = VERBS[verb], self.folder / "out"
        shutil.copytree(results, self.folder / "results")

    def put_mine(self, names: tuple[str, ...] = tuple(MINE)) -> None:
        """Files of the user's in the folder."""
        for name in names:
            (self.out / name).parent.mkdir(parents=True, exist_ok=True)
            (self.out / name).write_text(MINE[name])

    def run(self, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run the verb to its end."""
        where = {"cwd": self.folder, "env": environment_of({}), **more}
        return subprocess.run(command(*self.words), capture_output=True, text=True, timeout=300, check=False, **where)

    def start(self) -> subprocess.Popen[str]:
        """Start the verb."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command(*self.words), cwd=self.folder, env=environment_of({}), text=True, **pipes)


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, by its path; where links lead to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def check_end(place: Place, done: subprocess.CompletedProcess[str], good: bool | None) -> None:
    """How a verb ended: well, or with one line; nothing half written."""
    assert "Traceback" not in done.stderr, done.stderr[-500:]
    if good is not None:
        assert (done.returncode == 0) == good, (done.returncode, done.stderr[-300:])
    if done.returncode:
        assert done.returncode in (1, 2) and len(done.stderr.splitlines()) == 1, done.stderr[-300:]
    check_whole(place.folder)


def check_whole(folder: Path) -> None:
    """No draft is left, and every file that a manifest of ours lists is as it was written."""
    left = [path for path in folder.rglob(".*") if path.name.endswith((".part", ".old"))]
    assert not left, left
    for path in folder.rglob("manifest.json"):
        manifest = json.loads(path.read_text())
        for name, digest in manifest.get("files", {}).items():
            if manifest.get("status") != "running":
                found = hashlib.sha256((path.parent / name).read_bytes()).hexdigest()
                assert found == digest, f"{path.parent / name} is not as it was written"


def unchanged(folder: Path, before: dict[str, str]) -> None:
    """What was there is there, byte for byte."""
    now = contents(folder)
    lost = [name for name, digest in before.items() if now.get(name) != digest]
    assert not lost, f"lost or changed: {lost}"


def foreign(place: Place) -> str:
    """A folder full of the user's files."""
    place.put_mine()
    before = contents(place.out)
    check_end(place, place.run(), good=None)
    unchanged(place.out, before)
    return ""


def own_and_foreign(place: Place) -> str:
    """A folder of the verb's own to which the user added files."""
    place.out.mkdir()
    place.run()
    names = tuple(name for name in ("thesis.txt", "notes/plan.md", ".hidden") if not (place.out / name).exists())
    place.put_mine(names)
    before = {name: digest for name, digest in contents(place.out).items() if name in names}
    check_end(place, place.run(), good=None)
    unchanged(place.out, before)
    return ""


def links(place: Place) -> str:
    """The folder is a link, or files in it are links to the user's."""
    real = place.folder / "real"
    place.out = real
    place.put_mine()
    before = contents(real)
    (place.folder / "out").symlink_to(real)
    check_end(place, place.run(), good=None)
    unchanged(real, before)
    (place.folder / "out").unlink()
    place.out = place.folder / "out"
    place.out.mkdir()
    for name in MINE:
        if "/" not in name:
            (place.out / name).symlink_to(real / name)
    check_end(place, place.run(), good=None)
    unchanged(real, before)
    return ""


def not_writable(place: Place) -> str:
    """A folder that an ordinary user may not write."""
    if os.geteuid() != 0:
        place.out.mkdir(mode=0o500)
        check_end(place, place.run(), good=False)
        place.out.chmod(0o700)
        return ""
    if not can_mount(place.folder / "probe"):
        return "skipped: the super-user writes everywhere, and nothing can be mounted here"
    with small_disk(place.folder / "disk", "size=1m") as disk:
        place.words = tuple(word if not word.startswith("out") else f"disk/{word}" for word in place.words)
        place.out = disk / "out"
        place.put_mine(("thesis.txt",))
        before = contents(disk)
        remount(disk, "ro,size=1m")
        check_end(place, place.run(), good=False)
        assert contents(disk) == before
    return ""


def no_room(place: Place) -> str:
    """A limit on the size of files, as a disk that fills up in the middle of one."""
    place.put_mine(("thesis.txt",)) if place.words[0] in ("plot", "report", "new") else place.run()
    before = contents(place.out)
    limit = (LEAST if place.words[0] != "new" else 100,) * 2
    done = place.run(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    check_end(place, done, good=None)
    kept = place.words[0] not in ("sweep", "calibrate")  # those write each finished part by itself
    unchanged(place.out, before if kept and done.returncode else {})
    return ""


def small_file_system(place: Place) -> str:
    """A file system in memory that is too small."""
    if not can_mount(place.folder / "probe"):
        return "skipped: nothing can be mounted here"
    with small_disk(place.folder / "disk", "size=8k") as disk:
        place.words = tuple(word if not word.startswith("out") else f"disk/{word}" for word in place.words)
        (disk / "thesis.txt").write_text("mine")
        done = place.run()
        assert "Traceback" not in done.stderr and done.returncode in (0, 1, 2), done.stderr[-300:]
        assert (disk / "thesis.txt").read_text() == "mine"
        assert not list(disk.rglob(".*.part")), list(disk.rglob("*"))
    return ""


def renamed(place: Place) -> str:
    """The folder is renamed while the verb runs."""
    place.out.mkdir()
    began = time.monotonic()
    place.run()
    seconds = time.monotonic() - began
    place.put_mine(("notes/plan.md",))
    before = contents(place.out)
    process = place.start()
    time.sleep(seconds * 0.8)
    place.out.rename(place.folder / "moved")
    _, said = process.communicate(timeout=300)
    assert "Traceback" not in said, said[-500:]
    now = [contents(folder).get("notes/plan.md") for folder in (place.folder / "moved", place.out)]
    assert before["notes/plan.md"] in now
    return ""


def two_parents(place: Place) -> str:
    """Two processes in one folder at once."""
    place.put_mine(("notes/plan.md",)) if place.words[0] in ("plot", "report", "new") else place.run()
    place.put_mine(("notes/plan.md",))
    both = [place.start(), place.start()]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert not any("Traceback" in text for text in said), said
    assert any(process.returncode == 0 for process in both), said
    assert (place.out / "notes" / "plan.md").read_text() == MINE["notes/plan.md"]
    check_whole(place.folder)
    return ""


def standing_inside(place: Place) -> str:
    """The folder one stands in, which is the verb's own."""
    if place.words[0] in ("plot", "report"):
        place.words = (place.words[0], "../results", *place.words[2:-1], place.words[-1].removeprefix("out/"))
        place.out.mkdir()
    else:
        place.run()
        place.words = tuple(word if word != "out" else "." for word in place.words)
    place.put_mine(("notes/plan.md",))
    check_end(place, place.run(cwd=place.out), good=None)
    assert (place.out / "notes" / "plan.md").read_text() == MINE["notes/plan.md"]
    return ""


SITUATIONS: dict[str, Callable[[Place], str]] = {
    "folders with files of the user's": foreign,
    "folders of the verb's own with files of the user's": own_and_foreign,
    "links": links,
    "not writable": not_writable,
    "a limit on the size of files": no_room,
    "a small file system": small_file_system,
    "renamed in mid-run": renamed,
    "two parents": two_parents,
    "standing inside": standing_inside,
}


def main() -> int:
    """Print what was tried and what came of it; 1 when something was lost, changed or half written."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.folders", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three verbs")
    parser.add_argument("--only", help="one situation, by a word of it")
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    verbs = [verb for verb in VERBS if verb != "calibrate" or find_spec("optuna")]
    verbs = ["compare", "attribute", "plot"] if asked.quick else verbs
    figures = []
    with tempfile.TemporaryDirectory(prefix="tideover-folders-") as name:
        base = Path(name)
        words = command(*VERBS["compare"][:-3], "--out", "results")
        subprocess.run(words, cwd=base, env=environment_of({}), check=True, capture_output=True)
        for what, situation in SITUATIONS.items():
            if asked.only is None or asked.only in what:
                figures.append(tried(base, what, situation, verbs))
    return report(figures, asked.figures)


def tried(base: Path, what: str, situation: Callable[[Place], str], verbs: list[str]) -> Figure:
    """One situation with every verb."""
    began, held, skipped = time.perf_counter(), 0, ""
    for verb in verbs:
        place = Place(base, verb, base / "results")
        try:
            skipped = situation(place) or skipped
            held += 1
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            print(f"FAILED {verb}, {what}: {type(error).__name__}: {str(error)[:600]}", flush=True)
        shutil.rmtree(place.folder, ignore_errors=True)
    value = skipped or f"{held} of {len(verbs)} verbs"
    how = f"tests.trust.folders, {time.perf_counter() - began:.0f} s"
    wanted = "nothing of the user's lost or changed, nothing half written"
    return Figure("P13", what, value, wanted, held == len(verbs), how)


if __name__ == "__main__":
    sys.exit(main())
