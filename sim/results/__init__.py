"""What a run returns and keeps: tables, totals, the results folder, its manifest and audit.

A column of a table is declared once in ``run_tables.py``. A folder appears whole or not at all, lists the hash of every
file, and is checked before anything of it is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
