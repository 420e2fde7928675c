"""T10: ``reproduce``, ``calibrate`` and ``plot`` wrote over a user's files, and not whole or absent."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.figures import style
from sim.studies.calibration.trials import JOURNAL, keep_trial, kept_trials
from tests.support.small import comparison, invoke

TINY = ("--set", "population.enterprises=60", "--set", "calendar.weeks=4")
REPRODUCE = ("reproduce", "china-2020", *TINY, "--seeds", "1", "--no-figures", "--quiet")
CALIBRATE = ("calibrate", "china-2020", *TINY, "--seeds", "1", "--trials", "1", "--free",
             "credit_demand.restock_days=18:45", "--quiet")  # fmt: skip
with_optuna = pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="calibrate needs Optuna")
VERBS = [pytest.param(REPRODUCE, id="reproduce"), pytest.param(CALIBRATE, id="calibrate", marks=with_optuna)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results that is not to be changed."""
    return sim.save(comparison().results, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.mark.parametrize("words", VERBS)
@pytest.mark.parametrize("name", ["table.csv", "fit.csv", "thesis.txt"])
def test_a_folder_with_other_files_is_refused_before_anything_is_run(words, name, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    result = invoke(*words, "--out", out)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and line.startswith(f"{out}  holds files that are not a "), line
    assert "choose another with --out" in line
    assert {path.name: path.read_text() for path in out.iterdir()} == {name: "mine"}


@pytest.mark.parametrize("words", VERBS)
def test_a_file_and_a_link_in_its_place_are_refused(words, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("file", "link"):
        result = invoke(*words, "--out", tmp_path / name)
        assert result.exit_code == 2 and "is not a folder; choose another with --out" in result.stderr
    assert (tmp_path / "file").read_text() == "mine" and not list((tmp_path / "real").iterdir())


def test_reproduce_replaces_its_own_files_and_keeps_others(tmp_path):
    out = tmp_path / "out"
    assert invoke(*REPRODUCE, "--out", out).exit_code == 0
    assert set(json.loads((out / "manifest.json").read_text())["files"]) >= {"table.csv"}
    (out / "note.txt").write_text("mine")
    assert invoke(*REPRODUCE, "--out", out).exit_code == 0
    assert (out / "note.txt").read_text() == "mine"
    result = invoke("reproduce", "us-2020", *REPRODUCE[2:], "--out", out)
    assert result.exit_code == 2 and "holds china-2020, not us-2020; choose another with --out" in result.stderr


def test_reproduce_that_fails_while_writing_leaves_the_older_tables(tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert invoke(*REPRODUCE, "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.cli.reproduce.write_tables", full)
    result = invoke(*REPRODUCE, "--out", out)
    assert result.exit_code == 1 and "No space left on device" in result.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@with_optuna
def test_calibrate_goes_on_in_its_folder_and_does_not_replace_a_table_of_ones_own(tmp_path):
    out = tmp_path / "out"
    assert invoke(*CALIBRATE, "--out", out).exit_code == 0
    assert invoke(*CALIBRATE, "--out", out).exit_code == 0
    path = out / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["files"]["fit.csv"]
    path.write_text(json.dumps(manifest))
    result = invoke(*CALIBRATE, "--out", out)
    assert result.exit_code == 2 and "holds a file that is not of this program: fit.csv; move it" in result.stderr


LINES = ("{", "[]", '{"loss": 1}', '{"loss": NaN, "a": 1}', '{"loss": "1", "a": 1}', "[" * 9999)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_trial_is_refused_by_its_number(line, tmp_path):
    kept_trials(tmp_path / "out", "q", ["loss", "a"])
    keep_trial(tmp_path / "out", {"loss": 1.0, "a": 2.0})
    path = tmp_path / "out" / JOURNAL
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(sim.ScenarioError, match=rf"{JOURNAL}:3:1  is no trial; expected finite numbers for loss, a"):
        kept_trials(tmp_path / "out", "q", ["loss", "a"])


# single files


@pytest.mark.parametrize(("verb", "more"), [("plot", ["survival"]), ("report", [])])
def test_a_file_of_ones_own_is_replaced_only_when_wanted(verb, more, out, tmp_path):
    target = tmp_path / ("mine.svg" if verb == "plot" else "mine.html")
    target.write_text("mine")
    result = invoke(verb, out, *more, "--out", target)
    assert result.exit_code == 2 and f"{target}  exists already; choose another with --out" in result.stderr
    assert target.read_text() == "mine"
    assert invoke(verb, out, *more, "--out", target, "--overwrite").exit_code == 0
    assert target.read_text() != "mine"


@pytest.mark.parametrize(("verb", "more", "name"), [
    ("plot", ["survival"], "figures/survival.svg"), ("report", [], "report.html")
])  # fmt: skip
def test_in_a_results_folder_files_that_are_listed_are_replaced_and_others_not(verb, more, name, out):
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("mine")
    result = invoke(verb, out, *more)
    assert result.exit_code == 2 and "exists already" in result.stderr and (out / name).read_text() == "mine"
    (out / name).unlink()
    for _ in range(2):
        assert invoke(verb, out, *more).exit_code == 0
    assert name in json.loads((out / "manifest.json").read_text())["files"]
    sim.open(out)


def test_a_figure_is_whole_or_absent(out, tmp_path, monkeypatch):
    target = tmp_path / "figure.svg"
    (tmp_path / ".figure.svg.part").write_text("mine")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert invoke("plot", out, "survival", "--out", target).exit_code == 1
    assert not target.exists()
    monkeypatch.undo()
    assert invoke("plot", out, "survival", "--out", target).exit_code == 0
    assert (tmp_path / ".figure.svg.part").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".figure.svg.part", "figure.svg", "out"]
    assert style is not None
