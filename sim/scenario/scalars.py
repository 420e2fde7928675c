"""Plain YAML text to values: the numbers, dates and words a person means (YAML 1.2 core, plus dates, minus traps)."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from decimal import Decimal

_WORDS = {word: None for word in ("", "~", "null", "Null", "NULL")} | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_NUMBER = re.compile(r"([-+]?)([0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]{1,6})?")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_WRITTEN = re.compile(
    r"([-+]?)((?:[0-9]{1,3}(?:[,_ ][0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?)(e[-+]?[0-9]{1,3})?"
    r"\s*([%‰万亿千]?|million|billion)\s*(?:yuan|元)?"
)
_UNITS = {"": 0, "%": -2, "‰": -3, "千": 3, "万": 4, "million": 6, "亿": 8, "billion": 9}
MOST_DIGITS = 18

Scalar = None | bool | int | float | str | datetime.date


def scalar(text: str) -> Scalar:
    """Return the value of unquoted text.

    Raises
    ------
    ValueError
        With a message for the user: leading zero, too many digits, NaN, infinity, impossible date.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a number a setting can have; quote it if it is text")
    if _DATE.fullmatch(text):
        return _date(text)
    match = _NUMBER.fullmatch(text)
    if match and (match[2] or len(match[3] or "") > 1):
        return _number(text, match)
    return text


def _date(text: str) -> datetime.date:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        raise ValueError(f"{text} is no date of the calendar; write year-month-day, such as 2020-02-10") from None
    if date.isoformat() != text:
        raise ValueError(f"write the date as {date.isoformat()}")
    return date


def _number(text: str, match: re.Match[str]) -> int | float:
    sign, whole, fraction, exponent = match[1], match[2], match[3], match[4]
    if len(whole) > 1 and whole[0] == "0":
        meant = f"{sign.strip('+')}{whole.lstrip('0') or '0'}{fraction or ''}{exponent or ''}"
        raise ValueError(f"leading zero; write {meant[:40]}")
    if len(whole) > MOST_DIGITS and not exponent:
        raise ValueError(f"a number of {len(whole)} digits; at most {MOST_DIGITS} digits")
    if fraction is None and exponent is None:
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("the number is too large for anything; check the unit")
    if fraction is None and value.is_integer() and abs(value) < 10.0**MOST_DIGITS:
        return int(value)
    return value


def number_meant(text: str) -> str | None:
    """Return the number to write for text such as ``5%``, ``1,000``, ``120万`` or full-width digits, or None."""
    folded = unicodedata.normalize("NFKC", text[:80]).strip().removeprefix("¥").removeprefix("$").strip()
    match = _WRITTEN.fullmatch(folded.lower())
    if not match or not match[2]:
        return None
    digits = re.sub("[,_ ]", "", match[2])
    value = Decimal(f"{match[1]}{digits}{match[3] or ''}").scaleb(_UNITS[match[4]])
    plain = f"{value:f}" if abs(value.adjusted()) < 25 else str(value)
    return plain.rstrip("0").rstrip(".") if "." in plain and "E" not in plain else plain
