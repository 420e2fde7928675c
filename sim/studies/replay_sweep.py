"""Running a finished sweep again from its own scenario, design and seeds, and comparing every job and every table.

A job's file says what came of it and has a hash of that. The hash finds damage; that the numbers are those of the
settings is found by running them again.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.model.model import Engine
from sim.results.atomic_folder import refuse
from sim.results.csv_file import csv_text
from sim.results.manifest import refuse_links
from sim.results.manifest_shape import briefly
from sim.scenario import load
from sim.scenario.problems import one_line
from sim.studies.sweep.job_files import Outcomes, name_of, read_job
from sim.studies.sweep.jobs import known_outcomes
from sim.studies.sweep.plan import Until
from sim.studies.sweep.store import WRITTEN, Store
from sim.studies.sweep.sweep import Sweep, sweep
from sim.studies.sweep.tables import outcome_keys
from sim.studies.verdicts import BYTES, OTHER, SAME, verdict

Row = tuple[str, str, str]
FIELDS = ("status", "id", "point", "design", "vary", "points", "seeds", "until", "digests", "done", "failed")
"""Fields of the manifest that are compared."""
JOBS, MANIFEST, SCENARIO = "jobs", "manifest.json", "scenario.yaml"
COMPARISON = "comparison with and without the programme"
INDICES = re.compile(r"sensitivity-(.+)\.csv")
Whole = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Strict(BaseModel):
    """Nothing is converted, no number is infinite."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False, frozen=True)


class Varied(Strict):
    """A setting that varies: its values, or the two ends of its range."""

    key: str
    kind: Literal["list", "whole", "number", "date"]
    values: list[bool | int | float | str | None]
    count: Whole | None

    def given(self) -> Any:
        """The values, or the range as text, as a sweep is given them."""
        if self.kind == "list":
            return [json.loads(one) if isinstance(one, str) and one.startswith("[") else one for one in self.values]
        return ":".join(map(str, [*self.values, *([] if self.count is None else [self.count])]))


class Drawn(Strict):
    """The design."""

    name: str
    samples: Whole
    seed: Whole


class Precision(Strict):
    """Until when seeds were added."""

    outcome: str
    half_width: float
    most: Whole


class Held(Strict):
    """What the manifest of a sweep must say so that it can be run again."""

    status: Literal["done", "some jobs failed"]
    point: Literal["comparison with and without the programme", "run"]
    design: Drawn
    vary: list[Varied] = Field(min_length=1)
    seeds: list[Whole] = Field(min_length=1)
    until: Precision | None
    scenario: dict[str, str]
    versions: dict[str, str]
    files: dict[str, str]


def compared(
    folder: Path, *, engine: Engine = "compiled", jobs: int | None = None, progress: bool = True
) -> tuple[list[Row], list[Row], list[str]]:
    """Run a sweep again and compare.

    Returns
    -------
    tuple
        Table, verdict and detail; name, then and now of versions that differ; what was not compared, and why.

    Raises
    ------
    ScenarioError
        If the folder holds no finished sweep, or its scenario is not the one that its manifest names.
    """
    held, raw = read(folder), Store(folder).manifest()
    refuse_links(folder)
    with tempfile.TemporaryDirectory() as place:
        again = Path(place) / "sweep"
        found = run(folder, held, again, engine, jobs, progress)
        now = Store(again).manifest()
        rows = [(name, *verdict_on_file(folder / name, again / name)) for name in WRITTEN]
        rows.append((JOBS, *verdict_on_jobs(folder, again, held)))
    indices = [name for name in held.files if INDICES.fullmatch(name) and (folder / name).is_file()]
    rows += [(one_line(name), *verdict_on_indices(folder / name, found)) for name in indices]
    rows.append((MANIFEST, *verdict_on_fields(raw, now)))
    versions = [(name, str(held.versions.get(name, "absent")), now["versions"][name]) for name in now["versions"]]
    others = [one_line(name) for name in held.files if name not in WRITTEN and name not in indices]
    left = ["name of the scenario and seconds: only whoever ran it knows"]
    left += [f"{', '.join(others[:5])}: draw them again with sweep --resume"] if others else []
    return rows, [row for row in versions if row[1] != row[2]], left


def read(folder: Path) -> Held:
    """The manifest of a finished sweep.

    Raises
    ------
    ScenarioError
        With the first field that is not as expected.
    """
    raw = Store(folder).manifest()
    if raw.get("status") == "running":
        refuse(folder, "holds a sweep that is not finished: go on with tideover sweep … --resume, then replay it")
    try:
        return Held.model_validate_json(json.dumps(raw))
    except (ValidationError, ValueError) as error:
        first: Any = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else {}
        field = one_line(".".join(str(part)[:60] for part in first.get("loc", ())) or "it")
        found = "is missing" if first.get("type") == "missing" else f"is {briefly(first.get('input'))}"
        told = f"{field} {found}; expected {one_line(str(first.get('msg', 'plain data')))}"
        refuse(folder, f"{MANIFEST} is damaged: {told}; run the sweep again")


def run(folder: Path, held: Held, again: Path, engine: Engine, jobs: int | None, progress: bool) -> Sweep:
    """Run the sweep in another folder."""
    if not (folder / SCENARIO).is_file():
        refuse(folder, f"is not whole: {SCENARIO} is missing; run the sweep again")
    scenario = load(folder / SCENARIO)
    if scenario.digest != held.scenario.get("digest"):
        refuse(folder, f"{SCENARIO} is not the scenario that {MANIFEST} names: scenario.digest expected")
    until = Until(**held.until.model_dump()) if held.until else None
    return sweep(
        scenario,
        {one.key: one.given() for one in held.vary},
        held.seeds,
        design=held.design.name,
        samples=held.design.samples,
        sample_seed=held.design.seed,
        compare=held.point == COMPARISON,
        until=(until.outcome, until.half_width) if until else None,
        max_seeds=until.most if until else 200,
        jobs=jobs,
        engine=engine,
        out=again,
        progress=progress,
    )


def verdict_on_file(before: Path, now: Path) -> tuple[str, str]:
    """Whether a table, or the scenario, is the same."""
    if not before.is_file():
        return OTHER, "is missing"
    if before.name != SCENARIO:
        return verdict(before, now)
    return (SAME, "") if before.read_bytes() == now.read_bytes() else (BYTES, "the same settings in other words")


def verdict_on_jobs(folder: Path, again: Path, held: Held) -> tuple[str, str]:
    """Whether every job came to what its file says, and the first that did not."""
    known = known_outcomes(("with", "without") if held.point == COMPARISON else ("run",))
    odd = []
    for path in sorted(again.glob("jobs/*/*.json")):
        before, now = (read_job(place / name_of(path.stem), path.stem, known) for place in (folder, again))
        if before != now:
            odd.append(f"{name_of(path.stem)}: {first_unlike(before, now or {})}")
    return (OTHER, f"{len(odd)} jobs; first: {odd[0]}") if odd else (SAME, "")


def first_unlike(before: Outcomes | None, now: Outcomes) -> str:
    """The first outcome of a job that is another."""
    if before is None:
        return "is missing, or not what a job's file must be"
    name = next(name for name in now if before[name] != now[name])
    return f"{name} was {before[name]}, is {now[name]}"


def verdict_on_indices(path: Path, found: Sweep) -> tuple[str, str]:
    """Whether indices of sensitivity are those of the sweep."""
    match = INDICES.fullmatch(path.name)
    if match is None or match[1] not in outcome_keys(found.compare):
        return OTHER, "there is no such outcome"
    same = csv_text(found.sensitivity(match[1])).encode() == path.read_bytes()
    return (SAME, "") if same else (OTHER, "not the indices of these jobs")


def verdict_on_fields(then: dict[str, Any], now: dict[str, Any]) -> tuple[str, str]:
    """Whether the manifest says what was wanted and what came of it, and the first field that does not."""
    odd = [name for name in FIELDS if then.get(name) != now.get(name)]
    if not odd:
        return SAME, ""
    shown = [one_line(json.dumps(one.get(odd[0]), ensure_ascii=False))[:200] for one in (then, now)]
    return OTHER, f"{odd[0]} was {shown[0]}, is {shown[1]}"
