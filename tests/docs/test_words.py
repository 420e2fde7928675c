"""Texts for users keep to the words of the field: README, guides, ODD, help and messages without the old words.

``sim/docs/words.md`` lists the old words. A row that says *no* is searched for: plain words in any case, outside code
type; names in code type exactly. Phrases in its last column may stand; a dash and words there mean that only a reader
can tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
WORDS = SIM / "docs" / "words.md"
NOT_FOR_USERS = ("decisions", "speed-notebook.md", "words.md")


class Old(NamedTuple):
    """An old word, how it is found, and the phrases in which it may stand."""

    word: str
    pattern: re.Pattern[str]
    allowed: tuple[str, ...]


def rows() -> list[list[str]]:
    """Cells of the table of old words."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if len(row) == 5 and row[0] != "old"]


@cache
def old_words() -> tuple[Old, ...]:
    """The words that may not stand in texts for users."""
    found = []
    for first, _, _, users, phrases in rows():
        if users != "no" or phrases.startswith("–"):
            continue
        for part in re.split(r"[;,]", re.sub(r"\(.*?\)|, for .*", "", first)):
            word, exact = part.strip().strip("`"), part.strip().startswith("`")
            flags = re.NOFLAG if exact else re.IGNORECASE
            spaced = r"\s+".join(re.escape(one) for one in word.split())
            pattern = re.compile(rf"(?<![\w-]){spaced}(?![\w-])", flags)
            found.append(Old(word, pattern, tuple(re.findall(r'"([^"]+)"', phrases))))
    return tuple(found)


def in_prose(text: str) -> str:
    """A text with its code type blanked out; lines stay where they are."""
    return re.sub(r"```.*?```|`[^`\n]*`|<!--.*?-->", lambda code: re.sub(r"[^\n]", " ", code[0]), text, flags=re.DOTALL)


def documents() -> Iterator[tuple[Path, int, str]]:
    """Every document for users: file, first line, text."""
    for path in [ROOT / "README.md", *sorted((SIM / "docs").rglob("*.md")), *sorted(SIM.rglob("*.jinja"))]:
        if not any(part in NOT_FOR_USERS for part in path.parts):
            yield path, 1, path.read_text(encoding="utf-8")


def messages() -> Iterator[tuple[Path, int, str]]:
    """Every text in the code that has several words, and help, which is docstrings of the verbs."""
    for path in sorted(SIM.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            said = id(node) not in notes or path.parent.name == "cli"
            if said and isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
                yield path, node.lineno, node.value


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Line and word of each old word in a text."""
    prose = in_prose(text)
    for old in old_words():
        spans = [span.span() for phrase in old.allowed for span in re.finditer(re.escape(phrase), text, re.IGNORECASE)]
        for match in old.pattern.finditer(text if old.pattern.flags & re.IGNORECASE == 0 else prose):
            if not any(first <= match.start() and match.end() <= last for first, last in spans):
                yield text.count("\n", 0, match.start()), old.word


@pytest.mark.parametrize("texts", [documents, messages], ids=["documents", "messages"])
def test_texts_for_users_have_no_old_words(texts: Callable[[], Iterator[tuple[Path, int, str]]]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line + below}: {word}"
        for path, line, text in texts()
        for below, word in faults(text)
    ]
    assert not found, "\n" + "\n".join(found)


def test_old_words_are_found_across_lines_but_not_in_code_type_or_allowed_phrases() -> None:
    assert list(faults("The first\nstate: `custom`, first draft.\nCustom of the home-made door")) == [
        (0, "first state"),
        (2, "custom"),
        (2, "Custom"),
        (2, "door"),
    ]
