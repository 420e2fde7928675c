"""Words on figures: English by default, other scripts where an installed font can draw them, never empty boxes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font

FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
"""Tried in this order for each character; the first one comes with Matplotlib."""

WORDS = {
    "with": "with the programme",
    "without": "without the programme",
    "all": "all enterprises",
    "sme": "small and medium enterprises",
    "self_employed": "self-employed households",
    "rural": "rural households",
}
"""What the codes of the tables are called when the caller gives no label."""


@cache
def font_families() -> list[str]:
    """The fonts of the list that this machine has."""
    return [name for name in FONTS if _font_file(name) is not None]


def drawable(text: str) -> str:
    """The text with every character that no font has written as its code point, so that nothing is lost or boxed."""
    return "".join(mark if _has(mark) else f"U+{ord(mark):04X} " for mark in text).strip()


def can_draw(text: str) -> bool:
    """Whether the installed fonts have every character."""
    return all(_has(mark) for mark in text)


def name_of(code: str, labels: Mapping[str, str] | None = None) -> str:
    """What a code of the tables is called on a figure.

    Parameters
    ----------
    code
        A category of a table: an arm, kind, sector, region, lender group.
    labels
        Names by code, in any script; used where this machine's fonts can draw them.
    """
    given = (labels or {}).get(code)
    if given is not None and can_draw(given):
        return given
    return drawable(WORDS.get(code, code.replace("_", " ")))


@cache
def _has(mark: str) -> bool:
    """Whether some font of ours has a character; line breaks and spaces need none."""
    return mark.isspace() or any(ord(mark) in _characters(name) for name in font_families())


@cache
def _characters(name: str) -> frozenset[int]:
    """Code points that a font has."""
    path = _font_file(name)
    return frozenset() if path is None else frozenset(get_font(path).get_charmap())


@cache
def _font_file(name: str) -> str | None:
    """The file of a font family, None if it is not installed."""
    try:
        return findfont(FontProperties(family=[name]), fallback_to_default=False)
    except (ValueError, OSError):
        return None
