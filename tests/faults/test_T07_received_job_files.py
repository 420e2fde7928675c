"""T07: a received job file with other content ended in a traceback, and a pipe in its place was waited for for ever."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from sim.outcomes import run_outcomes
from sim.scenario.problems import ScenarioError
from sim.studies.comparison import compare
from sim.studies.sweep.job_files import content_of, digest_of, read_job
from sim.studies.sweep.jobs import Job, known_outcomes, perform, settings_text
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy
from tests.support.sweep_helpers import tables_of

DAYS = {"programme.decision_days": [0, 14, 28]}
SMALL = {"population__enterprises": 20, "calendar__weeks": 2}


def run(out, **more):
    return sweep(toy(**SMALL), DAYS, 2, out=out, executor="series", progress=False, **more)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished sweep."""
    folder = tmp_path_factory.mktemp("whole") / "sweep"
    run(folder)
    return folder


@pytest.fixture
def received(whole, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "sweep")


def with_hash(change):
    """Change the outcomes of a job file and bring its hash in line."""

    def put(path):
        held = json.loads(path.read_text())
        outcomes = change(held["outcomes"])
        held |= {"outcomes": outcomes, "sha256": digest_of(held["id"], json.dumps(outcomes))}
        path.write_text(json.dumps(held))

    return put


def replaced(make):
    """Put something else in the place of a job file."""

    def put(path):
        path.unlink()
        make(path)

    return put


def written(text):
    return lambda path: path.write_bytes(text if isinstance(text, bytes) else text.encode())


def first(outcomes, value):
    """Outcomes whose first is another value."""
    return {name: (value if place == 0 else old) for place, (name, old) in enumerate(outcomes.items())}


CHANGES = {
    "one outcome less": with_hash(lambda old: dict(list(old.items())[1:])),
    "one outcome more": with_hash(lambda old: {**old, "another": 1.0}),
    "another name": with_hash(lambda old: {f"{name}_": value for name, value in old.items()}),
    "another order": with_hash(lambda old: dict(reversed(list(old.items())))),
    "no outcomes": with_hash(lambda old: {}),
    "a list": with_hash(lambda old: list(old.values())),
    "nothing": with_hash(lambda old: None),
    "a text": with_hash(lambda old: first(old, "0.5")),
    "true": with_hash(lambda old: first(old, True)),
    "a whole number": with_hash(lambda old: first(old, 1)),
    "a very long number": with_hash(lambda old: first(old, 10**400)),
    "a list in it": with_hash(lambda old: first(old, [0.5])),
    "not a number": with_hash(lambda old: first(old, float("nan"))),
    "infinite": with_hash(lambda old: first(old, float("inf"))),
    "another job's": lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), "id": "0" * 64})),
    "a key more": lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), "more": 1})),
    "no JSON": written("outcomes: none"),
    "a number": written("5"),
    "a list of lists": written("[" * 100_000),
    "bytes": written(b"\xff\xfe\x00"),
    "empty": written(""),
    "very large": written(b" " * 1_000_000),
    "a pipe": replaced(os.mkfifo),
    "a device's name": replaced(lambda path: os.symlink("/dev/null", path)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_exactly_what_was_written_is_run_again(change, received, whole):
    path = sorted(received.glob("jobs/*/*.json"))[2]
    CHANGES[change](path)
    if path.is_symlink():
        with pytest.raises(ScenarioError, match="holds links, which may lead out of it; delete them"):
            run(received, resume=True)
        return
    found = run(received, resume=True)
    assert (found.recomputed, found.kept) == (1, 5)
    assert tables_of(received) == tables_of(whole)
    assert path.read_bytes() == (whole / path.relative_to(received)).read_bytes()


def test_a_folder_in_its_place_is_named(received):
    path = sorted(received.glob("jobs/*/*.json"))[2]
    path.unlink()
    path.mkdir()
    with pytest.raises(ScenarioError) as caught:
        run(received, resume=True)
    name = path.relative_to(received).as_posix()
    assert str(caught.value) == f"{received}  {name} is a folder where a file belongs; move it away"


@pytest.mark.parametrize("what", ["a pipe", "another sweep's list", "bytes"])
def test_a_manifest_is_an_ordinary_file_too(what, received):
    path = received / "manifest.json"
    path.unlink()
    {"a pipe": os.mkfifo, "another sweep's list": written("[]"), "bytes": written(b"\xff")}[what](path)
    with pytest.raises(ScenarioError, match="holds files that are not a sweep of this program; choose another"):
        run(received, resume=True)


@pytest.mark.parametrize("arms", [("run",), ("with", "without")])
def test_the_known_names_are_those_of_a_job_from_one_declaration(arms):
    scenario = toy(**SMALL)
    texts = tuple((arm, settings_text(scenario)) for arm in arms)
    outcomes = perform(Job("x", 0, 1, texts))["outcomes"]
    assert list(outcomes) == known_outcomes(arms)
    if len(arms) == 2:
        results = compare(scenario, seeds=1, progress=False).results
        names = [name for name in run_outcomes(results).columns if name not in ("arm", "seed")]
        assert known_outcomes(["run"]) == names


def test_what_is_written_is_read(tmp_path):
    outcomes = {"one": 0.1, "two": None, "three": -1e-300}
    (tmp_path / "job").write_bytes(content_of("ab", outcomes))
    assert read_job(tmp_path / "job", "ab", list(outcomes)) == outcomes
    assert read_job(tmp_path / "job", "cd", list(outcomes)) is None
    assert read_job(tmp_path / "none", "ab", list(outcomes)) is None
