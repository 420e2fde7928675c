"""The wheel: scenarios and their evidence travel in it, tests and experiments do not, and it works from anywhere."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from sim.version import VERSION
from tests.support.small import ROOT

BUILD = (sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--no-index", "-q")


ALIAS_FILE = "sim/cli/tideover.py"
"""Installed as ``tideover.py`` beside ``sim``, and only there."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout, built without a network."""
    for module in ("pip", "hatchling"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed, so no wheel can be built without a network")
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run([*BUILD, "-w", str(folder)], capture_output=True, text=True, timeout=120, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """Files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_is_of_this_version_for_every_machine(wheel):
    assert wheel.name == f"tideover-{VERSION}-py3-none-any.whl" or VERSION == "0+checkout"


def test_scenarios_and_evidence_travel_in_it(names):
    here = {path.relative_to(ROOT / "scenarios").as_posix() for path in (ROOT / "scenarios").rglob("*.*")}
    assert any(name.endswith(".csv") for name in here)
    assert {f"sim/_scenarios/{name}" for name in here} <= names


def test_every_module_of_the_package_is_in_it(names):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sim").rglob("*.py*") if path.suffix != ".pyc"}
    assert modules - {ALIAS_FILE} <= names


def test_nothing_else_is_in_it(names):
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sim", "tideover.py"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_command_and_licence(wheel, names):
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        (about,) = [name for name in names if name.endswith("METADATA")]
        assert "tideover = sim.cli:main" in archive.read(entry).decode()
        metadata = Parser().parsestr(archive.read(about).decode())
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_unpacked_anywhere_it_finds_its_scenarios(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    show = "import sim.cli.app; print(sim.__file__); from sim.scenario.loading import *; print(*packaged_names())"
    shown = subprocess.run(
        [sys.executable, "-c", show], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    place, scenarios = shown.stdout.splitlines()
    assert Path(place) == tmp_path / "site" / "sim" / "__init__.py"
    assert "china-2020" in scenarios.split()
    checked = subprocess.run(
        [sys.executable, "-m", "sim.cli", "check", "china-2020"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "china-2020: good\n")


ALIAS = """
import pickle, sys
import tideover
import sim
import sim.rules.sales
import tideover.figures, tideover.rules.sales
from tideover.studies.comparison import Comparison

assert tideover is sim and tideover.figures is sim.figures
assert Comparison is sim.Comparison is tideover.Comparison
assert tideover.rules.sales is sim.rules.sales and sim.rules.sales.__spec__.name == "sim.rules.sales"
scenario = pickle.loads(pickle.dumps(tideover.load("normal-year")))
assert type(scenario) is sim.Scenario
print(tideover.__name__, {name for name in sys.modules if name.startswith("tideover.")} >= {"tideover.figures"})
try:
    import tideover.nothing
except ModuleNotFoundError as error:
    print(error)
"""


def alias_printed(folder: Path, path: str | None) -> str:
    """What a script prints that uses both names, run away from the checkout."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = path
    words = [sys.executable, "-W", "error", "-c", ALIAS]
    shown = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def test_tideover_is_sim_itself_from_the_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    assert alias_printed(tmp_path, str(tmp_path / "site")) == "sim True\nNo module named 'tideover.nothing'\n"


@pytest.mark.skipif(importlib.util.find_spec("tideover") is None, reason="the package runs from a path, not installed")
def test_tideover_is_sim_itself_as_installed_here(tmp_path):
    assert alias_printed(tmp_path, None) == "sim True\nNo module named 'tideover.nothing'\n"
