"""Trials of a search kept in a folder, one line each, so that an interrupted search goes on where it stopped."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.results.atomic_folder import refuse, write_file
from sim.scenario import Place, Problem, ScenarioError

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


def kept_trials(out: Path | None, question: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Trials that a folder keeps; a half-written last line is dropped. Without a folder there are none.

    Parameters
    ----------
    out, question
        The folder, and the hash of all that decides a trial.
    keys
        What each trial holds: finite numbers, or lists of them.

    Raises
    ------
    ScenarioError
        If the folder holds the trials of another question, anything else, or a line that is no trial.
    """
    if out is None:
        return []
    path, head = out / JOURNAL, json.dumps({"question": question})
    check_place(out, path)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
    if len(lines) < 2 and head.startswith("".join(lines)):
        write_file(path, (head + "\n").encode())
        return []
    if lines[0] != head:
        raise ScenarioError([Problem(Place(str(out)), "holds another search; choose another folder with --out")])
    found = [trial(path, number, line, keys) for number, line in enumerate(lines[1:-1], start=2)]
    write_file(path, "\n".join([*lines[:-1], ""]).encode())
    return found


def check_place(folder: Path, path: Path) -> None:
    """Refuse a folder that is none, cannot be written, or holds files and no search."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refuse(folder, "is not a folder; choose another with --out")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        refuse(folder, f"{JOURNAL} is not an ordinary file; choose another folder with --out")
    if folder.is_dir() and any(folder.iterdir()) and not path.exists():
        refuse(folder, "holds files that are not a search of this program; choose another with --out")
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        refuse(folder, "is not writable; choose another with --out")


def trial(path: Path, number: int, line: str, keys: Sequence[str]) -> dict[str, Any]:
    """A trial of a line, once it is what a trial must be."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and set(found) == set(keys) and all(map(is_finite, found.values())):
        return found
    text = f"is no trial; expected finite numbers for {', '.join(keys)}; delete the line, or choose another --out"
    raise ScenarioError([Problem(Place(str(path), number, 1), text)])


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number, or a list of such."""
    if isinstance(value, list):
        return all(map(is_finite, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def keep_trial(out: Path | None, one: Mapping[str, Any]) -> None:
    """Write a trial at the end of the folder's."""
    if out is not None:
        with (out / JOURNAL).open("a", encoding="utf-8") as file:
            file.write(json.dumps(one) + "\n")
