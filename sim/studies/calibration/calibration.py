"""Calibration: fit a scenario's declared free parameters to its published targets, resumable and repeatable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.scenario import Place, Problem, ScenarioError, load
from sim.scenario.seeds import OF_SAMPLES, one_seed, seed_list
from sim.studies.calibration.trials import keep_trial, kept_trials, optimiser, sampler_seed
from sim.studies.evidence import counted, fit, misses, targets_of, targets_path

BEST_SHARE = 0.1
MOST_MISS = 3.0
"""A figure further off than this many tolerances, or that the run does not give, counts as this far: what the model
cannot reach must not pull the rest away from what it can."""

Ranges = Mapping[str, tuple[float, float]]
Progress = Callable[[int, float, float], None]


@dataclass(frozen=True)
class Calibration:
    """What was found.

    Attributes
    ----------
    best
        Fitted values, by setting.
    loss
        Sum of squared misses in tolerances of the best trial.
    trials
        One row a trial: loss, then the settings tried.
    identified
        Each setting's range, best value, range among the best 10 % of trials, and that range's part of the whole.
    table
        Fit table of the best trial.
    """

    best: dict[str, float]
    loss: float
    trials: pd.DataFrame
    identified: pd.DataFrame
    table: pd.DataFrame


def declared(name: str) -> dict[str, tuple[float, float]]:
    """Free parameters that the scenario's file of evidence declares, with their ranges."""
    path = targets_path(f"{name}-free")
    if not path.is_file():
        return {}
    rows = pd.read_csv(path)
    return {row.key: (float(row.low), float(row.high)) for row in rows.itertuples()}


def parse_free(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Ranges written ``key=low:high``.

    Raises
    ------
    ScenarioError
        If one is not written so.
    """
    ranges = {}
    for text in texts:
        key, _, ends = text.partition("=")
        try:
            low, high = (float(end) for end in ends.split(":"))
        except ValueError:
            raise refusal("--free", f"{text}: write key=low:high") from None
        if not key.strip() or not -np.inf < low < high < np.inf:
            raise refusal("--free", f"{text}: the low end must lie below the high end")
        ranges[key.strip()] = (low, high)
    return ranges


def refusal(place: str, why: str) -> ScenarioError:
    """One line of what is wrong."""
    return ScenarioError([Problem(Place(place), why)])


def loss_of(table: pd.DataFrame) -> float:
    """Sum of squared misses, each in units of the tolerance on its side, of at most ``MOST_MISS``."""
    off = misses(counted(table)).fillna(MOST_MISS).clip(-MOST_MISS, MOST_MISS)
    return float((off**2).sum())


def calibrate(
    name: str = "china-2020",
    free: Ranges | None = None,
    *,
    trials: int = 50,
    seeds: Sequence[int] = (1, 2),
    seed: int = 1,
    settings: Sequence[str] = (),
    jobs: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit free parameters to the published targets of a scenario.

    Parameters
    ----------
    name
        Packaged scenario with targets.
    free
        Range of each free parameter; none = those that the scenario declares.
    trials
        Number of trials in all, those done before in ``out`` included.
    seeds
        Seeds of each trial, the same in all.
    seed
        Seed of the search; the same seed gives the same result, interrupted or not.
    settings
        Overrides ``key=value`` that hold in every trial.
    jobs
        Runs at a time.
    out
        Folder that keeps the trials; the same question goes on there.
    progress
        Called after each new trial with its number, its loss and the best loss.

    Raises
    ------
    ScenarioError
        If Optuna is missing, nothing is free, a setting does not exist, or the folder holds another calibration.
    """
    seeds, seed = seed_list(seeds), one_seed(seed, "seed", OF_SAMPLES)
    ranges = dict(free or declared(name))
    if not ranges:
        raise refusal(name, "declares no free parameters; give some with --free key=low:high")
    optuna, targets = optimiser("calibrate"), targets_of(name)
    for end in (0, 1):
        load(name, [*settings, *written({key: ends[end] for key, ends in ranges.items()})])
    question = question_of(name, ranges, seeds, seed, settings, targets)
    done = kept_trials(out, question, ["loss", *ranges])
    study = optuna.create_study()
    for one in done:
        study.add_trial(past(optuna, one, ranges))
    for number in range(len(done), trials):
        study.sampler = optuna.samplers.TPESampler(seed=sampler_seed(seed, number), n_startup_trials=10)
        if number == 0:
            study.enqueue_trial(present(name, ranges, settings))
        trial = study.ask()
        tried = {key: rounded(trial.suggest_float(key, *ends)) for key, ends in ranges.items()}
        table = fit(name, targets, seeds, [*settings, *written(tried)], jobs=jobs, progress=False)
        one = {"loss": loss_of(table), **tried}
        study.tell(trial, one["loss"])
        done.append(one)
        keep_trial(out, one)
        if progress is not None:
            progress(number + 1, one["loss"], min(row["loss"] for row in done))
    return found(name, pd.DataFrame(done[:trials]), ranges, targets, seeds, settings, jobs)


def present(name: str, ranges: Ranges, settings: Sequence[str]) -> dict[str, float]:
    """The scenario's own values, within the ranges: the first trial."""
    values = {}
    for key, (low, high) in ranges.items():
        value: Any = load(name, list(settings)).settings
        for step in key.split("."):
            value = value[step] if isinstance(value, Mapping) else getattr(value, step)
        values[key] = min(high, max(low, float(value)))
    return values


def rounded(value: float) -> float:
    """Four figures: what is pasted into a scenario is what was run."""
    return float(f"{value:.4g}")


def written(values: Mapping[str, float]) -> list[str]:
    """Settings as overrides."""
    return [f"{key}={value!r}" for key, value in values.items()]


def question_of(
    name: str, ranges: Ranges, seeds: Sequence[int], seed: int, settings: Sequence[str], targets: pd.DataFrame
) -> str:
    """Hash of all that decides a trial."""
    parts = [load(name, list(settings)).digest, sorted(ranges.items()), list(seeds), seed, targets.to_csv()]
    return hashlib.sha256(json.dumps(parts, default=list).encode()).hexdigest()


def past(optuna: Any, one: Mapping[str, float], ranges: Ranges) -> Any:
    """A trial of an earlier call as Optuna knows it."""
    spaces = {key: optuna.distributions.FloatDistribution(*ends) for key, ends in ranges.items()}
    return optuna.trial.create_trial(
        params={key: one[key] for key in ranges}, distributions=spaces, value=float(one["loss"])
    )


def found(
    name: str,
    trials: pd.DataFrame,
    ranges: Ranges,
    targets: pd.DataFrame,
    seeds: Sequence[int],
    settings: Sequence[str],
    jobs: int | None,
) -> Calibration:
    """The best trial, its fit table, and how well the targets tell the settings apart."""
    row = trials.loc[trials["loss"].idxmin()]
    best = {key: float(row[key]) for key in ranges}
    table = fit(name, targets, seeds, [*settings, *written(best)], jobs=jobs, progress=False)
    return Calibration(best, float(row["loss"]), trials, identified(trials, ranges, best), table)


def identified(trials: pd.DataFrame, ranges: Ranges, best: Mapping[str, float]) -> pd.DataFrame:
    """Spread of the best 10 % of trials (at least 3) in each setting; a spread near 1 is not identified."""
    top = trials.nsmallest(max(3, round(BEST_SHARE * len(trials))), "loss")
    rows = []
    for key, (low, high) in ranges.items():
        least, most = float(top[key].min()), float(top[key].max())
        spread = (most - least) / (high - low)
        rows.append([key, low, high, best[key], least, most, spread])
    return pd.DataFrame(rows, columns=["key", "low", "high", "best", "top_low", "top_high", "spread"])
