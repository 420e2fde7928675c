"""Judging the saved: parts of the fates, targeting, queues, costs, displaced credit, on tables with known answers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim import outcomes
from sim.outcomes.costs import MEASURES
from sim.outcomes.judging import GROUPINGS, PARTS
from tests.support.small import comparison

ARMS = ("with", "without")

CASES = (
    # part, closed with, closed without, programme yuan, take-up, gap, died waiting, cause of the exit
    ("saved_directly", False, True, 500.0, "asked", True, "", ""),
    ("saved_indirectly", False, True, 0.0, "unaware", True, "", ""),
    ("survived_with_loan", False, False, 300.0, "precautionary", False, "", ""),
    ("survived_without_loan", False, False, 0.0, "no_need", False, "", ""),
    ("lost_with_loan", True, True, 200.0, "asked", True, "", "illiquid"),
    ("lost_died_waiting", True, True, 0.0, "asked", True, "programme", "other"),
    ("lost_refused", True, True, 0.0, "asked", True, "bank", "illiquid"),
    ("lost_unreachable", True, True, 0.0, "unreachable", True, "", "illiquid"),
    ("lost_unaware", True, True, 0.0, "unaware", True, "bank", "illiquid"),
    ("lost_discouraged", True, True, 0.0, "discouraged", True, "", "illiquid"),
    ("lost_shut", True, True, 0.0, "no_need", True, "", "illiquid"),
    ("lost_too_small", True, True, 0.0, "no_need", False, "", "illiquid"),
    ("lost_no_need", True, True, 0.0, "no_need", False, "", "other"),
    ("harmed", True, False, 100.0, "asked", True, "", "illiquid"),
)


def enterprises(insolvent=(), later=(), seeds=2):
    """Each case once a seed in both arms; some of the first arm insolvent or closed later."""
    parts = []
    for seed in range(1, seeds + 1):
        for arm in ARMS:
            first = arm == "with"
            rows = [
                {
                    "seed": seed, "arm": arm, "enterprise": place, "event": closed if first else without,
                    "programme_yuan": money if first else 0.0, "take_up": take_up if first else "no_need",
                    "had_gap": gap, "died_waiting": queue if first else "",
                    "exit_cause": cause if first else ("illiquid" if without else ""),
                    "insolvent": first and part in insolvent, "closed_later": first and part in later,
                    "kind": "sme" if place % 2 else "rural",
                }
                for place, (part, closed, without, money, take_up, gap, queue, cause) in enumerate(CASES)
            ]  # fmt: skip
            parts.append(pd.DataFrame(rows))
    frame = pd.concat(parts, ignore_index=True)
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(ARMS))
    return frame


def loans(*rows):
    """Loans of seed 1: a programme loan of 100 yuan in arm with, unless changed."""
    first = {
        "seed": 1, "arm": "with", "programme": True, "existing": False, "status": "performing",
        "payout_date": pd.Timestamp("2020-03-10"), "amount_yuan": 100.0, "written_off_yuan": 0.0,
        "guaranteed_yuan": 0.0,
    }  # fmt: skip
    frame = pd.DataFrame([first | row for row in rows])
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(ARMS))
    return frame


def results(frame=None, of_loans=None, scale=10, **weekly):
    """What a comparison returns; the weekly table has two weeks of the first arm."""
    columns = {f"{name}_yuan": 0.0 for name in (*MEASURES, "benefits")} | weekly
    table = pd.DataFrame([{"seed": 1, "arm": "with", **columns}] * 2)
    table["arm"] = pd.Categorical(table["arm"], categories=list(ARMS))
    of_loans = loans({}) if of_loans is None else of_loans
    frame = enterprises() if frame is None else frame
    return SimpleNamespace(enterprises=frame, loans=of_loans, weekly=table, scale=scale)


def test_every_case_is_in_its_part_and_nowhere_else():
    table = outcomes.judged(results())
    assert table["part"].astype(str).tolist() == [*PARTS] * 2
    assert (table["enterprises"] == 10).all()
    assert table["share"].tolist() == pytest.approx([1 / len(CASES)] * len(table))
    money = table[table["seed"] == 1].set_index("part")["programme_yuan"]
    assert money[money > 0].to_dict() == {case[0]: case[3] * 10 for case in CASES if case[3]}
    illiquid = table[table["seed"] == 2].set_index("part")["illiquid"]
    assert set(illiquid[illiquid > 0].index) == {case[0] for case in CASES if case[-1] == "illiquid"}


def test_closed_later_comes_before_insolvent_and_the_rest_is_sound():
    frame = enterprises(insolvent=("saved_directly", "saved_indirectly", "harmed"), later=("saved_directly",))
    table = outcomes.judged(results(frame)).set_index(["seed", "part"]).loc[1]
    states = table[["sound", "insolvent", "closed_later"]]
    assert states.loc["saved_directly"].tolist() == [0, 0, 10]
    assert states.loc["saved_indirectly"].tolist() == [0, 10, 0]
    assert states.loc["survived_with_loan"].tolist() == [10, 0, 0]
    assert not states.loc["harmed"].any()


def test_targeting_errors_have_the_stated_denominators():
    table = outcomes.targeting(results()).set_index("error")
    needy = sum(case[2] for case in CASES)
    funded_needy = sum(case[2] and case[3] > 0 for case in CASES)
    assert table.loc["exclusion", ["number", "base"]].tolist() == [10 * (needy - funded_needy), 10 * needy]
    assert table.loc["exclusion_lost", "base"] == 10 * sum(case[-1] == "illiquid" for case in CASES)
    assert table.loc["inclusion", ["number", "base", "share"]].tolist() == [20, 40, 0.5]
    assert table.loc["inclusion_yuan", ["number", "base"]].tolist() == [4000, 11000]
    assert table.loc["wasted", ["number", "base"]].tolist() == [20, 40]
    by_kind = outcomes.targeting(results(), "kind")
    assert by_kind.groupby("error")["base"].sum().to_dict() == table["base"].to_dict()


def test_queue_deaths_count_by_queue_and_share_the_illiquid():
    table = outcomes.queue_deaths(results()).set_index(["arm", "queue"])
    assert table.loc[("with", "bank"), ["enterprises", "illiquid"]].tolist() == [20, 20]
    assert table.loc[("with", "programme"), ["enterprises", "illiquid"]].tolist() == [10, 0]
    assert table.loc[("with", "both"), "enterprises"] == 30
    lost = sum(case[-1] == "illiquid" for case in CASES)
    assert table.loc[("with", "bank"), "share"] == pytest.approx(2 / lost)
    assert table.loc[("without", "both"), "share"] == 0


def test_costs_are_those_of_the_measures_and_the_lenders():
    some = loans(
        {"status": "written_off", "written_off_yuan": 50.0, "guaranteed_yuan": 20.0},
        {"programme": False, "status": "written_off", "written_off_yuan": 7.0},
        {"programme": False, "existing": True, "status": "written_off", "written_off_yuan": 5.0},
    )
    found = outcomes.fiscal_cost(results(of_loans=some, grants_yuan=3.0, guarantees_yuan=100.0, benefits_yuan=9.0))
    row = found[(found["arm"] == "with") & (found["seed"] == 1)].iloc[0]
    assert row[["grants_yuan", "guarantees_yuan", "fiscal_yuan", "benefits_yuan"]].tolist() == [6, 200, 206, 18]
    losses = ["losses_programme_yuan", "losses_bank_yuan", "losses_existing_yuan", "losses_yuan"]
    assert row[losses].tolist() == [300, 70, 50, 420]
    assert row["total_yuan"] == 626


def test_displaced_credit_is_the_difference_of_bank_lending():
    bank = {"programme": False, "amount_yuan": 30.0}
    more, old = bank | {"amount_yuan": 70.0, "arm": "without"}, bank | {"existing": True, "arm": "without"}
    some = loans({}, bank, more, old)
    row = outcomes.displaced(results(of_loans=some)).iloc[0]
    assert row[["programme_yuan", "bank_yuan", "bank_without_yuan", "displaced_yuan"]].tolist() == [1000, 300, 700, 400]
    assert row["share"] == 0.4


@pytest.mark.parametrize("by", GROUPINGS)
def test_parts_sum_to_the_population_and_to_the_fates(by):
    real = comparison().results
    table = outcomes.judged(real, by)
    rows = real.enterprises[real.enterprises["arm"] == "with"]
    assert table.groupby("seed")["enterprises"].sum().to_dict() == (rows.groupby("seed").size() * real.scale).to_dict()
    ours = table.groupby(["seed", "group", "fate"], observed=True)[["enterprises", "programme_yuan"]].sum()
    theirs = outcomes.fates(real.enterprises, by, scale=real.scale).set_index(["seed", "group", "fate"])
    pd.testing.assert_frame_equal(
        ours, theirs[["enterprises", "programme_yuan"]].reindex(ours.index), check_index_type=False
    )
    alive = table[["sound", "insolvent", "closed_later"]].sum(axis=1)
    stays = table["fate"].isin(["saved", "survived_anyway"])
    assert (alive[stays] == table["enterprises"][stays]).all()
    assert not alive[~stays].any()


def test_money_of_the_government_is_the_sum_of_costs_and_benefits():
    real = comparison().results
    found = outcomes.fiscal_cost(real).set_index(["arm", "seed"])
    account = real.weekly.groupby(["arm", "seed"], observed=True)["government_yuan"].agg(["first", "last"])
    spent = account["first"] - account["last"]
    np.testing.assert_allclose(found["fiscal_yuan"] + found["benefits_yuan"], spent, rtol=1e-12)
    per_loan = (real.loans["written_off_yuan"] - real.loans["guaranteed_yuan"]).sum() * real.scale
    assert found["losses_yuan"].sum() == pytest.approx(per_loan)


def test_judging_table_has_every_grouping_and_bands_around_the_means():
    table = outcomes.judging_table(comparison().results)
    assert table["by"].unique().tolist() == ["all", *GROUPINGS[1:]]
    whole = table.groupby(["by", "part"], observed=True)["enterprises"].sum().unstack()
    for name in GROUPINGS[1:]:
        assert whole.loc[name].to_dict() == pytest.approx(whole.loc["all"].to_dict())
    assert (table["low"] <= table["enterprises"]).all()
    assert (table["enterprises"] <= table["high"]).all()


def test_an_arm_alone_has_no_fates():
    alone = enterprises()
    alone = alone[alone["arm"] == "with"].assign(arm=pd.Categorical(["with"] * (len(alone) // 2)))
    assert outcomes.judged(results(alone)).empty
