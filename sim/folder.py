"""A results folder: tables, scenarios, manifest; written under a temporary name and renamed: whole or absent."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from sim.firms.keeping import about_firms, restore_firms, write_firms
from sim.results import Results
from sim.scenario.loading import load
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario
from sim.version import VERSION

FORMAT = 1
LIBRARIES = ("mesa", "numpy", "numba", "pandas", "scipy", "pyarrow", "matplotlib")
TABLES = ("runs.csv", "weekly.csv", "lenders.csv", "sectors.csv", "enterprises.parquet", "loans.parquet")
FIGURES = "figures/"
"""Figures can be drawn again from the tables, so they may change or go without harm."""
MOST_NAME = 255
TEXT = ("arm", "lender_group", "sector", "region", "type", "status", "failure", "scenario", "date")
DATES = ("date", "applied_date", "decided_date", "payout_date", "ended_date")


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
        manifest["files"] = {name: digest_of(draft / name) for name in files_in(draft)}
        (draft / "manifest.json").write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def check_target(folder: Path, identity: str, overwrite: bool = False) -> None:
    """Refuse to write over anything but the same runs."""
    refuse_bad_place(folder)
    if not folder.exists() or not any(folder.iterdir()):
        return
    held = read_manifest(folder) if (folder / "manifest.json").is_file() else {}
    if held.get("format") != FORMAT:
        refuse(folder, "holds files that are not results of this program; choose another with --out")
    if overwrite:
        return
    if held.get("id") != identity:
        refuse(
            folder, "holds results of other settings, seeds or version; choose another with --out, or give --overwrite"
        )
    added = [name for name in files_in(folder) if name not in dict(held.get("files") or {}) and is_kept(name)]
    if added:
        refuse(folder, f"holds a file that is not of these results: {added[0]}; move it, or give --overwrite")


def refuse_bad_place(folder: Path) -> None:
    """Refuse a place where no folder of results can be made, before anything is run."""
    if any(len(os.fsencode(part)) > MOST_NAME - len("..part") for part in folder.parts):
        refuse(folder, "is too long a name; choose another with --out")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is not a folder; choose another with --out")
    if Path.cwd().is_relative_to(folder.resolve()):
        refuse(folder, "is the folder you are in, or one above it; choose another with --out")
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir():
        refuse(folder, f"cannot be made: {above} is not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        refuse(folder, f"cannot be made: {above} is not writable")


def files_in(folder: Path) -> list[str]:
    """All files of a folder, by their paths in it."""
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def is_kept(name: str) -> bool:
    """Whether a file that somebody put into a results folder would be missed: not a figure, not a hidden file."""
    return name != "manifest.json" and not name.startswith(FIGURES) and not Path(name).name.startswith(".")


def refuse(folder: Path, text: str) -> NoReturn:
    """Refuse a folder in the manner of all bad input."""
    raise ScenarioError([Problem(Place(str(folder)), text)])


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def put_in_place(draft: Path, folder: Path) -> None:
    """Give the finished draft its name; an older folder goes away only then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_tables(results: Results, folder: Path, summary: pd.DataFrame | None) -> None:
    """Write the tables and the merged scenario of each arm."""
    results.runs.drop(columns="seconds", errors="ignore").to_csv(folder / "runs.csv", index=False)
    results.weekly.to_csv(folder / "weekly.csv", index=False)
    results.lenders.to_csv(folder / "lenders.csv", index=False)
    results.sectors.to_csv(folder / "sectors.csv", index=False)
    results.enterprises.to_parquet(folder / "enterprises.parquet", index=False)
    results.loans.to_parquet(folder / "loans.parquet", index=False)
    if summary is not None:
        summary.reset_index().to_csv(folder / "summary.csv", index=False)
    write_firms(results.scenarios, folder)
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
    scenarios = {
        arm: dataclasses.replace(load(folder / "scenarios" / f"{arm}.yaml"), name=about["scenario"])
        for arm, about in manifest["arms"].items()
    }
    try:
        restore_firms(scenarios, folder)
        return Results(**read_tables(folder, scenarios), scale=manifest["scale"], scenarios=scenarios)
    except (ValueError, KeyError) as error:  # what the readers raise for files that are no such tables
        refuse(folder, f"cannot be read: {error}")


def read_tables(folder: Path, scenarios: Mapping[str, Scenario]) -> dict[str, pd.DataFrame]:
    """The tables of a folder as they were before they were written: the same categories, whole seconds.

    Numbers are exact from pandas 3.1 on.
    """
    tables = {
        "weekly": read_csv(folder / "weekly.csv"),
        "lenders": read_csv(folder / "lenders.csv"),
        "sectors": read_csv(folder / "sectors.csv"),
        "enterprises": pd.read_parquet(folder / "enterprises.parquet"),
        "loans": pd.read_parquet(folder / "loans.parquet"),
    }
    for table in tables.values():
        table["arm"] = pd.Categorical(table["arm"].astype(str), categories=list(scenarios))
        for name in [name for name in DATES if name in table]:
            table[name] = table[name].astype("datetime64[s]")
    groups = {tuple(one.settings.lenders) for one in scenarios.values()}
    if len(groups) == 1:  # else the arms have other lenders, and their names are plain text
        lenders = tables["lenders"]
        lenders["lender_group"] = pd.Categorical(lenders["lender_group"], categories=list(*groups))
        lenders["type"] = pd.Categorical(lenders["type"])
    name_sectors(tables["sectors"], scenarios)
    return {**tables, "runs": read_csv(folder / "runs.csv")}


def name_sectors(table: pd.DataFrame, scenarios: Mapping[str, Scenario]) -> None:
    """Sector and region as categories again, in the scenario's order; plain text where the arms have different ones."""
    for name in ("sector", "region"):
        known = {tuple(getattr(one.settings, f"{name}s")) for one in scenarios.values()}
        if len(known) == 1:
            table[name] = pd.Categorical(table[name], categories=list(*known))


def read_csv(path: Path) -> pd.DataFrame:
    """A table of text in which names are names, even ``nan`` or ``2020``; an empty number is missing."""
    numbers = {name: [""] for name in pd.read_csv(path, nrows=0).columns if name not in TEXT}
    return pd.read_csv(path, dtype=dict.fromkeys(TEXT, str), keep_default_na=False, na_values=numbers)


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder in which a file is missing or was changed since it was written."""
    arms, files = manifest.get("arms"), manifest.get("files")
    if not isinstance(files, dict) or not is_good(arms) or not isinstance(manifest.get("scale"), int):
        refuse(folder, "manifest.json is damaged: it does not list its arms and files")
    wanted = [*TABLES, *(f"scenarios/{arm}.yaml" for arm in arms or {})]
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


def is_good(arms: object) -> bool:
    """Whether the manifest's arms are what this program writes."""
    return (
        isinstance(arms, dict)
        and len(arms) > 0
        and all(isinstance(about, dict) and isinstance(about.get("scenario"), str) for about in arms.values())
    )


def is_inside(folder: Path, name: str) -> bool:
    """Whether a file of the manifest lies in the folder, links followed."""
    try:
        return len(name) <= MOST_NAME and (folder / name).resolve().is_relative_to(folder.resolve())
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
