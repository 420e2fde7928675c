"""Every experiment says what it asks, is listed, and runs from its command line; here at a tiny size."""

from __future__ import annotations

import ast
import importlib
import re
import sys

import pandas as pd
import pytest

import sim
from tests.support.small import ROOT

FOLDER = ROOT / "experiments"
TINY = {"population.enterprises": 150, "calendar.weeks": 30}
SAYS = ("Question", "Levers", "Uncertainties", "Outcome", "Seeds", "Running time")


def trees() -> dict[str, ast.Module]:
    """Modules that can be run, by name."""
    found = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))}
    return {name: tree for name, tree in found.items() if any(getattr(one, "name", "") == "main" for one in tree.body)}


TREES = trees()
ELSEWHERE = {"benchmark", "frontier", "regret", "trust"}
"""Run by tests/experiments/test_benchmark.py, tests/experiments/test_frontier.py and tests/trust/test_trust.py."""

RUNS = {
    "attribution": (["no collateral"], ["china-2020/contributions.csv"]),
    "compare": (
        ["closed (%)", "saved, net (thousand)", "china-2020-thin-cash"],
        ["table.csv", "china-2020/summary.csv"],
    ),
    "delay": (["programme.launch_date", "2020-04-13"], ["figures/saved.png", "figures/change.svg", "sweep.csv"]),
    "national": (
        ["in business at the end, with", "of 9 inside", "GB at most"],
        ["national.csv", "national/enterprise_counts.csv", "national/figures/survival-kind.png"],
    ),
    "properties": (["at the bank's price, without data"], ["properties.csv"]),
    "rivals": (["grant", "runs in"], ["rivals.csv", "equal-cost.png", "cost-against-saved.svg"]),
    "sandbox": (["regression discontinuity", "lotteries"], ["estimates.csv", "estimates.png", "groups.csv"]),
    "scale": (["closed, with (%)", "150 × 2"], ["scale.csv"]),
    "sensitivity": (["exit.rent_patience_days"], ["tornado.csv", "figures/tornado.png", "figures/sobol.svg"]),
    "shock": (["half on the shut", "nobody knows when it reopens", "with it"], ["shock.csv", "wave.csv"]),
    "normal_year": (["gaps", "receipts and cash"], ["quarters.csv", "default.csv"]),
    "unknowns": (["saves more than it harms"], ["unknowns.csv"]),
}
"""Words printed, and files written."""

FEWER = {
    "attribution": {"SCENARIOS": ("china-2020",)},
    "compare": {"SCENARIOS": ("china-2020", "china-2020-thin-cash")},
    "national": {"QUICK_SMALL": (150, 2)},
    "normal_year": {"WEEKS": 26, "YEAR": 12},
    "scale": {"QUICK": {150: 2, 300: 2}},
    "sensitivity": {"RANGES": {"programme.decision_days": "0:30", "exit.rent_patience_days": "15:60"}},
}
"""Constants of the modules that make them long."""

NEEDS = {"normal_year": "statsmodels", "sandbox": "statsmodels", "sensitivity": "SALib"}
"""Packages of the extra that only some experiments need."""


@pytest.fixture
def tiny(monkeypatch):
    """Scenarios are loaded at a tiny size, whatever the experiment asks for."""
    load = sim.load

    def small(name, settings=()):
        found = load(name, settings).set(TINY)
        return found.set({"calendar.run_off_weeks": min(10, found.get("calendar.run_off_weeks"))})

    monkeypatch.setattr(sim, "load", small)


def test_every_experiment_is_run_by_a_test():
    assert set(RUNS) | ELSEWHERE == set(TREES)


@pytest.mark.parametrize("name", RUNS)
def test_an_experiment_runs(name, tiny, monkeypatch, capsys, tmp_path):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason="needs the extra 'analysis'")
    module = importlib.import_module(f"experiments.{name}")
    for constant, value in FEWER.get(name, {}).items():
        monkeypatch.setattr(module, constant, value)
    monkeypatch.setattr(sys, "argv", [name, "--quick", "--out", str(tmp_path)])
    module.main()
    printed, files = RUNS[name]
    shown = capsys.readouterr().out
    for words in printed:
        assert words in shown
    for file in files:
        assert (tmp_path / file).stat().st_size > 100, file
        if file.endswith(".csv"):
            assert len(pd.read_csv(tmp_path / file)) >= 2


@pytest.mark.parametrize("name", TREES)
def test_its_text_says_what_it_asks_and_how_long_it_takes(name):
    text = ast.get_docstring(TREES[name]) or ""
    assert "?" in text.splitlines()[0]
    paragraph = text.split("\n\n")[1]
    pieces = re.split(rf"^({'|'.join(SAYS)})\s+", paragraph, flags=re.MULTILINE)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    assert tuple(parts) == SAYS
    assert "--quick" in parts["Running time"] or "--quick" in parts["Seeds"]
    assert re.search(r"(minute|second)", parts["Running time"])
    assert f"python -m experiments.{name} [--quick]" in text


def test_the_list_names_every_experiment_and_nothing_else():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `python -m experiments\.(\w+)` \|(.*)\|$", text, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(TREES)
    for _, rest in rows:
        assert len(rest.split("|")) == 4 and all(cell.strip() for cell in rest.split("|"))


def test_bad_words_end_with_exit_code_2(monkeypatch, capsys):
    from experiments import sandbox

    monkeypatch.setattr(sys, "argv", ["sandbox", "--outcome", "luck"])
    with pytest.raises(SystemExit) as caught:
        sandbox.main()
    assert caught.value.code == 2
    assert "luck" in capsys.readouterr().err
