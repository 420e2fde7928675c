"""From numbers to Matplotlib figures: one style, units on the axes, real dates. Only ``save`` writes files.

Every function returns a figure that pyplot does not know. ``labels`` gives names of arms, groups and lenders in any
script; where the fonts of the machine cannot draw a name, the English one is used.

Examples
--------
>>> from sim import figures
>>> figures.COLOURS[:3], figures.GREY
(('#0072B2', '#D55E00', '#009E73'), '#6B6B6B')
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
