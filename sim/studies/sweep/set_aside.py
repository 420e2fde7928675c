"""Results of another version in the folder of a sweep: moved aside with their manifest, so that nothing is mixed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.studies.sweep.sources import rules_digest
from sim.studies.sweep.store import Store
from sim.version import VERSION

ASIDE = "set-aside"
WHOLE = ("manifest.json", "scenario.yaml", "points.csv", "jobs.parquet", "sweep.csv", "jobs", "figures")
"""What a sweep writes; anything else in the folder is the user's and stays."""
TABLES = ("jobs.parquet", "sweep.csv")
"""What the manifest of a finished sweep stands for; made anew at the end."""


def make_way(store: Store, plan_id: str) -> str:
    """Leave in the folder nothing that belongs to another sweep than the one to come.

    Of another version, or of other rules, everything goes into a folder of its own, whole as it was, so that version
    can go on there. Of this version only the tables go: its jobs may be among those wanted, and the tables would stand
    beside a manifest that is not theirs.

    Returns
    -------
    str
        What was set aside and where, in one line; nothing where nothing was.
    """
    held = store.manifest()
    if not held or held.get("id") == plan_id:
        return ""
    versions = held.get("versions")
    made = versions if isinstance(versions, dict) else {}
    if (made.get("tideover"), made.get("rules")) == (VERSION, rules_digest()):
        for name in TABLES:
            (store.folder / name).unlink(missing_ok=True)
        return ""
    results, version = store.count(), plain(made.get("tideover"))
    target = free_name(store.folder / ASIDE, f"{version}-{plain(made.get('rules'))[:8]}")
    target.mkdir(parents=True)
    for path in [store.folder / name for name in WHOLE] + sorted(store.folder.glob("sensitivity-*.csv")):
        if path.exists():
            path.rename(target / path.name)
    other = version if version != VERSION else f"{version} with other rules"
    return f"{results} results of {other} set aside in {target}: this is {VERSION}, which runs every job anew"


def free_name(folder: Path, name: str) -> Path:
    """A name that is not taken yet."""
    tried, number = folder / name, 1
    while tried.exists():
        number += 1
        tried = folder / f"{name}-{number}"
    return tried


def plain(version: Any) -> str:
    """A version as the name of a folder; what a received manifest says may be anything."""
    text = version if isinstance(version, str) else ""
    return text if re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,40}", text) else "another-version"
