"""R12: a run that needs too much memory kills worker after worker, and the whole sweep is lost."""

from __future__ import annotations

import pytest

from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy


@pytest.mark.parametrize("executor", ["series", "processes"])
def test_twenty_points_are_kept_and_the_large_one_is_listed(tmp_path, monkeypatch, executor):
    for place in ("sim.studies.sweep.sweep", "sim.studies.sweep.execution"):
        monkeypatch.setattr(f"{place}.memory_limit", lambda: 1_010_000_000)
    sizes = [*range(50, 70), 7_000]
    found = sweep(
        toy(calendar__weeks=6),
        {"population.enterprises": sizes},
        seeds=1,
        executor=executor,
        out=tmp_path / "sweep",
        progress=False,
    )
    assert len(found.jobs) == 20
    assert found.failures["point"].tolist() == [20]
    reason, repeat = found.failures.loc[0, ["reason", "repeat"]]
    assert "needs about 0.6 GB of memory for 7,000 enterprises" in reason
    assert "--set=population.enterprises=7000 --seeds 1 --seed 1" in repeat
    assert found.table.loc[found.table["point"] == 20, "mean"].isna().all()
