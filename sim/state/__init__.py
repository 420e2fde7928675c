"""What is known of every agent: each field of each record with its unit and meaning, codes, and numbers for rules.

Add a field in ``fields.py``, a code in ``codes.py``, a number that rules read in ``terms.py``; nothing else lists them.
A table is columns of one record layout; the Mesa agents are views of its rows.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
