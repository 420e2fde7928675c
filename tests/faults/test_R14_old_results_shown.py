"""R14: old results were shown after parameters had changed."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.results.manifest import planned_id
from tests.support.small import QUICK, SETTINGS, invoke


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test runs in an empty folder, with a scenario file of its own."""
    monkeypatch.chdir(tmp_path)
    write(0.13)
    return tmp_path


def write(rate: float) -> None:
    """Write the scenario with a rate of interest."""
    Path("mine.yaml").write_text(f"extends: china-2020\ntitle: Mine\nprogramme: {{rate_yearly: {rate}}}\n")


def test_a_changed_scenario_is_run_anew_into_a_folder_of_its_own():
    invoke("compare", "mine.yaml", *QUICK)
    write(0.05)
    invoke("compare", "mine.yaml", *QUICK)
    first, second = sorted(Path("results").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    rates = [sim.open(folder).scenarios["with"].programme.rate_yearly for folder in (first, second)]
    assert rates == [0.13, 0.05]
    shown = [sim.open(folder).loans.query("product == 'programme'")["rate_yearly"].min() for folder in (first, second)]
    assert shown[0] > shown[1]


def test_a_changed_scenario_is_refused_where_old_results_lie():
    assert invoke("compare", "mine.yaml", *QUICK, "--out", "out").exit_code == 0
    before = Path("out/manifest.json").read_bytes()
    write(0.05)
    result = invoke("compare", "mine.yaml", *QUICK, "--out", "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds results of other settings, seeds or version" in result.stderr
    assert Path("out/manifest.json").read_bytes() == before
    assert invoke("compare", "mine.yaml", *QUICK, "--out", "out", "--overwrite").exit_code == 0
    assert sim.open("out").scenarios["with"].programme.rate_yearly == 0.05


def test_a_changed_cell_of_the_results_is_refused():
    invoke("compare", "mine.yaml", *QUICK, "--out", "out")
    table = Path("out/weekly.csv")
    table.write_text(table.read_text().replace("with,1", "with,2", 1) + "\n")
    result = invoke("plot", "out", "survival", "--out", "x.svg")
    assert result.exit_code == 2
    assert "weekly.csv differs from what was written; run the command again" in result.stderr
    assert not Path("x.svg").exists()


@pytest.mark.parametrize(
    "change", ["programme.rate_yearly=0.14", "calendar.weeks=21", "population.enterprises=301", "title=Other"]
)
def test_every_setting_counts_for_the_identity_of_results(change):
    one, other = sim.load("mine.yaml", SETTINGS), sim.load("mine.yaml", [*SETTINGS, change])
    assert planned_id({"run": one}, [1]) != planned_id({"run": other}, [1])


def test_what_changes_no_number_does_not_count():
    one = sim.load("mine.yaml", SETTINGS)
    Path("mine.yaml").write_text(Path("mine.yaml").read_text() + "# a remark\nsources: {programme: a book}\n")
    assert planned_id({"run": sim.load("mine.yaml", SETTINGS)}, [1]) == planned_id({"run": one}, [1])
    assert planned_id({"run": one}, [2]) != planned_id({"run": one}, [1])
    assert planned_id({"with": one}, [1]) != planned_id({"run": one}, [1])
