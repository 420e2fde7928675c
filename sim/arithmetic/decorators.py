"""How a rule is marked for both engines: plain Python for Mesa, and the same function for compiled passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba.extending import register_jitable

Function = TypeVar("Function", bound=Callable[..., Any])


def rule(function: Function) -> Function:
    """A rule that few enterprises meet in a step; compiled code calls it."""
    return register_jitable(function)


def hot_rule(function: Function) -> Function:
    """A rule that every enterprise meets in every step; it becomes part of the pass that uses it.

    Such a rule has no loop of unknown length, so that the pass can take several rows at a time.
    """
    return register_jitable(forceinline=True)(function)


def ask_ahead(table: Any, row: int) -> None:
    """Ask the machine for a row that a rule will soon need, so that it need not wait for memory; no row is changed.

    Compiled code does so (``sim.engine.rows``, ``sim.engine.packed.rows``), for any row number; plain Python does
    nothing.
    """


def ask_for_place(table: Any, row: int) -> None:
    """Ask the machine for what says where a row is stored, well before the row itself is asked for.

    Compiled code does so for packed tables (``sim.engine.packed.rows``), where that is far away too.
    """
