"""An attribution as a folder: numbers in JSON and CSV, the waterfall as a figure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sim.results.atomic_folder import new_draft, put_in_place, refuse
from sim.results.csv_file import write_csv
from sim.studies.attribution.attribution import Attribution


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Refuse to overwrite anything but, where it is allowed, another attribution."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is no folder; choose another with --out")
    if folder.is_dir() and any(folder.iterdir()) and not (overwrite and (folder / "attribution.json").is_file()):
        refuse(folder, "holds files already; choose another with --out, or give --overwrite to replace an attribution")


def save_attribution(found: Attribution, folder: Path, overwrite: bool = False) -> Path:
    """Write attribution.json, the tables and the waterfall into a folder; the folder appears complete or not at all.

    Raises
    ------
    ScenarioError
        If the folder holds anything, unless it is an attribution and ``overwrite`` is given.
    """
    from sim.figures.style import save as save_figure

    check_folder(folder, overwrite)
    draft = new_draft(folder)
    try:
        for name in ("contributions", "interactions", "coalitions"):
            write_csv(getattr(found, name), draft / f"{name}.csv")
        figure = found.plot()  # type: ignore[no-untyped-call]
        for ending in ("svg", "png"):
            save_figure(figure, draft / f"waterfall.{ending}")
        text = json.dumps(found.as_dict(), indent=1, ensure_ascii=False)
        (draft / "attribution.json").write_text(text + "\n", encoding="utf-8")
        put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder
