"""Compiled rules are hashed before they are believed; what is not whole is thrown away and compiled anew.

Numba keeps an index and the machine code of each function in files of the cache folder, and several processes write
there at once, each file under a name of its own that is then renamed. So a record of the whole folder would never be
true for long. Instead every file ends with the hash of what stands before it, written with the file and checked each
time it is read: a file that was cut, emptied, changed or replaced by something else is deleted, said once, and compiled
anew. This finds damage; it does not find deceit by somebody who may write into the folder.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.scenario.ordinary_file import read_ordinary

MARK = b"tideover"
SEAL = len(MARK) + hashlib.sha256().digest_size
"""Bytes at the end of a file: the mark and the hash."""
MOST_BYTES = 1_000_000_000
ENDINGS = (".nbi", ".nbc")
PARTS = ("_load_index", "_load_data", "_open_for_write", "save")
"""Methods of Numba's cache files that are built upon; a version without them gets no cache at all."""

_told: list[str] = []


def sealed(content: bytes) -> bytes:
    """Content with its hash at the end; what unpickles it stops before."""
    return content + MARK + hashlib.sha256(content).digest()


def is_whole(path: str | Path) -> bool:
    """Whether a file of the cache is an ordinary one and ends with the hash of what stands before.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    try:
        content = read_ordinary(path, MOST_BYTES)
    except FileNotFoundError:
        raise
    except (OSError, ValueError):
        return False
    return len(content) > SEAL and sealed(content[:-SEAL]) == content


def believed(path: str | Path) -> bool:
    """Whether a file of the cache may be read; one that is not whole is deleted, with a note."""
    try:
        if is_whole(path):
            return True
    except FileNotFoundError:
        return False
    throw_away(Path(path))
    return False


def throw_away(path: Path) -> None:
    """Delete what is not whole, whatever it is."""
    tell(f"{path.parent}: {path.name} is not what was written there; it was deleted and is compiled anew")
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def tell(text: str) -> None:
    """One note a process, and none from workers: their parent has met the same."""
    if not _told and multiprocessing.parent_process() is None:
        _told.append(text)
        print(f"note: cache of compiled rules: {text}", file=sys.stderr, flush=True)


def clear_way(folder: Path) -> None:
    """Throw away files that stand where Numba needs a folder."""
    for path in folder.iterdir():
        if not path.name.startswith(".") and not path.is_dir():
            throw_away(path)


def damaged(folder: Path) -> tuple[int, list[Path]]:
    """Number of files of a cache folder, and those that are not whole."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in ENDINGS]
    return len(files), [path for path in files if not is_whole(path)]


def install() -> bool:
    """Have Numba check what it reads from its cache; whether that can be done with this version."""
    from numba.core import caching

    base: Any = getattr(caching, "IndexDataCacheFile", None)
    if base is None or not all(callable(getattr(base, name, None)) for name in PARTS):
        return False
    if not getattr(base, "checks_content", False):
        caching.IndexDataCacheFile = checking(base)  # type: ignore[misc]
    return True


def checking(base: Any) -> Any:
    """Numba's class of cache files with the check around it."""

    class CheckedCacheFile(base):
        """Index and machine code of one function, each with its hash."""

        checks_content = True

        def _load_index(self) -> Any:
            """The index; an empty one where it is missing or not whole."""
            return super()._load_index() if believed(self._index_path) else {}

        def _load_data(self, name: str) -> Any:
            """The machine code.

            Raises
            ------
            FileNotFoundError
                If it is missing or not whole; Numba then compiles it.
            """
            path = self._data_path(name)
            if not believed(path):
                raise FileNotFoundError(path)
            return super()._load_data(name)

        def save(self, key: Any, data: Any) -> None:
            """Keep what was compiled; where that cannot be done the run goes on with it all the same."""
            try:
                super().save(key, data)
            except OSError as error:
                tell(f"{self._cache_path}: cannot be written ({error.strerror or error}); rules are compiled each time")

        @contextmanager
        def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
            """A buffer; what was written into it goes into the file with its hash."""
            with super()._open_for_write(filepath) as file:
                buffer = io.BytesIO()
                yield buffer
                file.write(sealed(buffer.getvalue()))

    return CheckedCacheFile
