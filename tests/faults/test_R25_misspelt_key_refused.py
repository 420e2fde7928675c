"""R25: a misspelt or misplaced key was ignored in silence, and costs became zero."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.studies import replications
from tests.support.small import invoke

WRONG = {
    "misspelt": ("programme:\n  interst_rate: 0.1", 4, "programme.interst_rate", "unknown setting"),
    "misspelt, near": ("programme:\n  rate_yearl: 0.1", 4, "programme.rate_yearl", "did you mean rate_yearly?"),
    "a level too high": ("rate_yearly: 0.1", 3, "rate_yearly", "did you mean products.<name>.rate_yearly?"),
    "a level too deep": (
        "programme:\n  calendar:\n    weeks: 9",
        4,
        "programme.calendar",
        "known here: title, channel",
    ),
    "an older name": ("programme:\n  rate_per_year: 0.1", 4, "programme.rate_per_year", "unknown setting"),
    "of another group": (
        "exit:\n  write_off_days: 90",
        4,
        "exit.write_off_days",
        "repayment.write_off_days?",
    ),
    "capital letter": ("programme:\n  Rate_yearly: 0.1", 4, "programme.Rate_yearly", "did you mean rate_yearly?"),
    "a dash": ("programme:\n  rate-yearly: 0.1", 4, "programme.rate-yearly", "did you mean rate_yearly?"),
    "a group misspelt": ("program:\n  rate_yearly: 0.1", 3, "program", "did you mean programme?"),
    "indented too far": (
        "calendar:\n  weeks: 9\n   step_days: 7",
        5,
        "",
        "wrong indentation",
    ),
    "indented too little": ("programme:\nrate_yearly: 0.1", 3, "programme", "nothing is written under it"),
    "a new name where none may be": ("kinds:\n  farms: {}", 4, "kinds.farms", "known: sme, self_employed, rural"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_key_is_an_error_with_place_and_hint_and_nothing_is_run(case, tmp_path, monkeypatch):
    text, line, key, hint = WRONG[case]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replications, "run_once", lambda *_: pytest.fail("something was run"))
    Path("mine.yaml").write_text(f"extends: china-2020\ntitle: Mine\n{text}\n")
    for verb in ("compare", "check"):
        result = invoke(verb, "mine.yaml")
        assert (result.exit_code, result.stdout) == (2, "")
        said = result.stderr.splitlines()[0]
        assert said.startswith(f"mine.yaml:{line}:"), result.stderr
        assert key in said
        assert hint in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
