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
