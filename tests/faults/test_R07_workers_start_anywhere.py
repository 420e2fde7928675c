"""R07: a parallel run died of what cannot be pickled, or of a missing main guard under spawn.

Runs of a comparison go on threads, so nothing is pickled and nobody needs a main guard; (a) the command line, (b) a
script without a guard, (c) a script on standard input all work, whatever the start method of processes.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.small import command, environment_of, finished

SCRIPT = """
import multiprocessing
multiprocessing.set_start_method("spawn")
import sim
scenario = sim.load("china-2020", ["population.enterprises=30", "calendar.weeks=10"])
print("begin")
print(len(sim.compare(scenario, seeds=4, jobs=2, progress=False).results.runs))
"""


def test_the_command_line_runs_two_at_a_time(tmp_path):
    small = ["--set", "population.enterprises=30", "--set", "calendar.weeks=10", "--no-figures", "--json", "-q"]
    result = finished(command("compare", "china-2020", "--seeds", 4, "--jobs", 2, *small), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)


@pytest.mark.parametrize("way", ["script without a guard", "standard input"])
def test_scripts_begin_once_and_end(way, tmp_path):
    (tmp_path / "study.py").write_text(SCRIPT)
    words = [sys.executable, "-W", "error", "study.py" if way.startswith("script") else "-"]
    result = subprocess.run(
        words,
        input=SCRIPT,
        cwd=tmp_path,
        env=environment_of({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split() == ["begin", "8"]
