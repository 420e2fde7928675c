"""Every bad file and command gets its message: where, what, what to write; exit code 2, no traceback, no files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input import commands, firm_files, scenarios, trees
from tests.support.small import invoke

MOST_LINES = 5
WHERE = re.compile(r"\S[^\n]*?  \S|Usage: tideover|no setting matches ")
"""Place, two spaces, key or what is wrong; what Typer says begins with the usage."""
HELP = re.compile(
    r"did you mean|write |wanted|known|at most|at least|out of range|not one of|save it as|choose|set firms|keep one|"
    r"give |rename|remove|must |missing|no such file|not allowed|indent|expected here|closed|space|quote|check the|"
    r"is a folder|ends in|cannot be read|has no header|no rows|unprintable|more than|larger|"
    r"valid integer|No such|Missing argument|the file has|is empty|is no |does not add|add to|grace exceed|lies before|"
    r"extend |is one document|a scenario is a packaged name|lines, not|greater than|less than|"
    r"check the unit|tideover params"
)


def cases() -> list[Any]:
    """All rows of all tables as files, words and a piece of the message."""
    found = []
    for kind, rows in scenarios.FILES.items():
        for number, (content, said) in enumerate(rows):
            whole = (
                content if isinstance(content, bytes) else (scenarios.HEAD + content).encode("utf-8", "surrogatepass")
            )
            found.append(pytest.param({"bad.yaml": whole}, ["run", "bad.yaml"], said, id=f"{kind} {number}"))
    for kind, lines in commands.LINES.items():
        for number, (line, said) in enumerate(lines):
            found.append(pytest.param({}, shlex.split(line), said, id=f"{kind} {number}"))
    for kind, forest in trees.TREES.items():
        for number, (files, line, said) in enumerate(forest):
            texts = {name: None if text is None else text.encode() for name, text in files.items()}
            found.append(pytest.param(texts, shlex.split(line), said, id=f"{kind} {number}"))
    for kind, tables in firm_files.FILES.items():
        for number, (name, content, setting, said) in enumerate(tables):
            words = ["run", "normal-year", "--firms", name, *(["--set", setting] if setting else [])]
            found.append(pytest.param({name: content}, words, said, id=f"firms, {kind} {number}"))
    return found


CASES = cases()


def written(files: dict[str, Any], folder: Path) -> dict[str, bytes | None]:
    """Put the files of a case into a folder."""
    contents = {name: content() if callable(content) else content for name, content in files.items()}
    for name, content in contents.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
    return contents


def found_in(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


@pytest.mark.parametrize(("files", "words", "said"), CASES)
def test_it_is_refused_with_its_message_and_nothing_is_written(files, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = written(files, tmp_path)
    result = invoke(*words)
    text = result.stderr
    assert result.exit_code == 2, text
    assert said in plain(text)
    assert WHERE.match(text), text
    assert HELP.search(plain(text)), text
    assert len(messages(text)) <= MOST_LINES, text
    assert "Traceback" not in text and "pydantic" not in text and "Error:" not in text
    assert not result.stdout
    assert found_in(tmp_path) == before


def plain(text: str) -> str:
    """A message as one line, without the frame that Typer draws."""
    return " ".join(line.strip("│ ") if "│" in line else line for line in text.splitlines())


def messages(text: str) -> list[str]:
    """Lines that say something: without notes and without usage and frame of Typer."""
    return [line for line in text.splitlines() if not re.match(r"note: |Usage: |Try |[╭╰]|$", line)]


def test_every_class_has_five_files_and_the_corpus_three_hundred():
    tables = (scenarios.FILES, commands.LINES, trees.TREES, firm_files.FILES)
    assert all(len(rows) >= 5 for table in tables for rows in table.values())
    assert len(CASES) >= 300
