"""A job of a sweep: resolved scenarios as plain data and a seed in, a small row of outcomes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.model.model import Engine
from sim.outcomes import FATES, fates, run_outcomes
from sim.outcomes.runs import OF_RUNS
from sim.results.results import collect
from sim.scenario.problems import Place
from sim.scenario.resolved import Scenario
from sim.scenario.schema import ScenarioSettings
from sim.scenario.tree import Node
from sim.studies.replications import in_turn
from sim.studies.sweep.sources import rules_digest
from sim.version import VERSION


@dataclass(frozen=True)
class Job:
    """What a worker is sent.

    Attributes
    ----------
    id
        Hash of everything that decides the outcomes.
    point, seed
        Which point of the design it is first needed for, and the seed.
    arms
        Name and resolved settings (JSON) of each arm.
    engine
        ``compiled`` or ``mesa``; both give the same bytes.
    """

    id: str
    point: int
    seed: int
    arms: tuple[tuple[str, str], ...]
    engine: Engine = "compiled"


def job_id(digests: Mapping[str, str], seed: int) -> str:
    """Hash of the resolved scenario of each arm, the seed, the version and the sources of the rules."""
    text = json.dumps([list(digests.items()), seed, VERSION, rules_digest()])
    return hashlib.sha256(text.encode()).hexdigest()


def settings_text(scenario: Scenario) -> str:
    """Resolved settings as JSON; what is read back has the same digest."""
    return str(scenario.settings.model_dump_json(by_alias=True, exclude={"sources"}))


def scenario_from(name: str, text: str) -> Scenario:
    """A scenario from its resolved settings."""
    return Scenario(name, ScenarioSettings.model_validate_json(text), Node({}, Place("sweep")), ())


def perform(job: Job) -> dict[str, Any]:
    """Run a job.

    Returns
    -------
    dict
        ``outcomes`` by name, or ``failure``: why a run failed. With two arms each outcome is named ``exit_share_with``,
        ``exit_share_without``, and enterprises by fate [thousand] stand beside them.
    """
    scenarios = {arm: scenario_from(arm, text) for arm, text in job.arms}
    found = {run.arm: run for run in in_turn(scenarios, [job.seed], job.engine, audit=False, threads=1)}
    runs = [found[arm] for arm in scenarios]
    failed = next((run for run in runs if run.tables is None), None)
    if failed is not None:
        return {"failure": failed.failure if len(runs) == 1 else f"{failed.failure} (arm {failed.arm})"}
    tables = [(run.arm, run.seed, run.tables) for run in runs if run.tables is not None]
    try:
        return {"outcomes": row_of(collect(tables, pd.DataFrame(), scenarios, runs[0].scale), list(scenarios))}
    except Exception as error:  # as for a run: listed with its reason, the others go on
        return {"failure": f"{type(error).__name__}: {error}"}


def known_outcomes(arms: Sequence[str]) -> list[str]:
    """Names of the outcomes of a job with these arms, in their order: what :func:`row_of` gives."""
    if len(arms) == 1:
        return list(OF_RUNS)
    names = [f"{name}_{arm}" for name in OF_RUNS for arm in arms]
    return [*names, *(f"{fate}_thousand" for fate in FATES), "saved_insolvent_thousand"]


def row_of(results: Any, arms: list[str]) -> dict[str, float | None]:
    """Outcomes of one seed as plain numbers; none = not defined."""
    table = run_outcomes(results).set_index("arm")
    names = [name for name in table.columns if name != "seed"]
    row = {
        f"{name}_{arm}" if len(arms) > 1 else name: float(table[name].get(arm, float("nan")))
        for name in names
        for arm in arms
    }
    if len(arms) > 1:
        each = fates(results.enterprises, scale=results.scale).set_index("fate")
        each = each.set_axis(each.index.astype("str")).reindex(FATES)  # missing where there is no enterprise at all
        row |= {f"{fate}_thousand": float(each["enterprises"][fate]) / 1e3 for fate in FATES}
        row["saved_insolvent_thousand"] = float(each["insolvent"]["saved"]) / 1e3
    return {name: None if value != value else value for name, value in row.items()}
