"""Every notebook runs from top to bottom at a small size, and is a notebook."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.small import ROOT, finished

FOLDER = ROOT / "experiments" / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.py"))
WRITTEN = {
    "first_run": {"survival.png"},
    "r_and_stata": {"panel.csv", "panel.dta"},
    "sweep_and_frontier": {"frontier.csv", "map.png"},
    "two_policies": {"survival.png"},
}
PRINTED = {
    "first_run": "enterprises closed in 12 weeks",
    "r_and_stata": "(4500, 19)",
    "sweep_and_frontier": "saved_thousand",
    "two_policies": "saved by the grant, by size",
}


def smaller(text: str) -> str:
    """The same notebook with the sizes of the first code cell cut."""
    (names,) = re.findall(r"^(ENTERPRISES, SEEDS?) = .*$", text, re.MULTILINE)
    values = "300, 1" if names.endswith("SEED") else "300, 2"
    return re.sub(r"^ENTERPRISES, SEEDS? = .*$", f"{names} = {values}", text, flags=re.MULTILINE)


def test_all_notebooks_are_tested():
    assert set(NOTEBOOKS) == set(WRITTEN) == set(PRINTED)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs(name, tmp_path):
    script = tmp_path / f"{name}.py"
    script.write_text(smaller((FOLDER / f"{name}.py").read_text(encoding="utf-8")), encoding="utf-8")
    done = finished([sys.executable, "-W", "error", str(script)], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert PRINTED[name] in done.stdout
    for written in WRITTEN[name]:
        assert (tmp_path / written).stat().st_size > 100, written


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_jupytext_reads_it_as_cells_of_words_and_code(name):
    jupytext = pytest.importorskip("jupytext", reason="needs the extra 'notebook'")
    cells = jupytext.read(FOLDER / f"{name}.py").cells
    assert [cell.cell_type for cell in cells[:2]] == ["markdown", "code"]
    assert cells[0].source.startswith("# ")
    assert {cell.cell_type for cell in cells} == {"markdown", "code"}
    assert len(cells) >= 5


def test_the_list_of_notebooks_is_complete():
    text = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    listed = {Path(link).stem for link in re.findall(r"\]\((notebooks/\w+\.py)\)", text)}
    assert listed == set(NOTEBOOKS)
