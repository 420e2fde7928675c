"""What enterprises ask for in a step: written down part by part, and put in the order of keyed draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.arithmetic.draws import draw_array
from sim.state.fields import REQUEST_TYPE
from sim.state.record_bytes import joined
from sim.state.table import Table


def requests_of(enterprises: Table, rows: np.ndarray, key: int) -> np.ndarray:
    """What the enterprises of some rows ask for, in the order of a keyed draw [a REQUEST record each]."""
    requests = np.zeros(len(rows), dtype=REQUEST_TYPE)
    requests["enterprise"], requests["tie"] = rows, draw_array(key, enterprises["id"][rows])
    for name, field in (("asked", "asked"), ("product", "asked_product"), ("lender", "asked_lender")):
        requests[name] = enterprises[field][rows]
    return in_order_of(requests, order_of_ties(requests["tie"]))


def order_of_ties(ties: np.ndarray) -> np.ndarray:
    """Places of some draws in their order; parts that are in it already take few comparisons."""
    return np.argsort(ties, kind="stable")


def in_order_of(requests: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Requests in another order."""
    ordered: np.ndarray = np.take(requests, order)  # requests[order] takes 17 times as long
    return ordered


class Requests:
    """The requests of a step in parts, of which threads write and order one each.

    ``parts`` hold them in the order of their enterprises [a REQUEST record each]; rows of the loan table are given, and
    lenders decide, in the order of the draws over all parts, so that parts change nothing.

    Parameters
    ----------
    parts
        Number of parts.
    """

    def __init__(self, parts: int) -> None:
        self.parts = [np.zeros(0, dtype=REQUEST_TYPE)] * parts
        self._orders = [np.zeros(0, dtype=np.int64)] * parts
        self._merged = np.zeros(0, dtype=np.int64)

    def put(self, part: int, requests: np.ndarray) -> None:
        """Keep the requests of a part."""
        self.parts[part], self._orders[part] = requests, order_of_ties(requests["tie"])

    def give_rows(self, add_rows: Callable[[int], np.ndarray]) -> None:
        """Give every request a row of the loan table, in the order of the draws."""
        pairs = list(zip(self.parts, self._orders, strict=True))
        self._merged = order_of_ties(np.concatenate([part["tie"][order] for part, order in pairs]))
        rows = np.empty(len(self._merged), dtype=np.int32)
        rows[self._merged] = add_rows(len(rows))
        ends = np.cumsum([len(part) for part in self.parts])
        for (part, order), given in zip(pairs, np.split(rows, ends[:-1]), strict=True):
            part["loan"][order] = given

    def order(self, part: int) -> None:
        """Put a part in the order of its draws."""
        self.parts[part] = in_order_of(self.parts[part], self._orders[part])

    def merged(self) -> np.ndarray:
        """All requests in the order of the draws, once every part is."""
        return in_order_of(joined(self.parts), self._merged)
