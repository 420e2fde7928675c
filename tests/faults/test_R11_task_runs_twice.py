"""R11: a cluster runs a task more than once, and its side effects are doubled."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.sweep_helpers import command, command_of, done, end, listening, session, start, tables_of, wait_for


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from /proc")
def test_a_killed_dask_worker_leaves_one_row_a_job_and_the_same_bytes(tmp_path):
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'tideover[cluster]'")
    plain = start(command(tmp_path / "plain", 6, 10))
    process = start(command(tmp_path / "dask", 6, 10, ["--dask", "local", "--jobs", "2"]))
    try:
        assert wait_for(lambda: len(done(tmp_path / "dask")) >= 5), "dask did not start"
        family = session(process.pid)
        assert listening(family) == {"0100007F"}
        workers = [
            one for one in family if "--multiprocessing-fork" in command_of(one) or "spawn_main" in command_of(one)
        ]
        os.kill(workers[0], signal.SIGKILL)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert plain.wait(120) == 0
        assert len(done(tmp_path / "dask")) == 60
        assert tables_of(tmp_path / "dask") == tables_of(tmp_path / "plain")
        assert wait_for(lambda: not session(process.pid), 10), "a child is left"
    finally:
        end(process)
        end(plain)
