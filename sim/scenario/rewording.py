"""Validation: the merged tree against the schema, every error in plain words at the place that caused it."""

from __future__ import annotations

import datetime
import re
import typing
import unicodedata
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.fields import Slot, allowed_text, range_text, root_slot, slot_at, unknown_text
from sim.scenario.problems import Problem, ScenarioError, did_you_mean, shown
from sim.scenario.scalars import number_meant
from sim.scenario.tree import Key, Node, joined, split

MOST_REWORDED = 500
"""Errors looked at one by one; a broken file can have very many."""
_CHECK = re.compile(r"([A-Za-z_][\w.\[\]-]*): (.+)")


def validated(tree: Node, root: type[BaseModel]) -> BaseModel:
    """Return the settings of a merged tree.

    Raises
    ------
    ScenarioError
        With every error, each at the file and line (or ``--set``) that wrote the value.
    """
    try:
        return root.model_validate(_prepared(tree, root_slot(root)))
    except ValidationError as error:
        details: list[Any] = error.errors(include_url=False)
    unknown = [detail["loc"][:-1] for detail in details if detail["loc"][-1:] == ("[key]",)]
    details = [one for one in details if one["type"] != "missing" or not _under(one["loc"], unknown)]
    problems = [problem for detail in details[:MOST_REWORDED] for problem in _problems(detail, tree, root)]
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column))
    if len(details) > MOST_REWORDED:
        problems.append(Problem(tree.place, f"and {len(details) - MOST_REWORDED} more problems like these"))
    raise ScenarioError(problems) from None


def _under(loc: tuple[Key, ...], names: list[tuple[Key, ...]]) -> bool:
    """Whether a place lies under a name that there cannot be."""
    return any(loc[: len(name)] == name for name in names)


def _prepared(node: Node, slot: Slot | None) -> Any:
    """Plain data in the types strict validation wants: tuples where the schema has tuples, no true for 1."""
    if isinstance(node.value, dict):
        return {key: _prepared(value, slot.child(key) if slot else None) for key, value in node.value.items()}
    if isinstance(node.value, list):
        items = [_prepared(value, slot.child(i) if slot else None) for i, value in enumerate(node.value)]
        return (
            items
            if slot is None or slot.kind is list or getattr(slot.kind, "__origin__", None) is list
            else tuple(items)
        )
    if slot and slot.choices and isinstance(node.value, (bool, float)):
        return str(node.value)
    return node.value


def _problems(detail: Any, tree: Node, root: type[BaseModel]) -> list[Problem]:
    keys: tuple[Key, ...] = tuple(key for key in detail["loc"] if key != "[key]")
    if detail["type"] == "value_error":
        lines = str(detail["ctx"]["error"]).splitlines() or [""]
        return [_check(line, keys, tree) for line in lines]
    node = tree.closest(keys)
    slot = slot_at(root, keys)
    if detail["type"] == "missing" and keys and isinstance(keys[-1], int):
        keys = keys[:-1]
        return [
            Problem(
                tree.closest(keys).place, f"an item is missing{allowed_text(slot_at(root, keys[:-1]))}", joined(keys)
            )
        ]
    if detail["type"] == "missing":
        return [Problem(node.place, f"missing{allowed_text(slot)}", joined(keys))]
    if detail["type"] == "extra_forbidden":
        return [Problem(node.place, unknown_text(root, keys), joined(keys))]
    if detail["loc"][-1:] == ("[key]",):
        return [Problem(node.place, _bad_key(keys[-1], slot_at(root, keys[:-1]), detail), joined(keys))]
    return [Problem(node.place, _wrong_value(detail, node.value, slot), joined(keys))]


def _check(line: str, keys: tuple[Key, ...], tree: Node) -> Problem:
    """Problem of a cross-check, whose message starts with the dotted path below ``keys``."""
    match = _CHECK.fullmatch(line)
    path = split(match[1]) if match else None
    if match is None or path is None:
        return Problem(tree.closest(keys).place, line, joined(keys))
    return Problem(tree.closest(keys + path).place, match[2], joined(keys + path))


def _bad_key(key: Key, parent: Slot | None, detail: Any) -> str:
    args = typing.get_args(parent.kind) if parent else ()
    names = typing.get_args(args[0]) if args and typing.get_origin(args[0]) is typing.Literal else ()
    if names:
        return f"unknown name{did_you_mean(str(key), names)}; known: {', '.join(names)}"
    if detail["type"] == "string_pattern_mismatch":
        return "a name is made of lower-case letters, digits and _, begins with a letter and has 40 characters at most"
    return str(detail["msg"])


def _wrong_value(detail: Any, value: Any, slot: Slot | None) -> str:
    """Message for a value of the wrong type or out of range."""
    kind, allowed = detail["type"], allowed_text(slot)
    if slot is None:
        return str(detail["msg"])
    if kind == "literal_error":
        return (
            f"{shown(value)} is not one of {range_text(slot)}{did_you_mean(str(value), [str(c) for c in slot.choices])}"
        )
    if slot.is_model or kind in ("dict_type", "model_type"):
        return _not_a_group(value)
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        if isinstance(value, datetime.date):
            return f"{value} is out of range (date from {slot.limits['ge']} to {slot.limits['le']})"
        return f"{shown(value)} is out of range{allowed}{_percentage(value, slot)}"
    if kind in ("string_too_long", "string_too_short", "too_long", "too_short", "string_pattern_mismatch"):
        return _wrong_size(detail, value, slot)
    return f"{_wanted(slot)} is wanted, not {_what(value)}{_to_write(value, slot)}{allowed}"


def _not_a_group(value: Any) -> str:
    if value is None:
        return "nothing is written under it; write settings under it or delete the line"
    tight = isinstance(value, str) and re.match(r"[A-Za-z_][\w.-]*\s*[:：]\S", value)
    hint = "; write : followed by a space" if tight else ""
    return f"a group of settings is wanted, not {_what(value)}{hint}"


def _percentage(value: Any, slot: Slot) -> str:
    is_part = slot.limits.get("ge") == 0 and slot.limits.get("le", 9) <= 1
    if is_part and not isinstance(value, bool) and 1 < value <= 100:
        return f"; if {value:g} % is meant write {value / 100:g}"
    return ""


def _wrong_size(detail: Any, value: Any, slot: Slot) -> str:
    ctx, kind = detail.get("ctx", {}), detail["type"]
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is no name: at most 40 lower-case letters, digits and _, the first a letter"
    length = len(value) if isinstance(value, (str, list, dict)) else 0
    what = "characters" if isinstance(value, str) else "items"
    if kind.endswith("long"):
        return f"{length} {what}; at most {ctx.get('max_length')}{allowed_text(slot)}"
    return f"{length} {what}; at least {ctx.get('min_length')}{allowed_text(slot)}"


def _wanted(slot: Slot) -> str:
    if slot.is_sequence:
        return "a list in brackets [ ]"
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "text", datetime.date: "a date"}
    return names.get(slot.kind, "another value")


def _what(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a group of settings"
    return f"text {shown(value)}" if isinstance(value, str) else shown(value)


def _to_write(value: Any, slot: Slot) -> str:
    """What to write instead, when it can be told."""
    if slot.kind in (int, float) and isinstance(value, str):
        meant = number_meant(value)
        return f"; write {meant}" + (" without quotes" if meant == value else "") if meant else ""
    if slot.kind is int and isinstance(value, float):
        return f"; write {int(value)}" if value.is_integer() else ""
    if slot.kind is str and value is not None and not isinstance(value, (list, dict)):
        return f'; write "{str(value).lower() if isinstance(value, bool) else value}" in quotes'
    if slot.kind is bool and isinstance(value, (str, int)):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false", "1": "true", "0": "false"}.get(
            str(value).lower()
        )
        return f"; write {meant}" if meant else ""
    if slot.kind is datetime.date and isinstance(value, str):
        return _date_meant(value)
    return ""


def _date_meant(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:80])
    match = re.match(r"\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})", folded)
    iso = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else "it as 2020-02-10"
    return f"; write {iso}" + (" without quotes" if iso == text else "")
