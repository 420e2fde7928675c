"""F11: resuming a sweep with another version left the old results unmentioned, an old table beside the new manifest."""

from __future__ import annotations

import json
from contextlib import ExitStack
from unittest.mock import patch

import pytest

from sim.studies.sweep.execution import Execution
from sim.studies.sweep.set_aside import ASIDE, plain
from sim.studies.sweep.sweep import sweep
from sim.version import VERSION
from tests.support.economies import toy
from tests.support.sweep_helpers import done, tables_of

DAYS = {"programme.decision_days": [0, 14, 28]}
PLACES = ("jobs", "plan", "set_aside")


def run(out, seeds=4, **more):
    scenario = toy(population__enterprises=20, calendar__weeks=2)
    return sweep(scenario, DAYS, seeds, out=out, executor="series", progress=False, **more)


def as_version(version=VERSION, rules=None):
    """This program as if it were another version, or had other rules."""
    stack = ExitStack()
    for place in PLACES:
        stack.enter_context(patch(f"sim.studies.sweep.{place}.VERSION", version))
        if rules:
            stack.enter_context(patch(f"sim.studies.sweep.{place}.rules_digest", lambda: rules))
    return stack


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_results_of_another_version_are_set_aside_whole_and_said_so(tmp_path, capsys):
    folder = tmp_path / "sweep"
    with as_version("0.0.1", "abcdef0123456789"):
        run(folder)
    (folder / "letter.txt").write_text("dear")
    before = files(folder)
    capsys.readouterr()
    found = run(folder, resume=True)
    (line,) = capsys.readouterr().err.splitlines()
    aside = folder / ASIDE / "0.0.1-abcdef01"
    assert line == (f"note: 12 results of 0.0.1 set aside in {aside}: this is {VERSION}, which runs every job anew")
    assert (found.kept, found.recomputed) == (0, 12)
    assert files(aside) == {name: content for name, content in before.items() if name != "letter.txt"}
    assert (folder / "letter.txt").read_text() == "dear"
    assert len(done(folder)) == 12
    run(tmp_path / "alone")
    assert tables_of(folder) == tables_of(tmp_path / "alone")
    with as_version("0.0.1", "abcdef0123456789"):
        assert run(aside, resume=True).kept == 12


def test_other_rules_of_the_same_version_are_another_version(tmp_path, capsys):
    with as_version(rules="abcdef0123456789"):
        run(tmp_path / "sweep")
    run(tmp_path / "sweep", resume=True)
    assert f"12 results of {VERSION} with other rules set aside in" in capsys.readouterr().err


def test_again_and_again_nothing_is_replaced(tmp_path):
    for number in (1, 2, 1):
        with as_version(f"0.0.{number}", "abcdef0123456789"):
            run(tmp_path / "sweep", resume=True)
    run(tmp_path / "sweep", resume=True)
    names = sorted(path.name for path in (tmp_path / "sweep" / ASIDE).iterdir())
    assert names == ["0.0.1-abcdef01", "0.0.1-abcdef01-2", "0.0.2-abcdef01"]


def test_while_it_runs_no_table_stands_beside_a_manifest_that_is_not_its_own(tmp_path, monkeypatch):
    """Of another version, and of more seeds with the same one."""
    run(tmp_path / "sweep")
    keep, seen = Execution.keep, []

    def keep_and_look(self, wanted, outcomes):
        keep(self, wanted, outcomes)
        seen.append(sorted(path.name for path in (tmp_path / "sweep").iterdir() if path.is_file()))

    monkeypatch.setattr(Execution, "keep", keep_and_look)
    found = run(tmp_path / "sweep", 6, resume=True)
    assert (found.kept, found.recomputed) == (12, 6)
    assert not (tmp_path / "sweep" / ASIDE).exists()
    with as_version("0.0.1"):
        run(tmp_path / "sweep", 6, resume=True)
    assert set(map(tuple, seen)) == {(".lock", "manifest.json", "points.csv", "scenario.yaml")}


def test_the_same_version_sets_nothing_aside(tmp_path, capsys):
    run(tmp_path / "sweep")
    before = tables_of(tmp_path / "sweep")
    assert run(tmp_path / "sweep", resume=True).kept == 12
    assert capsys.readouterr().err == ""
    assert tables_of(tmp_path / "sweep") == before


@pytest.mark.parametrize("version", ["../../x", "", "a/b", "x" * 99, None, 5, "..", ".hidden", "a\nb", {"a": 1}])
def test_a_received_version_names_no_place_outside(version, tmp_path, capsys):
    run(tmp_path / "sweep")
    path = tmp_path / "sweep" / "manifest.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "id": "0" * 64, "versions": {"tideover": version, "rules": version}}))
    assert plain(version) == "another-version"
    run(tmp_path / "sweep", resume=True)
    assert "12 results of another-version set aside in" in capsys.readouterr().err
    assert [one.name for one in (tmp_path / "sweep" / ASIDE).iterdir()] == ["another-version-another-"]
    assert [one.name for one in tmp_path.iterdir()] == ["sweep"]
