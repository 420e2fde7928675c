"""One run: the step as a list of phases, the economy, conditions, ledger, journal, and the Mesa agents.

``model.py`` is the step, agent by agent and compiled; ``economy.py`` holds the tables of a run, ``conditions.py`` what
is different this week, ``ledger.py`` every fen, ``agents.py`` what Mesa sees. Rules stand in ``sim.rules``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
