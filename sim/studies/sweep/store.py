"""What a sweep keeps on disk: a manifest first, then one small file a finished job, the tables last.

Every file is written under a temporary name, flushed to the disk and renamed: under its own name it is whole. One
process at a time writes into the folder, and before each file it looks whether the folder is still there and still its
own.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from sim.results.atomic_folder import clear, refuse_standing
from sim.results.csv_file import csv_text
from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.ordinary_file import read_ordinary
from sim.studies.sweep.job_files import Outcomes, content_of, name_of, read_job
from sim.studies.sweep.lock import NAME as LOCK
from sim.studies.sweep.lock import Lock, host_mark, is_running
from sim.studies.sweep.stopped import SweepStoppedError

FORMAT = 1
KIND = "tideover sweep"
MOST_BYTES = 2_000_000_000
"""Of a manifest: its digests are some hundred bytes a point."""
DRAFT = re.compile(r"\..+\.(?:(?P<host>[0-9a-f]{8})-)?(?P<process>[0-9]+)\.part")


class Store:
    """The folder of a sweep.

    Parameters
    ----------
    folder
        Where everything is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock: Lock | None = None
        self.id = ""
        self.seen: tuple[int, ...] | None = None

    def open(self, resume: bool, overwrite: bool) -> None:
        """Make the folder, or go on in it; nobody else can until it is closed.

        Raises
        ------
        ScenarioError
            If it holds something that is not to be touched, or another process is at work in it.
        """
        self.check(resume, overwrite)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = Lock(self.folder)
        self.lock.take()
        self.check(resume, overwrite)  # another may have begun and ended in between
        if not resume:
            clear(self.folder, is_ours)
        for draft in self.folder.rglob(".*.part"):
            if is_abandoned(draft):
                draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others in."""
        if self.lock is not None:
            self.lock.give_back()

    def check(self, resume: bool, overwrite: bool) -> None:
        """Refuse a folder that is not to be touched."""
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            _refuse(self.folder, "is not a folder; choose another with --out")
        if not self.folder.is_dir() or all(is_beginning(path.name) for path in self.folder.iterdir()):
            return
        if self.manifest().get("kind") != KIND:
            _refuse(self.folder, "holds files that are not a sweep of this program; choose another with --out")
        if not (resume or overwrite):
            _refuse(self.folder, "holds a sweep already: go on with --resume, or start anew with --overwrite")
        for path in self.folder.rglob("*"):
            if path.is_symlink():
                _refuse(self.folder, "holds links, which may lead out of it; delete them, or choose another with --out")
            if path.suffix == ".json" and path.is_dir():
                name = path.relative_to(self.folder).as_posix()
                _refuse(self.folder, f"{name} is a folder where a file belongs; move it away")
        if not resume:
            refuse_standing(self.folder)

    def check_still_ours(self) -> None:
        """Stop where the folder was moved, removed or taken for another sweep since the manifest was written.

        Raises
        ------
        SweepStoppedError
            With what was found.
        """
        if self.id and identity(self.folder / "manifest.json") != self.seen:
            held = self.manifest()
            if held.get("kind") != KIND or held.get("id") != self.id:
                what = "holds another sweep now" if held else "was moved or removed while the sweep ran"
                where = "go on where it went to, with --out and --resume"
                raise SweepStoppedError(f"{self.folder}  {what}, and is not made again; {where}", moved=True)
            self.seen = identity(self.folder / "manifest.json")

    def manifest(self) -> dict[str, Any]:
        """The manifest; empty if there is none or it is damaged."""
        try:
            found = json.loads(read_ordinary(self.folder / "manifest.json", MOST_BYTES).decode("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Write what is wanted and how far it is; from then on the folder is that of this sweep."""
        text = json.dumps({"kind": KIND, "format": FORMAT, **manifest}, indent=1, ensure_ascii=False)
        self.write("manifest.json", (text + "\n").encode())
        self.id, self.seen = str(manifest.get("id", "")), identity(self.folder / "manifest.json")

    def write(self, name: str, content: bytes) -> None:
        """Write one file, whole or not at all; the folder itself is never made here."""
        self.check_still_ours()
        try:
            self.put_in_place(name, content)
        except FileNotFoundError:  # it went away in between
            self.check_still_ours()
            raise

    def put_in_place(self, name: str, content: bytes) -> None:
        """Write a draft and give it its name."""
        target = self.folder / name
        for parent in reversed(Path(name).parents[:-1]):
            (self.folder / parent).mkdir(exist_ok=True)
        draft = target.with_name(f".{target.name}.{host_mark()}-{os.getpid()}.part")
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError:  # a full disk, say: nothing half written stays behind
            with suppress(OSError):
                draft.unlink()
            raise

    def list_files(self, names: Iterable[str]) -> None:
        """Add files to those that the manifest lists: they are the sweep's, and go with it."""
        held = self.manifest()
        files: dict[str, Any] = held["files"] if isinstance(held.get("files"), dict) else {}
        more = {name: file_digest(self.folder / name) for name in names}
        self.write_manifest({**held, "files": {**files, **more}})

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV or Parquet; the same table gives the same bytes."""
        if name.endswith(".parquet"):
            self.write(name, table.to_parquet(index=False))
        else:
            self.write(name, csv_text(table).encode())

    def put(self, job: str, outcomes: Outcomes) -> None:
        """Keep the outcomes of a job: from now on it is done."""
        self.write(name_of(job), content_of(job, outcomes))

    def get(self, job: str, known: Sequence[str]) -> Outcomes | None:
        """Outcomes of a job that was done before; none if it was not, or its file is not what was written."""
        return read_job(self.folder / name_of(job), job, known)

    def count(self) -> int:
        """Files of finished jobs in the folder."""
        return sum(1 for _ in self.folder.glob("jobs/*/*.json"))


WRITTEN = ("scenario.yaml", "points.csv", "jobs.parquet", "sweep.csv")


def is_ours(name: str) -> bool:
    """Whether a file of a sweep's folder is the sweep's by its name: a table, or the file of a job."""
    job = re.fullmatch(r"jobs/([0-9a-f]{2})/([0-9a-f]{64})\.json", name)
    return name in WRITTEN or (job is not None and job[2].startswith(job[1]))


def is_beginning(name: str) -> bool:
    """Whether a file may be there before the first manifest is: a lock, or a draft whose process was killed."""
    return name == LOCK or (name.startswith(".manifest.json.") and DRAFT.fullmatch(name) is not None)


def identity(path: Path) -> tuple[int, ...] | None:
    """What tells a file from another of its name, without reading it; none where there is none."""
    try:
        about = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def is_abandoned(draft: Path) -> bool:
    """Whether a draft is of a process that is gone: of this host, or of a version that did not name its host.

    Called with the lock held, so no other process of this host is at work here.
    """
    match = DRAFT.fullmatch(draft.name)
    if match is None:
        return False
    if match["host"] is None:
        return True
    return match["host"] == host_mark() and (
        int(match["process"]) == os.getpid() or not is_running(int(match["process"]))
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse(folder: Path, text: str) -> None:
    raise ScenarioError([Problem(Place(str(folder)), text)])
