"""T11: a cut, emptied or changed file of the cache of compiled rules stopped every run, or ended the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import doctor
from sim.engine import cache_check, compile_cache
from tests.support.small import ROOT, environment_of

CODE = """
import sys
from sim.engine.compile_cache import use_cache_folder
use_cache_folder()
from numba import njit
sys.path.insert(0, {folder!r})
import rule
print(rule.twice(21), rule.twice.stats.cache_hits.total() if hasattr(rule.twice.stats.cache_hits, "total") else
      sum(rule.twice.stats.cache_hits.values()))
"""
RULE = """
from numba import njit

@njit(cache=True)
def twice(number):
    return 2 * number
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with one small rule beside its cache."""
    (tmp_path / "rule.py").write_text(RULE)
    return tmp_path


def run(place: Path) -> tuple[str, str, str]:
    """Use the rule in a process of its own: what it gives, whether it came from the cache, what is said."""
    given = {"TIDEOVER_CACHE_DIR": str(place / "caches")}
    words = [sys.executable, "-W", "error", "-c", CODE.format(folder=str(place))]
    made = subprocess.run(words, env=environment_of(given), capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert made.returncode == 0, made.stderr
    answer, hits = made.stdout.split()
    return answer, hits, made.stderr


def files(place: Path) -> list[Path]:
    """The index and the machine code of the rule."""
    found = sorted(path for path in (place / "caches").rglob("*") if path.suffix in cache_check.ENDINGS)
    assert [path.suffix for path in found] == [".nbc", ".nbi"]
    return found


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lose_the_hash(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -cache_check.SEAL])


def turn_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def add_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("else")


def put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_a_link(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    elsewhere = path.parents[3] / f"elsewhere{path.suffix}"
    elsewhere.write_bytes(content)
    path.symlink_to(elsewhere)


DAMAGES = {
    "cut": cut,
    "emptied": lambda path: path.write_bytes(b""),
    "without its hash": lose_the_hash,
    "a bit turned": turn_a_bit,
    "bytes added": add_bytes,
    "text": lambda path: path.write_text("not what was written"),
    "a folder in its place": put_a_folder,
    "a pipe in its place": put_a_pipe,
    "a link in its place": put_a_link,
}


@pytest.mark.parametrize("ending", cache_check.ENDINGS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_whole_is_compiled_anew_with_one_note(damage, ending, place):
    assert run(place) == ("42", "0", "")
    assert run(place) == ("42", "1", "")
    (path,) = [one for one in files(place) if one.suffix == ending]
    DAMAGES[damage](path)
    answer, hits, said = run(place)
    assert (answer, hits) == ("42", "0")
    (line,) = said.splitlines()
    assert line.startswith("note: cache of compiled rules: ")
    assert str(path.parent) in line and path.name in line
    assert line.endswith("is not what was written there; it was deleted and is compiled anew")
    assert run(place) == ("42", "1", "")


def test_both_damaged_are_one_note(place):
    run(place)
    for path in files(place):
        cut(path)
    assert len(run(place)[2].splitlines()) == 1
    assert run(place) == ("42", "1", "")


def test_a_missing_file_is_compiled_without_a_word(place):
    run(place)
    for path in files(place):
        path.unlink()
        assert run(place) == ("42", "0", "")


def test_a_file_where_a_folder_must_be_is_thrown_away(place):
    run(place)
    folder = files(place)[0].parent
    shutil.rmtree(folder)
    folder.write_text("not a folder")
    answer, _, said = run(place)
    assert answer == "42"
    assert len(said.splitlines()) == 1 and folder.name in said
    assert run(place) == ("42", "1", "")


def test_a_cache_that_cannot_be_kept_stops_no_run(place, monkeypatch, capsys):
    """Disk full, say: the run goes on with what it compiled."""
    from numba.core import caching

    monkeypatch.setattr(cache_check, "_told", [])

    class Full(caching.IndexDataCacheFile):
        def save(self, key, data):
            raise OSError(28, "No space left on device")

    checked = cache_check.checking(Full)
    checked(str(place), "rule", (0.0, 0)).save("key", "data")
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{place}: cannot be written (No space left on device); rules are compiled each time" in line


def test_a_numba_without_these_methods_gets_a_folder_of_its_own(monkeypatch, tmp_path):
    from numba.core import caching

    monkeypatch.setenv("TIDEOVER_CACHE_DIR", str(tmp_path / "caches"))
    monkeypatch.setattr(caching, "IndexDataCacheFile", object)
    assert cache_check.install() is False
    folder = compile_cache.checked_folder()
    assert folder.is_dir() and folder.name.startswith("tideover-")
    assert not (tmp_path / "caches").exists()
    shutil.rmtree(folder)


def test_the_hash_is_checked_once_for_each_file_and_nothing_else_is_hashed(place):
    """So that starting stays quick: 100 files of 100 kB in well under a second."""
    import time

    for number in range(100):
        (place / f"{number}.nbc").write_bytes(cache_check.sealed(os.urandom(100_000)))
    began = time.perf_counter()
    assert cache_check.damaged(place) == (100, [])
    assert time.perf_counter() - began < 1.0


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this version with one whole file and one that is not."""
    monkeypatch.setenv("TIDEOVER_CACHE_DIR", str(tmp_path / "caches"))
    folder = compile_cache.cache_folder()
    (folder / "rules").mkdir()
    (folder / "rules" / "whole.1.nbc").write_bytes(cache_check.sealed(b"whole"))
    (folder / "rules" / "cut.1.nbc").write_bytes(b"cut")
    return folder


def test_doctor_names_the_folder_and_the_cure(cached):
    found = doctor.cache_state()
    assert (found["folder"], found["files"], found["damaged"]) == (str(cached.parent), 2, ["cut.1.nbc"])
    text = doctor.cache_words(found)
    assert str(cached.parent) in text
    assert "1 of 2 files is not whole (cut.1.nbc)" in text
    assert "compiled anew in the next run" in text
    assert "delete the folder" in text
    (cached / "rules" / "cut.1.nbc").unlink()
    assert doctor.cache_words(doctor.cache_state()).endswith("writable, 1 file, all whole")
