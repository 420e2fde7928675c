"""Records copied as bytes are the same records."""

import numpy as np
import pytest

from sim.state.fields import LOAN_TYPE, REQUEST_TYPE
from sim.state.record_bytes import as_bytes, joined


def some(kind: np.dtype, count: int) -> np.ndarray:
    records = np.zeros(count, dtype=kind)
    for place, name in enumerate(kind.names or ()):
        records[name] = np.arange(count) * (place + 1) % 100
    return records


@pytest.mark.parametrize("kind", [LOAN_TYPE, REQUEST_TYPE])
def test_joined_records_are_those_of_the_parts(kind: np.dtype) -> None:
    parts = [some(kind, 3), some(kind, 0), some(kind, 5)]
    assert joined(parts).tolist() == [row for part in parts for row in part.tolist()]
    assert joined(parts[1:2]).dtype == kind


def test_bytes_of_records_are_the_same_memory() -> None:
    loans, more = some(LOAN_TYPE, 4), np.zeros(10, dtype=LOAN_TYPE)
    as_bytes(more)[2:6] = as_bytes(loans)
    assert (more[2:6] == loans).all()
    assert not more[:2]["asked"].any() and not more[6:]["asked"].any()
