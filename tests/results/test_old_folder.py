"""A results folder as version 0.1.0 wrote it can be opened: its table of sectors has no kinds."""

from __future__ import annotations

import hashlib
import json

import pandas as pd

import sim
from sim.results.country_tables import NEW_IN_SECTORS

KEYS = ["seed", "arm", "step", "date", "sector", "region"]


def test_a_folder_without_kinds_in_its_sectors_can_be_opened(tmp_path):
    scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=6"])
    results = sim.run(scenario, seeds=2, progress=False)
    folder = sim.save(results, tmp_path / "old")
    table = pd.read_csv(folder / "sectors.csv").drop(columns=list(NEW_IN_SECTORS))
    assert set(table.columns) == {*KEYS, "sales_yuan", "normal_sales_yuan"}
    table.groupby(KEYS, sort=False).sum().reset_index().to_csv(folder / "sectors.csv", index=False, lineterminator="\n")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["sectors.csv"] = hashlib.sha256((folder / "sectors.csv").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    opened = sim.open(folder)
    assert "kind" not in opened.sectors
    assert len(opened.sectors) * len(scenario.settings.kinds) == len(results.sectors)
    assert abs(opened.sectors["sales_yuan"].sum() / results.sectors["sales_yuan"].sum() - 1.0) < 1e-9
