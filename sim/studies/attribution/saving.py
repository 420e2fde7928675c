"""An attribution as a folder: numbers in JSON and CSV, the waterfall as a figure."""

from __future__ import annotations

import json
from pathlib import Path

from sim.results import write_csv
from sim.results.atomic_folder import manifest_in, recover, refuse, refuse_bad_place, write_folder
from sim.studies.attribution.attribution import Attribution

KIND = "tideover attribution"


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Refuse to write over anything but, if wanted, another attribution."""
    refuse_bad_place(folder)
    recover(folder)
    if folder.is_dir() and any(folder.iterdir()) and not (overwrite and manifest_in(folder).get("kind") == KIND):
        refuse(folder, "holds files already; choose another with --out, or give --overwrite to replace an attribution")


def save_attribution(found: Attribution, folder: Path, overwrite: bool = False) -> Path:
    """Write attribution.json, the tables and the waterfall into a folder; whole or not at all.

    Raises
    ------
    ScenarioError
        If the folder holds anything, unless it is an attribution and ``overwrite`` is given; then the files that its
        manifest lists are replaced, and others stay.
    """
    from sim.figures import save as save_figure

    def fill(draft: Path) -> None:
        for name in ("contributions", "interactions", "coalitions"):
            write_csv(getattr(found, name), draft / f"{name}.csv")
        for ending in ("svg", "png") if found.games else ():
            save_figure(found.plot(), draft / f"waterfall.{ending}")  # type: ignore[no-untyped-call]
        text = json.dumps(found.as_dict(), indent=1, ensure_ascii=False)
        (draft / "attribution.json").write_text(text + "\n", encoding="utf-8")

    check_folder(folder, overwrite)
    return write_folder(folder, KIND, {"scenario": found.scenario.name, "outcome": found.outcome}, fill)
