"""From tables to numbers: survival, fates, credit, jobs, and the table of a comparison.

Pure functions: tables (or a result with tables) in, tables out. Every share states its denominator, every band its
kind. Money columns of enterprises and loans are those of one real enterprise; functions that return totals take
``scale``, the number of real enterprises an agent stands for. The first arm (of the order of the categories of ``arm``)
is the one the others are taken from.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
