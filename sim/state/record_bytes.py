"""NumPy records copied as bytes; ``np.take`` and ``np.compress`` do so as they are."""

from __future__ import annotations

import numpy as np


def as_bytes(records: np.ndarray) -> np.ndarray:
    """The same records in the same memory as mere bytes: NumPy copies others field by field, some 14 times as slowly.

    Parameters
    ----------
    records
        Records of any layout, one after the other [n].

    Returns
    -------
    numpy.ndarray
        A view [n]; ``.view(records.dtype)`` makes records of what is copied from it.
    """
    return records.view(np.dtype((np.void, records.dtype.itemsize)))


def joined(parts: list[np.ndarray]) -> np.ndarray:
    """Records of several parts of one layout, at least one, one part after the other."""
    return np.concatenate([as_bytes(part) for part in parts]).view(parts[0].dtype)
