"""Follow the guides of sim/guides and rewrite what their commands print, and the generated parts of the reference.

Run ``python -m tests.update_guides`` for all, or name some: ``python -m tests.update_guides reference.md``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.docs.guides.document import GUIDES, followed, guides, place_for
from tests.docs.guides.reference import REFERENCE, updated


def rewrite(path: Path, text: str, began: float) -> None:
    """Write a guide where it differs, and say so."""
    changed = text != path.read_text(encoding="utf-8")
    if changed:
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.name}: {'rewritten' if changed else 'up to date'} ({time.perf_counter() - began:.0f} s)")


def main(names: list[str]) -> None:
    """Rewrite the guides named, or all."""
    names = names or [*guides(), REFERENCE.name]
    for name in [name for name in names if name != REFERENCE.name]:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            text = (GUIDES / name).read_text(encoding="utf-8")
            rewrite(GUIDES / name, followed(text, place_for(name, Path(folder), dict(os.environ))), began)
    if REFERENCE.name in names:
        rewrite(REFERENCE, updated(REFERENCE.read_text(encoding="utf-8")), time.perf_counter())


if __name__ == "__main__":
    main(sys.argv[1:])
