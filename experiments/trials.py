"""A search over the levers of a programme for several objectives at once (NSGA-II of Optuna), kept and taken up again.

Every trial's sampler has a seed of its own, so that asking again for the trials that were kept gives the same ones, and
the search goes on as if it had never stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.programmes import LEVERS, Values
from sim.studies import keep_trial, kept_trials, optimiser, sampler_seed

GENERATION = 24


@dataclass(frozen=True)
class Trial:
    """A programme that was tried: the value of each lever, and of each objective."""

    number: int
    values: dict[str, float]
    objectives: list[float]


def search(
    objectives_of: Callable[[Values], list[float]],
    better: Sequence[float],
    trials: int,
    folder: Path,
    question: Any,
    progress: Callable[[int], None] | None = None,
    seed: int = 1,
) -> list[Trial]:
    """Try programmes.

    Parameters
    ----------
    objectives_of
        Objectives at some values of the levers.
    better
        1 for an objective of which more is better, −1 for one of which less is.
    trials
        How many in all, those kept in the folder included.
    folder
        Where every trial is kept.
    question
        All else that decides a trial; a folder with another question is refused.
    progress
        Called with the number of each new trial.
    seed
        Seed of the search.

    Raises
    ------
    ScenarioError
        If Optuna is missing, or the folder holds another search.
    """
    optuna = optimiser("frontier")
    asked = [question, seed, [vars(lever) for lever in LEVERS], GENERATION, optuna.__version__]
    asked_hash = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    kept = kept_trials(folder, asked_hash, ["objectives", *(one.name for one in LEVERS)])
    study = optuna.create_study(directions=["maximize" if sign > 0 else "minimize" for sign in better])
    done = []
    for number in range(trials):
        study.sampler = optuna.samplers.NSGAIISampler(population_size=GENERATION, seed=sampler_seed(seed, number))
        trial = study.ask()
        values = {one.name: trial.suggest_float(one.name, one.low, one.high, step=one.step) for one in LEVERS}
        if number < len(kept):
            objectives = kept[number]["objectives"]
        else:
            objectives = objectives_of(values)
            keep_trial(folder, {"objectives": objectives, **values})
            if progress is not None:
                progress(number)
        study.tell(trial, objectives)
        done.append(Trial(number, values, objectives))
    return done
