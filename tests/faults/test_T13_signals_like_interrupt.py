"""T13: SIGTERM and SIGHUP said nothing of going on, and left folders in the temporary folder."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from sim.cli.signals import Ended, end, take_signals
from tests.support.small import ROOT, command, start
from tests.support.sweep_helpers import done, session, wait_for

LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from /proc")
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
BIG = ("--set", "population.enterprises=20000", "--seeds", "200", "--no-figures")
SLOW = ("population.enterprises=400", "calendar.weeks=20")
HALF = "import sim.studies.sweep.estimate as e; e.SHORT_SECONDS = -1.0; from sim.cli import main; main()"


@pytest.fixture
def short_folder():
    """A folder with a short name: the socket of a starting worker stands in it, and its path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


def begun(words, folder, temporary):
    """A command in a session of its own, with a temporary folder of its own."""
    return start(words, folder, TMPDIR=str(temporary))


def ended(process, number, whole_group=False):
    """Send a signal and wait for the end: exit code and what was said."""
    (os.killpg if whole_group else os.kill)(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert wait_for(lambda: not session(process.pid), 10), "a child is left"
    assert "Traceback" not in errors
    return process.returncode, errors.splitlines()


@LINUX
@pytest.mark.parametrize("whole_group", [False, True], ids=["the process", "its group"])
@pytest.mark.parametrize("number", CODES)
def test_a_sweep_keeps_what_is_done_says_how_to_go_on_and_leaves_nothing(number, whole_group, tmp_path, short_folder):
    temporary, out = short_folder, tmp_path / "out"
    days = ",".join(map(str, range(10)))
    vary = ("--vary", f"programme.decision_days={days}", "--seeds", "20", "--no-figures", "--out", str(out))
    words = [sys.executable, "-c", HALF, "sweep", "china-2020", "--set", SLOW[0], "--set", SLOW[1], *vary]
    process = begun(words, ROOT, temporary)
    assert wait_for(lambda: len(done(out)) >= 3 or process.poll() is not None, 120)
    code, said = ended(process, number, whole_group)
    assert code == CODES[number]
    assert f"finished jobs are kept in {out}. Go on with: tideover sweep china-2020 " in said[-1]
    assert said[-1].startswith(f"interrupted; {len(done(out))} ")
    assert said[-1].endswith("--resume")
    assert len(done(out)) >= 3
    assert not (out / ".lock").exists()
    assert list(temporary.iterdir()) == []


@LINUX
@pytest.mark.parametrize("number", CODES)
def test_a_comparison_writes_nothing_and_says_so(number, tmp_path, short_folder):
    (tmp_path / "here").mkdir()
    process = begun(command("compare", "china-2020", *BIG, "--out", "out"), tmp_path / "here", short_folder)
    assert wait_for(lambda: os.path.exists(f"/proc/{process.pid}/task") and cpu(process.pid) > 3.0, 60)
    code, said = ended(process, number)
    assert (code, said[-1]) == (CODES[number], "interrupted; nothing was written. The same command starts again.")
    assert list((tmp_path / "here").iterdir()) == []
    assert list((short_folder).iterdir()) == []


def cpu(process):
    """Seconds of work of a process: enough of it, and it is in the middle of a run."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_signal_that_is_ignored_stays_so(monkeypatch):
    """``nohup`` starts a command so."""
    before = {number: signal.getsignal(number) for number in CODES}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        take_signals()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is end
        with pytest.raises(Ended) as caught:
            signal.raise_signal(signal.SIGTERM)
        assert caught.value.exit_code == 143
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
