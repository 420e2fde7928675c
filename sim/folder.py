"""A results folder: tables, scenarios, manifest; written under a temporary name and renamed: whole or absent."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from sim.results import Results
from sim.scenario.loading import load
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario
from sim.version import VERSION

FORMAT = 1
LIBRARIES = ("mesa", "numpy", "numba", "pandas", "scipy", "pyarrow", "matplotlib")


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


def save(
    results: Results,
    folder: Path,
    *,
    command: str = "",
    seconds: float = 0.0,
    summary: pd.DataFrame | None = None,
    extra: Callable[[Path], None] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a results folder.

    Parameters
    ----------
    results
        What to write.
    folder
        Where; an existing folder is replaced only when it holds the same runs, or with ``overwrite``.
    command, seconds
        For the manifest.
    summary
        Table of outcomes, written as ``summary.csv``.
    extra
        Called with the temporary folder to add files (figures, a report) before it gets its name.
    overwrite
        Replace whatever results the folder holds.

    Raises
    ------
    ScenarioError
        If the folder holds something else.
    """
    check_target(folder, run_id(results), overwrite)
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        write_tables(results, draft, summary)
        if extra is not None:
            extra(draft)
        manifest = manifest_of(results, command, seconds)
        manifest["files"] = {
            path.relative_to(draft).as_posix(): digest_of(path) for path in sorted(draft.rglob("*")) if path.is_file()
        }
        (draft / "manifest.json").write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def check_target(folder: Path, identity: str, overwrite: bool = False) -> None:
    """Refuse to write over anything but the same runs."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is not a folder; choose another with --out")
    if not folder.exists() or not any(folder.iterdir()):
        return
    held = read_manifest(folder) if (folder / "manifest.json").is_file() else {}
    if held.get("format") != FORMAT:
        refuse(folder, "holds files that are not results of this program; choose another with --out")
    if held.get("id") != identity and not overwrite:
        refuse(
            folder, "holds results of other settings, seeds or version; choose another with --out, or give --overwrite"
        )


def refuse(folder: Path, text: str) -> None:
    """Refuse a folder in the manner of all bad input."""
    raise ScenarioError([Problem(Place(str(folder)), text)])


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def put_in_place(draft: Path, folder: Path) -> None:
    """Give the finished draft its name; an older folder of the same runs goes away only then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def write_tables(results: Results, folder: Path, summary: pd.DataFrame | None) -> None:
    """Write the tables and the merged scenario of each arm."""
    results.runs.drop(columns="seconds").to_csv(folder / "runs.csv", index=False)
    results.weekly.to_csv(folder / "weekly.csv", index=False)
    results.lenders.to_csv(folder / "lenders.csv", index=False)
    results.enterprises.to_parquet(folder / "enterprises.parquet", index=False)
    results.loans.to_parquet(folder / "loans.parquet", index=False)
    if summary is not None:
        summary.reset_index().to_csv(folder / "summary.csv", index=False)
    (folder / "scenarios").mkdir()
    for arm, scenario in results.scenarios.items():
        (folder / "scenarios" / f"{arm}.yaml").write_text(scenario.to_yaml(), encoding="utf-8")


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


def open_folder(folder: str | Path) -> Results:
    """Results read back from a folder.

    Raises
    ------
    ScenarioError
        If the folder is not whole: a file is missing or differs from what the manifest says.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest.get("format") != FORMAT:
        refuse(folder, f"was written in format {manifest.get('format')!r}; this version reads {FORMAT}")
    verify(folder, manifest)
    arms = list(manifest["arms"])
    frames: dict[str, pd.DataFrame] = {
        "weekly": pd.read_csv(folder / "weekly.csv", parse_dates=["date"]),
        "lenders": pd.read_csv(folder / "lenders.csv"),
        "enterprises": pd.read_parquet(folder / "enterprises.parquet"),
        "loans": pd.read_parquet(folder / "loans.parquet"),
    }
    for name in ("weekly", "lenders"):
        frames[name]["arm"] = pd.Categorical(frames[name]["arm"], categories=arms)
    runs = pd.read_csv(folder / "runs.csv", keep_default_na=False)
    scenarios = {arm: load(str(folder / "scenarios" / f"{arm}.yaml")) for arm in arms}
    return Results(**frames, runs=runs, scale=int(manifest["scale"]), scenarios=scenarios)


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder in which a file is missing or was changed since it was written."""
    files = manifest.get("files")
    if not isinstance(files, dict) or not isinstance(manifest.get("arms"), dict):
        refuse(folder, "manifest.json is damaged: it does not list its files")
    for name, digest in dict(files or {}).items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            refuse(folder, f"manifest.json names a file outside the folder: {name}")
        if not path.is_file():
            refuse(folder, f"is not whole: {name} is missing")
        if digest_of(path) != digest:
            refuse(folder, f"is not whole: {name} differs from what was written; run the command again")


def command_line() -> str:
    """The command as typed, without the folder the program lies in."""
    return " ".join(["tideover", *sys.argv[1:]])
