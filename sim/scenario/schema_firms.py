"""The schema of a firm table of one's own: which column is what, in which unit, and what to do with bad rows."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.scenario.schema_economy import KindName
from sim.scenario.settings import Name, Settings, setting

MoneyUnit = Literal["yuan", "thousand", "ten_thousand", "million", "hundred_million", "billion"]
Column = str | None


def column(description: str, unit: str) -> Column:
    """A setting that names a column of the file."""
    text = f"column with {description}; none = the column called as this setting, where there is one"
    found: Column = setting(None, text, unit=unit, role="structure", max_length=200)
    return found


class FirmColumns(Settings):
    """Columns of the table; at least one of staff, yearly_sales and wage_bill; what is not given is drawn."""

    id: Column = column("the enterprise's own id; blank or repeated ids are bad rows", "column")
    kind: Column = column("the kind, or a code of firms.kind_codes", "column")
    sector: Column = column("the sector, or a code of firms.sector_codes", "column")
    region: Column = column("the region, or a code of firms.region_codes", "column")
    staff: Column = column("people working, a whole number from 1", "column")
    yearly_sales: Column = column("sales of a year, more than 0", "column")
    cash: Column = column("cash in hand", "column")
    fixed_cost: Column = column("rent and other fixed cost of firms.flow_period", "column")
    wage_bill: Column = column("wage bill of firms.flow_period; gives sales too where they are not given", "column")
    weight: Column = column("real enterprises the row stands for, more than 0", "column")


class FirmTable(Settings):
    """How a table of enterprises is read (``--firms FILE``); without a file nothing here matters."""

    file: str = setting("", "name of the file that was read; set by --firms", unit="name", role="structure")
    sha256: str = setting("", "hash of the file's content; set by --firms", unit="hash", role="structure")
    columns: FirmColumns = setting(FirmColumns(), "which column is what", unit="group", role="structure")
    keep: tuple[str, ...] = setting(
        (), "further columns kept as they are beside the results", unit="columns", role="structure", max_length=20
    )
    encoding: Literal["auto", "utf-8", "utf-16", "gb18030", "gbk", "big5", "windows-1252"] = setting(
        "auto", "encoding of a CSV file; auto reads UTF-8 and marked UTF-16", unit="name", role="structure"
    )
    delimiter: Literal["auto", "comma", "semicolon", "tab"] = setting(
        "auto",
        "what parts the cells of a CSV file; auto = the most frequent in the header",
        unit="name",
        role="structure",
    )
    money_unit: MoneyUnit = setting(
        "yuan", "unit of all money in the table (yuan = whole units of the currency)", unit="name", role="structure"
    )
    flow_period: Literal["year", "month", "week"] = setting(
        "year", "time that fixed_cost and wage_bill are for", unit="name", role="structure"
    )
    wage_bill_divisor: float = setting(
        1.0,
        "what the wage_bill column is divided by (2.5 for a PPP loan)",
        unit="ratio",
        role="structure",
        gt=0.0,
        le=1e6,
    )
    sector_codes: dict[Name, tuple[str, ...]] = setting(
        {}, "codes of the table for each sector; the sector's own name always holds", unit="codes", role="structure"
    )
    sector_match: Literal["exact", "prefix"] = setting(
        "exact", "whole codes, or their beginnings (the longest that fits)", unit="name", role="structure"
    )
    kind_codes: dict[KindName, tuple[str, ...]] = setting(
        {}, "texts of the table for each kind; the kind's own name always holds", unit="texts", role="structure"
    )
    region_codes: dict[Name, tuple[str, ...]] = setting(
        {}, "texts of the table for each region; the region's own name always holds", unit="texts", role="structure"
    )
    sector_default: Name | None = setting(
        None, "sector of rows without a column or with another code", unit="name", role="structure"
    )
    kind_default: KindName | None = setting(
        None, "kind of rows without a column or with another text", unit="name", role="structure"
    )
    region_default: Name | None = setting(
        None, "region of rows without a column or with another text", unit="name", role="structure"
    )
    bad_rows: Literal["refuse", "drop"] = setting(
        "refuse", "rows that cannot be used: refuse the file, or drop them and say so", unit="name", role="structure"
    )
    blank_cells: Literal["refuse", "draw"] = setting(
        "refuse", "blank cells other than ids: a bad row, or drawn by the scenario", unit="name", role="structure"
    )

    @model_validator(mode="after")
    def _set_together(self) -> FirmTable:
        if self.file and not self.sha256:
            raise ValueError(
                f"file: {self.file[:80]} is not read by naming it here; leave the line out and give the table with "
                f"--firms {self.file[:80]}, or sim.with_firms(scenario, path)"
            )
        if self.sha256 and not self.file:
            raise ValueError("sha256: is set by --firms together with firms.file; leave the line out")
        return self
