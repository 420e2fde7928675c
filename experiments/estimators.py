"""Estimators of the sandbox: each a weighted regression on the treated mark, so linear in the outcomes.

Because they are linear, what an estimator makes of the outcomes seen is what it makes of the untreated outcomes (the
selection) plus what it makes of the effects; with both worlds known the two are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.scenario import Place, Problem, ScenarioError

Floats = npt.NDArray[np.float64]

BANDWIDTH = 1.0
"""Half width of the window around the cut of a regression discontinuity [log points of turnover]."""

NAMES = ("kind", "sector", "region", "banked", "digital")
LOGS = ("staff", "yearly_sales_yuan")


@dataclass(frozen=True)
class Design:
    """One weighted regression: the outcome on ``columns``, the coefficient of the second of which is the estimate."""

    columns: Floats
    weights: Floats
    change: bool = False
    """The outcome is the change from before to after."""


@dataclass(frozen=True)
class Estimate:
    """An estimate with its 95 % interval, taken apart; ``value`` = truth + selection + spillover."""

    value: float
    low: float
    high: float
    truth: float
    selection: float
    spillover: float


def statsmodels() -> Any:
    """Statsmodels, or one clear line."""
    try:
        import statsmodels.api as api
    except ImportError:
        text = "needs statsmodels: pip install 'tideover[analysis]'"
        raise ScenarioError([Problem(Place("sandbox"), text)]) from None
    return api


def difference(frame: pd.DataFrame) -> Design:
    """Treated less comparison, after the launch."""
    treated = frame["treated"].to_numpy(np.float64)
    return Design(np.column_stack([np.ones(len(frame)), treated]), np.ones(len(frame)))


def difference_in_differences(frame: pd.DataFrame) -> Design:
    """Change of the treated less change of the comparison group, from before the launch to after it."""
    simple = difference(frame)
    return Design(simple.columns, simple.weights, change=True)


def matching(frame: pd.DataFrame) -> Design:
    """Comparison enterprises weighted by the odds of being treated, given what an evaluator sees."""
    return _weighted(frame, hidden=())


def matching_with_cash(frame: pd.DataFrame) -> Design:
    """The same, were the cash of each enterprise before the shock known too."""
    return _weighted(frame, hidden=("runway_days",))


def discontinuity(frame: pd.DataFrame) -> Design:
    """Jump at the turnover cut: local linear on both sides, triangular weights."""
    distance = frame["distance"].to_numpy(np.float64)
    treated = frame["treated"].to_numpy(np.float64)
    columns = np.column_stack([np.ones(len(frame)), treated, distance, treated * distance])
    return Design(columns, np.maximum(0.0, 1.0 - np.abs(distance) / BANDWIDTH))


METHODS: dict[str, Callable[[pd.DataFrame], Design]] = {
    "difference in means": difference,
    "difference-in-differences": difference_in_differences,
    "matching by propensity": matching,
    "matching, cash known too": matching_with_cash,
    "regression discontinuity": discontinuity,
}


def estimated(frame: pd.DataFrame, design: Design) -> Estimate:
    """Apply a design to the outcomes seen, and take the estimate apart with the outcomes of both worlds.

    Parameters
    ----------
    frame
        treated, before, seen (outcome as observed), untreated (outcome without the programme).
    design
        From one of ``METHODS``.

    Returns
    -------
    Estimate
        The truth is the effect on the treated, weighted as the design weights them; the selection is the estimate had
        nobody been helped; the spillover is less the effect on those of the comparison group.
    """
    api = statsmodels()
    used = design.weights > 0.0
    weights, columns = design.weights[used], design.columns[used]
    treated = frame["treated"].to_numpy(bool)[used]
    seen, without = (frame[name].to_numpy(np.float64)[used] for name in ("seen", "untreated"))
    start = frame["before"].to_numpy(np.float64)[used] if design.change else 0.0
    effect = seen - without

    def coefficient(outcome: Floats) -> Any:
        return api.WLS(outcome, columns, weights=weights).fit(cov_type="HC1")

    fit = coefficient(seen - start)
    low, high = fit.conf_int(alpha=0.05)[1]
    parts = (np.where(treated, effect, 0.0), without - start, np.where(treated, 0.0, effect))
    truth, selection, spillover = (float(coefficient(part).params[1]) for part in parts)
    return Estimate(float(fit.params[1]), float(low), float(high), truth, selection, spillover)


def _weighted(frame: pd.DataFrame, hidden: tuple[str, ...]) -> Design:
    """Odds weights from a logit; comparison enterprises of a category with no treated one are left out."""
    treated = frame["treated"].to_numpy(bool)
    alike = treated | frame[list(NAMES)].apply(lambda column: column.isin(set(column[treated]))).all(axis=1).to_numpy()
    part = frame[alike]
    known = pd.get_dummies(part[list(NAMES)].astype(str), drop_first=True, dtype=np.float64)
    for name in (*LOGS, *hidden):
        value = np.log1p(part[name].to_numpy(np.float64))
        known[name], known[f"{name} squared"] = value, (value - value.mean()) ** 2
    known["before"] = part["before"]
    spread = known.to_numpy().std(axis=0)
    known = known.loc[:, spread > 0.0]
    scores = (known - known.mean()) / known.std()
    api = statsmodels()
    logit = api.Logit(treated[alike].astype(np.float64), api.add_constant(scores.to_numpy()), check_rank=False)
    chance = np.clip(logit.fit(maxiter=100, disp=0, warn_convergence=False).predict(), 0.0, 1.0 - 1e-6)
    weights = np.zeros(len(frame))
    weights[alike] = np.where(treated[alike], 1.0, chance / (1.0 - chance))
    return Design(difference(frame).columns, weights)
