"""R26: ``1e-3`` is text, ``010`` is 8, ``08`` is text: a number must mean what a person means, or be an error."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import sim
from tests.support.small import invoke

MEANT = [
    ("programme", "rate_yearly", "1e-3", 0.001),
    ("programme", "rate_yearly", "1E-1", 0.1),
    ("programme", "rate_yearly", ".05", 0.05),
    ("programme", "loan_cap_yuan", "5e6", 5_000_000),
    ("programme", "loan_cap_yuan", "+5000", 5_000),
    ("programme", "envelope_yuan", "1e12", 1e12),
    ("programme", "decision_days", "7", 7),
    ("calendar", "start", "2020-02-03", datetime.date(2020, 2, 3)),
    ("programme", "title", "no", "no"),
    ("programme", "title", "on", "on"),
    ("programme", "title", "1:30", "1:30"),
    ("programme", "early_repayment", "true", True),
]
REFUSED = [
    ("calendar", "weeks", "010", "write 10"),
    ("calendar", "weeks", "08", "write 8"),
    ("calendar", "weeks", "0o10", "a whole number is wanted"),
    ("calendar", "weeks", "0x10", "a whole number is wanted"),
    ("calendar", "weeks", "1_0", "a whole number is wanted"),
    ("calendar", "weeks", '"10"', "write 10 without quotes"),
    ("calendar", "weeks", "10.5", "a whole number is wanted"),
    ("calendar", "weeks", "true", "a whole number is wanted"),
    ("calendar", "start", "1:30", "a date is wanted"),
    ("calendar", "start", "2020-2-3", "write the date as 2020-02-03"),
    ("calendar", "start", "2020-02-30", "no date"),
    ("calendar", "start", "20200203", "a date is wanted"),
    ("programme", "enabled", "no", "write false"),
    ("programme", "enabled", "1", "write true"),
    ("programme", "members", "no", "a list in brackets"),
    ("programme", "eligible_regions", "[no]", "unknown region no"),
    ("programme", "rate_yearly", "5%", "write 0.05"),
    ("programme", "rate_yearly", "0,05", "a number is wanted"),
    ("programme", "loan_cap_yuan", "1,000", "write 1000"),
    ("programme", "loan_cap_yuan", "100万", "write 1000000"),
    ("programme", "loan_cap_yuan", "1e400", "the number is too large"),
    ("programme", "rate_yearly", ".nan", "not a number"),
    ("programme", "rate_yearly", "-.inf", "not a number"),
    ("programme", "title", "010", "leading zero"),
    ("programme", "title", "2020", 'write "2020" in quotes'),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in an empty folder."""
    monkeypatch.chdir(tmp_path)


def write(group: str, key: str, value: str) -> str:
    """A scenario file that sets one value."""
    Path("mine.yaml").write_text(f"extends: china-2020\ntitle: Mine\n{group}:\n  {key}: {value}\n", encoding="utf-8")
    return "mine.yaml"


@pytest.mark.parametrize(("group", "key", "written", "meant"), MEANT)
def test_it_is_what_a_person_means_in_a_file_and_on_the_command_line(group, key, written, meant):
    for scenario in (sim.load(write(group, key, written)), sim.load("china-2020", [f"{group}.{key}={written}"])):
        value = scenario.get(f"{group}.{key}")
        assert value == meant
        assert isinstance(value, bool) is isinstance(meant, bool)


@pytest.mark.parametrize(("group", "key", "written", "message"), REFUSED)
def test_or_it_is_an_error_at_its_place_that_says_what_to_write(group, key, written, message):
    result = invoke("check", write(group, key, written))
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2
    assert line.startswith("mine.yaml:4:")
    assert f"{group}.{key}" in line
    assert message in line
    given = invoke("check", "china-2020", "--set", f"{group}.{key}={written}")
    assert given.exit_code == 2
    assert message in given.stderr
