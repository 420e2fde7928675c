"""A results folder: tables, scenarios, manifest; written under a temporary name and renamed: whole or absent."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from sim.outcomes.grouping import OTHER_ARM
from sim.results.atomic_folder import LONGEST, new_draft, put_in_place
from sim.results.audit import write_journal
from sim.results.csv_file import read_csv, write_csv
from sim.results.firm_tables import restore_firms, write_firms
from sim.results.manifest import (
    COUNTED,
    FIGURES,
    FORMAT,
    MOST_NAME,
    TABLES,
    digest_of,
    files_in,
    manifest_of,
    read_manifest,
    refuse,
    run_id,
    verify,
)
from sim.results.results import Results
from sim.results.totals import WORDS, with_categories
from sim.scenario.loading import load
from sim.scenario.problems import is_plain, shown
from sim.scenario.resolved import Scenario

__all__ = ["TABLES", "check_target", "open_folder", "save"]

TEXT = ("arm", "lender_group", "sector", "region", "type", "status", "failure", "scenario", "date")
FLAGS = ("digital", "banked", "event", "closed_later", "had_gap", "insolvent", "programme", "existing", "first_time")
"""Columns of tables of totals that are true or false."""
DATES = ("date", "applied_date", "decided_date", "payout_date", "ended_date")


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
    if any(len(os.fsencode(part)) > MOST_NAME - LONGEST for part in folder.parts):
        refuse(folder, "is too long a name; choose another with --out")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is not a folder; choose another with --out")
    if Path.cwd().is_relative_to(folder.resolve()):
        refuse(folder, "is the folder you are in, or one above it; choose another with --out")
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir():
        refuse(folder, f"cannot be made: {above} is not a folder; choose another with --out")
    if not os.access(above, os.W_OK | os.X_OK):
        refuse(folder, f"cannot be made: {above} is not writable; choose another with --out")


def is_kept(name: str) -> bool:
    """Whether a file that somebody put into a results folder would be missed: not a figure, not a hidden file."""
    return name != "manifest.json" and not name.startswith(FIGURES) and not Path(name).name.startswith(".")


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


def open_folder(folder: str | Path) -> Results:
    """Read results back from a folder (``sim.open``).

    Parameters
    ----------
    folder
        A folder that ``sim.save`` or the command line wrote.

    Returns
    -------
    Results
        The tables as they were before they were written.

    Raises
    ------
    ScenarioError
        If the folder is not complete: a file is missing, or differs from what the manifest says.

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
        "weekly": read_csv(folder / "weekly.csv", TEXT),
        "lenders": read_csv(folder / "lenders.csv", TEXT),
        "sectors": read_csv(folder / "sectors.csv", TEXT),
        **(read_counts(folder) if (folder / COUNTED[-1]).is_file() else read_panels(folder)),
    }
    if (folder / COUNTED[-1]).is_file():
        tables |= {name: with_categories(tables[name], scenarios) for name in ("enterprises", "loans")}
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
    return {**tables, "runs": read_csv(folder / "runs.csv", TEXT)}


def read_panels(folder: Path) -> dict[str, pd.DataFrame]:
    """A row for each enterprise and each loan."""
    return {
        name: pd.read_parquet(folder / file) for name, file in zip(("enterprises", "loans"), TABLES[-2:], strict=True)
    }


def read_counts(folder: Path) -> dict[str, pd.DataFrame]:
    """Enterprises and loans counted."""
    found = {}
    for name, file in zip(("enterprises", "loans"), COUNTED[-2:], strict=True):
        header = pd.read_csv(folder / file, nrows=0).columns
        words = [one for one in header if one in (*WORDS, "kind", "product") or one.startswith(OTHER_ARM)]
        table = read_csv(folder / file, [*TEXT, *words])
        found[name] = table.astype({one: bool for one in FLAGS if one in table})
    return found


def name_sectors(table: pd.DataFrame, scenarios: Mapping[str, Scenario]) -> None:
    """Sector and region as categories again, in the scenario's order; plain text where the arms have different ones."""
    for name in ("sector", "region"):
        known = {tuple(getattr(one.settings, f"{name}s")) for one in scenarios.values()}
        if len(known) == 1:
            table[name] = pd.Categorical(table[name], categories=list(*known))
