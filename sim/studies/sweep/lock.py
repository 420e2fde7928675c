"""One parent at a time in the folder of a sweep: a lock with process, host and time.

Where the system has file locks, the lock goes away with its process, however that ended; what stands in the file then
says who it was. Elsewhere, and for a process of another host, what stands in the file decides.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import socket
import stat
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.ordinary_file import read_ordinary
from sim.scenario.problems import shown

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

NAME = ".lock"
MOST_BYTES = 4_000
TRIES = 100
DAY = 24 * 3600


class Lock:
    """The right to write into a folder.

    Parameters
    ----------
    folder
        The folder, which is there.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.file = -1

    def take(self) -> None:
        """Take it; nothing where it is held already.

        Raises
        ------
        ScenarioError
            If another process holds it, with its number, its host and since when.
        """
        if self.file >= 0:
            return
        held: bool | None = False
        for _ in range(TRIES):
            self.file = open_lock(self.path)
            held = locked(self.file)
            if held is False:
                self.refuse()
            if is_same(self.file, self.path):
                break
            self.close()  # whoever held it has just gone, with this file
        owner = read_owner(self.path)
        if self.file < 0 or (owner and not is_gone(owner, self.path, held is True)):
            self.refuse()
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, json.dumps(own()).encode(), 0)

    def give_back(self) -> None:
        """Give it back and leave nothing of it, wherever the folder is now."""
        if self.file < 0:
            return
        with suppress(OSError):
            os.ftruncate(self.file, 0)
            if is_same(self.file, self.path):
                self.path.unlink()
        self.close()

    def close(self) -> None:
        """Close the file; the system's lock goes with it."""
        os.close(self.file)
        self.file = -1

    def refuse(self) -> NoReturn:
        """Say who is at work there."""
        owner = read_owner(self.path) or {}
        host = str(owner.get("host", "an unknown host"))
        who = f"process {shown(owner.get('process', '?'))} on {shown(host)} since {shown(owner.get('since', '?'))}"
        wait = "wait until it is done, or choose another folder with --out"
        if owner and host != socket.gethostname():
            wait += f"; if that process is gone, delete {NAME} in the folder"
        if self.file >= 0:
            self.close()
        text = f"another sweep is at work in this folder: {who}; {wait}"
        raise ScenarioError([Problem(Place(str(self.path.parent)), text)])


def open_lock(path: Path) -> int:
    """The lock's file, made if needed; never a link or a pipe."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o644)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ScenarioError([Problem(Place(str(path)), "is no ordinary file, as a lock must be; delete it")])
    return file


def locked(file: int) -> bool | None:
    """Whether the system's lock could be had; none where the system or the file system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def is_same(file: int, path: Path) -> bool:
    """Whether an open file is the one that has the name now."""
    try:
        now, held = os.stat(path, follow_symlinks=False), os.fstat(file)
    except OSError:
        return False
    return (now.st_dev, now.st_ino) == (held.st_dev, held.st_ino)


def own() -> dict[str, Any]:
    """What stands in the lock of this process."""
    since = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return {"process": os.getpid(), "host": socket.gethostname(), "since": since}


def read_owner(path: Path) -> dict[str, Any] | None:
    """Who stands in a lock; none where nobody does, or nothing that can be read."""
    try:
        found = json.loads(read_ordinary(path, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("process"), int) else None


def is_gone(owner: dict[str, Any], path: Path, released: bool) -> bool:
    """Whether the process that stands in a lock has ended: known for this host only.

    ``released``: the system gave the lock away, so nobody here holds it, whoever has the number of the process now.
    """
    if owner.get("host") != socket.gethostname():
        return False
    if released or os.name != "posix":
        return released or time.time() - path.stat().st_mtime > DAY
    return not is_running(owner["process"])


def is_running(process: int) -> bool:
    """Whether a process of this host runs."""
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def host_mark() -> str:
    """Eight letters that tell this host apart in the names of drafts, without its name."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
