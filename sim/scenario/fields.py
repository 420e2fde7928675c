"""What the schema says of a dotted path: unit, role, range, default; found by walking the pydantic models."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.problems import nearest
from sim.scenario.tree import Key, joined

REQUIRED: Any = ...
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


@dataclass(frozen=True)
class Slot:
    """A place of the schema a value can stand at."""

    kind: Any
    """The type, without ``None`` and annotations."""
    optional: bool = False
    unit: str = ""
    role: str = ""
    description: str = ""
    default: Any = REQUIRED
    limits: dict[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> tuple[Any, ...]:
        """Allowed values of a choice."""
        return typing.get_args(self.kind) if typing.get_origin(self.kind) is Literal else ()

    @property
    def is_model(self) -> bool:
        """Whether it is a group of settings."""
        return isinstance(self.kind, type) and issubclass(self.kind, BaseModel)

    @property
    def is_sequence(self) -> bool:
        """Whether it is a list."""
        return typing.get_origin(self.kind) in (tuple, list) or self.kind in (tuple, list)

    @property
    def is_fixed(self) -> bool:
        """Whether it is a list of a fixed length, such as a date and a share."""
        return typing.get_origin(self.kind) is tuple and typing.get_args(self.kind)[-1:] != (...,)

    def names(self) -> list[str]:
        """Return the settings of a group, as scenario files write them."""
        return [info.alias or name for name, info in self.kind.model_fields.items()] if self.is_model else []

    def child(self, key: Key) -> Slot | None:
        """Return what stands under ``key``, or None."""
        origin, args = typing.get_origin(self.kind), typing.get_args(self.kind)
        if self.is_model:
            found = [(n, i) for n, i in self.kind.model_fields.items() if key in (i.alias or n, n)]
            return self._member(*found[0]) if found else None
        if origin is dict and isinstance(key, str):
            return _stripped(args[1], replace(self, default=REQUIRED, optional=False, limits={}))
        if self.is_sequence and isinstance(key, int) and args:
            variadic = origin is list or (len(args) == 2 and args[1] is ...)
            inner = args[0] if variadic else args[key] if key < len(args) else None
            return (
                None if inner is None else _stripped(inner, replace(self, default=REQUIRED, optional=False, limits={}))
            )
        return None

    def _member(self, name: str, info: FieldInfo) -> Slot:
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        default = REQUIRED if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
        if isinstance(self.default, BaseModel):
            default = getattr(self.default, name, default)
        slot = Slot(
            None, False, str(extra.get("unit", "")), str(extra.get("role", "")), info.description or "", default
        )
        return _stripped(info.annotation, replace(slot, limits=_limits(info.metadata)))


def _limits(metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, FieldInfo):
            found |= _limits(item.metadata)
        found |= {name: getattr(item, name) for name in _LIMITS if getattr(item, name, None) is not None}
    return found


def _stripped(annotation: Any, slot: Slot) -> Slot:
    """``slot`` with the type inside ``Annotated`` and ``| None`` and the limits found on the way."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _stripped(args[0], replace(slot, limits=_limits(args[1:]) | slot.limits))
    if origin in (Union, types.UnionType) and len(rest := [a for a in args if a is not type(None)]) == 1:
        return _stripped(rest[0], replace(slot, optional=True))
    return replace(slot, kind=annotation)


def root_slot(root: type[BaseModel]) -> Slot:
    """Return the slot of the whole scenario."""
    return Slot(root)


def slot_at(root: type[BaseModel], keys: tuple[Key, ...]) -> Slot | None:
    """Return what the schema says of a path, or None when it has no such path."""
    slot: Slot | None = root_slot(root)
    for key in keys:
        slot = slot.child(key) if slot else None
    return slot


def settings_of(slot: Slot, path: str = "") -> Iterator[tuple[str, Slot]]:
    """Yield path and slot of every setting; keys a file chooses are written ``<name>``, list positions ``[n]``."""
    item = slot.child(0) if slot.is_sequence else None
    if slot.is_model:
        for name in slot.names():
            member = slot.child(name)
            if member is not None:
                yield from settings_of(member, f"{path}.{name}".removeprefix("."))
    elif typing.get_origin(slot.kind) is dict and (value := slot.child("name")) is not None:
        yield from settings_of(value, f"{path}.<name>")
    elif item is not None and item.is_model:
        yield from settings_of(item, f"{path}[n]")
    else:
        yield path, slot


def number_text(value: float) -> str:
    """Return a number briefly: ``0``, ``0.25``, ``1e+16``."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e7 else f"{value:g}"


def range_text(slot: Slot) -> str:
    """Return what is allowed, in words: ``0–2``, ``above 0, at most 600``, ``branch | remote``, ``date``."""
    if slot.choices:
        text = " | ".join(str(choice) for choice in slot.choices)
    elif slot.kind is bool:
        text = "true | false"
    elif slot.kind is datetime.date:
        text = "date"
    elif slot.is_sequence and (inner := slot.child(0)) is not None:
        text = _item_text(slot) if slot.is_fixed else f"list of {_item_text(inner)}"
    else:
        text = _bounds(slot.limits) or {datetime.date: "date", str: "text", int: "whole number", float: "number"}.get(
            slot.kind, ""
        )
    return f"{text} | null" if slot.optional else text


def _item_text(inner: Slot) -> str:
    if not inner.is_fixed:
        return "groups" if inner.is_model else range_text(inner)
    parts = [range_text(part) for i in range(len(typing.get_args(inner.kind))) if (part := inner.child(i)) is not None]
    return f"[{', '.join(parts)}]"


def _bounds(limits: dict[str, Any]) -> str:
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if "ge" in limits and "le" in limits:
        return f"{number_text(limits['ge'])}–{number_text(limits['le'])}"
    parts = [] if low is None else [f"{'at least' if 'ge' in limits else 'above'} {number_text(low)}"]
    parts += [] if high is None else [f"{'at most' if 'le' in limits else 'below'} {number_text(high)}"]
    return ", ".join(parts)


def allowed_text(slot: Slot | None) -> str:
    """Return unit and range in brackets, as messages show them, or nothing."""
    parts = [] if slot is None or slot.is_model else dict.fromkeys((slot.unit, range_text(slot)))
    text = ", ".join(part for part in parts if part and part != "group")
    return f" ({text})" if text else ""


def unknown_text(root: type[BaseModel], keys: tuple[Key, ...]) -> str:
    """Return the message for a path the schema does not have, with the nearest one it has."""
    for depth in range(len(keys)):
        parent = slot_at(root, keys[:depth])
        if parent is not None and parent.child(keys[depth]) is None:
            return _unknown_under(root, parent, keys[:depth], keys[depth])
    return "unknown setting"


def _unknown_under(root: type[BaseModel], parent: Slot, above: tuple[Key, ...], key: Key) -> str:
    if isinstance(key, str) and key.partition(":")[0] in parent.names():
        return "unknown setting; write a space after the colon"
    if isinstance(key, int):
        return f"{joined(above)} is not a list" if not parent.is_sequence else f"{joined(above)} has no item {key}"
    if not parent.is_model:
        return f"unknown setting; {joined(above)} is a single value{allowed_text(parent)}"
    elsewhere = [(path, slot) for path, slot in settings_of(root_slot(root)) if path.rsplit(".", 1)[-1] == key]
    near = nearest(key, parent.names())
    if near:
        return f"unknown setting; did you mean {near}?{allowed_text(parent.child(near))}"
    if elsewhere:
        return f"unknown setting here; did you mean {elsewhere[0][0]}?{allowed_text(elsewhere[0][1])}"
    known = ", ".join(parent.names()[:8]) + (", ..." if len(parent.names()) > 8 else "")
    return f"unknown setting; known here: {known}"
