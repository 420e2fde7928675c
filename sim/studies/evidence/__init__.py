"""Published targets beside the model's figures: what was seen, the tolerance, the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sim.model.model import Engine
from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.seeds import seed_list
from sim.studies.evidence import speed, stops
from sim.studies.evidence.baselines import baseline_of, format_headline, headline
from sim.studies.evidence.fit import (
    arms_for,
    causes,
    counted,
    fit,
    fit_table,
    format_fit,
    group_of,
    groups_inside,
    misses,
)
from sim.studies.evidence.speed import format_changes
from sim.studies.evidence.targets import names_with_targets, targets_of, targets_path

__all__ = [
    "Reproduced",
    "arms_for",
    "causes",
    "fit",
    "fit_table",
    "format_fit",
    "group_of",
    "groups_inside",
    "counted",
    "misses",
    "names_with_targets",
    "reproduce",
    "reproduced",
    "targets_of",
    "targets_path",
]


@dataclass(frozen=True)
class Reproduced:
    """A published table beside the model's.

    Attributes
    ----------
    name
        Of the table.
    table
        What :func:`reproduce` returns.
    headline
        Headline figures of other models beside the scenario's baseline without any policy; None where the table has
        no scenario with a programme.
    more
        Further tables: of ``ppp-speed`` ``changes`` (what another programme would have changed, by size) and
        ``arrival`` (loans approved by day, real and model).
    """

    name: str
    table: pd.DataFrame
    headline: pd.DataFrame | None = None
    more: dict[str, pd.DataFrame] = field(default_factory=dict)

    def text(self) -> str:
        """All tables as text."""
        parts = [format_fit(self.table)]
        parts += [format_changes(self.more["changes"])] if "changes" in self.more else []
        parts += [] if self.headline is None else [format_headline(self.headline)]
        return "\n\n".join(parts)


def reproduce(
    name: str = "china-2020",
    *,
    seeds: int | Sequence[int] = 10,
    seed: int = 1,
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
    firms: str | Path | None = None,
) -> pd.DataFrame:
    """Published targets beside the model's figures.

    Parameters
    ----------
    name
        Packaged scenario with targets, or a published table: ``runway-bosio``, ``closure-bartik``, ``ppp-speed``.
    seeds, seed, engine, jobs, progress
        As in :func:`sim.studies.replications.run`.
    settings
        Overrides ``key=value``.
    firms
        The public PPP file, in place of drawn enterprises; for ``ppp-speed`` only.

    Returns
    -------
    pandas.DataFrame
        target, quantity, unit, date, published, model (mean over seeds), low, high (95 % over seeds), tolerance,
        verdict (``inside``, ``miss``, or ``input`` for what was put in), source, confidence, cause (of a miss, where
        it is known).
    """
    return _with_more(name, seed_list(seeds, seed), settings, engine, jobs, progress, firms)[0]


def reproduced(
    name: str,
    *,
    seeds: int | Sequence[int] = 10,
    seed: int = 1,
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
    firms: str | Path | None = None,
) -> Reproduced:
    """A published table beside the model's, with the headline figures and all further tables; as :func:`reproduce`."""
    numbers = seed_list(seeds, seed)
    table, more = _with_more(name, numbers, settings, engine, jobs, progress, firms)
    base = baseline_of(name, settings)
    return Reproduced(name, table, None if base is None else headline(base, numbers, engine, jobs, progress), more)


def _with_more(
    name: str,
    seeds: Sequence[int],
    settings: Sequence[str],
    engine: Engine,
    jobs: int | None,
    progress: bool,
    firms: str | Path | None,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The table and what stands beside it."""
    targets = targets_of(name)
    if name == speed.TABLE:
        return speed.reproduce(targets, seeds, settings, engine, jobs, progress, firms)
    if firms is not None:
        text = f"{name} has its own enterprises; a table of enterprises is for {speed.TABLE}"
        raise ScenarioError([Problem(Place("--firms"), text)])
    if name in stops.TABLES:
        return stops.reproduce(name, targets, seeds, settings, engine, jobs, progress), {}
    return fit(name, targets, seeds, settings, engine, jobs, progress), {}
