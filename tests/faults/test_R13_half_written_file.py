"""R13: a half-written file was counted as finished."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

import sim
from tests.support.small import QUICK, command, comparison, finished, hash_of, start

KILLED = """
import os, sys
from pathlib import Path
import sim
from sim.results import folder
base, moments = Path(sys.argv[1]), sys.argv[2:]
results = sim.open(base / "whole")

def die(*_, **__):
    os.kill(os.getpid(), 9)

def tables_half_written(place):
    real = folder.write_tables
    def write(results, draft, summary):
        real(results, draft, summary)
        data = (draft / "loans.parquet").read_bytes()
        (draft / "loans.parquet").write_bytes(data[: len(data) // 2])
        die()
    folder.write_tables = write

def before_the_manifest(place):
    folder.manifest_of = die

def before_the_name(place):
    folder.put_in_place = die

def between_the_names(place):
    real = Path.rename
    Path.rename = lambda path, target: die() if path.name.endswith(".part") else real(path, target)

for moment in moments:
    child = os.fork()
    if not child:
        globals()[moment](None)
        sim.save(results, base / moment)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 9
"""
MOMENTS = ("tables_half_written", "before_the_manifest", "before_the_name", "between_the_names")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders whose writers were killed at one moment each; half of the writers had an older folder to replace."""
    base = tmp_path_factory.mktemp("killed")
    sim.save(comparison().results, base / "whole")
    sim.save(comparison().results, base / "between_the_names")
    result = finished([command()[0], "-c", KILLED, str(base), *MOMENTS], base)
    assert result.returncode == 0, result.stderr
    return base


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_writer_leaves_nothing_under_the_name_and_does_not_disturb_the_next(moment, killed):
    assert not (killed / moment).exists()
    assert list(killed.glob(f".{moment}.*.part"))
    with pytest.raises(sim.ScenarioError, match=r"manifest\.json is missing"):
        sim.open(killed / moment)
    sim.save(comparison().results, killed / moment)
    assert hash_of(sim.open(killed / moment)) == hash_of(comparison().results)
    assert not list(killed.glob(f".{moment}.*"))
    for path in (killed / "whole").rglob("*"):
        if path.is_file():
            assert (killed / moment / path.relative_to(killed / "whole")).read_bytes() == path.read_bytes()


def test_a_killed_command_is_simply_given_again(tmp_path):
    words = command("compare", "china-2020", *QUICK, "--out", "out")
    process = start(words, tmp_path)
    end = time.monotonic() + 120
    while not list(tmp_path.glob(".out.*.part/*")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if (tmp_path / "out").exists():  # it was quicker: then it is whole
        assert hash_of(sim.open(tmp_path / "out")) == hash_of(comparison().results)
    assert finished(words, tmp_path).returncode == 0
    assert hash_of(sim.open(tmp_path / "out")) == hash_of(comparison().results)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
