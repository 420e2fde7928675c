"""Some hundred fuzzed files, the same each time; ``python -m tests.trust.fuzz`` tries as many new ones as you like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust.fuzz import try_cases, verdict


def test_fuzzed_files_are_refused_or_sound():
    found = try_cases(300, new=False)
    assert sum(found.values()) >= 300
    assert found["yaml refused"] > 100
    assert found["yaml valid"] > 10
    assert sum(number for what, number in found.items() if not what.startswith("yaml")) > 10  # tables of firms


def test_the_fuzzer_sees_a_file_that_slips_through(tmp_path, monkeypatch):
    from sim.scenario import rewording

    monkeypatch.chdir(tmp_path)
    assert verdict("good.yaml", b"extends: normal-year\ntitle: Good\n") == "valid"
    real = rewording.validated
    loose = lambda tree, root: real(tree, root).model_copy(update={"title": 3})  # noqa: E731
    monkeypatch.setattr("sim.scenario.resolved.validated", loose)
    with pytest.raises(AssertionError, match="title = 3"):
        verdict("good.yaml", b"extends: normal-year\ntitle: Good\n")
    assert list(Path().iterdir()) == []
