"""The file of a finished job: what is written, and what is believed of a file that somebody else may have written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.scenario.ordinary_file import read_ordinary

Outcomes = dict[str, float | None]
KEYS = {"id", "sha256", "outcomes"}
MOST_BYTES = 100_000


def name_of(job: str) -> str:
    """Name of a job's file in the folder of the sweep."""
    return f"jobs/{job[:2]}/{job}.json"


def content_of(job: str, outcomes: Outcomes) -> bytes:
    """What is written for a finished job."""
    text = json.dumps(outcomes, allow_nan=False)
    return f'{{"id": "{job}", "sha256": "{digest_of(job, text)}", "outcomes": {text}}}\n'.encode()


def read_job(path: Path, job: str, known: Sequence[str]) -> Outcomes | None:
    """The outcomes of a job.

    Parameters
    ----------
    path
        Its file: an ordinary one, or it is not read.
    job
        The id of the job.
    known
        Names of the outcomes, in their order; the file must have exactly these.

    Returns
    -------
    dict or None
        None where the file is missing, damaged, of another job, or holds anything but a finite number or nothing for
        each name: the job is then run again.
    """
    try:
        held = json.loads(read_ordinary(path, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(held, dict) or set(held) != KEYS or held["id"] != job:
        return None
    outcomes = held["outcomes"]
    if not isinstance(outcomes, dict) or list(outcomes) != list(known):
        return None
    if not all(is_number(value) for value in outcomes.values()):
        return None
    return outcomes if held["sha256"] == digest_of(job, json.dumps(outcomes)) else None


def is_number(value: Any) -> bool:
    """Whether a value is one that is written: a finite number, or nothing."""
    return value is None or (isinstance(value, float) and math.isfinite(value))


def digest_of(job: str, text: str) -> str:
    """Hash of a job's id and its outcomes as text."""
    return hashlib.sha256(f"{job}\n{text}".encode()).hexdigest()
