"""The step as a table, its banners in the kernels, and each rule in one loop of the compiled step."""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from pathlib import Path

import pytest

from sim.model import agents
from sim.model.model import Model
from sim.model.phases import PHASES
from tests.support.small import ROOT

SIM = ROOT / "sim"
BANNER = re.compile(r"^\s*# --- (.+)$")


def functions(path: Path) -> list[ast.FunctionDef]:
    """All functions of a file, inner ones too."""
    return [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.FunctionDef)]


def called(node: ast.AST) -> set[str]:
    """Names that are called in a piece of code."""
    return {call.func.id for call in ast.walk(node) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}


def in_loops(function: ast.FunctionDef) -> set[str]:
    """Names that are called in the loops of a function."""
    return set().union(*(called(node) for node in ast.walk(function) if isinstance(node, ast.For)))


def rules() -> set[str]:
    """Names of all rules."""
    return {function.name for path in (SIM / "rules").glob("*.py") for function in functions(path)}


def walkers() -> dict[str, set[str]]:
    """Which functions of the compiled step call which rules for one row after the other, by the name of the rule.

    What is called in a loop and has none itself counts as part of the loop.
    """
    files = [path for folder in ("engine", "model") for path in (SIM / folder).rglob("*.py")]
    every = [function for path in files for function in functions(path)]
    single = defaultdict(set)
    for function in every:
        single[function.name] |= set() if in_loops(function) else called(function)
    found = defaultdict(set)
    for function in every:
        waiting, seen = list(in_loops(function)), set()
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += single[one]
        for rule in seen & rules():
            found[rule].add(function.name)
    return found


def of_enterprises(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same without the loop over households that have no enterprise."""
    return {rule: names - {"earn_and_spend_elsewhere"} for rule, names in found.items()}


def test_no_two_functions_walk_over_enterprises_with_the_same_rule():
    twice = {rule: names for rule, names in of_enterprises(walkers()).items() if len(names) > 1}
    assert not twice


def test_every_rule_of_a_phase_is_in_one_loop_of_the_compiled_step():
    found = of_enterprises(walkers())
    parts = {"seeks_credit": "is_in_need", "receive_applications": "receive_application"}
    of_queues = {"serve_queue", "serve_queues"}  # a rule of its own goes through them
    for rule in {parts.get(rule, rule) for phase in PHASES for rule in phase.rules} - of_queues:
        assert len(found[rule]) == 1, rule


def test_a_second_loop_would_be_seen(monkeypatch, tmp_path):
    for folder in ("engine", "model", "rules"):
        (tmp_path / folder).mkdir()
        for path in (SIM / folder).glob("*.py"):
            (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    again = "def again(rows):\n    for row in rows:\n        through(row)\n\n\ndef through(row):\n    close(row)\n"
    (tmp_path / "engine" / "again.py").write_text(again)
    monkeypatch.setattr("tests.model.test_phases.SIM", tmp_path)
    assert walkers()["close"] == {"leave", "again"}


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: f"{phase.kind.__name__}.{phase.action}")
def test_an_action_calls_the_rules_that_the_table_names(phase):
    source = inspect.getsource(getattr(phase.kind, phase.action))
    if phase.action == "underwriting":
        source += inspect.getsource(Model.receive)
    named = set(phase.rules) - {"serve_queues"}  # the compiled engine's loop over serve_queue
    assert {rule for rule in rules() & set(vars(agents)) | {"receive_applications"} if f"{rule}(" in source} == named


def test_phases_are_a_table():
    table = Model.phases()
    assert list(table.columns) == ["number", "phase", "agent", "action", "rules", "odd"]
    assert table["phase"].tolist() == [phase.name for phase in PHASES]
    assert table.loc[11].tolist() == [
        "8",
        "repayment",
        "Enterprise",
        "repayment",
        "age_overdue",
        "Submodel 8: repayment",
    ]


def test_kernels_carry_the_phases_in_their_order():
    source = (SIM / "engine" / "kernels.py").read_text(encoding="utf-8").splitlines()
    order = list(dict.fromkeys(phase.banner for phase in PHASES))
    met = []
    for function in functions(SIM / "engine" / "kernels.py"):
        lines = source[function.lineno - 1 : function.end_lineno]
        banners = [found[1] for line in lines if (found := BANNER.match(line))]
        assert banners == sorted(banners, key=order.index), function.name
        met += banners
    assert set(met) == set(order)
    assert len([line for line in source if BANNER.match(line)]) == len(met)
