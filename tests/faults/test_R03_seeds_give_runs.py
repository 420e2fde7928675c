"""R03: one seed and ten replicates gave ten identical runs."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from tests.support.small import TABLES, hash_of, invoke

SIZE = ["population.enterprises=60", "calendar.weeks=20"]


def part(results: sim.Results, seed: int) -> sim.Results:
    """The tables of one seed."""
    rows = {name: getattr(results, name)[lambda table: table["seed"] == seed] for name in TABLES}
    return sim.Results(**rows, runs=results.runs, scale=results.scale)


@pytest.fixture(scope="module")
def points() -> list[sim.Results]:
    """Ten replications from seed 42 at two values of a setting."""
    scenario = sim.load("china-2020", SIZE)
    changed = [scenario.set(programme__decision_days=days) for days in (0, 28)]
    return [sim.run(one, seeds=10, seed=42, progress=False) for one in changed]


def test_ten_replicates_are_ten_different_runs(points):
    for point in points:
        assert len({hash_of(part(point, seed), leave_out=("seed",)) for seed in range(42, 52)}) == 10


def test_the_same_seeds_meet_the_same_enterprises_at_every_point(points):
    assert [point.runs["seed"].tolist() for point in points] == [list(range(42, 52))] * 2
    drawn = ["seed", "enterprise", "kind", "sector", "staff", "runway_days", "quality"]
    pd.testing.assert_frame_equal(*(point.enterprises[drawn] for point in points), check_exact=True)


def test_each_run_is_repeated_alone_by_its_printed_seed(points, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = [word for setting in SIZE for word in ("--set", setting)]
    invoke("run", "china-2020", *settings, "--seeds", 1, "--seed", 47, "-q", "--no-figures", "--out", "alone")
    alone = sim.open("alone")
    assert alone.runs["seed"].tolist() == [47]
    for name in TABLES:
        among = getattr(part(points[0], 47), name).reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(alone, name), among, check_exact=True)
