"""T17: what is no seed was taken for one (``seeds="20"`` ran 2 and 0), or failed when everything had been run."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.scenario.problems import ScenarioError
from sim.scenario.seeds import MOST_SEED, one_seed, seed_list
from sim.studies import panel, replications
from sim.studies.calibration.calibration import calibrate
from sim.studies.evidence import reproduce
from tests.support.economies import toy
from tests.support.small import invoke

TINY = {"population__enterprises": 20, "calendar__weeks": 2}
RANGE = "write a whole number from 0 to 9223372036854775807"

NOT_SEEDS = {
    "a text": ("20", "seeds  '20' is neither a number of seeds nor a list of them; write a number of seeds from 1"),
    "a fraction": (1.5, "seeds  1.5 is neither a number of seeds"),
    "none": (None, "seeds  nothing is neither a number of seeds"),
    "true": (True, "seeds  true is neither a number of seeds"),
    "no seeds": (0, "seeds  0 is out of range; write a number of seeds from 1 to 1,000,000"),
    "fewer than none": (-1, "seeds  -1 is out of range; write a number of seeds from 1"),
    "too many": (10**9, "seeds  1,000,000,000 is out of range; write a number of seeds from 1"),
    "a list of fractions": ([1, 1.5], f"seeds[1]  1.5 is not a seed; {RANGE}"),
    "a list of texts": (["1"], f"seeds[0]  '1' is not a seed; {RANGE}"),
    "a list with true": ([3, True], f"seeds[1]  true is not a seed; {RANGE}"),
    "NumPy's true": ([np.True_], f"seeds[0]  True is not a seed; {RANGE}"),
    "not a number": (np.array([1.0, np.nan]), f"seeds[0]  1.0 is not a seed; {RANGE}"),
    "below": ([0, -1], f"seeds[1]  -1 is out of range; {RANGE}"),
    "above": ([2**63], f"seeds[0]  9223372036854775808 is out of range; {RANGE}"),
    "twice": ([4, 5, 4], "seeds  4 is given twice; each replication needs its own seed"),
    "an empty list": ([], "seeds  none is given; write a number of seeds from 1"),
    "a set": ({1, 2}, "is neither a number of seeds nor a list of them"),
    "a mapping": ({1: 2}, "is neither a number of seeds nor a list of them"),
    "bytes": (b"12", "is neither a number of seeds nor a list of them"),
}


@pytest.fixture(autouse=True)
def nothing_is_run(monkeypatch):
    """Every refusal comes before the first run."""
    monkeypatch.setattr(replications, "run_once", lambda *_: pytest.fail("something was run"))
    monkeypatch.setattr(panel, "Model", lambda *_, **__: pytest.fail("something was run"))


ASKED = {
    "run": lambda **seeds: sim.run(toy(**TINY), progress=False, **seeds),
    "compare": lambda **seeds: sim.compare(toy(**TINY), progress=False, **seeds),
    "sweep": lambda **seeds: sim.sweep(toy(**TINY), {"programme.decision_days": [1]}, progress=False, **seeds),
    "attribute": lambda **seeds: sim.attribute(toy(**TINY), progress=False, **seeds),
    "reproduce": lambda **seeds: reproduce("china-2020", progress=False, **seeds),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("given", NOT_SEEDS)
def test_what_is_no_seed_is_refused_in_one_line_that_says_what_is_wanted(given, asked):
    seeds, words = NOT_SEEDS[given]
    with pytest.raises(ScenarioError) as caught:
        ASKED[asked](seeds=seeds)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ("1", f"seed  '1' is not a seed; {RANGE}"),
        (1.7, f"seed  1.7 is not a seed; {RANGE}"),
        (-1, f"seed  -1 is out of range; {RANGE}"),
        (MOST_SEED, f"the last of 2 seeds from {MOST_SEED}  9223372036854775808 is out of range; {RANGE}"),
    ],
)
def test_so_is_what_is_no_first_seed(asked, seed, words):
    with pytest.raises(ScenarioError) as caught:
        ASKED[asked](seeds=2, seed=seed)
    assert str(caught.value) == words


@pytest.mark.parametrize("seed", ["1", 1.7, None, True, -1, 2**63, [1]])
def test_one_run_refuses_the_same(seed):
    for what, where in (
        (lambda: sim.panel(toy(**TINY), seed), "seed  "),
        (lambda: sim.Model(toy(**TINY), seed), "rng  "),
    ):
        with pytest.raises(ScenarioError) as caught:
            what()
        assert str(caught.value).startswith(where)
        assert str(caught.value).endswith(RANGE)


def test_a_replay_and_a_calibration_refuse_the_same():
    with pytest.raises(ScenarioError, match=r"seeds\[1\]  1.5 is not a seed"):
        replications.replicate({"run": toy(**TINY)}, [1, 1.5], progress=False)  # what a replay calls with its manifest
    with pytest.raises(ScenarioError, match="seeds  '12' is neither"):
        calibrate(seeds="12")
    with pytest.raises(
        ScenarioError, match="seed  4294967296 is out of range; write a whole number from 0 to 4294967295"
    ):
        calibrate(seed=2**32)


def test_seeds_that_a_sweep_adds_are_in_range_and_its_own():
    wanted = {"until": ("exit_share", 0.1), "compare": False, "progress": False}
    with pytest.raises(ScenarioError, match=f"the last of 200 seeds  .* is out of range; {RANGE}"):
        sim.sweep(toy(**TINY), {"programme.decision_days": [1]}, 2, MOST_SEED - 5, **wanted)
    from sim.studies.sweep.plan import Plan

    plan = Plan(None, None, [], False, (5, 9), None, "compiled", dict)
    assert [plan.seed_at(place) for place in range(8)] == [5, 9, 10, 11, 12, 13, 14, 15]
    with pytest.raises(
        ScenarioError, match="sample_seed  -1 is out of range; write a whole number from 0 to 4294967295"
    ):
        sim.sweep(toy(**TINY), {"programme.decision_days": [1]}, sample_seed=-1)


@pytest.mark.parametrize("verb", ["run", "compare", "attribute"])
def test_the_command_line_refuses_the_last_seed_too(verb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = ("--set", "population.enterprises=20", "--set", "calendar.weeks=2", "-q")
    result = invoke(verb, "china-2020", *small, "--seeds", "2", "--seed", MOST_SEED)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line == f"the last of 2 seeds from {MOST_SEED}  9223372036854775808 is out of range; {RANGE}"
    assert invoke(verb, "china-2020", "--seed", 2**63).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_good_seeds_are_taken_as_they_are():
    assert seed_list(3, 7) == seed_list(np.int64(3), np.uint8(7)) == [7, 8, 9]
    for seeds in ([3, 1, 2], (3, 1, 2), np.array([3, 1, 2]), iter([3, 1, 2])):
        found = seed_list(seeds)
        assert found == [3, 1, 2]
        assert {type(seed) for seed in found} == {int}
    assert seed_list(range(2)) == [0, 1]
    assert seed_list([0, MOST_SEED]) == [0, MOST_SEED]
    assert one_seed(np.uint64(MOST_SEED)) == MOST_SEED


def test_the_largest_seed_runs(monkeypatch):
    monkeypatch.undo()
    results = sim.run(toy(**TINY), [MOST_SEED], progress=False)
    assert results.runs["seed"].tolist() == [MOST_SEED]
    assert results.weekly["seed"].unique().tolist() == [MOST_SEED]
