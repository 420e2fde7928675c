"""Arithmetic that knows nothing of the model: whole fen, steps and days, smooth functions, keyed draws.

ODD part 0 (equations M, D and S). The same bits in plain Python, compiled, and on every machine: change a line here and
every result may move. ``rule`` and ``hot_rule`` mark the functions that both engines run.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
