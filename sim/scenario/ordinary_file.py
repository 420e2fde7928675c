"""The content of a file that somebody else may have written: ordinary files only, never more than a stated size."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_ordinary(path: str | Path, most: int) -> bytes:
    """The content of an ordinary file.

    A pipe, a socket, a device, a folder or a link is not opened for reading, so nothing waits for a writer.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that are read at most.

    Raises
    ------
    OSError
        If it is not there, cannot be read, or is no ordinary file.
    ValueError
        If it is larger.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(number, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(f"{path} is no ordinary file")
        if about.st_size > most:
            raise ValueError(f"{path} is larger than {most} bytes")
        return file.read(most + 1)[:most]
