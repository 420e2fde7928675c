"""From numbers to Matplotlib figures: one style, units on the axes, real dates; only ``save`` writes.

Every function returns a figure that pyplot does not know. ``labels`` gives names of arms, groups and lenders in any
script; where the fonts of the machine cannot draw one, the English name stands.
"""

from sim.figures.credit_figures import loans, time_to_money
from sim.figures.enterprise_figures import fates, openness, runway, who_benefits
from sim.figures.style import save
from sim.figures.survival_figures import difference, survival
from sim.figures.vintage_figures import vintages

__all__ = [
    "difference",
    "fates",
    "loans",
    "openness",
    "runway",
    "save",
    "survival",
    "time_to_money",
    "vintages",
    "who_benefits",
]
