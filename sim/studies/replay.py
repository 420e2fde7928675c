"""Running a results folder again from its own scenarios and seeds, and comparing all that a report shows of it.

Hashes find damage: they tell that a file is not as it was written. Replay finds deceit: it tells that what was written
is not what the settings and seeds give. What cannot be computed again is named.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from sim import outcomes
from sim.figures.report.folder_figures import write_judgements
from sim.figures.report.page import render_report
from sim.model.model import Engine
from sim.results import Results, read_manifest
from sim.results.atomic_folder import refuse
from sim.results.audit import FILE as JOURNAL
from sim.results.folder import open as open_folder
from sim.results.folder import write_tables
from sim.results.manifest import COUNTED, EVERY, FIGURES, TABLES, manifest_of
from sim.results.manifest_shape import kind_in
from sim.scenario.problems import one_line
from sim.studies.replay_sweep import compared
from sim.studies.replications import replicate
from sim.studies.sweep.store import KIND as SWEEP
from sim.studies.verdicts import OTHER, SAME, verdict

MADE = ("summary.csv", "judging.csv", "survival.csv", "fates.csv")
"""Tables made of those of the runs."""
ALL = (*TABLES, *COUNTED[len(EVERY) :], JOURNAL, *MADE)
"""Tables that are compared, where a folder has them."""
FIELDS = ("status", "arms", "seeds", "runs", "failed", "scale", "firms")
"""Fields of the manifest that are compared; that ``id`` is their hash is checked when the folder is opened."""
ORIGIN = re.compile(rb"^<td>(?:[^<]*\.ya?ml:[0-9]+|default|--set|set\(\))</td>(?=<td>)")
REPORT, NAME = "report.html", "manifest.json"


@dataclass(frozen=True)
class Replay:
    """The verdict of running a folder again.

    Attributes
    ----------
    tables : pandas.DataFrame
        table, verdict (``same``, ``same numbers, other bytes``, ``differs``), detail: the first difference. The
        manifest and the report page stand among the tables.
    versions : pandas.DataFrame
        Versions and properties of the machine that differ: name, then, now.
    not_compared : tuple of str
        What the folder says that cannot be computed again.
    """

    tables: pd.DataFrame
    versions: pd.DataFrame
    not_compared: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every table that was compared holds the same numbers."""
        return bool((self.tables["verdict"] != OTHER).all())


def replay(
    folder: str | Path, *, engine: Engine = "compiled", jobs: int | None = None, progress: bool = True
) -> Replay:
    """Run the arms and seeds of a results folder, or the jobs of a finished sweep, again, and compare the tables.

    Parameters
    ----------
    folder
        A results folder, whose own hashes are checked first, or the folder of a sweep.
    engine, jobs, progress
        As in :func:`sim.studies.replications.replicate`. Either engine gives the same bytes.

    Returns
    -------
    Replay
        ``same`` is true where every table holds the same numbers.

    Raises
    ------
    ScenarioError
        If the folder is not complete, or a scenario in it is not the one that its manifest names.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> folder = sim.save(sim.run(scenario, seeds=2, progress=False), "two-seeds")
    >>> sim.replay(folder, progress=False).same
    True
    """
    folder = Path(folder)
    if kind_in(folder / NAME) == SWEEP:
        rows, versions, left = compared(folder, engine=engine, jobs=jobs, progress=progress)
        return Replay(table_of(rows), pd.DataFrame(versions, columns=["name", "then", "now"]), tuple(left))
    manifest, before = read_manifest(folder), open_folder(folder)
    check_scenarios(folder, manifest, before)
    audit = JOURNAL in manifest["files"]
    after = replicate(before.scenarios, manifest["seeds"], engine=engine, jobs=jobs, progress=progress, audit=audit)
    now = manifest_of(after, "", 0.0)
    versions = changed(manifest, now)
    with tempfile.TemporaryDirectory() as place:
        written = Path(place)
        summary = outcomes.summary(after)
        write_tables(after, written, summary)
        write_judgements(after, written)
        rows = [(name, *verdict(folder / name, written / name)) for name in ALL if name in manifest["files"]]
    rows.append((NAME, *verdict_on_fields(manifest, now)))
    if REPORT in manifest["files"] and versions.empty:
        rows.append((REPORT, *verdict_on_page(folder / REPORT, render_report(after, summary, manifest))))
    tables = table_of(rows)
    return Replay(tables, versions, tuple(left_out(manifest, {str(name) for name in tables["table"]})))


def table_of(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    """The verdicts as a table."""
    return pd.DataFrame(rows, columns=["table", "verdict", "detail"])


def verdict_on_fields(then: dict[str, Any], now: dict[str, Any]) -> tuple[str, str]:
    """Whether the manifest says of the runs what they say of themselves, and the first field that does not."""
    plain = json.loads(json.dumps(now))
    odd = [name for name in FIELDS if then[name] != plain[name]]
    if not odd:
        return SAME, ""
    return OTHER, f"{odd[0]} was {brief(then[odd[0]])}, is {brief(plain[odd[0]])}"


def brief(value: Any) -> str:
    """A value of the manifest in one short line."""
    return one_line(json.dumps(value, ensure_ascii=False))[:200]


def verdict_on_page(path: Path, page: str) -> tuple[str, str]:
    """Whether the report page is the one that these results give, and the first line that is not."""
    now = page.encode("utf-8", "replace").split(b"\n")
    then = path.read_bytes().split(b"\n")
    pairs = enumerate(zip_longest(then, now, fillvalue=b""), start=1)
    odd = [number for number, (one, other) in pairs if one != other and without_origin(one) != without_origin(other)]
    return (OTHER, f"line {odd[0]} of {len(now):,} is another") if odd else (SAME, "")


def without_origin(line: bytes) -> bytes:
    """A line of the page without the file that a setting came from: a folder keeps the merged scenario only."""
    return ORIGIN.sub(b"", line)


def left_out(manifest: dict[str, Any], compared: set[str]) -> list[str]:
    """What a folder says that cannot be computed again, or was not, each with why."""
    typed = brief(manifest["command"])
    names = brief([about["scenario"] for about in manifest["arms"].values()])
    words = f"command ({typed}), names of scenarios ({names}), seconds, origins and sources of settings"
    found = [f"{words}: only whoever ran it knows"]
    figures = [name for name in manifest["files"] if name.startswith(FIGURES)]
    if figures:
        found.append(f"{FIGURES} ({len(figures)} files): draw them again with plot")
    others = [name for name in manifest["files"] if name not in compared and name not in figures]
    others = [name for name in others if not name.startswith("scenarios/")]
    return found + [f"{one_line(name)}: {why_not(name)}" for name in others]


def why_not(name: str) -> str:
    """Why a file is not compared."""
    if name.startswith("firms/"):
        return "the table it was read from is not in the folder; the runs were made of it again"
    return "made by other versions; write it again with report" if name == REPORT else "not known here"


def check_scenarios(folder: Path, manifest: dict[str, Any], results: Results) -> None:
    """Refuse a folder whose scenarios do not have the hashes of its manifest (written by another version, say)."""
    for arm, scenario in results.scenarios.items():
        if manifest["arms"][arm].get("digest") != scenario.digest:
            made = manifest.get("versions", {}).get("tideover", "?")
            refuse(
                folder,
                f"the settings of arm {arm} are read otherwise than when they were written, by version {made}: this "
                "version's schema differs; install that version to replay it",
            )


def changed(then: dict[str, Any], now: dict[str, Any]) -> pd.DataFrame:
    """Versions and machine that are not the same."""
    rows = []
    for group in ("versions", "machine"):
        old, new = then.get(group, {}), now[group]
        rows += [(name, old.get(name, "absent"), new.get(name, "absent")) for name in {**old, **new}]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=["name", "then", "now"])


def format_replay(found: Replay) -> str:
    """The verdict on each table, and versions that differ, as lines of text."""
    width = max((len(name) for name in found.tables["table"]), default=0)
    lines = [
        f"{row.table:<{width}}  {row.verdict}" + (f": {row.detail}" if row.detail else "")
        for row in found.tables.itertuples()
    ]
    lines += [f"{row.name}: {row.then} then, {row.now} now" for row in found.versions.itertuples(index=False)]
    lines += [f"not compared: {text}" for text in found.not_compared]
    everything = "every table is the same" if found.same else "not the same"
    return "\n".join([*lines, everything])
