"""Settings with the place each was written: dotted paths, merging and overriding."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario.problems import Place, Problem, ScenarioError, shown

Key = str | int
_TOKEN = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)((?:\[[0-9]{1,6}\])*)")


@dataclass(frozen=True)
class Node:
    """A value and its place; maps hold nodes by key, lists hold nodes in order, everything else is plain."""

    value: Any
    place: Place
    layer: int = 0
    """Which file (0 = the oldest parent) or override wrote it."""

    def plain(self) -> Any:
        """Return the value as plain Python data."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def child(self, key: Key) -> Node | None:
        """Return the node under ``key``, or None."""
        if isinstance(self.value, dict):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int):
            return self.value[key] if 0 <= key < len(self.value) else None
        return None

    def closest(self, keys: tuple[Key, ...]) -> Node:
        """Return the deepest node that exists on the way to ``keys``."""
        node = self
        for key in keys:
            found = node.child(key)
            if found is None:
                break
            node = found
        return node

    def places(self, path: str = "") -> dict[str, tuple[int, int]]:
        """Return line and column (1-based) of every dotted path."""
        found = {path: (self.place.line, self.place.column)} if path else {}
        pairs: Any = self.value.items() if isinstance(self.value, dict) else ()
        pairs = enumerate(self.value) if isinstance(self.value, list) else pairs
        for key, node in pairs:
            found.update(node.places(joined((path, key) if path else (key,))))
        return found


def joined(keys: tuple[Key, ...]) -> str:
    """Return the dotted path of ``keys``: ``("a", "b", 3)`` gives ``a.b[3]``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def split(path: str) -> tuple[Key, ...] | None:
    """Return the keys of a dotted path, or None when it is not one; what follows ``sources.`` is one key."""
    if path.startswith("sources.") and len(path) > 8:
        return ("sources", path[8:])
    keys: list[Key] = []
    for part in path.split("."):
        match = _TOKEN.fullmatch(part)
        if match is None:
            return None
        keys += [match[1], *(int(number) for number in re.findall(r"[0-9]+", match[2]))]
    return tuple(keys)


def merge(parent: Node, child: Node) -> Node:
    """Return ``parent`` overridden by ``child``: maps merge key by key, lists and scalars replace."""
    if not (isinstance(parent.value, dict) and isinstance(child.value, dict)):
        return child
    merged = dict(parent.value)
    for key, node in child.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return Node(merged, child.place, child.layer)


def put(tree: Node, keys: tuple[Key, ...], new: Node) -> Node | None:
    """Return ``tree`` with ``new`` merged in at ``keys``, or None when a list item it names does not exist."""
    if not keys:
        return merge(tree, new)
    head, rest = keys[0], keys[1:]
    if isinstance(head, int):
        if not isinstance(tree.value, list) or head >= len(tree.value):
            return None
        inner = put(tree.value[head], rest, new)
        return (
            None if inner is None else Node([*tree.value[:head], inner, *tree.value[head + 1 :]], new.place, new.layer)
        )
    held = tree.value if isinstance(tree.value, dict) else {}
    inner = put(held.get(head, Node({} if rest else None, new.place, new.layer)), rest, new)
    return None if inner is None else Node({**held, head: inner}, tree.place, tree.layer)


def from_python(value: Any, place: Place, layer: int, key: str = "") -> Node:
    """Return the tree of a Python value given to ``set()``; NumPy numbers count as numbers.

    Raises
    ------
    ScenarioError
        For NaN, infinity and types a scenario file cannot hold.
    """
    if isinstance(value, Mapping):
        return Node({str(k): from_python(v, place, layer, key) for k, v in value.items()}, place, layer)
    if isinstance(value, (list, tuple)):
        return Node([from_python(v, place, layer, key) for v in value], place, layer)
    plain = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
    if isinstance(plain, datetime.datetime):
        plain = plain.date()
    if isinstance(plain, float) and not math.isfinite(plain):
        raise ScenarioError([Problem(place, f"{plain} is not a number a setting can have", key)])
    if plain is None or isinstance(plain, (bool, int, float, str, datetime.date)):
        return Node(plain, place, layer)
    raise ScenarioError(
        [Problem(place, f"a {type(value).__name__} is not a value a setting can have: {shown(value)}", key)]
    )
