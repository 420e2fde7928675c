"""Reopening ranks up to which enterprises are open, so that the share open of those in business is the published one.

Ranks are uniform at the start, and the share open is the threshold. Later those who were shut for long have closed
more often than those who opened early, so the same threshold would leave a larger share of the living open. What is
left of either side is counted in every step, and the threshold is moved by it.
"""

from __future__ import annotations

import numpy as np

from sim.model.economy import Economy
from sim.state.conditions import WEEKS_AHEAD

NEVER_OPEN = -1e9
"""Below every rank."""
FULLY_OPEN = 1.0 - 1e-9
"""Share open from which there is no stoppage, with room for rounding."""


def set_thresholds(cells: np.ndarray, economy: Economy) -> None:
    """Fill in the thresholds of the present step. ODD equations 1.3 and 1.4."""
    calendar, step = economy.calendar, economy.step
    first, after = step * calendar.step_days, (step + 1) * calendar.step_days
    cells["threshold"], cells["threshold_ahead"] = NEVER_OPEN, NEVER_OPEN
    cells["wave_begins"] = economy.wave_begins
    paths = economy.stoppage.openness
    if (paths[:, first:] >= FULLY_OPEN).all():
        cells["threshold"][:, : calendar.step_days], cells["threshold_after"] = 1.0, 1.0
        return
    left = surviving(economy)
    before, was_open = economy.threshold_after, paths[:, first]
    of_step = thresholds(paths[:, first:after], was_open, before, left)
    ahead = thresholds(paths[:, after : after + 7 * WEEKS_AHEAD : 7], was_open, before, left)
    cells["threshold"][:, : calendar.step_days], cells["threshold_after"] = of_step, ahead[:, 0]
    cells["stopped"] = (of_step < 1.0).any(axis=1)
    if economy.settings.stoppage.announced_error_days is not None:
        cells["threshold_ahead"] = ahead
    economy.threshold_after = ahead[:, 0].copy()


def surviving(economy: Economy) -> tuple[np.ndarray, np.ndarray]:
    """Share of the enterprises ever in business that still are, of those open and of those shut [cells each].

    When a wave begins, those who draw a new rank come from both sides. All are left where the share open is that of
    the enterprises of the start (``spillovers.reopening`` off).
    """
    counts = economy.patronage
    if not economy.settings.spillovers.reopening:
        return np.ones(len(counts)), np.ones(len(counts))
    ever = np.array([counts["entered_resumed"], counts["entered"] - counts["entered_resumed"]])
    living = np.array([counts["living_resumed"], counts["living"] - counts["living_resumed"]])
    sides = np.divide(living, ever, out=np.ones(ever.shape), where=ever > 0)
    begins = economy.wave_begins
    if begins.any():
        every = np.divide(counts["living"], counts["entered"], out=np.ones(len(counts)), where=counts["entered"] > 0)
        kept = economy.settings.stoppage.rank_persistence
        sides = np.where(begins, kept * sides + (1.0 - kept) * every, sides)
    return sides[0], sides[1]


def thresholds(
    openness: np.ndarray, was_open: np.ndarray, before: np.ndarray, left: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Rank up to which the wanted share of the living is open [cells, days].

    ``before`` is the last threshold [cells], for a share open of ``was_open``; it parts those who are ``left`` of the
    open and of the shut. While the path does not fall, nobody is shut again because others closed for good.
    """
    of_open, of_shut, before = left[0][:, None], left[1][:, None], before[:, None]
    open_mass, shut_mass = before * of_open, (1.0 - before) * of_shut
    wanted = openness * (open_mass + shut_mass)
    below = np.divide(wanted, of_open, out=openness.copy(), where=of_open > 0.0)
    above = before + np.divide(wanted - open_mass, of_shut, out=np.zeros(openness.shape), where=of_shut > 0.0)
    found = np.where(wanted <= open_mass, below, above)
    found = np.where(openness >= was_open[:, None], np.maximum(found, before), found)
    return np.where(openness >= FULLY_OPEN, 1.0, np.clip(found, 0.0, 1.0))
