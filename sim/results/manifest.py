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

from sim.results.atomic_folder import MANIFEST as NAME
from sim.results.atomic_folder import MOST_NAME, refuse, write_file
from sim.results.atomic_folder import digest_of as digest_of
from sim.results.atomic_folder import files_in as files_in
from sim.results.firm_tables import about_firms
from sim.results.manifest_shape import FORMAT, FieldError, kind_in, parsed
from sim.results.results import Results
from sim.scenario import Scenario
from sim.scenario.problems import shown
from sim.version import VERSION

MOST_BYTES = 200_000_000
"""Of a manifest: a million seeds take less."""
LIBRARIES = ("mesa", "numpy", "numba", "pandas", "scipy", "pyarrow", "matplotlib")
EVERY = ("runs.csv", "weekly.csv", "lenders.csv", "sectors.csv")
"""Tables of every folder."""
TABLES = (*EVERY, "enterprises.parquet", "loans.parquet")
COUNTED = (*EVERY, "enterprise_counts.csv", "loan_counts.csv")
"""Tables of a folder of panels, and of totals."""
FIGURES = "figures/"
"""Figures can be drawn again from the tables, so they may change or go without harm."""


def planned_id(scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> str:
    """Hash of all that decides the results: resolved scenarios, seeds, version."""
    return id_of([[arm, one.digest] for arm, one in scenarios.items()], seeds, VERSION)


def id_of(digests: Sequence[Sequence[str]], seeds: Sequence[int], version_of: str) -> str:
    """The hash of arms with their digests, seeds and version."""
    text = json.dumps([[list(pair) for pair in digests], list(seeds), version_of])
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


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder, once every field of it is what it must be.

    Raises
    ------
    ScenarioError
        If there is none, or a field is not as expected.
    """
    path = folder / NAME
    if not path.is_file():
        refuse(folder, f"is not a results folder: {NAME} is missing")
    if path.stat().st_size > MOST_BYTES:
        refuse(folder, f"{NAME} cannot be read: it has more than {MOST_BYTES / 1e6:,.0f} MB; run the command again")
    kind = kind_in(path)
    if kind:
        refuse(folder, f"holds a {kind.removeprefix('tideover ')}, no results of runs; its tables are CSV and Parquet")
    try:
        return parsed(path.read_bytes())
    except FieldError as error:
        refuse_field(folder, error)


def refuse_field(folder: Path, wrong: FieldError) -> NoReturn:
    """Refuse a manifest because of one field."""
    if not wrong.field:
        refuse(folder, f"{NAME} cannot be read: it is damaged; expected {wrong.expected}; run the command again")
    if wrong.field == "format":
        format_found = wrong.found.removeprefix("is ")
        refuse(folder, f"{NAME}: was written in format {format_found}; this version reads {FORMAT}")
    text = f"{NAME} is damaged: {wrong.field} {wrong.found}; expected {wrong.expected}; run the command again"
    refuse(folder, text)


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder in which a file is missing or was changed since it was written."""
    arms, files = manifest["arms"], manifest["files"]
    digests = [[arm, about["digest"]] for arm, about in arms.items()]
    if manifest["id"] != id_of(digests, manifest["seeds"], manifest["versions"]["tideover"]):
        refuse_field(folder, FieldError("id", f"is {manifest['id'][:10]}…", "the hash of its arms, seeds and version"))
    tables = COUNTED if COUNTED[-1] in files else TABLES
    wanted_files = [*tables, *(f"scenarios/{arm}.yaml" for arm in arms)]
    unlisted = [name for name in wanted_files if name not in files]
    if unlisted:
        refuse_field(folder, FieldError("files", f"does not list {shown(unlisted[0])}", "every table and scenario"))
    for name, digest in files.items():
        if not is_inside(folder, name):
            refuse(folder, f"{NAME} names a file outside the folder: {shown(name[:100])}")
        if name.startswith(FIGURES):
            continue
        if not (folder / name).is_file():
            refuse(folder, f"is not whole: {name} is missing")
        if digest_of(folder / name) != digest:
            refuse(folder, f"is not whole: {name} differs from what was written; run the command again")
    refuse_links(folder)


def list_file(folder: Path, manifest: dict[str, Any], name: str) -> None:
    """Add a file of a results folder, with its hash, to the manifest: it is the program's from then on."""
    manifest["files"] = dict(sorted({**manifest["files"], name: digest_of(folder / name)}.items()))
    write_file(folder / NAME, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


def refuse_stranger(target: Path, listed: bool, overwrite: bool) -> None:
    """Refuse to write over a file that the manifest does not list, unless that is wanted."""
    if target.is_symlink() or (target.exists() and not target.is_file()):
        refuse(target, "is not a file; choose another with --out")
    if target.exists() and not (listed or overwrite):
        refuse(target, "exists already; choose another with --out, or give --overwrite")


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
