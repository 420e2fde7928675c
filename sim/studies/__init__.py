"""Many runs: replications, comparison, panel and replay; sweep, attribution, calibration and published evidence.

Each is a function that takes a scenario and returns tables; the command line and the web page only call them. A study
never changes a rule: it runs the model with other settings or seeds.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
