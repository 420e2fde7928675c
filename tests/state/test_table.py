"""Tables held by column."""

from __future__ import annotations

import numpy as np
import pytest

from sim.state.table import Table, zero_columns

LAYOUT = np.dtype([("id", "i4"), ("cash", "i8"), ("open", "i1")])


def table_of(count):
    table = Table(LAYOUT, count)
    table["id"] = np.arange(count)
    table["cash"] = 10 * np.arange(count)
    return table


def test_a_column_is_live_and_a_row_is_plain_numbers():
    table = table_of(3)
    table["cash"][1] += 5
    assert table.row(1) == (1, 15, 0)
    assert len(table) == 3


def test_a_slice_is_a_view_and_chosen_rows_are_a_copy():
    table = table_of(4)
    table[:2]["cash"][0] = 7
    chosen = table[np.array([3, 1])]
    chosen["cash"][0] = -1
    assert table["cash"].tolist() == [7, 10, 20, 30]
    table[np.array([3, 1])] = chosen
    assert table["cash"].tolist() == [7, 10, 20, -1]


def test_a_copy_is_its_own():
    table = table_of(2)
    copied = table.copy()
    copied["cash"] = 0
    assert table["cash"].tolist() == [0, 10]


@pytest.mark.parametrize("count", [0, 1, 63, 1_000, 5_000])
def test_columns_do_not_overlap_and_do_not_start_at_the_same_place_of_a_page(count):
    columns = zero_columns(LAYOUT, count)
    spans = sorted((column.ctypes.data, column.ctypes.data + column.nbytes) for column in columns.values())
    assert all(end <= start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))
    assert count == 0 or len({column.ctypes.data % 4096 for column in columns.values()}) == 3
    assert all(len(column) == count and not column.any() for column in columns.values())


def test_addresses_are_those_of_the_columns():
    table = table_of(5)
    assert table.addresses.tolist() == [column.ctypes.data for column in table.columns.values()]
