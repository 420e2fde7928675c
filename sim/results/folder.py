"""A results folder: tables, scenarios, manifest; written under a temporary name and renamed: whole or absent."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.results.atomic_folder import MANIFEST as NAME
from sim.results.atomic_folder import manifest_in, new_draft, put_in_place, recover, refuse, refuse_bad_place, strangers
from sim.results.audit import write_journal
from sim.results.country_tables import JOURNAL
from sim.results.csv_file import write_csv
from sim.results.firm_tables import restore_firms, write_firms
from sim.results.manifest import (
    COUNTED,
    FIGURES,
    TABLES,
    digest_of,
    files_in,
    manifest_of,
    read_manifest,
    refuse_field,
    run_id,
    verify,
)
from sim.results.manifest_shape import FieldError, kind_in
from sim.results.results import Results
from sim.results.shapes import DONE, Told, read_runs, read_shape, shapes_in
from sim.scenario import Problem, Scenario, ScenarioError, load
from sim.scenario.problems import is_plain, one_line, shown
from sim.scenario.scale import scale_of

__all__ = ["TABLES", "check_target", "open", "write_folder"]


def write_folder(
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
        Replace whatever results the folder holds; files that their manifest does not list stay.

    Raises
    ------
    ScenarioError
        If the folder holds something else.
    """
    check_target(folder, run_id(results), overwrite)
    draft = new_draft(folder)
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
    """Refuse to write over anything but the same runs; with ``overwrite``, over anything but results."""
    refuse_bad_place(folder)
    recover(folder)
    if not folder.exists() or not any(folder.iterdir()):
        return
    held = manifest_in(folder)
    if not (folder / NAME).is_file() or kind_in(folder / NAME) or (held and "format" not in held):
        refuse(folder, "holds files that are not results of this program; choose another with --out")
    held = read_manifest(folder)
    if overwrite:
        return
    if held["id"] != identity:
        refuse(
            folder, "holds results of other settings, seeds or version; choose another with --out, or give --overwrite"
        )
    added = [name for name in strangers(folder) if is_kept(name)]
    if added:
        name = one_line(added[0][:100])
        refuse(folder, f"holds a file that is not of these results: {name}; move it, or give --overwrite")


def is_kept(name: str) -> bool:
    """Whether a file that somebody put into a results folder would be missed: not a figure, not a hidden file."""
    return not name.startswith(FIGURES) and not Path(name).name.startswith(".")


def write_tables(results: Results, folder: Path, summary: pd.DataFrame | None) -> None:
    """Write the tables and the merged scenario of each arm."""
    write_csv(results.runs.drop(columns="seconds", errors="ignore"), folder / "runs.csv")
    write_csv(results.weekly, folder / "weekly.csv")
    write_csv(results.lenders, folder / "lenders.csv")
    write_csv(results.sectors, folder / "sectors.csv")
    if results.totals:
        write_csv(results.enterprises, folder / COUNTED[-2])
        write_csv(results.loans, folder / COUNTED[-1])
    else:
        results.enterprises.to_parquet(folder / TABLES[-2], index=False)
        results.loans.to_parquet(folder / TABLES[-1], index=False)
    if not results.journal.empty:
        write_journal(results, folder)
    if summary is not None:
        write_csv(summary.reset_index(), folder / "summary.csv")
    write_firms(results.scenarios, folder)
    (folder / "scenarios").mkdir()
    for arm, scenario in results.scenarios.items():
        if not is_plain(arm):
            refuse(folder, f"the arm {shown(arm)} cannot be the name of a file; give it another")
        (folder / "scenarios" / f"{arm}.yaml").write_text(scenario.to_yaml(), encoding="utf-8")


def open(folder: str | Path) -> Results:
    """Read results back from a folder (``sim.open``).

    Parameters
    ----------
    folder
        A folder that ``sim.save`` or the command line wrote.

    Returns
    -------
    Results
        The tables as they were before they were written.

    Manifest, hashes, scenarios, tables and kept firm tables are each checked by their declared shape before anything
    uses them.

    Raises
    ------
    ScenarioError
        If the folder is not whole, or something in it is not as declared: in one line, with file, field or column,
        what was found and what was expected.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> folder = sim.save(sim.run(scenario, seeds=2, progress=False), "two-seeds")
    >>> len(sim.open(folder).enterprises)
    400
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    verify(folder, manifest)
    scenarios = read_scenarios(folder, manifest)
    try:
        restore_firms(scenarios, folder, manifest)
        return Results(**read_tables(folder, manifest, scenarios), scale=manifest["scale"], scenarios=scenarios)
    except ScenarioError:
        raise
    except Exception as error:  # the last net: what is caught here a declaration above should have named
        refuse(folder, f"{LAST_NET} ({type(error).__name__}: {one_line(str(error))[:200]}); please report this folder")


LAST_NET = "cannot be read: something in it is not as this program writes it"


def read_scenarios(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Scenario]:
    """The scenario of each arm; all stand for as many real enterprises as the manifest says."""
    found = {}
    for arm, about in manifest["arms"].items():
        path = folder / "scenarios" / f"{arm}.yaml"
        try:
            found[arm] = dataclasses.replace(load(path), name=about["scenario"])
        except ScenarioError as error:
            first, more = error.problems[0], len(error.problems) - 1
            rest = f" (and {more} more problems)" if more else ""
            raise ScenarioError([Problem(first.place, f"{first.text}{rest}", first.key)]) from None
        scale = scale_of(found[arm].settings)
        if scale != manifest["scale"]:
            wrong = FieldError("scale", f"is {manifest['scale']}", f"{scale}, as scenarios/{arm}.yaml gives")
            refuse_field(folder, wrong)
    return found


def read_tables(
    folder: Path, manifest: Mapping[str, Any], scenarios: Mapping[str, Scenario]
) -> dict[str, pd.DataFrame]:
    """The tables of a folder as they were before they were written: the same types and categories, exact numbers."""
    runs = read_runs(folder, manifest, scenarios)
    ended = (runs["status"] == DONE).tolist()
    told = Told(scenarios, dict(zip(zip(runs["arm"], runs["seed"].tolist(), strict=True), ended, strict=True)))
    shapes = shapes_in(folder, COUNTED[-1] in manifest["files"])
    tables = {shape.name: read_shape(folder, shape, told) for shape in shapes}
    if JOURNAL.file in manifest["files"]:
        read_shape(folder, JOURNAL, told)
    return {**tables, "runs": runs}
