"""A scenario: frozen, checked settings with the origin and the source of every value."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.scenario.fields import slot_at, unknown_text
from sim.scenario.problems import Place, Problem, ScenarioError, did_you_mean
from sim.scenario.rewording import validated
from sim.scenario.tree import Key, Node, from_python, joined, put, split
from sim.scenario.yaml_file import parse

DEFAULT_SOURCE = "default of the schema"


@dataclass(frozen=True, eq=False)
class Scenario:
    """Settings of a run: ``scenario.programme.decision_days`` reads one, ``set`` returns a changed copy.

    Attributes
    ----------
    name : str
        Name of the file, without its ending.
    settings : pydantic model
        The checked settings.
    origin : dict
        Dotted path to ``"china-2020.yaml:12"``, ``"--set"``, ``"set()"`` or ``"default"``.
    sources : dict
        Dotted path to the source of the value, or the kind of assumption that it is.
    digest : str
        SHA-256 of everything but ``sources``: equal settings have equal digests.

    Examples
    --------
    >>> import sim
    >>> scenario: sim.Scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> slow = scenario.set(programme__decision_days=30)
    >>> slow.get("programme.decision_days"), slow.origin["programme.decision_days"], slow == scenario
    (30, 'set()', False)
    """

    name: str
    settings: Any
    tree: Node
    layers: tuple[tuple[str, dict[str, str]], ...]
    """For each file, oldest parent first: how it is called and the sources it names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("settings", "tree", "layers"):
            raise AttributeError(name)
        return getattr(self.settings, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def set(self, changes: Mapping[str, Any] | None = None, /, **named: Any) -> Scenario:
        """Return a copy with other values.

        ``set(programme__decision_days=7)`` or ``set({"programme.decision_days": 7})``.

        Raises
        ------
        ScenarioError
            For unknown settings (with the nearest known one) and values the schema refuses.
        """
        pairs = {**dict(changes or {}), **{name.replace("__", "."): value for name, value in named.items()}}
        return build(self.name, self.tree, self.layers, pairs, type(self.settings), "set()")

    def get(self, path: str) -> Any:
        """Return the value at a dotted path."""
        value: Any = self.settings
        keys = split(path)
        for key in keys or ():
            value = _member(value, key)
            if value is _NOTHING:
                break
        if keys is None or value is _NOTHING:
            raise ScenarioError([Problem(Place("get()"), unknown_text(type(self.settings), keys or (path,)), path)])
        return value

    @cached_property
    def leaves(self) -> dict[str, Any]:
        """Every single setting by dotted path; ``sources`` apart."""
        return {joined(keys): value for keys, value in _leaves(self.settings) if keys[0] != "sources"}

    @cached_property
    def origin(self) -> dict[str, str]:
        return {path: _origin(node) if (node := self._node(path)) else "default" for path in self.leaves}

    @cached_property
    def sources(self) -> dict[str, str]:
        return {path: self._source(path) for path in self.leaves}

    @cached_property
    def digest(self) -> str:
        data = self.settings.model_dump(mode="json", by_alias=True, exclude={"sources"})
        return hashlib.sha256(
            json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
        ).hexdigest()

    def layer_of(self, path: str) -> int:
        """Which file set a value, oldest parent first; above all files for values set by hand, -1 for defaults."""
        node = self._node(path)
        return node.layer if node is not None else -1

    def to_yaml(self) -> str:
        """Return all settings, defaults included, as one scenario file that loads to the same digest."""
        data = self.settings.model_dump(by_alias=True)
        data["sources"] = _common(self.sources)
        return "\n".join(_yaml_lines(data)) + "\n"

    def _node(self, path: str) -> Node | None:
        node: Node | None = self.tree
        for key in split(path) or (path,):
            node = node.child(key) if node else None
        return node

    def _source(self, path: str) -> str:
        node = self._node(path)
        if node is None:
            return next((named[path] for _, named in reversed(self.layers) if path in named), DEFAULT_SOURCE)
        slot = slot_at(type(self.settings), split(path) or (path,))
        word = "choice" if slot and slot.role == "structure" else "assumption"
        if node.layer >= len(self.layers):
            return f"{word} ({node.place.file})"
        own = self.layers[node.layer]
        for _, named in (own, *reversed(self.layers[node.layer + 1 :])):
            if found := _longest(path, named):
                return named[found]
        return f"{word} (no source in {own[0]})"


_NOTHING = object()


def _member(value: Any, key: Key) -> Any:
    if isinstance(value, BaseModel):
        name = next((n for n, info in type(value).model_fields.items() if key in (n, info.alias)), None)
        return getattr(value, name) if name else _NOTHING
    if isinstance(value, dict):
        return value.get(key, _NOTHING)
    if isinstance(value, (list, tuple)) and isinstance(key, int) and key < len(value):
        return value[key]
    return _NOTHING


def _leaves(value: Any, keys: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """Path and value of every single setting; lists count as one."""
    members: Mapping[str, Any] | None = value if isinstance(value, dict) and value else None
    if isinstance(value, BaseModel):
        members = {info.alias or name: getattr(value, name) for name, info in type(value).model_fields.items()}
    if members is None:
        yield keys, value
        return
    for key, member in members.items():
        yield from _leaves(member, (*keys, key))


def _origin(node: Node) -> str:
    return f"{Path(node.place.file).name}:{node.place.line}" if node.place.line else node.place.file


def _longest(path: str, named: Iterable[str]) -> str:
    """The longest of the named prefixes of a path, or nothing."""
    return max((n for n in named if path == n or path.startswith((f"{n}.", f"{n}["))), key=len, default="")


def _common(sources: dict[str, str]) -> dict[str, str]:
    """Sources by the shortest prefixes that all settings below share."""
    found: dict[str, str] = {}
    below: dict[str, set[str]] = {}
    for path, text in sources.items():
        for end in [i for i, c in enumerate(path) if c == "."] + [len(path)]:
            below.setdefault(path[:end], set()).add(text)
    for path, text in sources.items():
        prefixes = [path[:end] for end in [i for i, c in enumerate(path) if c == "."]] + [path]
        found[next(p for p in prefixes if len(below[p]) == 1)] = text
    return found


def _yaml_lines(data: dict[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in data.items():
        name = key if re.fullmatch(r"[A-Za-z_][\w.-]*", key, re.ASCII) else _yaml_text(key)
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{name}: {_yaml_value(value)}"


def _yaml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_yaml_text(k)}: {_yaml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_yaml_value(item) for item in value) + "]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _yaml_text(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _yaml_text(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in quoted)


def build(
    name: str,
    tree: Node,
    layers: tuple[tuple[str, dict[str, str]], ...],
    overrides: Iterable[str] | Mapping[str, Any],
    root: type[BaseModel],
    by: str = "--set",
) -> Scenario:
    """Return the scenario of a merged tree with overrides, checked; all problems are reported at once."""
    problems: list[Problem] = []
    for pair in overrides.items() if isinstance(overrides, Mapping) else overrides:
        try:
            tree = _overridden(tree, pair, root, Place(by), len(layers))
        except ScenarioError as error:
            problems += error.problems
    try:
        settings = validated(tree, root)
    except ScenarioError as error:
        problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return Scenario(name, settings, tree, layers)


def _overridden(tree: Node, pair: str | tuple[str, Any], root: type[BaseModel], place: Place, layer: int) -> Node:
    path, value = pair if isinstance(pair, tuple) else _parted(pair, place)
    keys = split(path)
    if keys is None or slot_at(root, keys) is None:
        raise ScenarioError([Problem(place, unknown_text(root, keys or (path,)), path)])
    for depth in range(1, len(keys)):
        parent, slot = tree.closest(keys[: depth - 1]), slot_at(root, keys[: depth - 1])
        if slot and not slot.is_model and isinstance(parent.value, dict) and keys[depth - 1] not in parent.value:
            known = list(parent.value)
            text = f"unknown name{did_you_mean(str(keys[depth - 1]), known)}; known: {', '.join(known[:12]) or 'none'}"
            raise ScenarioError([Problem(place, text, path)])
    node = _relabelled(value, place, layer) if isinstance(value, Node) else from_python(value, place, layer, path)
    changed = put(tree, keys, node)
    if changed is None:
        raise ScenarioError([Problem(place, "the list has no such item; give the whole list, in brackets [ ]", path)])
    return changed


def _parted(text: str, place: Place) -> tuple[str, Node]:
    path, equals, written = text.partition("=")
    if not equals or not written.strip():
        raise ScenarioError([Problem(place, f"write {path.strip() or 'setting'}=value", path.strip())])
    try:
        return path.strip(), parse(written.strip(), place.file)
    except ScenarioError as error:
        raise ScenarioError([Problem(place, problem.text, path.strip()) for problem in error.problems]) from None


def _relabelled(node: Node, place: Place, layer: int) -> Node:
    """The tree with one place for all of it."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _relabelled(inner, place, layer) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_relabelled(inner, place, layer) for inner in value]
    return Node(value, place, layer)
