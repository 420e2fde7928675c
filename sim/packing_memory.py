"""Memory of packed columns, from the C library: any thread may ask for it and give it back without Python."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit
from numba.core import types
from numba.extending import intrinsic

from sim.cache import use_cache_folder

use_cache_folder()
compiled = njit(cache=True, nogil=True, error_model="numpy")
free = types.ExternalFunction("free", types.void(types.intp))
_malloc = types.ExternalFunction("malloc", types.intp(types.intp))


@intrinsic
def _pointer(context, address):  # type: ignore[no-untyped-def]
    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.intp), build


pointer: Any = _pointer
"""An address as a pointer, for compiled code."""


@compiled
def allocated(size):  # type: ignore[no-untyped-def]
    """Address of new memory."""
    address = _malloc(size)
    if address == 0:
        raise MemoryError("no memory for a packed column")
    return address
