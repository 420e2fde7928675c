"""What workers have loaded before they start: the package and its compiled rules, tried once on a few enterprises."""

from __future__ import annotations

import contextlib

import sim.studies.sweep.jobs  # noqa: F401
from sim.model import Model
from sim.scenario import load

with contextlib.suppress(Exception):  # a worker that must compile by itself is slower, nothing else
    Model(load("china-2020", ["population.enterprises=50", "calendar.weeks=12"]), rng=1, engine="compiled").run()
