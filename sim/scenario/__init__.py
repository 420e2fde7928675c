"""What is asked of the model: a scenario file, merged with its parents, checked and typed, and tables of real firms.

A setting is declared once, in a ``schema_*.py``, with unit, range and meaning. Every problem is one line: where it is,
what is wrong, what is allowed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
