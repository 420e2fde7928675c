"""Folders of results in which something was changed, hashes brought in line, as a folder from elsewhere may be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.results.manifest import digest_of, id_of
from sim.scenario.problems import ScenarioError


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest as it stands."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def put_manifest(folder: Path, manifest: Any, identity: bool = True) -> None:
    """Write a manifest, its id brought in line where that can be done."""
    if identity:
        try:
            digests = [[arm, about["digest"]] for arm, about in manifest["arms"].items()]
            manifest["id"] = id_of(digests, manifest["seeds"], manifest["versions"]["tideover"])
        except (KeyError, TypeError, AttributeError, ValueError):
            pass
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def in_line(folder: Path, name: str) -> None:
    """Bring the hash of a file in the manifest in line with its content."""
    manifest = manifest_of(folder)
    manifest["files"][name] = digest_of(folder / name)
    put_manifest(folder, manifest)


def change_csv(folder: Path, name: str, change: Callable[[pd.DataFrame], Any]) -> None:
    """Change the cells of a CSV file, all of them texts."""
    path = folder / name
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    found = change(table)
    (table if found is None else found).to_csv(path, index=False, lineterminator="\n")
    in_line(folder, name)


def change_parquet(folder: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a Parquet file."""
    path = folder / name
    pq.write_table(change(pq.read_table(path)), path)
    in_line(folder, name)


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    """A table with other values in a column."""
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def refused(folder: Path) -> str:
    """The one line with which a folder is refused on opening; not that of the last net."""
    with pytest.raises(ScenarioError) as caught:
        sim.open(folder)
    (line,) = str(caught.value).splitlines()
    assert "not as this program writes it" not in line, line
    return line
