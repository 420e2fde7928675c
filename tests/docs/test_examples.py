"""Every public name has an example that can be pasted into a session, and prints what it says.

An example begins with lines that print nothing: they import, load and run. Each example starts from no names at all;
a beginning that several share is run once, and each continues with its own copy of the names.
"""

from __future__ import annotations

import contextlib
import doctest
import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest

import sim
from sim import figures, outcomes

PACKAGES: tuple[ModuleType, ...] = (sim, outcomes, figures)
PUBLIC = [(package, name) for package in PACKAGES for name in package.__all__]
PARSER = doctest.DocTestParser()


def docstring(thing: Any) -> str:
    """The docstring of a package, function or class of its own; a constant has none."""
    has_own = inspect.ismodule(thing) or inspect.isfunction(thing) or inspect.isclass(thing)
    return (inspect.getdoc(thing) or "") if has_own else ""


def documented() -> dict[str, str]:
    """Every docstring with an example, by what it describes: packages, public names, their methods."""
    things: dict[str, Any] = {package.__name__: package for package in PACKAGES}
    for package, name in PUBLIC:
        thing = getattr(package, name)
        things[f"{package.__name__}.{name}"] = thing
        if inspect.isclass(thing):
            things |= {f"{package.__name__}.{name}.{key}": value for key, value in vars(thing).items() if key[0] != "_"}
    return {name: text for name, thing in things.items() if ">>>" in (text := docstring(thing))}


def run(examples: list[doctest.Example], names: dict[str, Any], title: str) -> str:
    """What went wrong with some examples; they change ``names``."""
    said: list[str] = []
    test = doctest.DocTest(examples, names, title, None, None, None)
    test.globs = names
    doctest.DocTestRunner(verbose=False).run(test, out=said.append, clear_globs=False)
    return "".join(said)


@cache
def names_after(lines: tuple[str, ...]) -> dict[str, Any]:
    """The names that exist after some lines that print nothing."""
    names = dict(names_after(lines[:-1])) if lines else {}
    wrong = run([doctest.Example(line, "") for line in lines[-1:]], names, "the beginning of an example")
    assert not wrong, wrong
    return names


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Examples write into the working folder; here it is a temporary one."""
    with contextlib.chdir(tmp_path_factory.mktemp("examples")):
        yield
    names_after.cache_clear()


@pytest.mark.parametrize(("package", "name"), PUBLIC, ids=[f"{package.__name__}.{name}" for package, name in PUBLIC])
def test_a_public_name_has_an_example(package: ModuleType, name: str) -> None:
    text = docstring(getattr(package, name)) or docstring(package)  # a constant has its example in the package's
    assert any(name in one.source for one in PARSER.get_examples(text)), f"{package.__name__}.{name} has no example"


@pytest.mark.parametrize("name", documented())
def test_an_example_prints_what_it_says(name: str) -> None:
    examples = PARSER.get_examples(documented()[name])
    place = next((place for place, one in enumerate(examples) if one.want), len(examples))
    assert examples[place:], f"{name}: its example prints nothing"
    wrong = run(examples[place:], dict(names_after(tuple(one.source for one in examples[:place]))), name)
    assert not wrong, wrong
