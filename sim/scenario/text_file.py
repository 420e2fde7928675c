"""Text files as people save them: what is read, and what is refused with a word on why."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.problems import Place, Problem, ScenarioError

MOST_BYTES = 1_000_000
NOTHING = "empty: there is nothing in it; write settings, or start from tideover new FOLDER"


def read_text(path: Path, place: Place) -> str:
    """Return the text of a file; a byte-order mark is dropped.

    Raises
    ------
    ScenarioError
        When it is missing, a folder, too large, binary, empty or not UTF-8.
    """
    problem = "no such file"
    try:
        if path.is_dir():
            problem = "is a folder; a .yaml file is wanted"
        elif path.is_file():
            with path.open("rb") as file:
                return _decoded(file.read(MOST_BYTES + 1))
        elif path.exists():
            problem = "is no ordinary file"
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    except ValueError as error:
        problem = str(error)
    raise ScenarioError([Problem(place, problem)])


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 1_000_000} MB; a scenario is a few kB of text")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _is_wide(data):
        raise ValueError("looks like UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise ValueError("is a binary file (it has NUL bytes); a text file is wanted")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"line {data.count(bytes([10]), 0, error.start) + 1}"
        raise ValueError(f"is not UTF-8 ({where}){_looks_like(data)}; save it as UTF-8") from None
    if not text.strip():
        raise ValueError(NOTHING)
    return text


def _is_wide(data: bytes) -> bool:
    """Whether every second byte is mostly zero, as in UTF-16 text of Latin letters."""
    half = max(len(data) // 2, 1)
    return (
        max(data[::2].count(0), data[1::2].count(0)) > 0.8 * half and min(data[::2].count(0), data[1::2].count(0)) == 0
    )


def _looks_like(data: bytes) -> str:
    try:
        decoded = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    wide = [c for c in decoded if ord(c) > 127]
    return ", it looks like GBK" if sum("\u4e00" <= c <= "\u9fff" for c in wide) > 0.5 * len(wide) else ""
