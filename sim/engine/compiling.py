"""How functions become machine code: the options of the compiler, and the folder where it keeps what it made."""

from __future__ import annotations

from typing import Any

from numba import cfunc, njit
from numba.core.compiler import CompilerBase, DefaultPassBuilder

from sim.engine.compile_cache import use_cache_folder

use_cache_folder()

compiled: Any = njit(cache=True, nogil=True, error_model="numpy")
"""A function for compiled code: kept on disk, free of the interpreter's lock, dividing as NumPy does."""

inlined: Any = njit(inline="always", error_model="numpy")
"""A part of a kernel that stands apart for the reader: it is put into its caller, and is not compiled by itself."""


class _Separate(CompilerBase):
    """Numba's compiler, told that the tables a function is given do not overlap in memory."""

    def define_pipelines(self) -> list[Any]:
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


over_rows: Any = njit(cache=True, nogil=True, error_model="numpy", pipeline_class=_Separate)
"""A loop over rows whose tables do not overlap, which lets it run on several rows at a time."""


def by_address(signature: Any) -> Any:
    """A decorator: compile a function of this signature apart, to be called by its ``address``."""
    return cfunc(signature, cache=True)
