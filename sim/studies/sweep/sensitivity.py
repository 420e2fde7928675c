"""Which settings matter: Sobol indices and Morris effects with intervals (SALib), and swings one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes import mean_interval
from sim.outcomes.intervals import CONFIDENCE
from sim.scenario import Place, Problem, ScenarioError
from sim.studies.sweep.designs import Design, Floats, plain
from sim.studies.sweep.samples import MORRIS_LEVELS, need_salib, problem_of

RESAMPLES = 1_000


def sensitivity(design: Design, means: Sequence[float] | Floats) -> pd.DataFrame:
    """Indices of each setting that varies, by the method of the design.

    Parameters
    ----------
    design
        A ``sobol`` or ``morris`` design.
    means
        The outcome at each point.

    Returns
    -------
    pandas.DataFrame
        key, role, index, value, low, high (95 %, bootstrap), wide (the interval exceeds the index: too few samples to
        say anything). Sobol: ``first`` and ``total`` (shares of the variance). Morris: ``mu_star`` (mean size of the
        effect over the whole range, in the unit of the outcome) and ``sigma`` (no interval).

    Raises
    ------
    ScenarioError
        For other designs, a point without a value, an outcome that does not vary, or when SALib is missing.
    """
    if design.name not in ("sobol", "morris"):
        _fail(f"a design {design.name} has no indices; use --design sobol or morris")
    values = np.asarray(means, dtype=np.float64)[list(design.rows)]
    if not np.isfinite(values).all():
        _fail(f"the outcome is not defined at {int((~np.isfinite(values)).sum())} of {len(values)} rows of the sample")
    if np.ptp(values) == 0.0:
        _fail("the outcome is the same at every point: nothing to explain")
    need_salib()
    rows = _sobol(design, values) if design.name == "sobol" else _morris(design, values)
    frame = pd.DataFrame(rows, columns=["key", "role", "index", "value", "half"])
    frame["low"], frame["high"] = frame["value"] - frame["half"], frame["value"] + frame["half"]
    frame["wide"] = frame["half"] > frame["value"].abs()
    return frame.drop(columns="half")


def _sobol(design: Design, values: Floats) -> list[list[Any]]:
    """Sobol indices; the outcome is centred, which makes the estimator more precise."""
    from SALib.analyze.sobol import analyze

    found = analyze(
        problem_of(design.factors),
        values - values.mean(),
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=design.seed,
    )
    return _listed(design, found, {"first": ("S1", "S1_conf"), "total": ("ST", "ST_conf")})


def _morris(design: Design, values: Floats) -> list[list[Any]]:
    from SALib.analyze.morris import analyze

    found = analyze(
        problem_of(design.factors),
        np.asarray(design.shares),
        values,
        num_levels=MORRIS_LEVELS,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=design.seed,
    )
    return _listed(design, found, {"mu_star": ("mu_star", "mu_star_conf"), "sigma": ("sigma", "")})


def _listed(design: Design, found: Mapping[str, Any], names: dict[str, tuple[str, str]]) -> list[list[Any]]:
    """One row an index and setting."""
    return [
        [factor.key, factor.role, index, float(found[value][place]), float(found[half][place]) if half else np.nan]
        for index, (value, half) in names.items()
        for place, factor in enumerate(design.factors)
    ]


def wide_note(table: pd.DataFrame) -> str:
    """A sentence that names the indices whose interval exceeds them; nothing if there are none."""
    wide = table[table["wide"]]
    named = ", ".join(f"{key} ({index})" for key, index in zip(wide["key"], wide["index"], strict=True))
    return f"the interval exceeds the index, take more samples: {named}" if named else ""


def swings(design: Design, means: Floats, by_seed: Floats | None) -> pd.DataFrame:
    """What each value does to an outcome, one setting at a time, the others as in the scenario.

    Parameters
    ----------
    design
        An ``oat`` design.
    means
        The outcome at each point.
    by_seed
        The outcome by point and seed, for the band of the paired change; none for ratios of means, which have no band.

    Returns
    -------
    pandas.DataFrame
        key, role, value, mean, low, high (95 % of the change from the scenario on the same seeds, added to its
        outcome), base (the outcome of the scenario itself); settings with the widest swing first.
    """
    if design.name != "oat":
        _fail(f"a design {design.name} has no swings; use --design oat")
    base = float(means[0])
    low = high = np.full(len(means), np.nan)
    if by_seed is not None:
        _, low, high = mean_interval(by_seed - by_seed[0])
    rows, place = [], 1
    for factor in design.factors:
        for value in factor.levels():
            point = design.rows[place]
            rows.append(
                [factor.key, factor.role, plain(value), means[point], base + low[point], base + high[point], base]
            )
            place += 1
    frame = pd.DataFrame(rows, columns=["key", "role", "value", "mean", "low", "high", "base"])
    widths = frame.groupby("key")["mean"].agg(lambda one: max(one.max(), base) - min(one.min(), base))
    order = widths.sort_values(ascending=False, kind="stable").index
    return frame.set_index("key").loc[order].reset_index()


def _fail(text: str) -> None:
    raise ScenarioError([Problem(Place("sensitivity"), text)])
