"""The page of promises holds together with the script that writes it and with the commands it names."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pandas as pd
import pytest

from experiments import trust, trust_table
from tests.support.measured import FIELDS
from tests.support.small import ROOT

DAY = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")


def test_the_page_is_what_the_script_makes_of_the_figures_that_were_measured():
    written = trust_table.DOCUMENT.read_text(encoding="utf-8")
    assert written == trust_table.document(trust_table.kept(), trust.everything())


def test_every_promise_has_a_row_with_a_command():
    page = trust_table.DOCUMENT.read_text(encoding="utf-8")
    assert list(trust_table.PROMISES) == [f"P{number}" for number in range(1, 14)]
    for promise, words in trust_table.PROMISES.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| **{promise}** {words} |")]
        assert "| `python -m " in row
    assert {promise for promise, _ in trust.everything()} == set(trust_table.PROMISES)


def test_every_figure_was_written_by_a_part_of_the_script_on_a_day():
    table, parts = trust_table.kept(), trust.everything()
    assert table.columns.tolist() == trust_table.COLUMNS == list(FIELDS)
    known = {(promise, trust_table.part_of(command)) for promise, command in parts}
    for row in table.itertuples():
        assert (row.promise, trust_table.part_of(row.command)) in known, row
        assert DAY.fullmatch(row.day) and "--quick" not in row.command, row
        assert row.figure and row.value and row.wanted and row.holds == "True", row


def test_every_command_can_be_run():
    for _, command in trust.everything():
        module, *places = command.removeprefix("python -m ").split()
        if module == "pytest":
            assert all((ROOT / place).exists() for place in places), command
        else:
            assert find_spec(module) is not None, command


def test_a_part_that_is_run_again_replaces_its_own_rows_and_no_other():
    rows = [
        ["P13", "changes", "1 of 2", "all", "False", "", "python -m tests.trust.tamper --seed 1", "2026-12-01"],
        ["P1", "tests", "3 passed", "all", "True", "", "python -m pytest tests/laws", "2026-12-01"],
        ["P13", "tests", "4 passed", "all", "True", "", "python -m pytest tests/security", "2026-12-01"],
    ]
    before = pd.DataFrame(rows, columns=trust_table.COLUMNS)
    again = before.head(1).assign(value="2 of 2", command="python -m tests.trust.tamper --seed 2")
    found = trust_table.updated(before, again)
    assert found["value"].tolist() == ["3 passed", "4 passed", "2 of 2"]
    page = trust_table.document(found.head(2), [("P13", "python -m tests.trust.tamper")])
    assert "| not measured yet |" in page
    assert "| **P1** Money is never created or lost | tests | 3 passed | all | yes |" in page


@pytest.mark.parametrize("words", [["--quick"], ["--only", "reference"]])
def test_a_quick_run_leaves_the_page_alone_and_one_part_writes_only_its_own(words, tmp_path, monkeypatch, capsys):
    row = ["P12", "economies", "9 agree", "all", "True", "", "python -m tests.trust.reference", "2026-12-01"]
    monkeypatch.setattr(trust, "figures", lambda *_: pd.DataFrame([row], columns=trust_table.COLUMNS))
    monkeypatch.setattr(trust_table, "FIGURES", tmp_path / "trust.csv")
    monkeypatch.setattr(trust_table, "DOCUMENT", tmp_path / "trust.md")
    monkeypatch.setattr("sys.argv", ["trust", *words, "--out", str(tmp_path / "out")])
    assert trust.main() == 0
    assert "P12  economies: 9 agree (holds" in capsys.readouterr().out
    assert (tmp_path / "trust.md").exists() == (words != ["--quick"])
    if words != ["--quick"]:
        assert trust_table.kept().to_numpy().tolist() == [row]
