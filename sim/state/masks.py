"""Whom a measure or a product is for: one bit a kind, region or lender group."""

from __future__ import annotations

from collections.abc import Iterable

from numba.extending import register_jitable

EVERYBODY = (1 << 62) - 1
"""Bit mask that holds every kind, region or lender group."""


@register_jitable
def in_mask(mask: int, place: int) -> bool:
    """Whether a bit mask holds a place."""
    return bool((mask >> place) & 1)


def bits(chosen: Iterable[str] | None, every: Iterable[str]) -> int:
    """Bit mask of the chosen names among all; everybody when nothing is chosen."""
    if chosen is None:
        return EVERYBODY
    return sum(1 << place for place, name in enumerate(every) if name in set(chosen))
