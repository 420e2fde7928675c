"""Words on figures: English by default, other scripts where an installed font can draw them, never empty boxes."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
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


_renderer: Any = RendererAgg


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
        Names by code, in any script; of these the words that this machine's fonts can draw.
    """
    given = " ".join(word for word in (labels or {}).get(code, "").split() if can_draw(word))
    return given or drawable(WORDS.get(code, code.replace("_", " ")))


def width_of(text: str, size: float) -> float:
    """Width of a line of text [inches] in our fonts at so many points."""
    return _width(text, size, tuple(font_families()))


def widest(texts: Sequence[str], size: float) -> float:
    """Width of the widest line of some texts [inches]."""
    return max((width_of(line, size) for text in texts for line in text.split("\n")), default=0.0)


def most_lines(texts: Sequence[str]) -> int:
    """Lines of the text that has the most."""
    return max((text.count("\n") + 1 for text in texts), default=1)


def wrapped(text: str, inches: float, size: float) -> str:
    """The text in lines no wider than so much, broken at spaces; inside a word only where it alone is too wide."""
    return "\n".join(part for line in text.split("\n") for part in _lines(line.strip(), inches, size))


def fitted(texts: Sequence[str], inches: float, size: float) -> list[str]:
    """Texts of one kind in lines no wider than so much; if one is too wide, Chinese names go on their own line."""
    if widest(texts, size) > inches:
        texts = [re.sub(r"(?<=[^\u2e80-\uffef]) (?=[\u2e80-\uffef]+$)", "\n", text) for text in texts]
    return [wrapped(text, inches, size) for text in texts]


def shortened(text: str, inches: float, size: float) -> str:
    """The text, its end cut off where it is wider than so much."""
    if width_of(text, size) <= inches:
        return text
    return text[: _room(text, inches - width_of("…", size), size)].rstrip() + "…"


@contextmanager
def quiet_fonts() -> Iterator[None]:
    """A context in which Matplotlib says nothing of its search for fonts: what has a character is known before."""

    def no_search(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("findfont")

    log = logging.getLogger("matplotlib.font_manager")
    log.addFilter(no_search)
    try:
        yield
    finally:
        log.removeFilter(no_search)


@lru_cache(10_000)
def _width(text: str, size: float, families: tuple[str, ...]) -> float:
    """Width of a line of text in some fonts [inches]."""
    renderer: Any = _renderer(8, 8, 100.0)
    with quiet_fonts():
        width, _, _ = renderer.get_text_width_height_descent(text, FontProperties(family=families, size=size), False)
    return float(width) / 100.0


def _lines(rest: str, inches: float, size: float) -> Iterator[str]:
    """The lines of one paragraph."""
    while rest:
        room = _room(rest, inches, size)
        space = rest.rfind(" ", 1, room + 1) if room < len(rest) else -1
        room = space if space > 0 else room
        yield rest[:room].strip()
        rest = rest[room:].strip()


def _room(text: str, inches: float, size: float) -> int:
    """How many characters from the start fit, at least one."""
    return max(1, bisect_right(range(1, len(text) + 1), inches, key=lambda count: width_of(text[:count], size)))


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
        with quiet_fonts():
            return findfont(FontProperties(family=[name]), fallback_to_default=False)
    except (ValueError, OSError):
        return None
