"""Who is there before the first step: strata, enterprises with their households, lenders, and dated paths.

ODD part 5, initialisation. Everything is drawn with keys, stratum by stratum, from the settings of a scenario; a firm
table replaces the draws of the columns it has. Change here who there is at the start.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
