"""Tideover: which small enterprises survive when production stops, and what a fast credit-only programme changes.

These are the public names. Each is imported when it is first used, so that ``import sim`` is quick and compiles
nothing.

Examples
--------
>>> import sim
>>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
>>> comparison = sim.compare(scenario, seeds=2, progress=False)
>>> list(comparison.summary().columns)
['outcome', 'unit', 'with', 'without', 'difference', 'low', 'high', 'note']

The version is that of the installed package:

>>> isinstance(sim.__version__, str)
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.figures.report.folder_figures import save_results as save
    from sim.model.agents import Enterprise, Household, Lender
    from sim.model.model import Model
    from sim.results.folder import open_folder as open
    from sim.results.results import Results
    from sim.scenario.firms import with_firms
    from sim.scenario.loading import load
    from sim.scenario.problems import ScenarioError
    from sim.scenario.resolved import Scenario
    from sim.studies.attribution.attribution import attribute
    from sim.studies.comparison import Comparison, compare
    from sim.studies.panel import panel
    from sim.studies.replications import run
    from sim.studies.sweep.sweep import Sweep, sweep
    from sim.version import VERSION as __version__

_PLACES = {
    "Comparison": ("sim.studies.comparison", "Comparison"),
    "Enterprise": ("sim.model.agents", "Enterprise"),
    "Household": ("sim.model.agents", "Household"),
    "Lender": ("sim.model.agents", "Lender"),
    "Model": ("sim.model.model", "Model"),
    "Results": ("sim.results.results", "Results"),
    "Scenario": ("sim.scenario.resolved", "Scenario"),
    "ScenarioError": ("sim.scenario.problems", "ScenarioError"),
    "__version__": ("sim.version", "VERSION"),
    "attribute": ("sim.studies.attribution.attribution", "attribute"),
    "compare": ("sim.studies.comparison", "compare"),
    "load": ("sim.scenario.loading", "load"),
    "open": ("sim.results.folder", "open_folder"),
    "Sweep": ("sim.studies.sweep.sweep", "Sweep"),
    "save": ("sim.figures.report.folder_figures", "save_results"),
    "panel": ("sim.studies.panel", "panel"),
    "replay": ("sim.studies.replay", "replay"),
    "sweep": ("sim.studies.sweep.sweep", "sweep"),
    "run": ("sim.studies.replications", "run"),
    "with_firms": ("sim.scenario.firms", "with_firms"),
}

__all__ = [
    "Comparison",
    "Enterprise",
    "Household",
    "Lender",
    "Model",
    "Results",
    "Scenario",
    "ScenarioError",
    "Sweep",
    "__version__",
    "attribute",
    "compare",
    "load",
    "open",
    "panel",
    "replay",
    "run",
    "save",
    "sweep",
    "with_firms",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
