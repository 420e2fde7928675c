"""What a sweep keeps on disk: a manifest first, then one small file a finished job, the tables last.

Every file is written under a temporary name, flushed to the disk and renamed: under its own name it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from sim.results.csv_file import csv_text
from sim.scenario.problems import Place, Problem, ScenarioError

FORMAT = 1
KIND = "tideover sweep"
Outcomes = dict[str, float | None]


class Store:
    """The folder of a sweep.

    Parameters
    ----------
    folder
        Where everything is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, resume: bool, overwrite: bool) -> None:
        """Make the folder, or go on in it.

        Raises
        ------
        ScenarioError
            If it holds something that is not to be touched.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            _refuse(self.folder, "is not a folder; choose another with --out")
        if self.folder.is_dir() and any(self.folder.iterdir()):
            if self.manifest().get("kind") != KIND:
                _refuse(self.folder, "holds files that are not a sweep of this program; choose another with --out")
            if not (resume or overwrite):
                _refuse(self.folder, "holds a sweep already: go on with --resume, or start anew with --overwrite")
            if any(path.is_symlink() for path in self.folder.rglob("*")):
                _refuse(self.folder, "holds links, which may lead out of it; delete them, or choose another with --out")
            if not resume:
                shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for draft in self.folder.rglob(".*.part"):
            draft.unlink(missing_ok=True)

    def manifest(self) -> dict[str, Any]:
        """The manifest; empty if there is none or it is damaged."""
        try:
            found = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Write what is wanted and how far it is."""
        text = json.dumps({"kind": KIND, "format": FORMAT, **manifest}, indent=1, ensure_ascii=False)
        self.write("manifest.json", (text + "\n").encode())

    def write(self, name: str, content: bytes) -> None:
        """Write one file, whole or not at all."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV or Parquet; the same table gives the same bytes."""
        if name.endswith(".parquet"):
            self.write(name, table.to_parquet(index=False))
        else:
            self.write(name, csv_text(table).encode())

    def put(self, job: str, outcomes: Outcomes) -> None:
        """Keep the outcomes of a job: from now on it is done."""
        text = json.dumps(outcomes, allow_nan=False)
        whole = f'{{"id": "{job}", "sha256": "{_digest(job, text)}", "outcomes": {text}}}\n'
        self.write(_name(job), whole.encode())

    def get(self, job: str) -> Outcomes | None:
        """Outcomes of a job that was done before; none if it was not, or its file is damaged."""
        try:
            held = json.loads((self.folder / _name(job)).read_bytes())
            outcomes = dict(held["outcomes"])
            whole = held["id"] == job and held["sha256"] == _digest(job, json.dumps(outcomes, allow_nan=False))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return outcomes if whole else None


def _name(job: str) -> str:
    """File of a job."""
    return f"jobs/{job[:2]}/{job}.json"


def _digest(job: str, text: str) -> str:
    return hashlib.sha256(f"{job}\n{text}".encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse(folder: Path, text: str) -> None:
    raise ScenarioError([Problem(Place(str(folder)), text)])
