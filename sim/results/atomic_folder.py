"""Folders that appear whole: written under a name of their own, then put in place of what there was before."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from pathlib import Path

LONGEST = len("..2147483647-12345678.part")
"""What the name of a draft adds to that of its folder."""
TRIES = 10
DAY = 24 * 3600


def new_draft(folder: Path) -> Path:
    """Make an empty folder beside the one to come; no other process and no other thread writes into it.

    Drafts of processes that were killed are deleted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for path in folder.parent.glob(f".{glob_safe(folder.name)}.*"):
        if is_abandoned(path, folder.name):
            shutil.rmtree(path, ignore_errors=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    draft.mkdir()
    return draft


def put_in_place(draft: Path, folder: Path) -> None:
    """Give a finished draft its name; an older folder goes away only then."""
    moved: list[Path] = []
    for number in range(TRIES):
        old = draft.with_name(f"{draft.name.removesuffix('.part')}.{number}.old")
        if folder.exists():
            folder.rename(old)
            moved.append(old)
        try:
            draft.rename(folder)
            break
        except OSError:
            if folder.exists() and number < TRIES - 1:
                continue  # another process put its own in place in between
            if moved and not folder.exists():
                moved.pop().rename(folder)
            raise
    for old in moved:
        shutil.rmtree(old, ignore_errors=True)


def is_abandoned(path: Path, name: str) -> bool:
    """Whether a draft, or an older folder moved aside, belongs to a process that is gone."""
    match = re.fullmatch(rf"\.{re.escape(name)}\.([0-9]+)-[0-9a-f]{{8}}(?:\.[0-9]+\.old|\.part)", path.name)
    if match is None:
        return False
    if os.name != "posix":
        return time.time() - path.stat().st_mtime > DAY
    try:
        os.kill(int(match[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def glob_safe(name: str) -> str:
    """A name in which no letter means anything to ``glob``."""
    return re.sub(r"([*?\[])", r"[\1]", name)
