"""``tideover doctor``: what is there, what would work, and exit code 0 only where the main job does."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import pytest

from sim.cli import doctor as cli_doctor
from sim.version import VERSION
from tests.support.small import invoke


def test_it_names_versions_machine_and_what_works():
    result = invoke("doctor")
    assert result.exit_code == 0
    first, second, *rest = result.stdout.splitlines()
    assert first.startswith(f"tideover {VERSION}, Python {platform.python_version()}, {platform.system()}")
    assert " cores" in second
    assert any(line.startswith("cache of compiled rules: ") for line in rest)
    assert any(line.startswith("libraries: mesa ") for line in rest)
    assert "run, compare, sweep, attribute, plot, report, replay: works" in rest


def test_as_json():
    found = json.loads(invoke("doctor", "--json").stdout)
    assert found["works"] is True
    assert found["problems"] == []
    assert found["python"] == platform.python_version()
    assert set(found["libraries"]) == set(cli_doctor.CORE)
    assert all(found["libraries"].values())
    assert set(found["extras"]) == {"analysis", "cluster", "web"}
    assert found["cores"] >= 1


def test_a_missing_extra_is_named_with_what_installs_it(monkeypatch):
    real = cli_doctor.installed
    monkeypatch.setattr(cli_doctor, "installed", lambda name: None if name == "optuna" else real(name))
    result = invoke("doctor")
    assert result.exit_code == 0
    assert "calibrate, experiments.frontier: pip install 'tideover[analysis]'" in result.stdout
    assert "optuna missing" in result.stdout


@pytest.mark.parametrize("name", ["numba", "mesa"])
def test_a_missing_library_is_a_problem(name, monkeypatch):
    real = cli_doctor.installed
    monkeypatch.setattr(cli_doctor, "installed", lambda one: None if one == name else real(one))
    result = invoke("doctor")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == f"{name} is missing: pip install {name}"


def test_a_run_that_fails_is_a_problem_told_in_one_line(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("every run failed; the first: OSError: no")

    monkeypatch.setattr("sim.studies.replicate", fail)
    result = invoke("doctor")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "a small run fails: RuntimeError: every run failed; the first: OSError: no"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable_is_said_so(tmp_path: Path, monkeypatch):
    tmp_path.chmod(0o500)
    monkeypatch.chdir(tmp_path)
    assert "this folder: not writable: give --out" in invoke("doctor").stdout


def test_a_cache_in_a_file_is_not_writable(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TIDEOVER_CACHE_DIR", str(tmp_path / "file" / "caches"))
    found = json.loads(invoke("doctor", "--json").stdout)
    assert found["cache"]["writable"] is False
    assert "not writable: rules are compiled in each run" in invoke("doctor").stdout
