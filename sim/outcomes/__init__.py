"""From tables to numbers: survival, fates, credit, jobs, costs, and the table of a comparison.

The functions are pure: they take tables (or a result that has tables) and return tables. Every share states its
denominator, and every band states its kind. Money in the tables of enterprises and loans is that of one real
enterprise; functions that return totals take ``scale``, the number of real enterprises that an agent stands for. The
other arms are compared with the first arm, in the order of the categories of ``arm``.

Examples
--------
>>> from sim import outcomes
>>> outcomes.FATES
('saved', 'survived_anyway', 'lost_either_way', 'harmed')
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
