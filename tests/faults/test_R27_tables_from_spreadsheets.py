"""R27: a table saved by a spreadsheet: a mark before the first header, another encoding, spaces in the header."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.model.economy import build_economy
from tests.support.firm_helpers import TABLES, normal, refusal


def staff_and_sales(scenario: sim.Scenario) -> list[tuple[int, int]]:
    table = build_economy(scenario.settings, 1).enterprises
    rows = table[np.argsort(table["id"])[:3]]
    yearly = np.round(rows["sales_normal"] / 100 * 365 / 7, -2).astype(int)
    return list(zip(rows["staff_normal"].tolist(), yearly.tolist(), strict=True))


WANTED = [(3, 1_200_000), (12, 1_200_000), (2, 120_000_000)]


@pytest.mark.parametrize(
    ("name", "encoding"), [("bom", "auto"), ("utf16", "auto"), ("utf16", "utf-16"), ("gbk", "gbk")]
)
def test_tables_of_spreadsheets_are_read_right(name, encoding):
    scenario = sim.with_firms(normal(encoding=encoding), TABLES / f"{name}.csv")
    assert staff_and_sales(scenario) == WANTED
    kinds = build_economy(scenario.settings, 1).enterprises
    sectors = list(scenario.settings.sectors)
    named = [sectors[place] for place in kinds["sector"][np.argsort(kinds["id"])][:3]]
    assert named == ["catering", "trade", "manufacturing"]


@pytest.mark.parametrize(
    ("name", "encoding", "said"),
    [
        ("gbk", "auto", "looks like GBK: set firms.encoding: gbk"),
        ("utf16-unmarked", "auto", "UTF-16: set firms.encoding: utf-16"),
        ("latin1", "auto", "is not utf-8 (line 2): save it as UTF-8, or set firms.encoding"),
        ("gbk", "utf-8", "looks like GBK"),
    ],
)
def test_another_encoding_is_named(name, encoding, said):
    assert said in refusal(normal(encoding=encoding), TABLES / f"{name}.csv")


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    text = refusal(normal(columns={"staff": "stafff"}), TABLES / "bom.csv")
    assert "firms.columns.staff" in text
    assert "did you mean staff?" in text
    assert "id, staff, yearly_sales, cash, sector" in text
