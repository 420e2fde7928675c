"""Where compiled rules are kept: a folder keyed by a hash of the sources they are made of.

A changed rule is compiled anew, with all that calls it: Numba alone does not notice that a function in another file
changed. A change in a figure, a page or a verb compiles nothing.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from sim.arithmetic.import_closure import digest_of, import_closure, modules_of
from sim.engine import cache_check
from sim.version import PACKAGE

KEPT = 4
"""Cache folders kept; older ones are deleted."""


def sources_digest() -> str:
    """Hash of what compiled functions are made of: the engine, and every module that it imports, directly or not.

    A module of the engine that a kernel calls through a store is imported by none, so all of them are taken.
    """
    return digest_of(import_closure(modules_of("engine", PACKAGE), PACKAGE))


def cache_base() -> Path:
    """Folder under which the caches of all versions lie."""
    home = os.environ.get("TIDEOVER_CACHE_DIR")
    return Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tideover"


def cache_folder() -> Path:
    """The folder for this version of the sources, made if needed; a temporary one where the home is not writable."""
    try:
        base = cache_base()
        folder = base / f"rules-{sources_digest()}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".used").touch()
        os.utime(folder)
        forget_old(base, folder)
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        folder = temporary_folder()
    return folder


def temporary_folder() -> Path:
    """A folder that goes away with this process; the processes that it starts use it too."""
    folder = Path(tempfile.mkdtemp(prefix="tideover-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TIDEOVER_CACHE_DIR"] = str(folder)
    return folder


def forget_old(base: Path, current: Path) -> None:
    """Delete all but the newest cache folders, never the current one."""
    others = [path for path in base.glob("rules-*") if path != current]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[: -(KEPT - 1)]:
        shutil.rmtree(path, ignore_errors=True)


def checked_folder() -> Path:
    """The folder, whose files are hashed before they are believed; one of this process alone where that cannot be."""
    if not cache_check.install():
        return temporary_folder()
    folder = cache_folder()
    cache_check.clear_way(folder)
    return folder


def use_cache_folder() -> None:
    """Point Numba at the folder; call it before the first function is decorated with ``cache=True``."""
    from numba import config

    folder = str(checked_folder())
    os.environ["NUMBA_CACHE_DIR"] = folder
    config.CACHE_DIR = folder  # type: ignore[attr-defined]
