"""The verb ``doctor``: versions, machine, cache, extras, and what would work here."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import typer

from sim.cli.options import Json

NOT_RIGHT = 1
CORE = (
    "mesa",
    "numpy",
    "numba",
    "pandas",
    "scipy",
    "pyarrow",
    "matplotlib",
    "pydantic",
    "ruamel.yaml",
    "jinja2",
    "typer",
)
EXTRAS = {
    "analysis": {
        "SALib": "sweep --design sobol and morris",
        "optuna": "calibrate, experiments.frontier",
        "statsmodels": "experiments.sandbox",
    },
    "cluster": {"distributed": "sweep --dask"},
    "web": {"solara": "serve"},
}
"""Libraries of each extra, and what needs them."""


def add(app: typer.Typer) -> None:
    """Give the command line the verb."""
    app.command()(doctor)


def doctor(as_json: Json = False) -> None:
    """Versions, machine, cache folder, extras: what would work here. Exit code 0 when the main job does."""
    found = examined()
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else as_text(found))
    if not found["works"]:
        raise typer.Exit(NOT_RIGHT)


def examined() -> dict[str, Any]:
    """Everything that the verb tells."""
    from sim.version import VERSION

    libraries, cache = {name: installed(name) for name in CORE}, cache_state()  # before a run mends the cache
    extras = {extra: {name: installed(name) for name in needs} for extra, needs in EXTRAS.items()}
    problems = [f"{name} is missing: pip install {name}" for name, number in libraries.items() if number is None]
    problems = problems or small_run()
    return {
        "works": not problems,
        "problems": problems,
        "tideover": VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **machine(),
        "libraries": libraries,
        "cache": cache,
        "results_writable": os.access(Path.cwd(), os.W_OK | os.X_OK),
        "extras": extras,
        "verbs": verbs(extras, not problems),
    }


def installed(name: str) -> str | None:
    """Version of a library, none if it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> dict[str, Any]:
    """Cores, memory, and the enterprises of a comparison that fit into it; missing where they cannot be told."""
    from sim.studies.memory import BYTES_PER_AGENT, memory_limit
    from sim.studies.replications import cores
    from sim.studies.sweep.estimate import most_agents

    try:
        memory = memory_limit()
    except (OSError, ValueError, AttributeError):
        return {"cores": cores(), "memory_gb": None, "most_enterprises": None}
    return {
        "cores": cores(),
        "memory_gb": round(memory / 1e9, 1),
        "most_enterprises": most_agents(memory, BYTES_PER_AGENT["compiled"][1]),
    }


def cache_state() -> dict[str, Any]:
    """Where compiled rules are kept, whether they can be, and which files of this version's are not whole."""
    from sim.engine.cache_check import damaged
    from sim.engine.compile_cache import cache_base, cache_folder

    try:
        base = cache_base()
        above = next(folder for folder in (base, *base.parents) if folder.exists())
        writable = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
        files, wrong = damaged(cache_folder()) if writable else (0, [])
    except (OSError, RuntimeError):  # there is no home folder
        return {"folder": None, "writable": False, "files": 0, "damaged": []}
    return {"folder": str(base), "writable": writable, "files": files, "damaged": [path.name for path in wrong]}


def cache_words(cache: dict[str, Any]) -> str:
    """The same in words; where files are not whole, what becomes of them and what helps if it comes back."""
    if not cache["writable"]:
        return f"{cache['folder']}, not writable: rules are compiled in each run"
    files, wrong = cache["files"], cache["damaged"]
    if not wrong:
        return f"{cache['folder']}, writable, {files} file{'s' * (files != 1)}, all whole"
    names = f"{wrong[0]}{', …' * (len(wrong) > 1)}"
    return (
        f"{cache['folder']}, writable, {len(wrong)} of {files} files {'are' if len(wrong) > 1 else 'is'} not whole "
        f"({names}): compiled anew in the next run; if it comes back, delete the folder and check the disk"
    )


def small_run() -> list[str]:
    """What stands in the way of a very small run; nothing where it ends well and its accounts agree."""
    from sim.scenario import load
    from sim.studies import replicate

    try:
        scenario = load("normal-year", ["population.enterprises=20", "calendar.weeks=2"])
        replicate({"run": scenario}, [1], progress=False, audit=True)
    except Exception as error:  # whatever it is, it is what the user has to hear of
        return [f"a small run fails: {type(error).__name__}: {error}"]
    return []


def verbs(extras: dict[str, dict[str, str | None]], works: bool) -> dict[str, str]:
    """What works and what would with which extra."""
    found = {"run, compare, sweep, attribute, plot, report, replay": "works" if works else "does not work"}
    for extra, libraries in extras.items():
        for name, number in libraries.items():
            told = "works" if number and works else f"pip install 'tideover[{extra}]'" if works else "does not work"
            found[EXTRAS[extra][name]] = told
    return found


def as_text(found: dict[str, Any]) -> str:
    """The same for people."""
    cache, memory = found["cache"], found["memory_gb"]
    room = "" if memory is None else f", {memory} GB of memory: {found['most_enterprises']:,} enterprises fit at a time"
    writable = "writable" if found["results_writable"] else "not writable: give --out"
    lines = [
        f"tideover {found['tideover']}, Python {found['python']}, {found['system']}",
        f"{found['cores']} cores{room}",
        f"cache of compiled rules: {cache_words(cache)}",
        f"this folder: {writable}",
        "libraries: " + ", ".join(f"{name} {number or 'missing'}" for name, number in found["libraries"].items()),
    ]
    for extra, libraries in found["extras"].items():
        lines.append(
            f"extra {extra}: " + ", ".join(f"{name} {number or 'missing'}" for name, number in libraries.items())
        )
    lines += [f"{verb}: {state}" for verb, state in found["verbs"].items()]
    return "\n".join([*lines, *found["problems"]])
