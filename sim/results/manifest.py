"""The manifest of a results folder: what was run, with what, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from sim.results.firm_tables import about_firms
from sim.results.results import Results
from sim.scenario.problems import Place, Problem, ScenarioError, is_plain
from sim.scenario.resolved import Scenario
from sim.version import VERSION

FORMAT = 1
LIBRARIES = ("mesa", "numpy", "numba", "pandas", "scipy", "pyarrow", "matplotlib")
EVERY = ("runs.csv", "weekly.csv", "lenders.csv", "sectors.csv")
"""Tables of every folder."""
TABLES = (*EVERY, "enterprises.parquet", "loans.parquet")
COUNTED = (*EVERY, "enterprise_counts.csv", "loan_counts.csv")
"""Tables of a folder of panels, and of totals."""
FIGURES = "figures/"
"""Figures can be drawn again from the tables, so they may change or go without harm."""
MOST_NAME = 255


def planned_id(scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> str:
    """Hash of all that decides the results: resolved scenarios, seeds, version."""
    text = json.dumps([[[arm, one.digest] for arm, one in scenarios.items()], list(seeds), VERSION])
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(results: Results) -> str:
    """The same hash, of results."""
    return planned_id(results.scenarios, [int(seed) for seed in results.runs["seed"].drop_duplicates()])


def manifest_of(results: Results, command: str, seconds: float) -> dict[str, Any]:
    """What was run, with what, and whether all ended well. Nothing personal: no user, host, path, environment."""
    failed = results.runs[results.runs["status"] != "done"]
    return {
        "format": FORMAT,
        "id": run_id(results),
        "status": "done" if failed.empty else "some runs failed",
        "command": command,
        "arms": {arm: {"scenario": one.name, "digest": one.digest} for arm, one in results.scenarios.items()},
        "seeds": [int(seed) for seed in results.runs["seed"].drop_duplicates()],
        "runs": int(len(results.runs)),
        "failed": [[str(row.arm), int(row.seed), str(row.failure)] for row in failed.itertuples()],
        "scale": int(results.scale),
        "firms": about_firms(results.scenarios),
        "seconds": round(seconds, 1),
        "versions": {"tideover": VERSION, "python": platform.python_version(), **library_versions()},
        "machine": {"system": platform.system(), "processor": platform.machine()},
    }


def library_versions() -> dict[str, str]:
    """Versions of the libraries that results depend on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def files_in(folder: Path) -> list[str]:
    """All files of a folder, by their paths in it."""
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def refuse(folder: Path, text: str) -> NoReturn:
    """Refuse a folder in the manner of all bad input."""
    raise ScenarioError([Problem(Place(str(folder)), text)])


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder.

    Raises
    ------
    ScenarioError
        If there is none, or it cannot be read.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        refuse(folder, "is not a results folder: manifest.json is missing")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        refuse(folder, "manifest.json cannot be read: it is damaged")
    if not isinstance(manifest, dict):
        refuse(folder, "manifest.json cannot be read: it is damaged")
    return dict(manifest)


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder in which a file is missing or was changed since it was written."""
    arms, files = manifest.get("arms"), manifest.get("files")
    if not isinstance(files, dict) or not is_good(arms) or not isinstance(manifest.get("scale"), int):
        refuse(folder, "manifest.json is damaged: it does not list its arms and files")
    tables = COUNTED if COUNTED[-1] in files else TABLES
    wanted = [*tables, *(f"scenarios/{arm}.yaml" for arm in arms or {})]
    unlisted = [name for name in wanted if name not in files]
    if unlisted:
        refuse(folder, f"manifest.json is damaged: it does not list {unlisted[0]}")
    for name, digest in files.items():
        if not is_inside(folder, name):
            refuse(folder, f"manifest.json names a file outside the folder: {name[:100]}")
        if name.startswith(FIGURES):
            continue
        if not (folder / name).is_file():
            refuse(folder, f"is not whole: {name} is missing")
        if digest_of(folder / name) != digest:
            refuse(folder, f"is not whole: {name} differs from what was written; run the command again")
    refuse_links(folder)


def is_good(arms: object) -> bool:
    """Whether the manifest's arms are what this program writes."""
    return (
        isinstance(arms, dict)
        and len(arms) > 0
        and all(
            is_plain(arm) and isinstance(about, dict) and is_plain(about.get("scenario")) for arm, about in arms.items()
        )
    )


def refuse_links(folder: Path) -> None:
    """Refuse a folder with a link that leads out of it: what is written into it would land elsewhere."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not is_inside(folder, path.relative_to(folder).as_posix()):
            refuse(folder, f"holds a link that leads out of it: {path.relative_to(folder).as_posix()[:100]}; delete it")


def is_inside(folder: Path, name: str) -> bool:
    """Whether a file of the manifest lies in the folder, links followed."""
    try:
        short = all(len(os.fsencode(part)) <= MOST_NAME for part in Path(name).parts)
        return short and (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def command_line() -> str:
    """The command as typed, without the folders that whole paths lead through: those tell who ran it."""
    return shlex.join(["tideover", *(without_folders(word) for word in sys.argv[1:])])


def without_folders(word: str) -> str:
    """A word of a command with its whole path (``/home/me/fast.yaml``, ``--out=/home/me/out``) cut to the last part."""
    option, equals, value = word.partition("=")
    if option.startswith("--") and equals and Path(value).is_absolute():
        return f"{option}={Path(value).name}"
    return Path(word).name if Path(word).is_absolute() else word
