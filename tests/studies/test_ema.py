"""A sweep in the shape that EMA Workbench loads: read back as its loader reads it."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.scenario.problems import ScenarioError
from sim.studies.sweep.ema import write_ema
from sim.studies.sweep.sweep import sweep
from tests.support.economies import toy

DAYS, RATE, CHANNEL, SHIFT = (
    "programme.decision_days",
    "programme.rate_yearly",
    "programme.channel",
    "sales.custom_shift_share",
)


def loaded(path):
    """Experiments and outcomes, read as ``ema_workbench.load_results`` (2.5) reads them."""
    with tarfile.open(path, "r:gz", encoding="UTF8") as archive:
        metadata = json.loads(archive.extractfile("metadata.json").read().decode())
        experiments = pd.read_csv(archive.extractfile("experiments.csv"))
        for name, dtype in metadata["experiments"].items():
            experiments[name] = experiments[name].astype(dtype)
        outcomes = {}
        for kind, name, file in metadata["outcomes"]:
            assert kind == "ScalarOutcome"
            text = io.BytesIO(archive.extractfile(file).read())
            outcomes[name] = pd.read_csv(text, index_col=False, header=None).values.reshape(-1)
    return experiments, outcomes


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ema") / "sweep"
    vary = {DAYS: [0, 14], CHANNEL: ["remote", "branch"], SHIFT: [0.0, 0.5]}
    scenario = toy(population__enterprises=60, calendar__weeks=8)
    return sweep(scenario, vary, seeds=2, executor="series", progress=False, out=folder), folder


def test_the_archive_holds_the_sweep(finished, tmp_path):
    found, folder = finished
    write_ema(folder, tmp_path / "sweep.tar.gz")
    experiments, outcomes = loaded(tmp_path / "sweep.tar.gz")
    for key in (DAYS, SHIFT):
        assert experiments[key].tolist() == found.points[key].tolist()
    assert experiments[DAYS].dtype == np.int64 and experiments[SHIFT].dtype == np.float64
    assert isinstance(experiments[CHANNEL].dtype, pd.CategoricalDtype)
    assert experiments[CHANNEL].astype(str).tolist() == found.points[CHANNEL].tolist()
    for name in ("net_saved_thousand", "exit_share", "lost_per_saved_yuan"):
        assert np.array_equal(outcomes[name], found.outcome(name)["mean"].to_numpy(), equal_nan=True)
    assert list(outcomes) == list(dict.fromkeys(found.table["outcome"]))


def test_policies_share_levers_and_scenarios_the_rest(finished, tmp_path):
    _, folder = finished
    write_ema(folder, tmp_path / "sweep.tar.gz")
    experiments, _ = loaded(tmp_path / "sweep.tar.gz")
    assert experiments["policy"].nunique() == 4 and experiments["scenario"].nunique() == 2
    assert (experiments.groupby("policy", observed=True)[[DAYS, CHANNEL]].nunique() == 1).all(axis=None)
    assert (experiments.groupby("scenario", observed=True)[SHIFT].nunique() == 1).all()


def test_a_range_of_dates_is_a_range_of_numbers(tmp_path):
    scenario = toy(population__enterprises=60, calendar__weeks=8)
    vary = {"programme.launch_date": "2020-02-03:2020-02-17:3"}
    sweep(scenario, vary, seeds=1, executor="series", progress=False, out=tmp_path / "s")
    write_ema(tmp_path / "s", tmp_path / "s.tar.gz")
    days = loaded(tmp_path / "s.tar.gz")[0]["programme.launch_date"]
    assert pd.to_datetime(days, unit="D").dt.date.astype(str).tolist() == ["2020-02-03", "2020-02-10", "2020-02-17"]


def test_same_bytes_and_nothing_of_the_day_or_the_user(finished, tmp_path):
    _, folder = finished
    for name in ("a.tar.gz", "b.tar.gz"):
        write_ema(folder, tmp_path / name)
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        assert {(one.mtime, one.uid, one.uname) for one in archive.getmembers()} == {(0, 0, "")}


def test_no_finished_sweep_is_refused(finished, tmp_path):
    with pytest.raises(ScenarioError, match="no finished sweep"):
        write_ema(tmp_path, tmp_path / "x.tar.gz")
    with pytest.raises(ScenarioError, match="NAME.tar.gz"):
        write_ema(finished[1], tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_changed_table_is_refused(tmp_path):
    scenario = toy(population__enterprises=60, calendar__weeks=8)
    sweep(scenario, {DAYS: [0, 14]}, seeds=2, executor="series", progress=False, out=tmp_path / "s")
    table = tmp_path / "s" / "sweep.csv"
    table.write_text(table.read_text().replace("0", "1", 1))
    with pytest.raises(ScenarioError, match="not as it was written"):
        write_ema(tmp_path / "s", tmp_path / "x.tar.gz")


def test_the_command_line(tmp_path):
    small = ["--set=population.enterprises=100", "--set=calendar.weeks=8", "--seeds=2", "--no-figures", "-q"]
    given = ["sweep", "china-2020", "--vary", f"{RATE}=0.05:0.15:2", *small, "--out", str(tmp_path / "s")]
    refused = CliRunner().invoke(app, [*given, "--ema", str(tmp_path / "x.csv")])
    assert refused.exit_code == 2 and not (tmp_path / "s").exists()
    made = CliRunner().invoke(app, [*given, "--ema", str(tmp_path / "x.tar.gz")])
    assert made.exit_code == 0, made.output
    experiments, outcomes = loaded(tmp_path / "x.tar.gz")
    assert experiments[RATE].tolist() == [0.05, 0.15] and len(outcomes["net_saved_thousand"]) == 2
