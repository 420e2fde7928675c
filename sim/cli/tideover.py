"""``import tideover`` gives the package ``sim`` itself, and ``tideover.figures`` is ``sim.figures``.

Installed beside ``sim`` as ``tideover.py``. No module is loaded twice: classes, pickles and compiled functions are
those of ``sim``, whichever name a program uses.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NAME, REAL = "tideover", "sim"


class AliasLoader(Loader):
    """Hands out the module of ``sim`` that an alias stands for."""

    def __init__(self, real: str) -> None:
        self.module = importlib.import_module(real)
        self.spec = self.module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of ``sim``, which is loaded."""
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back; the import system has just set that of the alias."""
        module.__spec__ = self.spec


class AliasFinder(MetaPathFinder):
    """Finds ``tideover.anything`` as ``sim.anything``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an alias; None for other names, and where ``sim`` has no such module."""
        head, _, rest = fullname.partition(".")
        real = f"{REAL}.{rest}"
        if head != NAME or not rest or importlib.util.find_spec(real) is None:
            return None
        return ModuleSpec(fullname, AliasLoader(real))


def install() -> None:
    """Let ``tideover`` and every name under it mean ``sim``; once in a process."""
    sys.modules[NAME] = importlib.import_module(REAL)
    if not any(type(finder).__name__ == AliasFinder.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, AliasFinder())


if __name__ == NAME:
    install()
elif __name__ == "__main__":  # python -m tideover
    from sim.cli import main

    main()
