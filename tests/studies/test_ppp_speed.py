"""The speed of money: the committed arrival curve, the arms, jobs by size, the effect of delay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.figures import save
from sim.figures.evidence_figures import figures_of
from sim.studies import evidence
from sim.studies.evidence import speed
from sim.studies.replications import replicate
from tests.support.small import invoke

FILE = Path("/work/shared/data/us_sba_ppp_montana_loans_le150k.csv")
SMALL = ["population.enterprises=400", "calendar.weeks=36"]
needs_file = pytest.mark.skipif(
    not FILE.is_file(), reason=f"the public PPP file is not at {FILE}; the README says where it comes from"
)


@pytest.fixture(scope="module")
def runs():
    return speed.run_all(speed.arms(SMALL), [1, 2], "compiled", None, False)


def test_published_shares_are_those_of_the_committed_curve():
    real = speed.published_arrival()
    early = real[real["date"] <= "2020-04-16"]
    share = early.groupby("jobs")["loans"].sum() / real.groupby("jobs")["loans"].sum()
    targets = evidence.targets_of("ppp-speed").set_index("measure")["value"]
    for size in speed.SIZES:
        assert share[size] == pytest.approx(targets[f"approved_{size}"], abs=0.001)
    assert early["loans"].sum() / real["loans"].sum() == pytest.approx(targets["approved_all"], abs=0.001)
    assert early["dollars"].sum() / real["dollars"].sum() == pytest.approx(targets["money_approved"], abs=0.001)
    assert real["loans"].sum() == 20_906
    assert real["date"].between(*speed.GAP).sum() == 0


@needs_file
def test_committed_curve_is_that_of_the_file():
    raw = pd.read_csv(FILE, parse_dates=["date_approved"])
    committed = speed.published_arrival()
    by_day = committed.groupby("date")["loans"].sum()
    assert by_day.equals(raw.groupby("date_approved").size().rename_axis("date").rename("loans"))
    place = np.searchsorted(speed.BOUNDS, raw["jobs_reported"].fillna(0), side="right")
    known = raw["jobs_reported"].notna()
    for number, size in enumerate(speed.SIZES):
        assert committed.loc[committed["jobs"] == size, "loans"].sum() == (known & (place == number)).sum()


@needs_file
def test_the_real_loans_can_be_the_population():
    arms = speed.arms(SMALL, FILE)
    assert {arm.settings.firms.file for arm in arms.values()} == {FILE.name}
    found = speed.run_once(arms[speed.WAS], 1, "compiled")
    assert found.there.sum() == 400 * found.scale
    assert len(found.approved) > 0


def test_arms_differ_in_one_thing_each():
    arms = speed.arms(SMALL)
    was = arms[speed.WAS]
    assert was.get("lenders.second_round.programme_from").isoformat() == "2020-04-27"
    changed = {
        name: {key for key in arm.leaves if arm.get(key) != was.get(key)} - {"sources"} for name, arm in arms.items()
    }
    assert changed == {
        speed.WAS: set(),
        speed.CLOSED: {"lenders.second_round.programme_from"},
        speed.FASTER: {"programme.decision_days", "programme.payout_days"},
        speed.CHEAPER: {"programme.rate_yearly"},
    }


def test_jobs_by_size_add_to_the_weekly_jobs():
    scenario = speed.arms([*SMALL, "population.entry_rate_yearly=0.0"])[speed.WAS]
    found = speed.run_once(scenario, 3, "compiled")
    weekly = replicate({"run": scenario}, [3], progress=False).weekly
    assert np.array_equal(found.jobs.sum(axis=1), weekly["jobs"].to_numpy()[1:])
    assert found.there.sum() == 400 * found.scale
    assert (found.closed <= found.there).all()


def test_engines_agree():
    scenario = speed.arms(["population.enterprises=60", "calendar.weeks=20"])[speed.WAS]
    fast, slow = (speed.run_once(scenario, 1, engine) for engine in ("compiled", "mesa"))
    assert np.array_equal(fast.jobs, slow.jobs)
    assert fast.approved.equals(slow.approved)


def test_more_is_approved_by_the_end_of_the_gap_where_it_is_closed(runs):
    for was, closed in zip(runs[speed.WAS], runs[speed.CLOSED], strict=True):
        assert was.approved_between(None, speed.LAST_APPROVAL) == 1.0
        assert (closed.approved <= speed.GAP[1]).sum() > (was.approved <= speed.GAP[1]).sum()


def test_table_changes_and_arrival(runs, tmp_path):
    targets = evidence.targets_of("ppp-speed")
    table, changes, arrival = speed.table_of(targets, runs), speed.changes_of(runs), speed.arrival_of(runs)
    assert list(table["target"]) == list(targets["target"])
    whole = changes[changes["jobs"] == "all"].set_index("change")
    parts = changes[changes["jobs"] != "all"].groupby("change")[["kept", "more_jobs", "employment"]].sum()
    for column in parts:
        assert whole.loc[parts.index, column].to_numpy() == pytest.approx(parts[column].to_numpy(), abs=1e-6)
    assert arrival.groupby("jobs")[["published", "model"]].last().to_numpy() == pytest.approx(1.0)
    assert (arrival.groupby("jobs")[["published", "model"]].diff().fillna(0.0).to_numpy() >= 0).all()
    for figure in figures_of("ppp-speed", table, None, {"changes": changes, "arrival": arrival}).values():
        assert save(figure, tmp_path / "figure.png").stat().st_size > 10_000


def test_share_under_ten_is_of_the_jobs_lost(runs):
    lost = speed.lost_by_size(runs, 0)
    assert speed.MEASURES["lost_under_10"](runs, 0, speed.AUGUST[0]) == pytest.approx(lost[:3].sum() / lost.sum())


def test_command_prints_what_would_have_changed(tmp_path):
    words = [word for one in SMALL for word in ("--set", one)]
    done = invoke("reproduce", "ppp-speed", *words, "--seeds", "1", "--no-figures", "--out", tmp_path / "speed")
    assert "what would have changed, by size" in done.stdout
    assert "Gourinchas et al., latest version" in done.stdout
    assert "--firms FILE takes the PPP loan records" in done.stderr
    names = {path.name for path in (tmp_path / "speed").iterdir()}
    assert names == {"manifest.json", "table.csv", "headline.csv", "changes.csv", "arrival.csv"}
