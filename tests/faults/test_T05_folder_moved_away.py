"""T05: a sweep's folder that was renamed or removed in mid-run was made again under the old name."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from sim.cli import sweep as cli_sweep
from sim.studies.sweep import sweep as sweeps
from sim.studies.sweep.execution import Execution
from sim.studies.sweep.stopped import SweepStoppedError
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.small import invoke

DAYS = {"programme.decision_days": [0, 14, 28]}


def run(out, **more):
    return sweep(
        toy(population__enterprises=20, calendar__weeks=2), DAYS, 4, out=out, executor="series", progress=False, **more
    )


def after(monkeypatch, number, what):
    """Do something when so many jobs are kept."""
    keep = Execution.keep

    def keep_and_do(self, wanted, outcomes):
        keep(self, wanted, outcomes)
        if self.ran == number:
            what()

    monkeypatch.setattr(Execution, "keep", keep_and_do)


def another_sweep(folder):
    """Put the manifest of another sweep there."""
    held = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(json.dumps({**held, "id": "0" * 64}))


@pytest.mark.parametrize("how", ["renamed", "removed", "another folder put there"])
def test_what_went_away_is_not_made_again_and_the_line_says_so(how, tmp_path, monkeypatch):
    folder, elsewhere = tmp_path / "sweep", tmp_path / "elsewhere"

    def move():
        folder.rename(elsewhere)
        if how == "removed":
            shutil.rmtree(elsewhere)
        if how == "another folder put there":
            folder.mkdir()

    after(monkeypatch, 5, move)
    with pytest.raises(SweepStoppedError) as caught:
        run(folder)
    said = str(caught.value)
    assert said.startswith(f"{folder}  was moved or removed while the sweep ran, and is not made again")
    assert "go on where it went to, with --out and --resume" in said
    assert said.endswith("5 of 12 jobs are done and kept")
    assert "\n" not in said
    assert not folder.exists() or not list(folder.iterdir())
    monkeypatch.undo()
    if elsewhere.exists():
        found = run(elsewhere, resume=True)
        assert (found.kept, found.recomputed) == (5, 7)
        assert not (elsewhere / ".lock").exists()


def test_a_folder_taken_for_another_sweep_is_left_to_it(tmp_path, monkeypatch):
    folder = tmp_path / "sweep"
    after(monkeypatch, 5, lambda: another_sweep(folder))
    with pytest.raises(SweepStoppedError, match="holds another sweep now, and is not made again"):
        run(folder)
    assert len(list(folder.glob("jobs/*/*.json"))) == 5


def test_a_copy_put_back_is_this_sweep_s(tmp_path, monkeypatch):
    folder = tmp_path / "sweep"

    def copy_back():
        shutil.copytree(folder, tmp_path / "copy")
        shutil.rmtree(folder)
        (tmp_path / "copy").rename(folder)

    after(monkeypatch, 5, copy_back)
    assert run(folder).recomputed == 12
    assert json.loads((folder / "manifest.json").read_text())["status"] == "done"


def test_the_tables_are_not_written_into_a_folder_that_went_away(tmp_path, monkeypatch):
    folder = tmp_path / "sweep"
    after(monkeypatch, 12, lambda: folder.rename(tmp_path / "elsewhere"))
    with pytest.raises(SweepStoppedError, match="was moved or removed"):
        run(folder)
    assert not folder.exists()


def test_gone_between_the_look_and_the_writing(tmp_path, monkeypatch):
    folder = tmp_path / "sweep"
    put = sweeps.Store.put_in_place

    def move_and_put(self, name, content):
        if name.startswith("jobs/") and folder.exists():
            folder.rename(tmp_path / "elsewhere")
        put(self, name, content)

    monkeypatch.setattr(sweeps.Store, "put_in_place", move_and_put)
    with pytest.raises(SweepStoppedError, match="was moved or removed"):
        run(folder)
    assert not folder.exists()


def test_the_command_line_says_it_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    after(monkeypatch, 2, lambda: (tmp_path / "out").rename(tmp_path / "elsewhere"))
    monkeypatch.setattr(sys, "argv", ["tideover"])
    small = ("--set", "population.enterprises=20", "--set", "calendar.weeks=2", "--seeds", "2", "-q", "--no-figures")
    result = invoke("sweep", "normal-year", "--vary", "labour.vacancy_days=1,2", "--runs", *small, "--out", "out")
    assert (result.exit_code, result.stdout) == (cli_sweep.STOPPED, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("out  was moved or removed while the sweep ran, and is not made again")
    assert line.endswith("2 of 4 jobs are done and kept")
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]
