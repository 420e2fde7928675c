"""The parts behind ``python -m experiments.trust``, small: each must hold, and each writes its figures."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from experiments import trust
from tests.support.small import ROOT

PARTS = [f"tests.trust.{name}" for name in ("same_bytes", "breaking", "mutation", "tamper", "folders")]


@pytest.mark.parametrize("module", PARTS)
def test_a_part_holds_and_writes_its_figures(module, tmp_path):
    path = tmp_path / "figures.csv"
    command = [sys.executable, "-m", module, "--quick", "--figures", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    table = pd.read_csv(path, dtype=str)
    assert table.columns.tolist() == trust.COLUMNS
    assert len(table) and (table["holds"] == "True").all()


def test_parts_without_figures_of_their_own_are_told_by_their_exit_code(monkeypatch):
    said = {"tests.trust.reference": (0, "30 economies agree\n"), "tests.trust.fuzz": (1, "a file slipped through\n")}

    def run(module):
        if "--figures" in module:
            path = module[module.index("--figures") + 1]
            row = ["P3", "bytes", "1", "all", "True", module[0], f"python -m {module[0]} --quick", "2026-12-01"]
            pd.DataFrame([row], columns=trust.COLUMNS).to_csv(path, index=False)
            return subprocess.CompletedProcess(module, 0, "", "")
        return subprocess.CompletedProcess(module, *said[module[0]], "")

    monkeypatch.setattr(trust, "run", run)
    table = trust.figures(quick=True, pythons=[]).set_index("figure")
    assert table.loc["second implementation, 30 economies", ["value", "holds"]].tolist() == [
        "30 economies agree",
        "True",
    ]
    assert table.loc["fuzzed files, 300", "holds"] == "False"
    assert table["promise"].tolist() == [*["P3"] * 6, "P6", "P12"]
    assert table["command"].str.startswith("python -m tests.trust.").all()
    only = trust.figures(quick=True, pythons=[], only=["fuzz", "tamper"])
    assert only["promise"].tolist() == ["P3", "P6"]


def test_the_figure_of_tests_is_how_many_passed(monkeypatch):
    said = "....   [100%]\n12 passed, 1 skipped in 3.21s\n"
    monkeypatch.setattr(trust, "run", lambda module: subprocess.CompletedProcess(module, 0, said, ""))
    row = trust.checked("P1", "accounts", ["pytest", "tests/laws"])
    assert row[:5] == ["P1", "accounts", "12 passed, 1 skipped", "all", "True"]
    assert row[6] == "python -m pytest tests/laws"
