"""T12: ``sweep`` and ``attribute`` with 0 enterprises failed where ``compare`` works: outcomes are missing there."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.support.small import invoke

NONE = ("china-2020", "--set", "population.enterprises=0", "--set", "calendar.weeks=3", "--quiet")


def test_a_sweep_has_missing_outcomes(tmp_path):
    words = ("--vary", "programme.decision_days=0,7", "--seeds", "2", "--jobs", "1")
    result = invoke("sweep", *NONE, *words, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    table = pd.read_csv(tmp_path / "out" / "sweep.csv").set_index("outcome")
    assert table.loc["net_saved_thousand", "mean"].isna().all() and (table["seeds"] == 2).all()


@pytest.mark.parametrize("outcome", ["net_saved", "jobs_million"])
def test_an_attribution_has_missing_values(outcome, tmp_path):
    words = ("--seeds", "1", "--player", "speed", "--player", "price", "--outcome", outcome)
    result = invoke("attribute", *NONE, *words, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert "0 enterprise agents" in result.stdout and "–" in result.stdout
    found = json.loads((tmp_path / "out" / "attribution.json").read_text())
    assert [row["value"] for row in found["contributions"]] == [None, None] and found["total"] is None
    assert not (tmp_path / "out" / "waterfall.svg").exists()
