"""T14: ``firms: {file: …}`` in a scenario was ignored: ``check`` said good, and drawn enterprises were run."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.scenario.problems import ScenarioError
from tests.support.small import invoke

WHY = "is not read by naming it here; leave the line out and give the table with --firms mine.csv"
RUN = ("--set", "population.enterprises=20", "--set", "calendar.weeks=2", "--seeds", "1", "-q", "--no-figures")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a table and a scenario that names it."""
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("staff\n3\n5\n")
    Path("mine.yaml").write_text("extends: normal-year\ntitle: Mine\nfirms:\n  file: mine.csv\n")


@pytest.mark.parametrize("words", [("check",), ("run",), ("show",), ("sweep", "--vary", "labour.vacancy_days=1,2")])
def test_the_line_is_named_with_what_to_write(words):
    verb, *more = words
    small = RUN if verb in ("run", "sweep") else ()
    result = invoke(verb, "mine.yaml", *more, *small)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("mine.yaml:4:")
    assert f"  firms.file  mine.csv {WHY}" in line
    assert sorted(path.name for path in Path().iterdir()) == ["mine.csv", "mine.yaml"]


def test_so_is_the_setting_by_hand():
    result = invoke("check", "normal-year", "--set", "firms.file=mine.csv")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"--set  firms.file  mine.csv {WHY}")
    with pytest.raises(ScenarioError, match=r"set\(\)  firms.file  mine.csv is not read by naming it here"):
        sim.load("normal-year").set(firms__file="mine.csv")
    with pytest.raises(ScenarioError, match="firms.sha256  is set by --firms together with firms.file"):
        sim.load("normal-year").set(firms__sha256="0" * 64)


def test_with_a_hash_it_is_not_at_hand_and_check_says_so_too():
    Path("mine.yaml").write_text(
        f"extends: normal-year\ntitle: Mine\nfirms: {{file: mine.csv, sha256: '{'0' * 64}'}}\n"
    )
    for words in (("check", "mine.yaml"), ("run", "mine.yaml", *RUN)):
        result = invoke(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "firms.sha256  the firm table mine.csv is not at hand; give it with --firms" in result.stderr


def test_the_way_that_is_named_works():
    result = invoke("run", "normal-year", "--firms", "mine.csv", *RUN[2:], "--out", "out")
    assert result.exit_code == 0, result.stderr
    opened = sim.open("out")
    assert opened.scenarios["run"].get("firms.file") == "mine.csv"
    assert len(opened.enterprises) == 2
