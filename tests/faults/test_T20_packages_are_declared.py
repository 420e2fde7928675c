"""T20: packages were imported but not declared, without upper bounds, and there was no lock with hashes."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.small import ROOT
from tests.trust import advisories
from tests.update_licences import LOCKS, PIN, TARGET, pins

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OURS = {"sim", "experiments", "tests", "tideover"}
NAMES = {"ruamel": "ruamel.yaml", "salib": "SALib"}
"""What a package is called where it is not called as it is imported."""
LEVELS = {"jinja2", "llvmlite", "matplotlib", "mesa", "numba", "numpy", "pandas", "pydantic", "ruamel-yaml", "scipy"}
LEVELS |= {"typer", "salib", "optuna", "statsmodels", "solara", "starlette", "uvicorn"}
"""Packages whose interfaces change with their versions; each has an upper bound."""


def imported(folder: str) -> dict[str, str]:
    """Packages that the modules of a folder import, each with the first module that does."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for name in {one.split(".")[0] for one in names} - set(sys.stdlib_module_names) - OURS:
                found.setdefault(canonicalize_name(NAMES.get(name.lower(), name)), path.relative_to(ROOT).as_posix())
    return found


def declared(*extras: str) -> dict[str, Requirement]:
    """What the project asks for, with some extras."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return {canonicalize_name(one.name): one for one in map(Requirement, texts)}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("sim", ("analysis", "cluster", "web")),
        ("experiments", ("analysis", "cluster", "web", "peers")),
        ("tests", ("analysis", "cluster", "web", "dev")),
    ],
)
def test_every_imported_package_is_declared(folder, extras):
    missing = {name: where for name, where in imported(folder).items() if name not in declared(*extras)}
    assert missing == {}, f"declare in pyproject.toml: {missing}"


def test_levels_have_an_upper_bound():
    unbounded = [
        name
        for name, one in declared("analysis", "web").items()
        if name in LEVELS and not any(part.operator in ("<", "<=", "==") for part in one.specifier)
    ]
    assert unbounded == []


@pytest.mark.parametrize("version", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_place(version):
    text = LOCKS[version].read_text(encoding="utf-8")
    found = pins(LOCKS[version])
    blocks = re.split(r"\n(?=[A-Za-z])", text.strip())
    assert len(blocks) == len(found) > 50
    for block in blocks:
        first, *rest = block.splitlines()
        assert PIN.match(first), first
        assert rest and all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in rest), block
    assert not re.search(r"https?:|file:|index-url|find-links|trusted-host|/", text)


@pytest.mark.parametrize("version", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(version):
    held = {canonicalize_name(name): number for name, number in pins(LOCKS[version]).items()}
    for name, one in declared("analysis", "cluster", "web").items():
        assert name in held, f"{name} is not in the lock: make it anew"
        assert one.specifier.contains(held[name], prereleases=True), f"{name}: {held[name]} is not {one.specifier}"


def test_the_licences_are_of_the_packages_in_the_locks():
    text = TARGET.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^ |]+) \| ([^|]+ \| [^|]+) \|", text, re.MULTILINE))
    rows.pop("package")
    found = {version: pins(path) for version, path in LOCKS.items()}
    names = set().union(*found.values())
    assert rows == {name: " | ".join(found[version].get(name, "–") for version in LOCKS) for name in names}
    assert "not installed where" not in text


def test_no_advisories_known_is_said_in_one_line_and_is_no_success(monkeypatch, capsys):
    monkeypatch.setattr(advisories.shutil, "which", lambda _: None)
    assert advisories.main() == advisories.NOTHING_KNOWN
    assert capsys.readouterr().out == "nothing is known: pip-audit is not here: pip install pip-audit\n"


def test_an_answer_that_knows_of_no_old_fault_is_no_answer(monkeypatch, capsys):
    monkeypatch.setattr(advisories, "audited", lambda path, hashes=True: [{"name": "jinja2", "vulns": []}])
    assert advisories.main() == advisories.NOTHING_KNOWN
    assert "knows no advisory of jinja2==2.4.1, which has some: the network is closed" in capsys.readouterr().out


def test_what_is_found_is_named_and_is_no_success(monkeypatch, capsys):
    struck = [{"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "ONE"}, {"id": "TWO"}]}]
    monkeypatch.setattr(advisories, "audited", lambda path, hashes=True: struck)
    assert advisories.main() == advisories.FOUND
    assert "Python 3.11: jinja2 2.4.1: ONE, TWO" in capsys.readouterr().out


def test_the_top_of_the_checkout_holds_what_it_may():
    files = {path.name for path in Path(ROOT).iterdir() if path.suffix in (".txt", ".lock")}
    assert files == set()
