"""Bad firm tables by class: name and bytes of the file, further settings, a piece of the message."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

Bytes = bytes | Callable[[], bytes]
Row = tuple[str, Bytes, str, str]


def parquet(**columns: Any) -> bytes:
    """A Parquet file of some columns."""
    return pd.DataFrame(columns).to_parquet(index=False)


def stata(**columns: Any) -> bytes:
    """A Stata file of some columns."""
    file = io.BytesIO()
    pd.DataFrame(columns).to_stata(file, write_index=False)
    return file.getvalue()


def csv(text: str) -> bytes:
    """A CSV file as UTF-8."""
    return text.encode()


GOOD = "id,staff,sector\na,3,trade\n"

FILES: dict[str, list[Row]] = {
    "what is no table": [
        ("firms.csv", b"", "", "is empty"),
        ("firms.csv", b"  \n\n", "", "is empty"),
        ("firms.csv", b"staff,sector\n", "", "has a header and no rows"),
        ("firms.csv", b" ,\n", "", "has no header: the first line names the columns"),
        ("firms.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "", "firms.csv"),
        ("firms.csv", b"staff\n3\x00\n", "", "binary file"),
        ("firms.xlsx", b"PK\x03\x04", "", "a firm table ends in one of .csv"),
        ("firms", b"staff\n3\n", "", "a firm table ends in one of .csv"),
        ("firms.pkl", b"\x80\x04.", "", "a firm table ends in one of .csv"),
        ("firms.parquet", b"PAR1 no table PAR1", "", "cannot be read as Parquet"),
        ("firms.parquet", csv(GOOD), "", "cannot be read as Parquet"),
        ("firms.dta", csv(GOOD), "", "cannot be read as Stata"),
        ("firms.dta", b"\x72\x02\x01", "", "cannot be read as Stata"),
        ("firms.csv", b'staff,sector\n"3,trade\n', "", "cannot be read as CSV"),
        ("firms.parquet", partial(parquet), "", "firms.parquet"),
        ("firms.parquet", lambda: parquet(staff=[3])[:-20], "", "cannot be read as Parquet"),
    ],
    "encoding": [
        ("firms.csv", "员工,staff\n甲乙丙丁,3\n".encode("gbk"), "", "it looks like GBK: set firms.encoding: gbk"),
        ("firms.csv", "staff,sector\n3,trade\n".encode("utf-16-le"), "", "set firms.encoding: utf-16"),
        ("firms.csv", "staff,name\n3,caf\xe9\n".encode("latin-1"), "", "save it as UTF-8, or set firms.encoding"),
        ("firms.csv", "staff\n3\n".encode("utf-32"), "", "firms.csv"),
        ("firms.csv", csv("员工,staff\n甲,3\n"), "firms.encoding=utf-16", "firms.encoding"),
        ("firms.csv", csv(GOOD), "firms.encoding=latin", "is not one of auto | utf-8"),
    ],
    "columns": [
        ("firms.csv", b"staff,staff\n3,4\n", "", "two columns are called 'staff'; rename one"),
        ("firms.csv", b"id,city\na,b\n", "", "name a column with staff, yearly_sales or wage_bill; the file has: id"),
        ("firms.csv", csv(GOOD), "firms.columns.staff=people", "no column 'people'"),
        ("firms.csv", csv(GOOD), "firms.columns.staff=staf", "did you mean staff?"),
        ("firms.csv", csv(GOOD), "firms.keep=[city]", "no column 'city'"),
        ("firms.csv", b"staff;sector\n3;trade\n", "firms.delimiter=comma", "name a column with staff"),
        ("firms.csv", csv(GOOD), "firms.delimiter=pipe", "is not one of auto | comma"),
        ("firms.csv", b"a staff,b\n3,4\n", "", "name a column with staff"),
    ],
    "duplicate ids": [
        ("firms.csv", b"id,staff\na,3\na,4\n", "", ":3:1  id  'a' stands in row 2 too: give every row its own id"),
        ("firms.csv", b"id,staff\na,3\n a ,4\n", "", "stands in row 2 too"),
        ("firms.csv", csv("id,staff\n１,3\n1,4\n"), "", "stands in row 2 too"),
        ("firms.parquet", lambda: parquet(id=[7, 7], staff=[1, 2]), "", "stands in row 1 too"),
        ("firms.dta", lambda: stata(id=[7, 7], staff=[1, 2]), "", "stands in row 1 too"),
        ("firms.csv", b"nr,staff\na,3\na,4\n", "firms.columns.id=nr", "nr  'a' stands in row 2 too"),
    ],
    "missing ids": [
        ("firms.csv", b"id,staff\n,3\n", "", ":2:1  id  '' is blank: give every row an id"),
        ("firms.csv", b"id,staff\na,3\n  ,4\n", "", "is blank: give every row an id"),
        ("firms.csv", b"id,staff\nNA,3\n", "", "'NA' is blank: give every row an id"),
        ("firms.csv", b"id,staff\n-,3\n", "", "is blank: give every row an id"),
        ("firms.parquet", lambda: parquet(id=["a", None], staff=[1, 2]), "", ":2:1  id  '' is blank"),
    ],
    "employees without a firm": [
        ("firms.csv", b"id,staff\n,12\na,3\n", "", "is blank: give every row an id"),
        ("firms.csv", b"id,staff\na,0\n", "", "staff  '0' is 0"),
        ("firms.csv", b"id,staff\na,-2\n", "", "'-2' is negative; write the number of people working, at least 1"),
        ("firms.csv", b"id,staff\na,2.5\n", "", "is not a whole number of people"),
        ("firms.csv", b"id,staff\na,5%\n", "", "is a percentage; write the number of people working"),
        ("firms.csv", b"id,staff\na,\n", "", "is blank"),
        ("firms.csv", b"id,staff\na,20000000\n", "", "staff"),
        ("firms.csv", b"id,staff\na,three\n", "", "'three' is not a number"),
    ],
    "unlabelled categories": [
        ("firms.csv", b"staff,sector\n3,mining\n", "", "'mining' is an unknown sector; name it in firms.sector_codes"),
        ("firms.csv", b"staff,sector\n3,trad\n", "", "did you mean trade?"),
        ("firms.csv", b"staff,sector\n3,52\n", "", "'52' is an unknown sector"),
        ("firms.csv", b"staff,sector\n3,\n", "", "sector  '' is blank"),
        ("firms.csv", b"staff,kind\n3,giant\n", "", "'giant' is an unknown kind; name it in firms.kind_codes"),
        ("firms.csv", b"staff,region\n3,atlantis\n", "", "'atlantis' is an unknown region"),
        ("firms.dta", lambda: stata(staff=[3], sector=[9]), "", "'9' is an unknown sector"),
        ("firms.parquet", lambda: parquet(staff=[3], sector=["mining"]), "", "'mining' is an unknown sector"),
        (
            "firms.parquet",
            lambda: parquet(staff=[3], sector=pd.Categorical.from_codes([1], ["trade", "mining"])),
            "",
            "'mining' is an unknown sector",
        ),
    ],
    "numbers": [
        ("firms.csv", b"yearly_sales\nnan\n", "", "'nan' is not a number"),
        ("firms.csv", b"yearly_sales\ninf\n", "", "'inf' is not a number"),
        ("firms.csv", b"yearly_sales\n-5\n", "", "'-5' is negative; write an amount of 0 or more"),
        ("firms.csv", b"yearly_sales\n(3000)\n", "", "'(3000)' is negative"),
        ("firms.csv", b"yearly_sales\n(-3000)\n", "", "has two signs"),
        ("firms.csv", b"yearly_sales\n0\n", "", "is 0; write more than 0"),
        ("firms.csv", b"yearly_sales\n5%\n", "", "is a percentage; write an amount of money"),
        ("firms.csv", b'yearly_sales\n"1,5"\n', "", "has separators that do not part thousands"),
        ("firms.csv", b'yearly_sales\n"12,34,567"\n', "", "has separators that do not part thousands"),
        ("firms.csv", csv("yearly_sales\n120万\n"), "firms.money_unit=thousand", "names a unit, and firms.money_unit"),
        ("firms.csv", b"yearly_sales\n1e400\n", "", "yearly_sales"),
        ("firms.csv", b"yearly_sales\n1e16\n", "", "is larger than 1e+15; check the unit"),
        ("firms.csv", b"yearly_sales\n=1+1\n", "", "'=1+1' is not a number"),
        ("firms.csv", b"yearly_sales,weight\n5,0\n", "", "is 0; write more than 0"),
        ("firms.csv", b"yearly_sales,cash\n5,\n", "", "cash  '' is blank"),
        ("firms.csv", b"yearly_sales\n" + b"9" * 5000 + b"\n", "", "is not a number"),
        ("firms.parquet", lambda: parquet(yearly_sales=[float("inf")]), "", "'inf' is not a number"),
        ("firms.parquet", lambda: parquet(yearly_sales=[-1.0]), "", "is negative"),
        ("firms.parquet", lambda: parquet(yearly_sales=[True]), "", "'True' is not a number"),
        ("firms.parquet", lambda: parquet(yearly_sales=[[1, 2]]), "", "is not a number"),
        ("firms.parquet", lambda: parquet(yearly_sales=[b"\x80\x04."]), "", "is not a number"),
        ("firms.parquet", lambda: parquet(yearly_sales=[pd.Timestamp("2020-02-03")]), "", "is not a number"),
        ("firms.dta", lambda: stata(yearly_sales=[-1.0]), "", "is negative"),
    ],
    "rows of another length": [
        ("firms.csv", b"staff,sector\n3\n", "", "1 cells where the header has 2"),
        ("firms.csv", b"staff,sector\n3,trade,x\n", "", "3 cells where the header has 2"),
        ("firms.csv", b"staff,sector\n3,trade\n1,200,trade\n", "", ":3:1  3 cells where the header has 2"),
        ("firms.csv", b"staff\n3,000\n", "", "2 cells where the header has 1"),
        ("firms.csv", b'staff,sector\n3,"trade"x\n', "", "cannot be read as CSV"),
    ],
}
