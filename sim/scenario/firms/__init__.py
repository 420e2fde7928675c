"""A firm table of one's own: read as text, converted by our own rules, checked row by row, used instead of a draw."""

from sim.scenario.firms.attach import firms_of, with_firms
from sim.scenario.firms.table import NO_FIRMS, Firms, sales_of_bill

__all__ = ["NO_FIRMS", "Firms", "firms_of", "sales_of_bill", "with_firms"]
