"""T16: with a standard output that is full a finished run was thrown away, and small verbs ended in tracebacks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import sim
from tests.faults.test_T09_overwrite_listed_only import ATTRIBUTE, COMPARE, SWEEP
from tests.support.small import command, environment_of

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def into_a_full_output(words: tuple[str, ...], folder: Path) -> tuple[int, str]:
    """Exit code and standard error of a command whose standard output takes nothing."""
    with FULL.open("w") as full:
        done = subprocess.run(
            command(*words), cwd=folder, env=environment_of({}), stdout=full, stderr=subprocess.PIPE, text=True,
            timeout=300, check=False,
        )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("words", "file"),
    [
        pytest.param(COMPARE, "manifest.json", id="compare"),
        pytest.param((*COMPARE, "--json"), "manifest.json", id="json"),
        pytest.param(("run", "normal-year", *COMPARE[2:]), "manifest.json", id="run"),
        pytest.param(SWEEP, "sweep.csv", id="sweep"),
        pytest.param(ATTRIBUTE, "attribution.json", id="attribute"),
    ],
)
def test_what_was_run_is_saved_before_it_is_printed(words, file, tmp_path):
    code, said = into_a_full_output((*words, "--out", "out"), tmp_path)
    assert code == 1 and said.splitlines() == ["standard output: No space left on device"], said
    assert (tmp_path / "out" / file).is_file()
    if words[0] in ("compare", "run"):
        sim.open(tmp_path / "out")


SMALL_VERBS = (
    ("check", "china-2020"),
    ("show", "china-2020"),
    ("params",),
    ("schema",),
    ("--help",),
    ("--version",),
    ("new", "x"),
)


@pytest.mark.parametrize("words", SMALL_VERBS, ids=lambda words: words[0])
def test_every_verb_says_it_in_one_line(words, tmp_path):
    code, said = into_a_full_output(words, tmp_path)
    assert code == 1 and said.splitlines() == ["standard output: No space left on device"], said
    assert os.listdir(tmp_path) in ([], ["x"])
