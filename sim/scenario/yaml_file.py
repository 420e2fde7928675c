"""Strict reader of scenario files: YAML 1.2 without tags, anchors, duplicate keys and other traps, with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from sim.scenario.problems import Place, Problem, ScenarioError, shown
from sim.scenario.scalars import scalar
from sim.scenario.text_file import NOTHING, read_text
from sim.scenario.tree import Node, joined

MOST_DEPTH = 20
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WIDE_COLON = re.compile(r"(\s*(?:- +)*)[A-Za-z_][\w.-]*\s*：")
_TIGHT_COLON = re.compile(r"(\s*(?:- +)*)[A-Za-z_][\w.-]*:[^\s/]")


def read_file(path: Path, shown_as: str | None = None, layer: int = 0) -> Node:
    """Return the settings written in a file, each with its place.

    Parameters
    ----------
    path
        The file.
    shown_as
        How messages call it; the path itself if not given.
    layer
        Number kept in every node, to tell the files of one chain apart.

    Raises
    ------
    ScenarioError
        With every problem that can be seen at once.
    """
    place = Place(shown_as or str(path))
    node = parse(read_text(path, place), place.file, layer)
    if not isinstance(node.value, dict):
        raise ScenarioError(
            [Problem(node.place, f"a scenario is a list of 'setting: value' lines, not {_kind(node.value)}")]
        )
    return node


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """Return the plain data of a file, and line and column (1-based) of every dotted path."""
    node = read_file(path)
    return node.plain(), node.places()


def parse(text: str, file: str, layer: int = 0) -> Node:
    """Return the tree of YAML text; ``file`` is what messages call it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _UNPRINTABLE.search(text)
    if bad:
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        raise ScenarioError(
            [Problem(Place(file, line, column), f"unprintable character U+{ord(bad[0]):04X}; is this a text file?")]
        )
    reader = _Reader(file, text.split("\n"), layer)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(event)
    except _Stop:
        pass
    except YAMLError as error:
        reader.problems += list(reader.syntax(error))
    except (ValueError, OverflowError, IndexError, KeyError, TypeError, AttributeError, AssertionError):
        reader.report(1, 1, "cannot be read as YAML")
    if reader.problems:
        raise ScenarioError(reader.problems)
    if reader.root is None:
        raise ScenarioError([Problem(Place(file), NOTHING)])
    return reader.root


class _Stop(Exception):  # noqa: N818 -- ends the reading, is no error to see
    """Reading cannot go on; the problem is noted."""


@dataclass
class _Frame:
    """A map or list being read."""

    value: dict[str, Node] | list[Node]
    place: Place
    key: str | None = None
    key_place: Place | None = None
    lines: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Builds the tree from the parser's events, noting problems on the way."""

    def __init__(self, file: str, lines: list[str], layer: int) -> None:
        self.file, self.lines, self.layer = file, lines, layer
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.stack: list[_Frame] = []
        self.documents = 0
        self.anchored = False

    def report(self, line: int, column: int, text: str) -> None:
        """Note a problem at a place of the file, under the path being read."""
        self.problems.append(Problem(Place(self.file, line, column), text, self.path()))

    def path(self) -> str:
        """Dotted path of what is being read."""
        keys = tuple(len(f.value) if isinstance(f.value, list) else f.key or "" for f in self.stack)
        return joined(tuple(key for key in keys if key != ""))

    def take(self, event: Any) -> None:
        """Take one event of the parser."""
        if isinstance(event, DocumentStartEvent):
            self._document(event)
        elif isinstance(event, NodeEvent):
            self._node(event)
        elif self.stack and not isinstance(event, DocumentEndEvent):
            frame = self.stack.pop()
            self._add(Node(frame.value, frame.place, self.layer))

    def _document(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.documents += 1
        if self.documents > 1:
            self.report(line, 1, "a second document (---) starts here; a scenario is one document")
            raise _Stop
        if event.version and tuple(event.version) != (1, 2):
            self.report(line, 1, "scenario files are YAML 1.2; remove the %YAML line")
            raise _Stop

    def _node(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent) or event.anchor is not None:
            if not self.anchored:
                self.report(line, column, "anchors and aliases (& and *) are not allowed; write the value out")
            self.anchored = True
        elif getattr(event, "tag", None) is not None:
            self.report(line, column, f"tags are not allowed: {shown(str(event.tag))}; write the value without one")
        frame = self.stack[-1] if self.stack else None
        wants_key = frame is not None and isinstance(frame.value, dict) and frame.key is None
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._open(event, wants_key)
        elif wants_key and isinstance(event, ScalarEvent):
            self._key(self.stack[-1], event)
        else:
            self._add(Node(self._value(event), Place(self.file, line, column), self.layer))

    def _open(self, event: Any, wants_key: bool) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if wants_key:
            self.report(line, column, "a key must be a name, not a list or map")
            raise _Stop
        if len(self.stack) >= MOST_DEPTH:
            self.report(line, column, f"nested more than {MOST_DEPTH} deep")
            raise _Stop
        self.stack.append(_Frame({} if isinstance(event, MappingStartEvent) else [], Place(self.file, line, column)))

    def _key(self, frame: _Frame, event: Any) -> None:
        line, column, key = event.start_mark.line + 1, event.start_mark.column + 1, event.value
        frame.key, frame.key_place = key, Place(self.file, line, column)
        plain = event.style in (None, "")
        if key == "<<" and plain:
            self.report(line, column, "merge keys (<<) are not allowed; use extends, or write the values out")
        elif key != key.strip() or not key:
            self.report(
                line,
                column,
                f"{shown(key)} is no key; look for a full-width or non-breaking space"
                if key
                else "empty key; write a name before the colon",
            )
        elif key in frame.lines:
            self.report(line, column, f"{shown(key)} is set twice, on lines {frame.lines[key]} and {line}; keep one")
        frame.lines.setdefault(key, line)

    def _value(self, event: Any) -> Any:
        """Value of a scalar or alias; quoted and block text stays text."""
        if isinstance(event, AliasEvent) or event.style not in (None, ""):
            return getattr(event, "value", None)
        self._wide_colons(event)
        try:
            return scalar(event.value)
        except ValueError as error:
            self.report(event.start_mark.line + 1, event.start_mark.column + 1, str(error))
            return None

    def _wide_colons(self, event: Any) -> None:
        """Note lines of plain text that are settings with a full-width colon."""
        frame = self.stack[-1] if self.stack else None
        first = frame.key_place.line if frame is not None and frame.key_place is not None else 0
        for number in range(max(first, event.start_mark.line), min(event.end_mark.line + 1, len(self.lines))):
            self.problems += _colon_problems(self.file, self.lines, number, _WIDE_COLON)

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            frame.value.append(node)
        elif frame.key is not None:
            frame.value.setdefault(frame.key, Node(node.value, frame.key_place or node.place, self.layer))
            frame.key = None

    def syntax(self, error: YAMLError) -> Iterator[Problem]:
        """Problems behind a syntax error, in one line each."""
        mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
        if mark is None:
            yield Problem(Place(self.file, 1, 1), "cannot be read as YAML")
            return
        near = range(max(mark.line - 1, 0), min(mark.line + 1, len(self.lines)))
        hints = [
            p
            for n in near
            for colon in (_WIDE_COLON, _TIGHT_COLON)
            for p in _colon_problems(self.file, self.lines, n, colon)
        ]
        if hints and not any(problem in self.problems for problem in hints):
            yield from hints[:1]
            return
        raw = self.lines[mark.line] if mark.line < len(self.lines) else ""
        yield Problem(Place(self.file, mark.line + 1, mark.column + 1), _reworded(error, raw))


def _colon_problems(file: str, lines: list[str], number: int, colon: re.Pattern[str]) -> list[Problem]:
    match = colon.match(lines[number])
    if not match:
        return []
    text = (
        "full-width colon ：; write : followed by a space" if colon is _WIDE_COLON else "write a space after the colon"
    )
    return [Problem(Place(file, number + 1, len(match[1]) + 1), text)]


def _reworded(error: Any, line: str) -> str:
    """One plain line for a message of the YAML parser."""
    problem, context = str(error.problem or ""), str(error.context or "")
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        return "a tab; indent with spaces"
    if "alias" in problem or "anchor" in problem or "alias" in context or "anchor" in context:
        return "anchors and aliases (& and *) are not allowed; write the value out"
    if "tag" in problem or "tag" in context:
        return "tags are not allowed; write the value without one"
    if "end of stream" in problem and "quoted" in context:
        return "a quoted text is not closed"
    if "flow" in context:
        return "a bracket [ or { is not closed, or a comma is missing"
    if "mapping values are not allowed" in problem:
        return "a colon is not expected here: wrong indentation, or text with ': ' that needs quotes"
    if "could not find expected ':'" in problem:
        return "not a 'setting: value' line; is a colon missing?"
    if "expected <block end>" in problem:
        return "wrong indentation: this line fits no group above it"
    if "cannot start any token" in problem:
        return "a value cannot start with this character; put the text in quotes"
    return f"not valid YAML: {problem}" if problem else "not valid YAML"


def _kind(value: Any) -> str:
    if isinstance(value, str) and _TIGHT_COLON.match(value):
        return f"{shown(value)}; write a space after the colon"
    return "a list" if isinstance(value, list) else shown(value)
