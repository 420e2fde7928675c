"""Tideover: which small enterprises survive when production stops, and what a fast credit-only programme changes.

The public face; everything is imported when first used, so that ``import sim`` is quick and compiles nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.agents import Enterprise, Household, Lender
    from sim.attribution import attribute
    from sim.comparison import Comparison, compare
    from sim.drawing import save_results as save
    from sim.firms import with_firms
    from sim.folder import open_folder as open
    from sim.model import Model
    from sim.panels import panel
    from sim.replications import run
    from sim.results import Results
    from sim.scenario.loading import load
    from sim.scenario.problems import ScenarioError
    from sim.scenario.resolved import Scenario
    from sim.sweeps import Sweep, sweep
    from sim.version import VERSION as __version__

_PLACES = {
    "Comparison": ("sim.comparison", "Comparison"),
    "Enterprise": ("sim.agents", "Enterprise"),
    "Household": ("sim.agents", "Household"),
    "Lender": ("sim.agents", "Lender"),
    "Model": ("sim.model", "Model"),
    "Results": ("sim.results", "Results"),
    "Scenario": ("sim.scenario.resolved", "Scenario"),
    "ScenarioError": ("sim.scenario.problems", "ScenarioError"),
    "__version__": ("sim.version", "VERSION"),
    "attribute": ("sim.attribution", "attribute"),
    "compare": ("sim.comparison", "compare"),
    "load": ("sim.scenario.loading", "load"),
    "open": ("sim.folder", "open_folder"),
    "Sweep": ("sim.sweeps", "Sweep"),
    "save": ("sim.drawing", "save_results"),
    "panel": ("sim.panels", "panel"),
    "replay": ("sim.replaying", "replay"),
    "sweep": ("sim.sweeps", "sweep"),
    "run": ("sim.replications", "run"),
    "with_firms": ("sim.firms", "with_firms"),
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
