"""Folders that appear whole, and the one careful function for all verbs that write them.

What is written stands under a name of its own until it is whole, then takes the place of what there was before. Of an
older folder only files go away that its manifest lists; everything else in it is the user's and stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from sim.scenario import Place, Problem, ScenarioError

MANIFEST = "manifest.json"
LONGEST = len("..2147483647-12345678.part")
"""What the name of a draft adds to that of its folder."""
MOST_NAME = 255
TRIES = 10
DAY = 24 * 3600


def refuse(folder: Path, text: str) -> NoReturn:
    """Refuse a folder in the manner of all bad input."""
    raise ScenarioError([Problem(Place(str(folder)), text)])


def refuse_bad_place(folder: Path) -> None:
    """Refuse a place where no folder can be made or replaced, before anything is run."""
    if any(len(os.fsencode(part)) > MOST_NAME - LONGEST for part in folder.parts):
        refuse(folder, "is too long a name; choose another with --out")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is not a folder; choose another with --out")
    refuse_standing(folder)
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir():
        refuse(folder, f"cannot be made: {above} is not a folder; choose another with --out")
    for place in (above, folder) if folder.exists() else (above,):
        if not os.access(place, os.W_OK | os.X_OK):
            refuse(folder, f"cannot be made: {place} is not writable; choose another with --out")


def refuse_standing(folder: Path) -> None:
    """Refuse to replace the folder one stands in, or one above it."""
    if Path.cwd().is_relative_to(folder.resolve()):
        refuse(folder, "is the folder you are in, or one above it; choose another with --out")


def check_own(folder: Path, kind: str, cure: str = "choose another with --out") -> dict[str, Any]:
    """The manifest of a folder of one kind; an empty one where there is nothing yet.

    Raises
    ------
    ScenarioError
        If the folder holds anything else, or nothing can be written there.
    """
    refuse_bad_place(folder)
    recover(folder)
    if not folder.exists() or not any(folder.iterdir()):
        return {}
    manifest = manifest_in(folder)
    if manifest.get("kind") != kind:
        refuse(folder, f"holds files that are not {kind.replace('tideover', 'a')} of this program; {cure}")
    return manifest


def write_folder(folder: Path, kind: str, about: Mapping[str, Any], fill: Callable[[Path], None]) -> Path:
    """Write a folder whole or not at all, in place of an older one of the same kind; its manifest lists its files.

    Parameters
    ----------
    folder
        Where; checked by :func:`check_own` before.
    kind, about
        What the manifest says it is.
    fill
        Writes the files into the folder that it is given.
    """
    draft = new_draft(folder)
    try:
        fill(draft)
        files = {name: digest_of(draft / name) for name in files_in(draft)}
        text = json.dumps({"kind": kind, "format": 1, **about, "files": files}, indent=1, ensure_ascii=False)
        (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
        put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def check_listed(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder in which a file that will be written is there already, and is not listed as the program's."""
    taken = [name for name in names if os.path.lexists(folder / name) and name not in listed_in(folder)]
    if taken:
        refuse(folder, f"holds a file that is not of this program: {taken[0]}; move it, or choose another with --out")


def write_listed(folder: Path, kind: str, texts: Mapping[str, str]) -> None:
    """Write files into a folder, each whole or not at all, and list them in its manifest."""
    check_listed(folder, texts)
    for name, text in texts.items():
        write_file(folder / name, text.encode("utf-8", "replace"))
    files = {name: digest_of(folder / name) for name in texts}
    write_file(folder / MANIFEST, (json.dumps({"kind": kind, "format": 1, "files": files}, indent=1) + "\n").encode())


def write_file(target: Path, content: bytes) -> Path:
    """Write one file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:200]}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def new_draft(folder: Path) -> Path:
    """Make an empty folder beside the one to come; no other process and no other thread writes into it.

    Drafts of processes that were killed are deleted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover(folder)
    for path in left_beside(folder, ".part"):
        shutil.rmtree(path, ignore_errors=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    draft.mkdir()
    return draft


def put_in_place(draft: Path, folder: Path) -> None:
    """Give a finished draft its name; the listed files of an older folder go away only then, the others move in."""
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
        settle(old, folder)


def recover(folder: Path) -> None:
    """Finish what a killed process began: a folder moved aside comes back, or what is not listed moves into the new."""
    for old in left_beside(folder, ".old"):
        if not manifest_in(old):
            continue  # none of ours
        if folder.exists():
            settle(old, folder)
        else:
            old.rename(folder)


def left_beside(folder: Path, ending: str) -> list[Path]:
    """Drafts, or older folders moved aside, of processes that are gone."""
    found = folder.parent.glob(f".{glob_safe(folder.name)}.*{ending}") if folder.parent.is_dir() else iter(())
    return sorted(path for path in found if is_abandoned(path, folder.name))


def settle(old: Path, folder: Path) -> None:
    """Move what is the user's from an older folder into the new one, and delete the files that its manifest lists."""
    for name in strangers(old):
        target = free(folder / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        (old / name).rename(target)
    clear(old)
    for place, _, _ in os.walk(old, topdown=False):
        if not any(Path(place).iterdir()):
            Path(place).rmdir()


def clear(folder: Path, more: Callable[[str], bool] = lambda name: False) -> None:
    """Delete the files that the manifest of a folder lists, the manifest last, and folders that are empty then.

    Parameters
    ----------
    folder
        A folder whose manifest is its own.
    more
        Which further files, by their names in it, are known to be the program's.
    """
    owned = listed_in(folder)
    gone = [name for name in entries(folder) if name != MANIFEST and (name in owned or more(name))]
    for name in gone:
        if not (folder / name).is_dir() or (folder / name).is_symlink():
            (folder / name).unlink()
    (folder / MANIFEST).unlink(missing_ok=True)
    above = {parent for name in (*gone, *owned) for parent in Path(name).parents if parent != Path()}
    for place in sorted(above, key=lambda one: -len(one.parts)):
        if (folder / place).is_dir() and not any((folder / place).iterdir()):
            (folder / place).rmdir()


def strangers(folder: Path) -> list[str]:
    """What in a folder its manifest does not list: files, links, and folders that are empty."""
    owned = listed_in(folder)
    return [name for name in entries(folder) if name not in owned]


def listed_in(folder: Path) -> set[str]:
    """Files that the manifest of a folder lists, and the manifest itself."""
    files = manifest_in(folder).get("files")
    names = {name for name in files if isinstance(name, str)} if isinstance(files, dict) else set()
    return {name for name in names if is_below(name)} | {MANIFEST}


def is_below(name: str) -> bool:
    """Whether a name leads to something inside a folder, by its letters alone."""
    parts = name.split("/")
    return "\0" not in name and all(part not in ("", ".", "..") for part in parts)


def manifest_in(folder: Path) -> dict[str, Any]:
    """The manifest of a folder as it stands; empty if there is none or it is damaged."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def entries(folder: Path) -> Iterator[str]:
    """Files, links and empty folders of a folder, by their paths in it; links are not followed."""
    for place, below, files in os.walk(folder):
        here = Path(place)
        links = [name for name in below if (here / name).is_symlink()]
        yield from ((here / name).relative_to(folder).as_posix() for name in sorted([*files, *links]))
        if here != folder and not below and not files:
            yield here.relative_to(folder).as_posix()


def files_in(folder: Path) -> list[str]:
    """All files of a folder, by their paths in it."""
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free(path: Path) -> Path:
    """A name that nothing has yet: the path itself, or with a number."""
    numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 1_000_000))
    return path if not os.path.lexists(path) else next(one for one in numbered if not os.path.lexists(one))


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
