"""The cache of compiled rules: keyed by the sources, kept out of harm's way, and used by the next process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.arithmetic.import_closure import import_closure, modules_of
from sim.engine import compile_cache as cache
from sim.version import PACKAGE
from tests.support.small import ROOT, environment_of


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for caches."""
    monkeypatch.setenv("TIDEOVER_CACHE_DIR", str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that the cache module takes for its own."""
    package = tmp_path / "copy" / "sim"
    shutil.copytree(ROOT / "sim", package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "PACKAGE", package)
    return package


def test_the_digest_is_that_of_the_bytes_not_of_the_place(copied, monkeypatch):
    digest = cache.sources_digest()
    monkeypatch.undo()
    assert cache.sources_digest() == digest


@pytest.mark.parametrize("change", ["one byte of a rule", "a new module", "a module gone", "a module renamed"])
def test_any_change_of_the_sources_is_another_folder(change, copied, base):
    before = cache.cache_folder()
    rule = copied / "rules" / "sales.py"
    if change == "one byte of a rule":
        rule.write_bytes(rule.read_bytes().replace(b"cash += ", b"cash -= ", 1))
    elif change == "a new module":
        (copied / "engine" / "third_store.py").write_text("")
    elif change == "a module gone":
        rule.unlink()
    else:
        rule.rename(rule.with_name("sale.py"))
    after = cache.cache_folder()
    assert before != after
    assert before.parent == after.parent == base
    assert after.name == f"rules-{cache.sources_digest()}"


MADE_OF = ("rules/sales.py", "arithmetic/money.py", "state/fields.py", "engine/kernels.py", "engine/packed/views.py")
NOT_MADE_OF = ("figures/axes.py", "web/levers.py", "cli/run.py", "model/ledger.py", "scenario/schema.py", "__init__.py")


def with_a_comma(path: Path) -> None:
    """Change a comma of a file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",", ", ", 1), encoding="utf-8")


@pytest.mark.parametrize("name", MADE_OF)
def test_a_comma_where_compiled_code_is_made_of_it_is_another_folder(name, copied):
    before = cache.sources_digest()
    with_a_comma(copied / name)
    assert cache.sources_digest() != before


@pytest.mark.parametrize("name", NOT_MADE_OF)
def test_a_comma_anywhere_else_compiles_nothing(name, copied):
    before = cache.sources_digest()
    with_a_comma(copied / name)
    assert cache.sources_digest() == before


def test_a_rule_that_nobody_calls_compiles_nothing(copied):
    before = cache.sources_digest()
    (copied / "rules" / "gifts.py").write_text("")
    assert cache.sources_digest() == before


COMPILED = r"^\s*@(compiled|inlined|over_rows|intrinsic|overload|register_jitable|njit|rule|hot_rule|lower_builtin)\b"


def test_everything_that_is_compiled_is_part_of_the_key():
    found = set(import_closure(modules_of("engine")).values())
    marked = {
        path for path in PACKAGE.rglob("*.py") if re.search(COMPILED, path.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert len(marked) > 20
    assert marked <= found


def test_the_same_sources_have_the_same_folder(base):
    assert cache.cache_folder() == cache.cache_folder()
    assert [path.name for path in base.iterdir()] == [f"rules-{cache.sources_digest()}"]


def test_where_no_folder_can_be_made_a_temporary_one_is_used(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TIDEOVER_CACHE_DIR", str(tmp_path / "file" / "caches"))
    folder = cache.cache_folder()
    assert folder.is_dir()
    assert folder.name.startswith("tideover-")
    folder.rmdir()


WHERE = (
    "from sim.engine import compile_cache as cache; "
    "a, b = cache.cache_folder(), cache.cache_folder(); print(a, b.parent == a, a.is_dir())"
)


def test_the_temporary_folder_goes_away_with_its_process(tmp_path):
    """There was one more after each run on a machine whose home is not writable."""
    (tmp_path / "file").write_text("")
    given = {"TIDEOVER_CACHE_DIR": str(tmp_path / "file" / "caches"), "TMPDIR": str(tmp_path)}
    words = [sys.executable, "-c", WHERE]
    made = subprocess.run(words, env=environment_of(given), capture_output=True, text=True, check=True, cwd=ROOT)
    folder, again, there = made.stdout.split()
    assert (Path(folder).parent, again, there) == (tmp_path, "True", "True")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_where_there_is_no_home_a_temporary_folder_is_used(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("TIDEOVER_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert cache.cache_folder().is_dir()


def test_the_place_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("TIDEOVER_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_base() == tmp_path / "xdg" / "tideover"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.cache_base() == tmp_path / "home" / ".cache" / "tideover"


def old_caches(base: Path, seconds: float) -> list[Path]:
    """Six caches of older versions, used some seconds from now (before, if negative), and a folder of another kind."""
    base.mkdir()
    (base / "other").mkdir()
    folders = [base / f"rules-{number}" for number in range(6)]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / "kept.nbc").write_text("")
        when = time.time() + seconds + number
        os.utime(folder, (when, when))
    return folders


def test_old_caches_are_forgotten_and_only_those(base):
    folders = old_caches(base, seconds=-1_000)
    current = cache.cache_folder()
    assert [folder for folder in folders if folder.exists()] == folders[6 - (cache.KEPT - 1) :]
    assert current.is_dir()
    assert (base / "other").is_dir()


def test_the_current_cache_is_never_forgotten(base):
    old_caches(base, seconds=1_000_000)
    assert cache.cache_folder().is_dir()


RUN = "import sim; sim.run(sim.load('china-2020', ['population.enterprises=5', 'calendar.weeks=1']), 1, progress=False)"


def files_after(code: str, folder: Path, base: Path) -> dict[Path, int]:
    """Files of the caches, with when they were written, after a process that takes the package from a folder."""
    words = [sys.executable, "-W", "error", "-c", code]
    given = environment_of({"PYTHONPATH": str(folder)})
    subprocess.run(words, cwd=folder, env=given, check=True, timeout=300)
    return {path: path.stat().st_mtime_ns for path in base.rglob("*.nb[ci]")}


def test_the_second_process_compiles_nothing_nor_after_a_change_in_a_figure(base, copied):
    shutil.copytree(ROOT / "scenarios", copied.parent / "scenarios")
    first = files_after(RUN, copied.parent, base)
    assert {path.suffix for path in first} == {".nbc", ".nbi"}
    assert files_after(RUN, copied.parent, base) == first
    assert [path.name for path in base.iterdir()] == [f"rules-{cache.sources_digest()}"]
    with_a_comma(copied / "figures" / "axes.py")
    assert files_after(RUN, copied.parent, base) == first
    with_a_comma(copied / "rules" / "sales.py")
    assert files_after("import sim.engine.compiling", copied.parent, base) == first
    assert {path.name for path in base.iterdir()} == {folder_of(first), f"rules-{cache.sources_digest()}"}


def folder_of(files: dict[Path, int]) -> str:
    """Name of the one folder of compiled rules that some files lie in."""
    (name,) = {path.parents[1].name for path in files}
    return name
