"""The libraries of the extra ``web``: whether they are there, in versions that work together and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet

from sim.scenario import Place, Problem, ScenarioError

PINS = {"solara": ">=1.57,<2", "solara-assets": "==1.58.2", "ipyvue": ">=1.11,<2", "ipyvuetify": ">=1.11,<2"}
"""As in ``pyproject.toml``; with later ipyvue or ipyvuetify the page stays blank, other assets are not found."""
INSTALL = "pip install 'tideover[web]'"


def check_pins(found: Callable[[str], str] = version) -> None:
    """Refuse to start with libraries that are missing or do not work together.

    Raises
    ------
    ScenarioError
        With one problem, which names each library, the version found and the one that works.
    """
    wrong = list(wrong_pins(found))
    if wrong:
        raise ScenarioError([Problem(Place("serve"), f"{'; '.join(wrong)}: {INSTALL}")])


def wrong_pins(found: Callable[[str], str] = version) -> Iterator[str]:
    """Each library that is missing or of a version that does not work, in words."""
    for name, wanted in PINS.items():
        try:
            there = found(name)
        except PackageNotFoundError:
            yield f"{name} is not installed"
            continue
        if there not in SpecifierSet(wanted):
            yield f"{name} {there} does not work, {name}{wanted} does"
