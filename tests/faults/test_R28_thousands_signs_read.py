"""R28: ``1,000`` or ``100万`` stays text, and a sum of such a column is joined text."""

from __future__ import annotations

import math

import pytest

from sim.scenario.firms.numbers import is_blank, money, number

MEANT = [
    ("1,200,000", 1_200_000),
    ("1 200 000", 1_200_000),
    ("120万", 1_200_000),
    ("1.2亿", 120_000_000),
    ("１２０万", 1_200_000),
    ("１，２００", 1_200),
    ("3千", 3_000),
    ("5%", 0.05),
    ("５％", 0.05),
    ("(3000)", -3_000),
    ("（3,000.50）", -3_000.5),
    ("-5", -5),
    ("\u22125", -5),
    ("¥5,000", 5_000),
    ("$1,000.25", 1_000.25),
    (" 12 ", 12),
    ("1.2e6", 1_200_000),
    (".5", 0.5),
    ("5000元", 5_000),
    ("1.5 million", 1_500_000),
]
REFUSED = [
    "1,5",
    "12,00,000",
    "1.200.000",
    "nan",
    "inf",
    "-Infinity",
    "about 5",
    "5-6",
    "(-3)",
    "0x10",
    "1e30",
    "9" * 60,
]


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_what_people_write_is_the_number_they_mean(text, meant):
    assert math.isclose(number(text), meant, rel_tol=1e-12)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_plain_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match=r"write|unit"):
        number(text)


@pytest.mark.parametrize("text", ["", " ", "\u3000", "NA", "n/a", "-", "NULL"])
def test_blank_cells(text):
    assert is_blank(text)


def test_units_are_declared_once():
    assert money("120", "ten_thousand") == 1_200_000
    assert money("1.2亿", "yuan") == 120_000_000
    with pytest.raises(ValueError, match=r"money_unit is ten_thousand too"):
        money("120万", "ten_thousand")
    with pytest.raises(ValueError, match="percentage"):
        money("5%", "yuan")
