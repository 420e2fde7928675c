"""What a run returns and keeps: tables, totals, the results folder, its manifest and audit.

A column is declared once, with type, unit and range, in the module that makes its table. A folder appears whole or not
at all, lists the hash of every file, and is checked before anything of it is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
