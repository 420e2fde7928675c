"""The files that a module is made of: direct and indirect imports, lazy packages, imports inside functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.arithmetic.import_closure import digest_of, import_closure, modules_of

FILES = {
    "__init__.py": "if TYPE_CHECKING:\n    from sim.deep.inner import told as said\n",
    "first.py": "import os\nfrom sim.deep.inner import told\n",
    "inside.py": "def late():\n    if True:\n        from sim import alone\n",
    "alone.py": "",
    "one_name.py": "from sim.lazy import one\n",
    "whole.py": "from sim import lazy\n",
    "imported.py": "import sim.lazy as given\n",
    "public.py": "from sim import said\n",
    "near.py": "from .deep import inner\nfrom . import alone\n",
    "plain.py": "from sim.deep import something\n",
    "deep/__init__.py": "from sim import alone\n",
    "deep/inner.py": "from ..first import told\n",
    "lazy/__init__.py": "import lazy_loader\n",
    "lazy/__init__.pyi": "from .one import one as one\nfrom .two import two, three\n",
    "lazy/one.py": "",
    "lazy/two.py": "import sim.alone\n",
}
LAZY = {"sim.lazy", "sim.lazy.one", "sim.lazy.two", "sim.alone"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package."""
    for name, text in FILES.items():
        path = tmp_path / "sim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "sim"


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("first", {"sim.deep.inner"}),
        ("inside", {"sim.alone"}),
        ("one_name", {"sim.lazy", "sim.lazy.one"}),
        ("whole", LAZY),
        ("imported", LAZY),
        ("public", {"sim.deep.inner", "sim.first"}),
        ("near", {"sim.deep", "sim.deep.inner", "sim.first", "sim.alone"}),
        ("plain", {"sim.deep", "sim.alone"}),
        ("alone", set()),
    ],
)
def test_a_module_is_made_of_what_it_imports(first, others, package):
    found = import_closure([f"sim.{first}"], package)
    assert set(found) == {f"sim.{first}", *others}
    assert found[f"sim.{first}"] == package / f"{first}.py"


def test_modules_of_a_folder_are_all_of_them(package):
    assert set(modules_of("lazy", package)) == {"sim.lazy", "sim.lazy.one", "sim.lazy.two"}


def test_the_hash_is_of_names_and_bytes(package):
    files = import_closure(["sim.first"], package)
    before = digest_of(files)
    assert digest_of(dict(reversed(files.items()))) == before
    assert digest_of({name.upper(): path for name, path in files.items()}) != before
    (package / "deep" / "inner.py").write_text("from ..first import told  \n")
    assert digest_of(files) != before
