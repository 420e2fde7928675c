"""Tries changed sources: in a copy of the tree, in a process of its own, with the cheapest tests first.

Libraries are loaded once; each change is tried in a fork that loads the package anew from the copy.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
COPIED = ("sim", "scenarios", "tests", "experiments", "pyproject.toml", "README.md")
LIBRARIES = ("mesa", "numba", "pandas", "pyarrow.parquet", "pydantic", "ruamel.yaml", "scipy.stats")
ECONOMIES = 80
RULES = ("tests/rules", "tests/arithmetic/test_money.py", "tests/model/test_ledger.py")
PATIENCE = 240.0
"""Seconds after which a change that does not end counts as found."""


@dataclass(frozen=True)
class Try:
    """A change to try: texts by path, and tests beside the usual ones."""

    name: str
    texts: dict[str, str]
    tests: tuple[str, ...] = ()


@dataclass
class Verdict:
    """Which test found a change; nothing when it survived."""

    name: str
    found_by: str = ""


@dataclass
class Lane:
    """A copy of the tree in which changes are tried one after the other."""

    folder: Path
    originals: dict[str, str] = field(default_factory=dict)

    def copy(self) -> None:
        """Copy the checkout."""
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, self.folder / name)

    def attempt(self, one: Try) -> Verdict:
        """Put the change in, try it, take it out."""
        before = {path: (self.folder / path).read_text(encoding="utf-8") for path in one.texts}
        try:
            for path, text in one.texts.items():
                (self.folder / path).write_text(text, encoding="utf-8")
            return Verdict(one.name, found_in_a_fork(self.folder, one.tests))
        finally:
            for path, text in before.items():
                (self.folder / path).write_text(text, encoding="utf-8")


def found_in_a_fork(folder: Path, tests: Sequence[str]) -> str:
    """What finds the change that the folder holds."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=look, args=(folder, tests, theirs))
    child.start()
    theirs.close()
    if not ours.poll(PATIENCE):
        child.kill()
        child.join()
        return f"no end within {PATIENCE:.0f} s"
    try:
        found = str(ours.recv())
    except EOFError:
        found = "the process died"
    child.join()
    return found


def look(folder: Path, tests: Sequence[str], answer: Connection) -> None:
    """In the fork: load the package from the folder and run the tests, cheapest first."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    sys.dont_write_bytecode = True
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] in ("sim", "tests")]:
        del sys.modules[name]
    try:
        found = by_the_reference() or by_tests(RULES) or (by_tests(tests) if tests else "")
    except BaseException as error:
        found = f"{type(error).__name__}: {error}"[:200]
    answer.send(found)
    answer.close()
    os._exit(0)


def by_the_reference() -> str:
    """The first difference from the second implementation, agent by agent: nothing is compiled."""
    survey: Any = importlib.import_module("tests.trust.reference.survey")
    assert survey.__file__.startswith(os.getcwd()), "the copy is not what is tested"
    found = survey.survey(ECONOMIES, 0, "mesa")
    return f"second implementation: {found.difference}" if found.difference else ""


def by_tests(tests: Sequence[str]) -> str:
    """The first test that fails, in a process of its own."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)( - |$)", ran.stdout, re.MULTILINE)
    return failed[1] if ran.returncode and failed else ""


def try_all(tries: Sequence[Try], folder: Path, lanes: int) -> list[Verdict]:
    """Try all changes, some at a time; verdicts in the order of the changes."""
    for name in LIBRARIES:
        importlib.import_module(name)
    os.environ["TIDEOVER_CACHE_DIR"] = str(folder / "cache")
    context = multiprocessing.get_context("fork")
    verdicts: Any = context.SimpleQueue()
    workers = [
        context.Process(target=work, args=(list(enumerate(tries))[number::lanes], folder / str(number), verdicts))
        for number in range(lanes)
    ]
    for worker in workers:
        worker.start()
    found: dict[int, Verdict] = {}
    while len(found) < len(tries):
        place, verdict = verdicts.get()
        found[place] = verdict
        print(f"{len(found):4}/{len(tries)} {verdict.name}: {verdict.found_by or 'SURVIVED'}", file=sys.stderr)
    for worker in workers:
        worker.join()
    return [found[place] for place in range(len(tries))]


def work(tries: list[tuple[int, Try]], folder: Path, verdicts: Any) -> None:
    """Try some changes in a copy of our own."""
    folder.mkdir()
    lane = Lane(folder)
    lane.copy()
    for place, one in tries:
        verdicts.put((place, lane.attempt(one)))
