"""Small comparisons and small commands: what tests of folders, the command line and the public face run."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from typer.testing import CliRunner, Result

import sim
from sim.cli.app import app
from sim.results.results import TABLES as TABLES

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("population.enterprises=300", "calendar.weeks=20")
SMALL = ("--set", SETTINGS[0], "--set", SETTINGS[1], "--seeds", "2")
QUICK = (*SMALL, "--no-figures", "--quiet")


@cache
def scenario(name: str = "china-2020") -> sim.Scenario:
    """A packaged scenario at small size."""
    return sim.load(name, SETTINGS)


@cache
def comparison() -> sim.Comparison:
    """China 2020 with and without the programme, two seeds; not to be changed."""
    return sim.compare(scenario(), seeds=2, progress=False)


def invoke(*words: str) -> Result:
    """Run a command in this process; an exception that no message was made of is raised."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def command(*words: str) -> list[str]:
    """The command line of a real process; warnings are errors there too."""
    return [sys.executable, "-W", "error", "-m", "sim.cli", *map(str, words)]


def start(words: list[str], folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a process in a folder, its own group, so that its children can be looked for."""
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environment_of(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def finished(words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a process in a folder to its end."""
    return subprocess.run(
        words,
        cwd=folder,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )


def environment_of(changes: dict[str, str]) -> dict[str, str]:
    """This process's environment with changes, the checkout first on the path."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def hash_of(results: Any, leave_out: tuple[str, ...] = ()) -> str:
    """Hash of whole tables, every bit of every number, but for some columns."""
    digest = hashlib.sha256()
    for name in TABLES:
        table = getattr(results, name).drop(columns=list(leave_out), errors="ignore")
        digest.update(f"{name} {list(table.columns)} {[str(one) for one in table.dtypes]}".encode())
        for column in table:
            digest.update(pd.util.hash_pandas_object(table[column], index=False).to_numpy().tobytes())
    return digest.hexdigest()
