"""Files of enterprises as text: CSV, Parquet and Stata, every cell as it is written, with its row number."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sim.scenario.memory_limits import bytes_for_table, text_bytes, unpacked_size
from sim.scenario.problems import Place, Problem, ScenarioError, shown
from sim.scenario.schema_firms import FirmTable

MOST_BYTES = 1_000_000_000
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".dta")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Attributes
    ----------
    header
        Names of the columns, trimmed.
    rows
        Cells of each row, as many as the header has; rows of another length are empty here.
    numbers
        Line of the file (CSV) or number of the observation, from 1, of each row.
    ragged
        Number of cells of rows that do not have as many as the header.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    numbers: list[int]
    ragged: dict[int, int]

    def column(self, name: str) -> list[str]:
        """Cells of a column; empty text for ragged rows."""
        place = self.header.index(name)
        return [row[place] if row else "" for row in self.rows]


def refuse(path: Path, text: str, key: str = "", line: int = 0, column: int = 1) -> NoReturn:
    """Refuse a file in the manner of all bad input."""
    raise ScenarioError([Problem(Place(path.name, line, column), text, key)])


def read_bytes(path: Path) -> bytes:
    """Content of the file, or one line on why it cannot be read."""
    if path.suffix.lower() not in ENDINGS:
        refuse(path, f"a firm table ends in one of {', '.join(ENDINGS)}")
    if not path.exists():
        refuse(path, "no such file")
    if not path.is_file():
        refuse(path, "is not a file; give the table's own path")
    if path.stat().st_size > MOST_BYTES:
        refuse(path, "is larger than 1 GB; draw a sample and give weights")
    content = path.read_bytes()
    if not content.strip():
        refuse(path, "is empty")
    return content


def read_sheet(path: Path, content: bytes, asked: FirmTable) -> Sheet:
    """The file's cells as text."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        return from_frame(path, content, stata=False)
    if ending == ".dta":
        return from_frame(path, content, stata=True)
    return from_csv(path, text_of(path, content, asked.encoding), asked, ending)


def text_of(path: Path, content: bytes, encoding: str) -> str:
    """Decoded text; another encoding than the one declared is refused with the setting to write."""
    mark = next((name for start, name in MARKS if content.startswith(start)), "")
    if encoding == "auto" or (mark and encoding in ("utf-8", "utf-16")):
        encoding = mark or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeError:
        refuse(path, wrong_encoding(content, encoding))
    if "\x00" in text:
        unmarked = content[:200].count(0) > len(content[:200]) // 3
        binary = "is a binary file, not a table; save it as CSV, Parquet or Stata"
        refuse(path, wrong_encoding(content, encoding) if unmarked else binary)
    return text.removeprefix("\ufeff")


def wrong_encoding(content: bytes, encoding: str) -> str:
    """What the bytes look like instead."""
    if 0 in content[:200] and encoding != "utf-16":
        return "looks like UTF-16: set firms.encoding: utf-16"
    for name, other in (("UTF-8", "utf-8"), ("GBK", "gbk"), ("GB18030", "gb18030")):
        if other == encoding:
            continue
        try:
            text = content.decode(other)
        except UnicodeError:
            continue
        if other == "utf-8" or any("\u4e00" <= letter <= "\u9fff" for letter in text):
            return f"is not {encoding}; it looks like {name}: set firms.encoding: {other}"
    line = 1
    if encoding.startswith("utf-8"):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    return f"is not {encoding} (line {line}): save it as UTF-8, or set firms.encoding"


def from_csv(path: Path, text: str, asked: FirmTable, ending: str) -> Sheet:
    """Cells of a CSV text; empty lines are passed over."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = DELIMITERS.get(asked.delimiter) or ("\t" if ending == ".tsv" else max(",;\t", key=first.count))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    began = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((began, cells))
            began = reader.line_num + 1
    except csv.Error as error:
        refuse(path, f"cannot be read as CSV: {error}", line=began)
    header = tuple(trimmed(cell) for cell in lines[0][1]) if lines else ()
    check_header(path, header)
    rows = [cells if len(cells) == len(header) else [] for _, cells in lines[1:]]
    ragged = {place: len(cells) for place, (_, cells) in enumerate(lines[1:]) if len(cells) != len(header)}
    return Sheet(header, rows, [number for number, _ in lines[1:]], ragged)


def trimmed(name: str) -> str:
    """A column's name without the marks and spaces that nobody sees."""
    return name.replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ").strip()


def check_header(path: Path, header: tuple[str, ...]) -> None:
    """Refuse a table without columns or with two of one name."""
    named = [name for name in header if name]
    if not named:
        refuse(path, "has no header: the first line names the columns", line=1)
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        refuse(path, f"two columns are called {shown(twice)}; rename one", line=1, column=header.index(twice) + 1)


def from_frame(path: Path, content: bytes, *, stata: bool) -> Sheet:
    """Cells of a Parquet or Stata file as text; value labels stand for their values, missing values are blank."""
    import pandas as pd

    if not stata:
        check_unpacked(path, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = io.BytesIO(content)
            frame = pd.read_stata(data) if stata else pd.read_parquet(data)
    except Exception as error:  # the readers raise what they like; the file is at fault
        told = (str(error).splitlines() or [type(error).__name__])[0][:200]
        text = f"cannot be read as {'Stata' if stata else 'Parquet'}: {told}"
        refuse(path, text)
    header = tuple(trimmed(str(name)) for name in frame.columns)
    check_header(path, header)
    columns = [as_text(frame.iloc[:, place]) for place in range(len(header))]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    return Sheet(header, rows, list(range(1, len(rows) + 1)), {})


def check_unpacked(path: Path, content: bytes) -> None:
    """Refuse a Parquet file that takes more memory than there is, before its rows are read or its texts spread out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.BufferReader(content)) as footer:
            rows, needed = int(footer.metadata.num_rows), unpacked_size(footer)
            words = [field.name for field in footer.schema_arrow if not pa.types.is_primitive(field.type)]
        refuse_unpacked(path, rows, needed)
        if words:
            table = pq.read_table(pa.BufferReader(content), columns=words, read_dictionary=words, use_threads=False)
            refuse_unpacked(path, rows, needed + sum(map(text_bytes, table.columns)))
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        refuse(path, f"cannot be read as Parquet: {(str(error).splitlines() or [''])[0][:200]}")


def refuse_unpacked(path: Path, rows: int, needed: int) -> None:
    """Refuse a table that does not fit into memory."""
    room = bytes_for_table()
    if needed > room:
        found = f"takes about {needed / 1e6:,.1f} MB unpacked ({rows:,} rows)"
        refuse(path, f"{found}; at most {room / 1e6:,.1f} MB, half of this machine's memory; draw a sample")


def as_text(column: object) -> list[str]:
    """Cells of a typed column as text; whole numbers without a point."""
    import pandas as pd

    found = []
    for value in column:  # type: ignore[attr-defined]
        if value is None or (not isinstance(value, (list, dict)) and pd.isna(value) is True):
            found.append("")
        elif isinstance(value, float) and value.is_integer():
            found.append(str(int(value)))
        else:
            found.append(str(value))
    return found
