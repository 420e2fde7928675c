"""How much memory there is, and what a table from somewhere else would take: refused before it is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

TEXT_BYTES = 80
"""Of a cell of text that is short; longer ones are counted by themselves."""


def memory_limit() -> int:
    """Bytes this process may use: the machine's, or those of its container if fewer."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path("/sys/fs/cgroup", name).read_text()))
        except (OSError, ValueError):
            continue
    return min(limits)


def bytes_for_table() -> int:
    """Bytes that one table may take: half of what there is; a terabyte where that cannot be told."""
    try:
        return memory_limit() // 2
    except (OSError, ValueError, AttributeError):
        return 10**12


def unpacked_size(file: Any) -> int:
    """Bytes that a Parquet file takes in memory, as its footer says: its pages, and a cell a row and column."""
    footer = file.metadata
    columns = footer.num_columns
    pages = sum(
        footer.row_group(group).column(column).total_uncompressed_size
        for group in range(footer.num_row_groups)
        for column in range(columns)
    )
    return int(pages + footer.num_rows * sum(cell_bytes(field.type) for field in file.schema_arrow))


def cell_bytes(kind: Any) -> int:
    """Bytes of a cell of an Arrow type."""
    import pyarrow as pa

    if pa.types.is_primitive(kind):
        return max(1, int(kind.bit_width) // 8)
    return 4 if pa.types.is_dictionary(kind) else TEXT_BYTES


def text_bytes(column: Any) -> int:
    """Bytes that the texts of a column take once each row has its own; dictionaries are not spread out to know it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary).cast(pa.int64())
            total += pc.sum(lengths.take(chunk.indices.drop_null())).as_py() or 0
        elif pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type):
            total += chunk.nbytes
    return int(total)
