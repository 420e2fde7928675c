"""T18: ``plot loans --by arm`` said "cannot insert arm, already exists"."""

from __future__ import annotations

import pytest

import sim
from sim.figures.report.folder_figures import NO_GROUPS
from tests.support.small import comparison, invoke

REASONS = ("shows the arms beside each other", "is of all seeds together", "is its time", "is each row by itself")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return sim.save(comparison().results, tmp_path_factory.mktemp("out") / "saved")


@pytest.mark.parametrize("kind", ["loans", "survival", "difference", "fates", "runway"])
@pytest.mark.parametrize("by", [*NO_GROUPS])
def test_what_is_no_group_is_said_to_be_none_with_what_is_one(kind, by, saved, tmp_path):
    result = invoke("plot", saved, kind, "--by", by, "--out", tmp_path / "figure.svg")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{kind}  cannot be drawn by {by}: ")
    assert any(reason in line for reason in REASONS)
    assert line.endswith("; give kind, sector, region or size; for loans lender_group, kind or product")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("by", ["kind", "lender_group", "product", "region", "status"])
def test_groups_are_drawn_as_before(by, saved, tmp_path):
    result = invoke("plot", saved, "loans", "--by", by, "--out", tmp_path / "figure.svg")
    assert result.exit_code == 0, result.stderr
