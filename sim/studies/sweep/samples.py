"""Points of a sweep: grid, one at a time, Latin hypercube (SciPy), Sobol and Morris (SALib, extra ``analysis``)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.problems import did_you_mean
from sim.studies.sweep.designs import DESIGNS, WHERE, Design, Factor, Floats, plain

MOST_POINTS = 200_000
MORRIS_LEVELS = 4


def make_design(factors: Sequence[Factor], name: str = "grid", samples: int | None = None, seed: int = 1) -> Design:
    """Points of a design.

    Parameters
    ----------
    factors
        What varies.
    name
        ``grid``: every combination. ``oat``: one at a time, the others as in the scenario. ``lhs``: Latin hypercube
        over the ranges, crossed with every combination of the lists. ``sobol``: Saltelli's sample, ``samples`` ×
        (factors + 2) rows. ``morris``: ``samples`` trajectories, ``samples`` × (factors + 1) rows.
    samples
        Size of the sample; designs other than ``grid`` and ``oat`` need it (a power of two for ``sobol``).
    seed
        Seed of the sample.

    Raises
    ------
    ScenarioError
        If the design cannot be made, or SALib is missing.
    """
    if name not in DESIGNS:
        _fail(f"unknown design {name}{did_you_mean(name, DESIGNS)}; known: {', '.join(DESIGNS)}")
    if name in ("grid", "oat"):
        return _listed_design(tuple(factors), name)
    samples = 0 if samples is None else samples
    if samples < 1:
        _fail(f"the design {name} needs a number of samples: --samples 64", "--samples")
    if name == "sobol" and samples & (samples - 1):
        _fail(f"{samples} is no power of two, which Sobol needs; the next is {1 << samples.bit_length()}", "--samples")
    rows = samples * {"lhs": 1, "sobol": len(factors) + 2, "morris": len(factors) + 1}[name]
    _check_size(rows * (_combinations([f for f in factors if not f.is_range]) if name == "lhs" else 1))
    return _SAMPLERS[name](tuple(factors), samples, seed)


def _listed_design(factors: tuple[Factor, ...], name: str) -> Design:
    for factor in factors:
        if name == "grid" and factor.is_range and factor.count is None:
            low, high = (plain(value) for value in factor.values)
            raise ScenarioError([Problem(WHERE, f"a grid needs the number of values: {low}:{high}:5", factor.key)])
    _check_size(max((factor.count or 0 for factor in factors), default=0))
    levels = [factor.levels() for factor in factors]
    if name == "grid":
        _check_size(_combinations(factors))
        rows = list(itertools.product(*levels))
    else:
        base = tuple(factor.base for factor in factors)
        rows = [base]
        for place, values in enumerate(levels):
            rows += [(*base[:place], value, *base[place + 1 :]) for value in values]
    return _design(name, factors, rows, np.zeros((0, len(factors))))


def _latin(factors: tuple[Factor, ...], samples: int, seed: int) -> Design:
    from scipy.stats import qmc

    ranged = [place for place, factor in enumerate(factors) if factor.is_range]
    if not ranged:
        _fail("a Latin hypercube needs at least one range: --vary key=low:high")
    drawn = np.full((samples, len(factors)), np.nan)
    drawn[:, ranged] = qmc.LatinHypercube(d=len(ranged), rng=np.random.default_rng(seed)).random(samples)
    lists = [[None] if factor.is_range else list(factor.values) for factor in factors]
    rows = [
        tuple(
            one.at(share) if one.is_range else fixed for one, share, fixed in zip(factors, shares, chosen, strict=True)
        )
        for chosen in itertools.product(*lists)
        for shares in drawn.tolist()
    ]
    design = _design("lhs", factors, rows, np.tile(drawn, (len(rows) // samples, 1)))
    return replace(design, samples=samples, seed=seed)


def _by_salib(name: str) -> Callable[[tuple[Factor, ...], int, int], Design]:
    def sampled(factors: tuple[Factor, ...], samples: int, seed: int) -> Design:
        need_salib()
        if name == "sobol":
            from SALib.sample.sobol import sample

            drawn = sample(problem_of(factors), samples, calc_second_order=False, seed=seed)
        else:
            from SALib.sample.morris import sample

            drawn = sample(problem_of(factors), samples, num_levels=MORRIS_LEVELS, seed=seed)
        shares = np.asarray(drawn, dtype=np.float64)
        rows = [tuple(f.at(float(share)) for f, share in zip(factors, row, strict=True)) for row in shares]
        return replace(_design(name, factors, rows, shares), samples=samples, seed=seed)

    return sampled


_SAMPLERS = {"lhs": _latin, "sobol": _by_salib("sobol"), "morris": _by_salib("morris")}


def problem_of(factors: Sequence[Factor]) -> dict[str, Any]:
    """The factors as SALib describes them, each from 0 to 1."""
    return {"num_vars": len(factors), "names": [f.key for f in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def need_salib() -> None:
    """One clear line when SALib is not installed."""
    try:
        import SALib  # noqa: F401
    except ImportError:
        _fail("Sobol and Morris designs need SALib: pip install 'tideover[analysis]'")


def _design(name: str, factors: tuple[Factor, ...], rows: Sequence[tuple[Any, ...]], shares: Floats) -> Design:
    """A design whose points are the different rows, in the order in which they first come."""
    numbers: dict[str, int] = {}
    points: list[tuple[Any, ...]] = []
    places: list[int] = []
    for row in rows:
        text = json.dumps([plain(value) for value in row])
        if text not in numbers:
            numbers[text] = len(points)
            points.append(row)
        places.append(numbers[text])
    return Design(name, factors, tuple(points), tuple(places), shares)


def _combinations(factors: Sequence[Factor]) -> int:
    """Points of the grid of some factors."""
    total = 1
    for factor in factors:
        total *= (factor.count or 2) if factor.is_range else len(factor.values)
    return total


def _check_size(points: int) -> None:
    if points > MOST_POINTS:
        _fail(f"{points:,} points are too many; at most {MOST_POINTS:,} fit: fewer values, or --design lhs")


def _fail(text: str, where: str = "--design") -> NoReturn:
    raise ScenarioError([Problem(Place(where), text)])
