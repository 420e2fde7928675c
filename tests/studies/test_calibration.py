"""Calibration: the same seed gives the same fit, a stopped search goes on, and bad questions get one line."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pandas as pd
import pytest

from sim.scenario.loading import load
from sim.scenario.problems import ScenarioError
from sim.studies.calibration import calibration
from sim.studies.calibration.trials import JOURNAL
from sim.studies.evidence import targets_of

pytest.importorskip("optuna")

FREE = {"credit_demand.restock_days": (10.0, 45.0), "programme.rate_ceiling_yearly": (0.14, 0.24)}
SIZE = ["population.enterprises=300", "calendar.weeks=20"]


def fitted(trials, out=None, **more):
    return calibration.calibrate("china-2020", FREE, trials=trials, seeds=[1], settings=SIZE, jobs=1, out=out, **more)


def test_same_seed_same_result_interrupted_or_not(tmp_path):
    whole = fitted(4)
    fitted(2, tmp_path)
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"loss": 1.0, "cred')  # what an interrupt in the middle of a line leaves
    resumed = fitted(4, tmp_path)
    pd.testing.assert_frame_equal(whole.trials, resumed.trials)
    assert whole.best == resumed.best
    assert whole.loss == whole.trials["loss"].min() == calibration.loss_of(whole.table)
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 5
    again = fitted(4, tmp_path, progress=lambda *trial: pytest.fail("nothing is left to try"))
    assert again.best == whole.best


def test_first_trial_is_the_scenario_as_it_is():
    trials = fitted(1).trials
    settings = load("china-2020").settings
    assert trials["credit_demand.restock_days"].item() == pytest.approx(settings.credit_demand.restock_days, rel=1e-3)


def test_another_question_in_the_same_folder_is_refused(tmp_path):
    (tmp_path / JOURNAL).write_text(json.dumps({"question": "another"}) + "\n")
    with pytest.raises(ScenarioError, match="another search"):
        fitted(1, tmp_path)


@pytest.mark.parametrize("text", ["x", "x=1", "x=2:1", "x=a:b", "=1:2", "x=1:inf"])
def test_ranges_are_written_key_low_high(text):
    with pytest.raises(ScenarioError, match="--free"):
        calibration.parse_free([text])


def test_unknown_setting_is_named():
    with pytest.raises(ScenarioError, match="programme.nothing"):
        calibration.calibrate("china-2020", {"programme.nothing": (0.0, 1.0)}, trials=1)


def test_without_optuna_one_line_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "optuna":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ScenarioError, match=r"tideover\[analysis\]"):
        fitted(1)


def test_loss_counts_misses_in_tolerances_up_to_the_most():
    table = pd.DataFrame(
        {
            "target": ["a", "b", "c", "d", "put in"],
            "published": [1.0, 1.0, 1.0, 1.0, 1.0],
            "model": [1.1, 0.8, np.nan, 99.0, 99.0],
            "tolerance": [[0.9, 1.2], [0.9, 1.2], [0.0, 2.0], [0.0, 2.0], [0.0, 2.0]],
            "verdict": ["inside", "miss", "miss", "miss", "input"],
        }
    )
    assert calibration.loss_of(table) == pytest.approx(0.5**2 + 2.0**2 + 2 * calibration.MOST_MISS**2)


def test_declared_parameters_exist_and_their_targets_too():
    targets = {name.rstrip("abcdefghi") for name in targets_of("china-2020")["target"]}
    rows = pd.read_csv(calibration.targets_path("china-2020-free"))
    assert {one for text in rows["target"] for one in text.split(", ")} <= targets
    for end in ("low", "high"):
        load("china-2020", [f"{row.key}={getattr(row, end)}" for row in rows.itertuples()])
    assert set(calibration.declared("china-2020")) == set(rows["key"])
