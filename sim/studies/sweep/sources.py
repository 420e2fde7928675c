"""A hash of the sources that a job runs, so that outcomes of changed rules are never passed off as done."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sim.version import PACKAGE

FIRST = "sim.studies.sweep.jobs"


@cache
def rules_digest() -> str:
    """Hash of the module of the jobs and of every module of the package that it imports, directly or not."""
    digest = hashlib.sha256()
    for name, path in sorted(_reached(FIRST).items()):
        digest.update(f"{name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _reached(first: str) -> dict[str, Path]:
    """File of each module that can be reached by imports."""
    found: dict[str, Path] = {}
    waiting = [first]
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is not None and name not in found:
            found[name] = path
            waiting += _imports(path)
    return found


def _file(name: str) -> Path | None:
    """File of a module of this package, none if it is something else."""
    head, *rest = name.split(".")
    place = PACKAGE.joinpath(*rest)
    if head != "sim" or not rest:
        return None
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    """Names of modules that a file may import."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
