"""Numbers as people write them: ``1,200,000``, ``120万``, ``1.2亿``, ``5%``, ``(3000)``, full-width digits."""

from __future__ import annotations

import re
import unicodedata

from sim.scenario.scalars import number_meant

UNITS = {
    "yuan": 1.0,
    "thousand": 1e3,
    "ten_thousand": 1e4,
    "million": 1e6,
    "hundred_million": 1e8,
    "billion": 1e9,
}
"""Whole units of the currency in one unit of money."""
BLANK = frozenset(("", "na", "n/a", "null", "none", "-", "--", ".", "—", "–", "#n/a"))
"""Texts, folded to lower case, that stand for an empty cell."""
MOST = 1e15
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity)", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,_ ])[0-9]{3})(?:\1[0-9]{3})*(?![0-9,_ ])")


def folded(text: str) -> str:
    """Text with full-width signs made narrow, odd spaces and minus signs made plain, ends trimmed."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\ufeff", "")
    return plain.strip()


def is_blank(text: str) -> bool:
    """Whether a cell is empty: nothing, spaces, or a word such as NA."""
    return folded(text).lower() in BLANK


def number(text: str) -> float:
    """The number that a cell means.

    Raises
    ------
    ValueError
        With what to write instead.
    """
    plain = folded(text)
    if _NOT_FINITE.fullmatch(plain):
        raise ValueError("is not a number; leave the cell empty or write the number")
    sign = -1.0 if plain.startswith("(") and plain.endswith(")") else 1.0
    if sign < 0:
        plain = plain[1:-1].strip()
        if plain.startswith(("-", "+")):
            raise ValueError("has two signs; write -3000 or (3000)")
    if number_meant(re.sub("[,_ ]", "", plain.lstrip("+-¥$€£ "))[:80]) is not None:
        check_groups(plain)
    if plain.startswith(("-", "+")):
        sign, plain = sign * (-1.0 if plain[0] == "-" else 1.0), plain[1:].strip()
    meant = number_meant(plain.removeprefix("€").removeprefix("£")) if len(plain) <= 80 else None
    if meant is None or meant.startswith(("-", "+")):
        raise ValueError("is not a number; write digits such as 1200000, 1,200,000 or 120万")
    value = sign * float(meant)
    if abs(value) > MOST:
        raise ValueError(f"is larger than {MOST:.0e}; check the unit")
    return value


def check_groups(plain: str) -> None:
    """Refuse separators that do not part groups of three digits: ``1,5`` may be one and a half or fifteen."""
    digits = re.findall(r"[0-9][0-9,_ ]*[0-9]|[0-9]", plain.split(".")[0])
    if any(re.search(r"[,_ ]", one) and not _GROUPED.fullmatch(one) for one in digits):
        raise ValueError("has separators that do not part thousands; write 1200000 or 1,200,000, and 1.5 with a point")


def has_unit(text: str) -> bool:
    """Whether the cell itself names a unit such as 万."""
    plain = folded(text).lower()
    return any(word in plain for word in ("千", "万", "亿", "million", "billion"))


def is_percentage(text: str) -> bool:
    """Whether the cell is a percentage."""
    return folded(text).endswith(("%", "‰"))


def money(text: str, unit: str) -> float:
    """Money of a cell in whole units of the currency.

    Raises
    ------
    ValueError
        For percentages, and for a unit in the cell beside another one declared for the table.
    """
    value = number(text)
    if is_percentage(text):
        raise ValueError("is a percentage; write an amount of money")
    if has_unit(text) and unit != "yuan":
        raise ValueError(f"names a unit, and firms.money_unit is {unit} too; write one of them")
    return value * UNITS[unit]


def count(text: str) -> int:
    """A whole number of people.

    Raises
    ------
    ValueError
        For anything else.
    """
    value = number(text)
    if is_percentage(text):
        raise ValueError("is a percentage; write the number of people working")
    if not value.is_integer():
        raise ValueError("is not a whole number of people")
    return int(value)
