"""Trials of a search kept in a folder, one line each, so that an interrupted search goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario.problems import Place, Problem, ScenarioError

JOURNAL = "trials.jsonl"


def optimiser(verb: str) -> Any:
    """Optuna, silent.

    Raises
    ------
    ScenarioError
        If it is not installed.
    """
    try:
        import optuna
    except ImportError:
        text = "needs Optuna: pip install 'tideover[analysis]'"
        raise ScenarioError([Problem(Place(verb), text)]) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def sampler_seed(seed: int, number: int) -> int:
    """Seed of the sampler of one trial: each has its own, so that a search taken up again goes on the same way."""
    return (seed * 1_000_003 + number) % 2**32


def kept_trials(out: Path | None, question: str) -> list[dict[str, Any]]:
    """Trials that a folder keeps; a half-written last line is dropped. Without a folder there are none.

    Raises
    ------
    ScenarioError
        If the folder holds the trials of another question.
    """
    if out is None:
        return []
    out.mkdir(parents=True, exist_ok=True)
    path, head = out / JOURNAL, json.dumps({"question": question})
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    if len(lines) < 2 and head.startswith("".join(lines)):
        path.write_text(head + "\n", encoding="utf-8")
        return []
    if lines[0] != head:
        raise ScenarioError([Problem(Place(str(out)), "holds another search; choose another folder with --out")])
    path.write_text("\n".join([*lines[:-1], ""]), encoding="utf-8")
    return [json.loads(line) for line in lines[1:-1]]


def keep_trial(out: Path | None, one: Mapping[str, Any]) -> None:
    """Write a trial at the end of the folder's."""
    if out is not None:
        with (out / JOURNAL).open("a", encoding="utf-8") as file:
            file.write(json.dumps(one) + "\n")
