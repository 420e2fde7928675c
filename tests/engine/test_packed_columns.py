"""Packed tables: the same values in fewer bytes, whatever is written to them."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.arithmetic.calendar import NEVER
from sim.engine.blocks import BLOCK
from sim.engine.packed.rows import packed_rows_at
from sim.engine.packed.table import PackedTable, pack, unpack
from sim.engine.rows import far_columns_at
from sim.rules.exit import close
from sim.rules.underwriting import decide, money_arrives, receive_money
from sim.state.conditions import CONDITIONS_TYPE
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE, LENDER_TYPE, LOAN_TYPE, PRODUCT_TYPE, PROGRAMME_TYPE
from sim.state.flows import FLOW_TYPE, LENDER_FLOW_TYPE
from sim.state.table import Table
from sim.state.terms import TERMS_TYPE
from tests.support import records
from tests.support.economies import examples
from tests.trust.memory import resident

LAYOUT = np.dtype(
    [("flag", "i1"), ("sector", "i2"), ("step", "i4"), ("cash", "i8"), ("share", "f4"), ("rate", "f8"), ("sales", "i8")]
)
KEPT = ("flag", "sector", "step", "cash", "share", "rate")
OF_THE_STEP = ENTERPRISE_TYPE.fields.keys() & {"sales", "asked", "asked_lender", "asked_product", "waived"}

packed_at, far_at = packed_rows_at(LAYOUT, KEPT), far_columns_at(LAYOUT)
KEPT_OF_ENTERPRISES = [name for name in ENTERPRISE_TYPE.names if name not in OF_THE_STEP]
packed_enterprises_at = packed_rows_at(ENTERPRISE_TYPE, KEPT_OF_ENTERPRISES)
packed_households_at = packed_rows_at(HOUSEHOLD_TYPE, HOUSEHOLD_TYPE.names)
far_enterprises_at, far_households_at = far_columns_at(ENTERPRISE_TYPE), far_columns_at(HOUSEHOLD_TYPE)


def bits_of(name):
    """Bits of the whole numbers of a field."""
    return 8 * LAYOUT[name].itemsize


@st.composite
def values_of(draw, name, count):
    """Values of one field: near each other or not, of any size."""
    if LAYOUT[name].kind == "f":
        single = st.floats(width=32)
        some = single if LAYOUT[name].itemsize == 4 else draw(st.sampled_from([single, st.floats()]))
    else:
        most = 2 ** (bits_of(name) - 1)
        centre = draw(st.sampled_from([0, 0, most - 1, -most, most // 3]))
        width = 2 ** draw(st.sampled_from([1, 2, 3, 4, 7, 8, 15, 16, 23, 24, 31, 32, 64]))
        some = st.integers(max(-most, centre - width // 2), min(most - 1, centre + width // 2))
        if name == "step":
            some |= st.sampled_from([NEVER, 127, 32767, 2**23 - 1, -1])
    if draw(st.booleans()):
        return [draw(some)] * count
    return draw(st.lists(some, min_size=count, max_size=count))


@st.composite
def tables(draw, count):
    """A table of random values, which come again where there are many rows."""
    table = Table(LAYOUT, count)
    for name in LAYOUT.names:
        table[name] = np.resize(np.array(draw(values_of(name, min(count, 19))), dtype=LAYOUT[name]), count)
    return table


COUNTS = st.one_of(st.integers(1, 20), st.sampled_from([257, 600, 1025, 2041, BLOCK]))
"""Numbers of rows: less than a byte is stored of a row only where there are many."""


def packed_of(table, kept=KEPT, layout=LAYOUT, rows=BLOCK):
    """A table packed in blocks of so many rows."""
    starts = range(0, len(table), rows)
    packed = PackedTable(layout, len(starts), kept)
    for block, start in enumerate(starts):
        packed.store(block, table, start, min(len(table), start + rows))
    return packed


def assert_same(found, expected, kept=KEPT):
    """Stored fields have the same bits, the others are 0."""
    for name in expected.dtype.names:
        wanted = expected[name] if name in kept else np.zeros_like(expected[name])
        assert found[name].tobytes() == wanted.tobytes(), name


def width_of(packed, name, block=0):
    """Bits of a row of one column."""
    return int(packed.heads["width"][block, packed.dtype.names.index(name)])


def table_with(name, values):
    """A table with these values in one field."""
    table = Table(LAYOUT, len(values))
    table[name] = values
    return table


@examples(150)
@given(COUNTS.flatmap(tables))
def test_what_is_stored_is_read(table):
    packed = packed_of(table)
    assert_same(packed.read(0), table)
    assert len(packed) == len(table)


@examples(150)
@given(COUNTS.flatmap(lambda count: st.lists(tables(count), min_size=2, max_size=4)))
def test_what_is_packed_later_is_read_and_columns_never_shrink(several):
    packed = packed_of(several[0])
    fields = packed.numbers(LAYOUT.names)
    for table in several[1:]:
        before = packed.heads["width"].copy()
        pack(packed.heads, packed.kinds, 0, table.addresses, fields)
        assert_same(packed.read(0), table)
        assert (packed.heads["width"] >= before).all()


@pytest.mark.parametrize(
    ("name", "values", "width"),
    [
        ("cash", [7, 7], 0),
        ("cash", [-128, 127], 24),
        ("cash", [10**15, 10**15 + 200], 24),
        ("cash", [0, 2**23 - 1], 24),
        ("cash", [-(2**23), 0], 24),
        ("cash", [10**15, 10**15 + 2**24 - 2], 24),
        ("cash", [0, 2**24], 32),
        ("cash", [0, 10**9], 32),
        ("cash", [-(2**63), 2**63 - 1], 64),
        ("step", [NEVER, NEVER], 0),
        ("step", [NEVER, 126, -1], 8),
        ("step", [NEVER, 0, 1000], 16),
        ("step", [NEVER, 0, 10**6], 24),
        ("step", [NEVER, 0, 10**8], 32),
        ("step", [0, 1], 8),
        ("sector", [3, 4], 8),
        ("flag", [0, 1], 8),
        ("share", [0.1, 0.1], 0),
        ("share", [0.1, 0.2], 32),
        ("rate", [0.5, 0.25], 32),
        ("rate", [0.1, 0.25], 64),
        ("rate", [0.0, -0.0], 32),
    ],
)
def test_the_first_width_is_the_smallest_that_holds_all(name, values, width):
    table = table_with(name, values)
    packed = packed_of(table)
    assert width_of(packed, name) == width
    assert_same(packed.read(0), table)


@pytest.mark.parametrize(
    ("name", "values", "count", "width"),
    [
        ("flag", [0, 1], 257, 1),
        ("flag", [0, 1], 256, 8),
        ("flag", [-128, -127], BLOCK, 1),
        ("flag", [0, 1, 3], 513, 2),
        ("flag", [0, 1, 3], 512, 8),
        ("flag", [0, 15], 1025, 4),
        ("flag", [0, 15], 1024, 8),
        ("flag", [0, 16], BLOCK, 8),
        ("flag", [-128, 127], BLOCK, 8),
        ("step", [-1, 14], BLOCK, 4),
        ("step", [10**9, 10**9 + 15], BLOCK, 4),
        ("step", [0, NEVER], BLOCK, 8),
        ("sector", [0, 1], BLOCK, 8),
        ("cash", [0, 1], BLOCK, 24),
    ],
)
def test_a_row_takes_less_than_a_byte_where_the_block_gets_smaller_by_it(name, values, count, width):
    table = table_with(name, np.resize(values, count))
    packed = packed_of(table)
    assert width_of(packed, name) == width
    assert_same(packed.read(0), table)
    assert packed.nbytes - packed.heads.nbytes == (BLOCK if width < 8 else -(-count // 8) * 8) * width // 8


@pytest.mark.parametrize(
    ("name", "before", "value", "width"),
    [
        ("flag", [0], 1, 1),
        ("flag", [0, 1], 2, 2),
        ("flag", [0, 1], 100, 8),
        ("step", [-1], 0, 1),
        ("step", [-1, 0], 2, 2),
        ("step", [-1, 0], NEVER, 8),
        ("step", [-1, 100], 2**17, 24),
        ("step", [-1, 10**6], NEVER, 24),
        ("step", [-1, 10**6], 2**25, 32),
        ("cash", [0], 1, 24),
        ("cash", [0, 1], 10**6, 24),
        ("cash", [0, 10**6], 2**25, 32),
        ("cash", [0, 10**6], -(2**33), 64),
        ("cash", [-1, 10**6], -(2**63), 64),
    ],
)
@pytest.mark.parametrize("by_row", [True, False])
def test_a_column_grows_to_the_smallest_width_that_holds_all(name, before, value, width, by_row):
    table = table_with(name, np.resize(before, BLOCK))
    packed = packed_of(table)
    table[name][7] = value
    if by_row:
        write_one(packed_at_of(packed), 7, name, value)
    else:
        pack(packed.heads, packed.kinds, 0, table.addresses, packed.numbers([name]))
    assert width_of(packed, name) == width
    assert_same(packed.read(0), table)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_rows_of_less_than_a_byte_leave_their_neighbours_alone(width):
    rng = np.random.default_rng(width)
    table = table_with("flag", rng.integers(0, 1 << width, 2000))
    packed = packed_of(table)
    for row in rng.permutation(2000)[:500].tolist():
        table["flag"][row] = rng.integers(0, 1 << width)
        write_one(packed_at_of(packed), row, "flag", table["flag"][row])
        assert read_packed(packed.heads, row)[0] == table["flag"][row]
    assert width_of(packed, "flag") == width
    assert_same(packed.read(0), table)


@pytest.mark.parametrize(
    "value",
    [-32769, -129, 126, 127, 32767, 2**23 - 2, 2**23 - 1, 2**23, NEVER - 1, NEVER, -(2**31), 2**31 - 1],
)
@pytest.mark.parametrize("most", [5, 1000, 10**6])
def test_never_and_the_number_that_stands_for_it_are_told_apart(value, most):
    first, then = table_with("step", [NEVER, 0, most]), table_with("step", [NEVER, value, most])
    packed = packed_of(first)
    pack(packed.heads, packed.kinds, 0, then.addresses, packed.numbers(["step"]))
    assert packed.read(0)["step"].tolist() == [NEVER, value, most]
    written = packed_of(first)
    write_one(packed_at_of(written), 1, "step", value)
    assert written.read(0)["step"].tolist() == [NEVER, value, most]


def test_only_the_fields_asked_for_are_packed_and_unpacked():
    table = table_with("cash", np.arange(10))
    table["step"] = 3
    packed, scratch = packed_of(table), Table(LAYOUT, BLOCK)
    scratch["cash"], scratch["step"], scratch["sales"] = -1, -1, -1
    count = unpack(packed.heads, packed.kinds, 0, scratch.addresses, packed.numbers(["cash", "sales"]))
    assert count == 10
    assert scratch["cash"][:10].tolist() == list(range(10)) and scratch["cash"][10] == -1
    assert scratch["sales"][:10].tolist() == [0] * 10 and scratch["step"][0] == -1
    scratch["cash"], scratch["sales"] = 9, 9
    pack(packed.heads, packed.kinds, 0, scratch.addresses, packed.numbers(["step", "sales"]))
    assert packed.read(0).row(4) == (0, 0, -1, 4, 0.0, 0.0, 0)


def test_blocks_stand_one_after_the_other_and_a_block_can_be_stored_again():
    table = table_with("cash", np.arange(5000) ** 3)
    packed = packed_of(table)
    assert_same(packed.unpacked(), table)
    assert packed.counts.tolist() == [2048, 2048, 904]
    assert_same(packed.rows_of(1, 3), table[2048:5000])
    assert len(packed.rows_of(1, 1)) == 0
    packed.store(1, table, 0, 3)
    assert packed.unpacked()["cash"].tolist() == [*table["cash"][:2048], 0, 1, 8, *table["cash"][4096:]]
    assert width_of(packed, "cash", 1) == 24
    packed.store(2, table, 5, 5)
    assert packed.counts.tolist() == [2048, 3, 0] and len(packed.read(2)) == 0


def test_bytes_are_those_of_the_columns():
    table = table_with("cash", np.arange(2041))
    table["share"] = np.arange(2041)
    packed = packed_of(table)
    assert packed.nbytes - packed.heads.nbytes == 2048 * (3 + 4)


def test_a_copy_is_its_own():
    table = table_with("cash", np.arange(100))
    packed = packed_of(table)
    copied = packed.copy()
    packed.free()
    assert_same(copied.unpacked(), table)
    assert_same(copy.deepcopy(copied).unpacked(), table)
    assert len(packed) == 0 and packed.nbytes == packed.heads.nbytes


def test_wrong_use_is_told():
    packed, table = PackedTable(LAYOUT, 1, KEPT), Table(LAYOUT, 3000)
    with pytest.raises(ValueError, match="fields \\['colour'\\]"):
        PackedTable(LAYOUT, 1, ["colour"])
    with pytest.raises(ValueError, match="cannot be packed"):
        PackedTable(LENDER_TYPE, 1, [])
    with pytest.raises(ValueError, match="no block"):
        packed.store(0, table, 0, 2049)
    with pytest.raises(ValueError, match="layout"):
        packed.store(0, Table(HOUSEHOLD_TYPE, 1), 0, 1)
    with pytest.raises(IndexError, match="block 1 of 1"):
        packed.read(1)
    with pytest.raises(IndexError, match="blocks 0 to 2 of 1"):
        packed.rows_of(0, 2)
    with pytest.raises(TypeError, match="stays in its process"):
        pickle.dumps(packed)


@njit
def write(rows, row, field, whole, real):
    """Write one value of one field."""
    one = rows[row]
    if field == 0:
        one.flag = whole
    elif field == 1:
        one.sector = whole
    elif field == 2:
        one.step = whole
    elif field == 3:
        one.cash = whole
    elif field == 4:
        one.share = real
    elif field == 5:
        one.rate = real
    else:
        one.sales = whole


@njit
def read(rows, row):
    """All fields of one row."""
    one = rows[row]
    return one.flag, one.sector, one.step, one.cash, one.share, one.rate, one.sales


@njit
def write_packed(heads, *what):
    """Write to a packed table."""
    write(packed_at(heads), *what)


@njit
def write_far(addresses, *what):
    """Write to a plain table."""
    write(far_at(addresses), *what)


@njit
def read_packed(heads, row):
    """One row of a packed table."""
    return read(packed_at(heads), row)


def packed_at_of(packed):
    """A function that writes to a packed table."""
    return lambda *what: write_packed(packed.heads, *what)


def write_one(write_to, row, name, value):
    """Write a value to one field, a whole number or a float."""
    is_whole = LAYOUT[name].kind == "i"
    write_to(row, LAYOUT.names.index(name), int(value) if is_whole else 0, 0.0 if is_whole else float(value))


@st.composite
def writes(draw, count):
    """Writes of single values: row, field and value."""
    listed = draw(st.lists(st.tuples(st.integers(0, count - 1), st.sampled_from(LAYOUT.names)), max_size=30))
    return [(row, name, draw(values_of(name, 1))[0]) for row, name in listed]


@examples(150)
@given(COUNTS.flatmap(lambda count: st.tuples(tables(count), writes(count))))
def test_single_writes_do_what_they_do_to_a_plain_table(given_both):
    table, listed = given_both
    rows = 5 if len(table) < 21 else BLOCK
    packed = packed_of(table, rows=rows)
    for row, name, value in listed:
        write_one(lambda *what: write_far(table.addresses, *what), row, name, value)
        write_one(packed_at_of(packed), row // rows * BLOCK + row % rows, name, value)
    assert_same(packed.unpacked(), table)
    table["sales"] = 0
    for row in range(len(table)):
        found = np.array(read_packed(packed.heads, row // rows * BLOCK + row % rows), dtype=object)
        assert repr(found.tolist()) == repr(list(table.row(row)))


def test_a_row_of_a_full_block_is_found():
    table = table_with("cash", np.arange(5000))
    packed = packed_of(table)
    for row in (0, 2047, 2048, 4095, 4096, 4999):
        assert read_packed(packed.heads, row)[3] == row


def random_enterprises(count):
    """Enterprises of all sorts, each with one application."""
    rng = np.random.default_rng(4)
    table = Table(ENTERPRISE_TYPE, count)
    for name in ("cash", "sales_normal", "buffer", "collateral", "input_arrears", "rent_arrears", "payables"):
        table[name] = rng.integers(0, 10 ** rng.integers(2, 9), count)
    for name in ("quality", "hazard", "deviation"):
        table[name] = rng.normal(size=count)
    for name in ("digital", "banked", "owner_works"):
        table[name] = rng.integers(0, 2, count)
    table["id"], table["application"], table["exists"] = 7 * np.arange(count), np.arange(count), 1
    table["first_loan"], table["loan_step"], table["payout_step"] = -1, NEVER, NEVER
    return table


def filled(layout, count, record):
    """Records that are all alike."""
    table = np.zeros(count, dtype=layout)
    for name, value in vars(record).items():
        table[name] = value
    return table


@njit
def run(enterprises, households, loans, lenders, products, programme, flow, lender_flows, conditions, terms):
    """Decide on all applications, pay out, and close every third enterprise."""
    for number in range(len(loans)):
        loan = loans[number]
        decide(loan, enterprises[loan.enterprise], lenders[0], products[loan.product], programme, conditions, terms)
    for number in range(len(loans)):
        row = loans[number].enterprise
        one = enterprises[row]
        if money_arrives(one, conditions):
            receive_money(one, loans, lender_flows, products, conditions, terms)
        if number % 3 == 0:
            close(one, households[row], loans, flow, lender_flows, products, 1, conditions, terms)


@njit
def run_packed(enterprises, households, *others):
    """The same for packed tables."""
    run(packed_enterprises_at(enterprises), packed_households_at(households), *others)


@njit
def run_far(enterprises, households, *others):
    """The same for plain tables."""
    run(far_enterprises_at(enterprises), far_households_at(households), *others)


def others_of(count, row_of):
    """Loans, lenders, products, the programme, flows, conditions and terms."""
    loans = filled(LOAN_TYPE, count, records.loan(asked=40_000_00))
    loans["enterprise"], loans["product"] = row_of, np.arange(count) % 2
    open_to_all = records.product(cap=10**9, cap_share=10.0, rate_ceiling=0.2, operating_cost=0.02)
    products = filled(PRODUCT_TYPE, 2, open_to_all)
    products["programme"][1], products["collateral_required"][0], products["ltv_share"] = 1, 1, 0.7
    lender = records.lender(funds=10**13, programme_quota=10**12, funding_now=0.02)
    terms = records.the_terms(
        pd_intercept=-2.2, pd_slope=0.6, noise_statements=0.8, noise_unknown=2.0, noise_transactions=0.5,
        lgd_unsecured=0.75, collateral_kept_share=0.7, least_granted_share=0.2, reapply_steps=8,
    )  # fmt: skip
    return (
        loans,
        filled(LENDER_TYPE, 1, lender),
        products,
        filled(PROGRAMME_TYPE, 1, records.programme(envelope=10**12))[0],
        np.zeros(1, dtype=FLOW_TYPE)[0],
        np.zeros(1, dtype=LENDER_FLOW_TYPE),
        filled(CONDITIONS_TYPE, 1, records.conditions(step=3, stress_factor=1.0))[0],
        filled(TERMS_TYPE, 1, terms)[0],
    )


def test_rules_do_the_same_to_packed_rows():
    enterprises, households = random_enterprises(300), Table(HOUSEHOLD_TYPE, 300)
    rows = np.arange(300) // 128 * BLOCK + np.arange(300) % 128
    people = packed_of(households, HOUSEHOLD_TYPE.names, HOUSEHOLD_TYPE, 128)
    packed = packed_of(enterprises, KEPT_OF_ENTERPRISES, ENTERPRISE_TYPE, 128)
    plain, other = others_of(300, np.arange(300)), others_of(300, rows)
    before = packed.heads["width"].copy()
    run_far(enterprises.addresses, households.addresses, *plain)
    run_packed(packed.heads, people.heads, *other)
    assert {"approved": (plain[0]["amount"] > 0).any(), "refused": (plain[0]["reason"] > 0).any()} == {
        "approved": True,
        "refused": True,
    }
    assert (packed.heads["width"] > before).any()
    other[0]["enterprise"] = np.arange(300)
    for one, another in zip(plain, other, strict=True):
        assert one.tobytes() == another.tobytes()
    assert_same(packed.unpacked(), enterprises, KEPT_OF_ENTERPRISES)
    assert_same(people.unpacked(), households, HOUSEHOLD_TYPE.names)


@njit(nogil=True)
def work(heads, kinds, first, last, scratch, cash, fields, steps):
    """Let the cash of some blocks grow step by step, in scratch columns and by single writes."""
    rows = packed_at(heads)
    for step in range(steps):
        for block in range(first, last):
            count = unpack(heads, kinds, block, scratch, fields)
            for place in range(count):
                cash[place] = 3 * cash[place] + place
            pack(heads, kinds, block, scratch, fields)
            rows[block * BLOCK + step].step += 40 * step
            rows[block * BLOCK + step].rate += 0.1


def test_threads_work_on_blocks_of_their_own():
    def worked(threads):
        table = table_with("cash", np.arange(20 * BLOCK) % 100)
        packed = packed_of(table)

        def part(number):
            scratch = Table(LAYOUT, BLOCK)
            first, last = 20 * number // threads, 20 * (number + 1) // threads
            fields = packed.numbers(["cash", "share"])
            work(packed.heads, packed.kinds, first, last, scratch.addresses, scratch["cash"], fields, 30)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))
        return packed

    one, two = worked(1), worked(2)
    assert_same(two.unpacked(), one.unpacked())
    assert width_of(one, "cash") == 64 and width_of(one, "step") == 16
    assert one.nbytes == two.nbytes


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from Linux")
@pytest.mark.parametrize("by_name", [True, False])
def test_memory_goes_back(by_name):
    table = Table(LAYOUT, BLOCK)
    for name in ("cash", "rate"):
        table[name] = np.random.default_rng(1).integers(-(2**62), 2**62, BLOCK)
    packed_of(table).free()
    gc.collect()
    before = resident()
    packed, between = PackedTable(LAYOUT, 6000, KEPT), PackedTable(LAYOUT, 6000, KEPT)
    for block in range(6000):
        packed.store(block, table, 0, BLOCK)
        between.store(block, table, 0, 16)
    size = packed.nbytes
    assert size > 190e6
    assert resident() - before > 0.9 * size
    assert resident() - before < 1.1 * (size + between.nbytes)
    if by_name:
        packed.free()
    else:
        del packed
        gc.collect()
    assert resident() - before < 1.1 * between.nbytes + 0.15 * size


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from Linux")
@pytest.mark.parametrize("by_row", [True, False])
def test_growth_keeps_no_memory(by_row):
    sizes = [table_with("cash", np.arange(BLOCK) % 100 * factor) for factor in (1, 100, 10**6, 10**12)]
    packed = packed_of(sizes[0])
    fields, before = packed.numbers(["cash"]), 0
    for turn in range(4000):
        packed.store(0, sizes[0], 0, BLOCK)
        for table in sizes[1:]:
            if by_row:
                write_one(packed_at_of(packed), 7, "cash", table["cash"][99])
            else:
                pack(packed.heads, packed.kinds, 0, table.addresses, fields)
        assert width_of(packed, "cash") == 64
        before = before or (turn == 100 and resident())
    assert resident() - before < 5e6
