"""Scenarios by name or path: the file, its parents, the overrides, checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.scenario.problems import Place, Problem, ScenarioError, did_you_mean, is_plain, shown
from sim.scenario.resolved import Scenario, build
from sim.scenario.tree import Node, merge
from sim.scenario.yaml_file import read_file
from sim.version import PACKAGE

__all__ = ["Scenario", "ScenarioError", "load", "packaged_names", "scenarios_folder"]

MOST_PARENTS = 10
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def load(
    name_or_path: str | Path, overrides: Iterable[str] | Mapping[str, Any] = (), root: type[BaseModel] | None = None
) -> Scenario:
    """The scenario of a packaged name or of a ``.yaml`` file.

    Parameters
    ----------
    name_or_path
        ``"china-2020"`` (letters, digits, ``-``, ``_``: a packaged scenario) or the path of a file.
    overrides
        Texts such as ``"programme.decision_days=7"``, with values written as in a file, or a mapping of dotted paths to
        values.
    root
        The schema; by default :class:`sim.scenario.schema.ScenarioSettings`.

    Returns
    -------
    Scenario
        Frozen, checked settings.

    Raises
    ------
    ScenarioError
        With every problem that was found, each with file, line and column.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> scenario.name, scenario.population.enterprises
    ('china-2020', 200)
    """
    path, label = _located(name_or_path)
    chain = _chain(path, label)
    root = root or _schema()
    tree = Node({}, chain[0].place)
    for number, node in enumerate(reversed(chain)):
        tree = merge(tree, _with_layer(node, number))
    tree.value.pop("extends", None)
    layers = tuple((Path(node.place.file).name, _sources(node)) for node in reversed(chain))
    return build(path.stem, tree, layers, [overrides] if isinstance(overrides, str) else overrides, root)


def scenarios_folder() -> Path:
    """Return the folder of the packaged scenarios: inside an installed package, or beside ``sim`` in a checkout."""
    inside = PACKAGE / "_scenarios"
    return inside if inside.is_dir() else PACKAGE.parent / "scenarios"


def packaged_names() -> list[str]:
    """Return the names of the packaged scenarios."""
    return sorted(path.stem for path in scenarios_folder().glob("*.yaml"))


def _schema() -> type[BaseModel]:
    from sim.scenario.schema import ScenarioSettings

    return ScenarioSettings


def _located(name_or_path: str | Path) -> tuple[Path, str]:
    """File of a name or path, and what messages call it."""
    text = str(name_or_path)
    if isinstance(name_or_path, str) and _NAME.fullmatch(text):
        return _packaged(text, Place(text), "")
    if not text.isprintable() or not text.strip() or len(text) > 4000:
        raise ScenarioError(
            [Problem(Place(shown(text)), "is neither the name of a scenario nor the path of a .yaml file; write one")]
        )
    path = Path(text)
    if path.suffix.lower() not in (".yaml", ".yml") and not os.path.isdir(path):
        raise ScenarioError([Problem(Place(text), "a scenario is a packaged name or the path of a .yaml file")])
    if not is_plain(path.stem) and not os.path.isdir(path):
        raise ScenarioError([Problem(Place(text), "a name that no folder of results can carry; rename the file")])
    return path, text


def _packaged(name: str, place: Place, key: str) -> tuple[Path, str]:
    path = scenarios_folder() / f"{name}.yaml"
    names = packaged_names()
    if name in names:
        return path, path.name
    beside = Path(place.file).parent / f"{name}.yaml" if key else Path(f"{name}.yaml")
    hint = f"; for the file write {name}.yaml" if beside.is_file() else did_you_mean(name, names)
    text = f"no packaged scenario of this name{hint}" if not key else f"no packaged scenario {shown(name)}{hint}"
    raise ScenarioError([Problem(place, f"{text} (packaged: {', '.join(names) or 'none'})", key)])


def _chain(path: Path, label: str) -> list[Node]:
    """The file and its parents, youngest first, each as a tree."""
    seen: list[Path] = []
    chain: list[Node] = []
    problem = ""
    while True:
        node = read_file(path, label)
        chain.append(Node(node.value, Place(label, node.place.line, node.place.column)))
        seen.append(path.resolve())
        parent = node.child("extends")
        if parent is None:
            return chain
        path, label = _parent(parent, path)
        if path.resolve() in seen:
            problem = f"extends itself in a circle, by way of {shown(label)}; one of them must extend no other"
        elif len(chain) > MOST_PARENTS:
            problem = f"more than {MOST_PARENTS} scenarios extend one another"
        if problem:
            raise ScenarioError([Problem(parent.place, problem, "extends")])


def _parent(written: Node, child: Path) -> tuple[Path, str]:
    """File of an ``extends`` value: a packaged name, or a path inside the folder of the child."""
    text, place = written.value, written.place

    def refused(why: str) -> ScenarioError:
        return ScenarioError([Problem(place, why, "extends")])

    if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > 1000:
        raise refused("the name of a packaged scenario or the path of a .yaml file is wanted")
    if _NAME.fullmatch(text):
        return _packaged(text, place, "extends")
    folder = child.parent.resolve()
    try:
        path = (folder / text).resolve()
    except (OSError, RuntimeError, ValueError):
        raise refused(f"{shown(text)} is no path") from None
    if Path(text).is_absolute() or "\\" in text or not path.is_relative_to(folder):
        raise refused(f"{shown(text)} is outside the folder of this file; extend a file inside it or a packaged name")
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise refused(f"{shown(text)} is no .yaml file")
    if not os.path.isfile(path):
        beside = (
            [p.relative_to(folder).as_posix() for p in path.parent.glob("*.yaml")] if os.path.isdir(path.parent) else []
        )
        raise refused(f"no such file: {shown(text)}{did_you_mean(text, beside)}")
    return path, (Path(place.file).parent / text).as_posix()


def _with_layer(node: Node, layer: int) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _with_layer(inner, layer) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_with_layer(inner, layer) for inner in value]
    return Node(value, node.place, layer)


def _sources(node: Node) -> dict[str, str]:
    """Sources a file names itself; wrong ones are left to the schema to refuse."""
    named = node.child("sources")
    data = named.plain() if named else {}
    return {key: text for key, text in data.items() if isinstance(text, str)} if isinstance(data, dict) else {}
