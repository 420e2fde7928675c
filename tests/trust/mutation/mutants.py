"""Small changes of a source file, one at a time: what a slip of the programmer would look like."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = ("sim/state/applications.py", "sim/state/step_totals.py", "sim/arithmetic/money.py", "sim/model/ledger.py")
FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
SWAPS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}
TURNED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
Change = Callable[[Any], None]


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and the file's text with it."""

    path: str
    function: str
    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        """Where and what, without the line: the same when other lines of the file change."""
        return f"{self.path.removeprefix('sim/')} {self.function}: {self.what}"

    def key(self, seed: int) -> str:
        """Place in a keyed sample."""
        return hashlib.sha256(f"{seed} {self.name}".encode()).hexdigest()


def all_mutants(root: Path) -> list[Mutant]:
    """Every change of every rule, and of tallies, money and ledger."""
    paths = [*sorted(path.relative_to(root).as_posix() for path in root.glob("sim/rules/*.py")), *FILES]
    return [mutant for path in paths for mutant in mutants_of(path, (root / path).read_text(encoding="utf-8"))]


def sample(mutants: list[Mutant], number: int, seed: int) -> list[Mutant]:
    """A keyed sample: a mutant's place in it does not hang on which others there are."""
    return sorted(mutants, key=lambda one: one.key(seed))[:number]


def mutants_of(path: str, text: str) -> list[Mutant]:
    """Every change of a file; changes with the same name are numbered."""
    tree, found, seen = ast.parse(text), [], dict[str, int]()
    for function in (one for one in tree.body if isinstance(one, ast.FunctionDef)):
        for statement, node, change in changes_in(function):
            before = shown(statement)
            saved = copy.copy(node.__dict__)
            lists = {name: list(value) for name, value in saved.items() if isinstance(value, list)}
            change(node)
            what = f"{before} → {shown(statement)}" if shown(statement) != before else f"{before} dropped"
            source = ast.unparse(tree) + "\n"
            node.__dict__.clear()
            node.__dict__.update({**saved, **lists})
            label = f"{function.name} {what}"
            seen[label] = seen.get(label, 0) + 1
            what += f" ({seen[label]})" if seen[label] > 1 else ""
            found.append(Mutant(path, function.name, statement.lineno, what, source))
    return found


def changes_in(function: ast.FunctionDef) -> Iterator[tuple[ast.stmt, ast.AST, Change]]:
    """The changes of a function: the statement that shows each, the node that it changes, and how."""
    for owner in ast.walk(function):
        for name in ("body", "orelse"):
            block = getattr(owner, name, None)
            for place, statement in enumerate(block if isinstance(block, list) else []):
                if can_be_dropped(statement):
                    yield statement, owner, drop(name, place)
                for node in own_nodes(statement):
                    for change in changes_of(node):
                        yield statement, node, change


def own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of the statements inside it."""
    yield statement
    waiting = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting += ast.iter_child_nodes(node)


def changes_of(node: ast.AST) -> Iterator[Change]:
    """How a node can be changed."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in FLIPS.get(type(operator), ()):
                yield lambda one, place=place, other=other: one.ops.__setitem__(place, other())
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in SWAPS:
        yield lambda one: setattr(one, "op", SWAPS[type(one.op)]())
    elif isinstance(node, ast.Call):
        yield from changes_of_call(node)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for step in (1, -1):
            yield lambda one, step=step: setattr(one, "value", one.value + step)
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield lambda one: setattr(one, "test", ast.UnaryOp(ast.Not(), one.test))


def changes_of_call(node: ast.Call) -> Iterator[Change]:
    """Minimum for maximum; the first two arguments the other way round."""
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name in TURNED:
        yield lambda one, name=name: setattr(one, "func", renamed(one.func, TURNED[name]))
    elif len(node.args) >= 2 and ast.dump(node.args[0]) != ast.dump(node.args[1]):
        yield lambda one: setattr(one, "args", [one.args[1], one.args[0], *one.args[2:]])


def renamed(function: Any, name: str) -> ast.expr:
    """A function's name or attribute, another one."""
    return ast.Name(name, ast.Load()) if isinstance(function, ast.Name) else ast.Attribute(function.value, name)


def can_be_dropped(statement: ast.stmt) -> bool:
    """A call for its effect, or a change of a field: without it the function still runs."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.Assign):
        return isinstance(statement.targets[0], (ast.Attribute, ast.Subscript))
    return isinstance(statement, (ast.AugAssign, ast.Return)) and not is_last_return(statement)


def is_last_return(statement: ast.stmt) -> bool:
    """A return at the end of the function is needed for its type."""
    return isinstance(statement, ast.Return) and statement.col_offset <= 4


def drop(name: str, place: int) -> Change:
    """Put nothing in the place of a statement."""
    return lambda owner: getattr(owner, name).__setitem__(place, ast.Pass())


def shown(statement: ast.stmt) -> str:
    """First line of a statement."""
    return ast.unparse(statement).splitlines()[0].removesuffix(":")
