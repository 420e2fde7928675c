"""Tideover: which small enterprises survive when production stops, and what a fast credit-only programme changes.

``__init__.pyi`` lists the public names. Each is imported when it is first used, so that ``import sim`` is quick and
compiles nothing.

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

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
