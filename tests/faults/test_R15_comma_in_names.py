"""R15: a comma in the name of an outcome broke reloading. Here names are those of files, titles and sectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from tests.support.small import hash_of, invoke

SIZE = ("--set", "population.enterprises=40", "--set", "calendar.weeks=8", "--seeds", "1", "-q", "--no-figures")
NAMES = ("rate 5%, fast lane", "利率5%，快", 'it\'s "fast"', "a;b\tc"[:3], "$x_1$ & <b>")
TITLES = (*NAMES, "two\nlines", "tab\there", "back\\slash", "100 %: fast # not a comment")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in an empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_named_so_is_saved_reloaded_and_drawn_under_its_name(name):
    Path(f"{name}.yaml").write_text("extends: china-2020\ntitle: Mine\n")
    assert invoke("compare", f"{name}.yaml", "china-2020", *SIZE, "--out", "out").exit_code == 0
    opened = sim.open("out")
    assert list(opened.scenarios) == [name, "china-2020"]
    for table in (opened.enterprises, opened.weekly, opened.runs, opened.lenders, opened.loans):
        assert table["arm"].unique().tolist() == [name, "china-2020"]
    assert invoke("plot", "out", "survival", "--out", "drawn.svg").exit_code == 0
    assert Path("drawn.svg").stat().st_size > 5_000


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", ""])
def test_a_name_that_cannot_be_printed_is_refused(name):
    result = invoke("compare", f"{name}.yaml", "china-2020", *SIZE)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert not Path("results").exists()


@pytest.mark.parametrize("title", TITLES)
def test_titles_come_back_as_they_were_written(title):
    named = f"title: {json.dumps(title)}\nsectors: {{trade: {{title: {json.dumps(title)}}}}}\n"
    Path("mine.yaml").write_text(f"extends: china-2020\n{named}", encoding="utf-8")
    results = sim.run(sim.load("mine.yaml", ["population.enterprises=20", "calendar.weeks=2"]), seeds=1, progress=False)
    opened = sim.open(sim.save(results, "out"))
    assert opened.scenarios["run"].title == title
    assert opened.labels["trade"] == f"{title} 批发和零售业"
    assert hash_of(opened) == hash_of(results)
    assert invoke("plot", "out", "runway", "--by", "sector", "--out", "drawn.png").exit_code == 0
