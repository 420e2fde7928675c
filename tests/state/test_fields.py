"""What fields say of themselves is what rules do with them, and one line is enough to add one."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engine.packed.views import CHANGED, CHANGED_AT_HOME, KEPT, KEPT_AT_HOME, READ
from sim.state.conditions import CELL, CONDITIONS
from sim.state.field import Kept, Use, named
from sim.state.fields import DECIDED_BY, ENTERPRISE, HOUSEHOLD, LENDER, LOAN, PRODUCT, PROGRAMME, QUEUE, REQUEST
from sim.state.flows import BOOKS, FLOW, LENDER_FLOW, PATRONAGE
from sim.state.terms import KIND, TERMS
from tests.support.small import ROOT, environment_of

SIM = ROOT / "sim"
FILES = [*sorted((SIM / "rules").glob("[!_]*.py")), SIM / "state" / "step_totals.py"]
RULES = {
    node.name: node
    for path in FILES
    for node in ast.walk(ast.parse(path.read_bytes()))
    if isinstance(node, ast.FunctionDef)
}
HOT = [name for name, node in RULES.items() if "hot_rule" in (ast.unparse(one) for one in node.decorator_list)]
RECORDS = {
    "enterprise": ENTERPRISE,
    "household": HOUSEHOLD,
    "loan": LOAN,
    "request": REQUEST,
    "lender": LENDER,
    "lender_flow": LENDER_FLOW,
    "product": PRODUCT,
    "programme": PROGRAMME,
    "queue": QUEUE,
    "flow": FLOW,
    "patronage": PATRONAGE,
    "kind": KIND,
    "cell": CELL,
    "conditions": CONDITIONS,
    "terms": TERMS,
}
NOT_WHEN_PUT_OFF = {"died_waiting"}
"""Written of those with an application under way, who are put off and then changed in place."""


def fields_met(names: list[str], record: str) -> tuple[set[str], set[str]]:
    """Fields of a record that some rules read, and those that they change."""
    read, changed = set(), set()
    for node in (node for name in names for node in ast.walk(RULES[name])):
        target = node.target if isinstance(node, ast.AugAssign) else node
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) == record:
            (changed if isinstance(target.ctx, ast.Store) else read).add(target.attr)
            if isinstance(node, ast.AugAssign):
                read.add(target.attr)
    return read, changed


def reached(*first: str) -> list[str]:
    """Rules that are called by some rules, and they themselves."""
    found, waiting = [], list(first)
    while waiting:
        name = waiting.pop()
        if name in RULES and name not in found:
            found.append(name)
            waiting += [ast.unparse(node.func) for node in ast.walk(RULES[name]) if isinstance(node, ast.Call)]
    return found


@pytest.mark.parametrize("record", RECORDS)
def test_rules_name_only_fields_that_there_are(record):
    read, changed = fields_met(list(RULES), record)
    assert read | changed <= {field.name for field in RECORDS[record]}


def test_what_loops_read_and_change_is_said_at_the_field():
    in_blocks = [*HOT, *reached("service_loans", "seek_credit", "age_overdue", "close")]
    kept = set(KEPT)
    read, changed = fields_met(in_blocks, "enterprise")
    assert read & kept <= set(READ)
    assert changed & kept - NOT_WHEN_PUT_OFF == set(CHANGED)
    assert set(CHANGED) <= set(READ)
    read, changed = fields_met(in_blocks, "household")
    assert changed & set(KEPT_AT_HOME) == set(CHANGED_AT_HOME)
    assert read - {"id", "income"} <= set(KEPT_AT_HOME)


def test_what_a_decision_reads_and_changes_is_said_at_the_field():
    read, changed = fields_met(reached("serve_queues"), "enterprise")
    through_the_queue = {"application", "answer_step"}  # what else an answer changes
    assert read | changed | through_the_queue == set(DECIDED_BY)


def test_what_is_not_kept_is_of_the_step_alone():
    assert set(named(ENTERPRISE, lambda field: field.kept is Kept.NEVER)) == {
        "could_sell", "shut_steps", "sales", "waived", "asked", "asked_lender",
    }  # fmt: skip


def test_every_field_has_a_unit_and_a_meaning():
    for fields in (*RECORDS.values(), BOOKS):
        assert all(field.unit and field.meaning for field in fields)
        assert len({field.name for field in fields}) == len(fields)
    assert all(Use.ENTERED not in field.used for field in HOUSEHOLD)


LINE = '    Field("weeks_open", "i4", "steps", "steps in which it sold anything", changes=True),\n'
RULE = ("    enterprise.deviation = ", "    enterprise.weeks_open += 1 if enterprise.open_days > 0 else 0\n")
RUN = """
import sim
from sim.model.model import Model

found = {}
for results in ("panels", "totals"):
    small = ["population.enterprises=40", "calendar.weeks=12", f"population.results={results}"]
    scenario = sim.load("china-2020", small)
    enterprises, _ = Model(scenario, rng=1, engine="compiled").run().economy.store.tables()
    order = enterprises["id"].argsort()
    found[results] = enterprises["weeks_open"][order].tolist()
assert found["panels"] == found["totals"], found
print(sum(found["panels"]))
"""


def test_a_field_is_added_by_one_line(tmp_path):
    """In a copy of the package, with a line of a rule that counts in it; both stores keep it."""
    copy = tmp_path / "sim"
    shutil.copytree(SIM, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    fields, sales = copy / "state" / "fields.py", copy / "rules" / "sales.py"
    text = fields.read_text(encoding="utf-8")
    place = text.index('    Field("exit_cause"')
    fields.write_text(text[:place] + LINE + text[place:], encoding="utf-8")
    text = sales.read_text(encoding="utf-8")
    place = text.index(RULE[0])
    sales.write_text(text[:place] + RULE[1] + text[place:], encoding="utf-8")
    assert int(output_of(tmp_path, RUN)) > 100


def output_of(folder: Path, code: str) -> str:
    """What a piece of code says in a process that takes the package from a folder; optimising would take longest."""
    given = {"TIDEOVER_CACHE_DIR": str(folder / "caches"), "PYTHONPATH": str(folder), "NUMBA_OPT": "0"}
    words = [sys.executable, "-c", code]
    made = subprocess.run(words, cwd=folder, env=environment_of(given), capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stderr
    return made.stdout
