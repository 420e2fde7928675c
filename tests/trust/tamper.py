"""Change received folders at random, hashes brought in line: ``python -m tests.trust.tamper [--cases N] [--seed S]``.

Manifests, tables, job files, kept firm tables and files of the cache are changed in one place each. Every change is
refused in one line, or leaves what is printed as it was, or is a value of the right shape, and then ``replay`` names
it. There is no traceback and nothing hangs; the last net of folders is reached by none. A failing change is kept as a
folder beside the seed that makes it again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sim
from sim import outcomes
from sim.engine import cache_check
from sim.figures.report import page
from sim.results.folder import LAST_NET
from sim.results.manifest import digest_of, read_manifest
from sim.studies.sweep.job_files import digest_of as digest_of_job
from sim.studies.sweep.job_files import read_job
from tests.support.measured import Figure, report
from tests.support.tampered import manifest_of, put_manifest
from tests.trust.changes import change_file

PATIENCE = 60
"""Seconds that a change may take."""
DRAWN = 40
"""One of so many changes that are believed is drawn too."""
SIZES = ["population.enterprises=30", "calendar.weeks=4"]


class HangsError(Exception):
    """A change took too long."""


@dataclass(frozen=True)
class Base:
    """A folder that is changed.

    Attributes
    ----------
    kind, folder
        What it is, and where.
    targets
        Its files that are changed, each as often as it stands here.
    judge
        What becomes of a changed copy: its folder, the name of the changed file.
    """

    kind: str
    folder: Path
    targets: list[str]
    judge: Callable[[Path, str], str]


def main() -> int:
    """Print what was tried and what came of it; 1 when a promise is not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.tamper", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 changes, the same each time")
    parser.add_argument("--cases", type=int, help="changes to try; 2,000 unless quick")
    parser.add_argument("--seed", type=int, help="of the changes; another one each time unless given")
    parser.add_argument("--kept", type=Path, default=Path("results/tamper"), help="folder for changes that fail")
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    fixed = 1 if asked.quick else random.SystemRandom().randrange(10**6)
    seed = fixed if asked.seed is None else asked.seed
    cases = asked.cases or (100 if asked.quick else 2000)
    print(f"{cases:,} changes, --seed {seed}", flush=True)
    warnings.simplefilter("error")
    began = time.perf_counter()
    found, failures = tried(cases, seed, asked.kept)
    seconds = time.perf_counter() - began
    for what, number in sorted(found.items()):
        print(f"{what}: {number:,}")
    for line in failures:
        print(f"FAILED {line}")
    how = f"tests.trust.tamper --cases {cases} --seed {seed}, {seconds:.0f} s"
    wanted = "0 tracebacks, 0 hangs, 0 believed in silence, the last net reached by none"
    value = f"{cases - len(failures):,} of {cases:,} refused in one line, harmless, or named by replay"
    figure = Figure("P13", "received folders changed at random", value, wanted, not failures, how)
    return report([figure], asked.figures)


def tried(cases: int, seed: int, kept: Path) -> tuple[Counter[str], list[str]]:
    """Try changes, some of each kind of folder; how many ended how, and those that failed."""
    found: Counter[str] = Counter()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tideover-tamper-") as name:
        bases = list(made(Path(name)))
        for case in range(cases):
            base = bases[case % len(bases)]
            chance = random.Random(f"{seed} {case}")
            copy = Path(shutil.copytree(base.folder, Path(name) / "changed"))
            target = chance.choice(base.targets)
            what = change_file(copy / target, chance)
            in_line(copy, target, chance.random() < 0.8)
            try:
                with patience():
                    verdict = base.judge(copy, target)
                assert verdict in ("refused", "as it was", "named by replay", "thrown away"), verdict
                found[f"{base.kind}: {verdict}"] += 1
            except (Exception, SystemExit) as error:  # whatever it is, it is what is looked for
                place = kept / f"{seed}-{case}"
                shutil.copytree(copy, place, dirs_exist_ok=True)
                told = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
                failures.append(f"case {case}, {base.kind}, {what[:200]}: {told}; kept in {place}")
            shutil.rmtree(copy)
    return found, failures


@contextmanager
def patience() -> Iterator[None]:
    """An alarm that ends what hangs."""

    def ring(*_: object) -> None:
        raise HangsError(f"more than {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def made(place: Path) -> Iterator[Base]:
    """The folders that are changed: panels with a journal, totals, a firm table, a sweep, a cache."""
    scenario = sim.load("china-2020", SIZES)
    (place / "firms.csv").write_text("id,staff,yearly_sales,note\n" + rows_of_firms(), encoding="utf-8")
    firms = scenario.set({"firms.keep": ["note"], "firms.bad_rows": "drop"})
    folders = {
        "panels": sim.compare(scenario, seeds=2, progress=False).results,
        "totals": sim.compare(scenario.set({"population.results": "totals"}), seeds=2, progress=False).results,
        "firms": sim.run(sim.with_firms(firms, place / "firms.csv"), seeds=2, progress=False),
    }
    for kind, results in folders.items():
        folder = sim.save(results, place / kind, command=f"tideover compare {kind}")
        names = [name for name in read_manifest(folder)["files"] if not name.startswith("scenarios/")]
        ours = [name for name in names if name.startswith("firms/")]
        yield Base(kind, folder, [*names, *ours * 4, *["manifest.json"] * len(names)], judge_of(folder))
    sim.sweep(scenario, {"programme.decision_days": [0, 7]}, 2, out=place / "sweep", executor="series", progress=False)
    jobs = [path.relative_to(place / "sweep").as_posix() for path in (place / "sweep").glob("jobs/*/*.json")]
    yield Base("job files", place / "sweep", jobs, judge_of_jobs(place / "sweep"))
    tables = ["points.csv", "jobs.parquet", "sweep.csv"]
    yield Base("sweep", place / "sweep", [*tables, *["manifest.json"] * len(tables)], judge_of_sweep)
    (place / "cache").mkdir()
    for number in range(4):
        content = random.Random(number).randbytes(3000)
        (place / "cache" / f"rule-{number}.nbi").write_bytes(cache_check.sealed(content))
    yield Base("cache", place / "cache", [f"rule-{number}.nbi" for number in range(4)], judge_cache)


def rows_of_firms() -> str:
    """Rows of a firm table, some of them bad."""
    return "".join(f"f{n},{n % 9 + 1 if n % 10 else 'none'},{5000 * n + 1000},note {n}\n" for n in range(1, 31))


def in_line(folder: Path, target: str, identity: bool) -> None:
    """Bring hashes in line with what was changed, as far as that can be done."""
    try:
        manifest = manifest_of(folder)
        if target == "manifest.json":
            put_manifest(folder, manifest, identity)
        elif target in manifest["files"]:
            manifest["files"][target] = digest_of(folder / target)
            put_manifest(folder, manifest, False)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if target.startswith("jobs/"):
        job_in_line(folder / target)


def job_in_line(path: Path) -> None:
    """Bring the hash in a job's file in line with its outcomes."""
    try:
        held = json.loads(path.read_bytes())
        held["sha256"] = digest_of_job(held["id"], json.dumps(held["outcomes"]))
        path.write_text(json.dumps(held), encoding="utf-8")
    except (ValueError, KeyError, TypeError, RecursionError):
        pass


def printed(folder: Path) -> tuple[Any, str]:
    """Results of a folder, and what is printed of them: the table, and the page without its figures."""
    manifest, results = read_manifest(folder), sim.open(folder)
    summary = outcomes.summary(results)
    with patch.object(page, "IN_REPORT", ()):
        told = page.render_report(results, summary, manifest)
    return results, outcomes.format_table(results, summary) + told


def judge_of(folder: Path) -> Callable[[Path, str], str]:
    """What becomes of a changed copy of results."""
    _, usual = printed(folder)
    left = sim.replay(folder, progress=False, jobs=1).not_compared
    seen: Counter[str] = Counter()

    def judge(copy: Path, target: str) -> str:
        try:
            results, told = printed(copy)
            if told == usual and not target.startswith(("summary", "judging", "survival", "fates")):
                return "as it was"
            seen["believed"] += 1
            if seen["believed"] % DRAWN == 0:
                page.render_report(results, outcomes.summary(results), read_manifest(copy))
            found = sim.replay(copy, progress=False, jobs=1)
        except sim.ScenarioError as error:
            return line_of(error)
        if found.same and found.versions.empty and found.not_compared == left and told != usual:
            return "believed in silence"
        return "as it was" if found.same and told == usual else "named by replay"

    return judge


def line_of(error: sim.ScenarioError) -> str:
    """Refused, where it is one line that the last net did not say."""
    lines = str(error).splitlines()
    if LAST_NET in str(error):
        return f"the last net: {error}"
    return "refused" if len(lines) == 1 else f"{len(lines)} lines"


def judge_of_jobs(folder: Path) -> Callable[[Path, str], str]:
    """What becomes of a changed copy of a sweep's jobs: thrown away, or of the right shape, which replay names."""

    def judge(copy: Path, target: str) -> str:
        job = Path(target).stem
        before = read_job(folder / target, job, known(folder / target))
        found = read_job(copy / target, job, list(before or {}))
        if found is None or found == before:
            return "thrown away" if found is None else "as it was"
        return "believed in silence" if sim.replay(copy, progress=False, jobs=1).same else "named by replay"

    return judge


def judge_of_sweep(copy: Path, _: str) -> str:
    """What becomes of a changed copy of a sweep's manifest or tables."""
    try:
        found = sim.replay(copy, progress=False, jobs=1)
    except sim.ScenarioError as error:
        return line_of(error)
    return "as it was" if found.same and found.versions.empty else "named by replay"


def known(path: Path) -> list[str]:
    """Outcomes that a job has."""
    return list(json.loads(path.read_bytes())["outcomes"])


def judge_cache(copy: Path, target: str) -> str:
    """What becomes of a changed file of the cache: it is deleted unless it is what was written."""
    content = (copy / target).read_bytes()
    cache_check._told.append("said once before")
    if cache_check.believed(copy / target):
        return "as it was" if cache_check.sealed(content[: -cache_check.SEAL]) == content else "believed in silence"
    return "thrown away" if not (copy / target).exists() else "left there"


if __name__ == "__main__":
    sys.exit(main())
