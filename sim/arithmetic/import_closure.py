"""Which files of the package a module is made of: its own, and those of every module it imports, directly or not.

Packages hand out names lazily, from a stub (``__init__.pyi``); a name that is imported from such a package leads to the
module where the stub finds it, and the package itself to all of them.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sim.version import PACKAGE

ROOT = "sim"


def digest_of(files: Mapping[str, Path]) -> str:
    """Hash of the names and bytes of some modules [16 hexadecimal digits]."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def import_closure(first: Iterable[str], package: Path = PACKAGE) -> dict[str, Path]:
    """File of each module of the package that some modules are or can reach by imports, by its name."""
    found: dict[str, Path] = {}
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        path = file_of(name, package)
        if path is not None and name not in found:
            found[name] = path
            waiting += imports_of(path, name, package)
    return found


def modules_of(folder: str, package: Path = PACKAGE) -> list[str]:
    """Names of all modules in a folder of the package."""
    paths = (path.relative_to(package).with_suffix("") for path in (package / folder).rglob("*.py"))
    return [".".join((ROOT, *path.parts)).removesuffix(".__init__") for path in paths]


def file_of(name: str, package: Path) -> Path | None:
    """File of a module of the package; none of the whole package, nor of something else."""
    head, *rest = name.split(".")
    place = package.joinpath(*rest)
    if head != ROOT or not rest:
        return None
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def imports_of(path: Path, name: str, package: Path) -> Iterator[str]:
    """Names of modules that the file of a module may import."""
    inside = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in statements(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from whole(alias.name, package)
        elif isinstance(node, ast.ImportFrom):
            module = module_named(node, inside)
            yield module
            handed = handed_out(module, package)
            for alias in node.names:
                yield from whole(f"{module}.{alias.name}", package)
                yield handed.get(alias.name, module)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a piece of code; expressions, which are most of it, are not gone into."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield part
            yield from statements(part)


def module_named(node: ast.ImportFrom, inside: str) -> str:
    """The module from which something is imported, dots at its beginning resolved inside a package."""
    above = inside.split(".")[: len(inside.split(".")) + 1 - node.level] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def whole(name: str, package: Path) -> Iterator[str]:
    """A module, and if it is a package that hands out names, the modules of all of them."""
    yield name
    yield from handed_out(name, package).values()


def handed_out(name: str, package: Path) -> dict[str, str]:
    """Names that a package hands out lazily, each with its module; none for anything else."""
    head, *rest = name.split(".")
    folder = package.joinpath(*rest)
    lists = [folder / "__init__.pyi", *([] if rest else [folder / "__init__.py"])]
    stub = next((path for path in lists if path.is_file()), None) if head == ROOT else None
    if stub is None:
        return {}
    imports = (node for node in statements(ast.parse(stub.read_bytes())) if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name: module_named(node, name) for node in imports for alias in node.names}
