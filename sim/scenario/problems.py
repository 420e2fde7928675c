"""What is wrong with a scenario: one problem a line, with file, line, column, key and nearest key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_SHOWN = 20
"""Problems printed before the rest is only counted."""
MOST_NAME = 250
"""Bytes of the name of a file without its ending."""


@dataclass(frozen=True)
class Place:
    """Where something was written: a file with line and column (1-based, 0 = unknown), or ``--set``."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return one_line(self.file) + (f":{self.line}:{self.column}" if self.line else "")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where, and what to write instead.

    Parameters
    ----------
    place
        File, line and column; for overrides ``Place("--set")`` or ``Place("set()")``.
    text
        What is wrong and what is allowed.
    key
        Dotted path of the setting, or nothing.
    """

    place: Place
    text: str
    key: str = ""

    @property
    def file(self) -> str:
        return self.place.file

    @property
    def line(self) -> int:
        return self.place.line

    @property
    def column(self) -> int:
        return self.place.column

    def __str__(self) -> str:
        return "  ".join(one_line(part) for part in (str(self.place), self.key, self.text) if part)


class ScenarioError(ValueError):
    """A scenario or other input that cannot be used; it carries every problem that was found.

    Attributes
    ----------
    problems : list of Problem
        Each has a place, a text and the dotted path of the setting.

    Examples
    --------
    >>> import sim
    >>> try:
    ...     sim.load("china-2020", ["programme.decision_day=7"])
    ... except sim.ScenarioError as error:
    ...     print(error.problems[0].key)
    programme.decision_day
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"... and {len(self.problems) - MOST_SHOWN} more problems")
        return "\n".join(lines)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like ``word``, or None when none is near."""
    known: Sequence[str] = sorted(set(candidates))
    found = difflib.get_close_matches(word[:200], known, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return ``; did you mean x?``, or nothing when no candidate is near."""
    found = nearest(word, candidates)
    return f"; did you mean {found}?" if found else ""


def one_line(text: str) -> str:
    """Return ``text`` without line breaks and unprintable characters."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def is_plain(name: object) -> bool:
    """Whether a name may be that of a file in a folder of results: one part of a path, no mark that nobody sees."""
    return (
        isinstance(name, str)
        and name.strip(". ") != ""
        and name.isprintable()
        and len(name.encode()) <= MOST_NAME
        and not any(mark in name for mark in "/\\")
    )


def shown(value: object) -> str:
    """Return a value as a message shows it: text quoted, long values cut."""
    written = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    cut = written if len(written) <= 40 else written[:37] + "..."
    return f"'{one_line(cut)}'" if isinstance(value, str) else one_line(cut)
