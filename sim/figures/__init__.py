"""From numbers to Matplotlib figures: one style, units on the axes, real dates; only ``save`` writes.

Every function returns a figure that pyplot does not know. ``labels`` gives names of arms, groups and lenders in any
script; where the fonts of the machine cannot draw one, the English name stands.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
