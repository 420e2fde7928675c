"""Published targets beside the model's figures: what was seen, the tolerance, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.evidence import stops
from sim.evidence.fit import arms_for, causes, fit, fit_table, format_fit, group_of, groups_inside, misses
from sim.evidence.targets import names_with_targets, targets_of, targets_path
from sim.model import Engine
from sim.replications import seed_list

__all__ = [
    "arms_for",
    "causes",
    "fit",
    "fit_table",
    "format_fit",
    "group_of",
    "groups_inside",
    "misses",
    "names_with_targets",
    "reproduce",
    "targets_of",
    "targets_path",
]


def reproduce(
    name: str = "china-2020",
    *,
    seeds: int | Sequence[int] = 10,
    seed: int = 1,
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Published targets beside the model's figures.

    Parameters
    ----------
    name
        Packaged scenario with targets, or a published table: ``runway-bosio``, ``closure-bartik``.
    seeds, seed, engine, jobs, progress
        As in :func:`sim.replications.run`.
    settings
        Overrides ``key=value``.

    Returns
    -------
    pandas.DataFrame
        target, quantity, unit, date, published, model (mean over seeds), low, high (95 % over seeds), tolerance,
        verdict (``inside`` or ``miss``), source, confidence, cause (of a miss, where it is known).
    """
    targets, numbers = targets_of(name), seed_list(seeds, seed)
    if name in stops.TABLES:
        return stops.reproduce(name, targets, numbers, settings, engine, jobs, progress)
    return fit(name, targets, numbers, settings, engine, jobs, progress)
