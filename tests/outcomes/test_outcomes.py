"""Numbers from tables: survival, fates, credit, jobs and the summary, on small tables whose answers are known."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim import outcomes
from sim.outcomes.grouping import group_key
from sim.outcomes.intervals import mean_interval, ratio_interval

pytestmark = pytest.mark.filterwarnings("error")
ARMS = ("with", "without")
KINDS = ("sme", "self_employed", "rural")


def enterprise_table(seeds=3, agents=200, arms=ARMS, days=364, rng=0):
    """A drawn enterprise table; in the first arm durations are longer for a tenth, shorter for a few."""
    draw = np.random.default_rng(rng)
    number = seeds * agents
    base = draw.exponential(500, number)
    helped, hurt = draw.random(number) < 0.1, draw.random(number) < 0.01
    first = {
        "seed": np.repeat(np.arange(1, seeds + 1), agents),
        "enterprise": np.tile(np.arange(agents), seeds),
        "kind": pd.Categorical.from_codes(draw.integers(0, 3, number), list(KINDS)),
        "staff": draw.geometric(0.1, number) - 1,
        "runway_days": draw.lognormal(3.6, 1, number),
        "digital": draw.random(number) < 0.5,
    }
    parts = []
    for position, arm in enumerate(arms):
        time_left = base * np.where(helped & (position == 0), 3.0, 1.0) * np.where(hurt & (position == 0), 0.2, 1.0)
        duration = np.minimum(np.ceil(time_left / 7).astype(int) * 7, days)
        event = duration < days
        more = {
            "duration_days": duration,
            "event": event,
            "exit_cause": np.where(event, np.where(draw.random(number) < 0.8, "illiquid", "other"), ""),
            "programme_yuan": np.where(helped & (position == 0), 40_000.0, 0.0),
            "insolvent": draw.random(number) < 0.1,
        }
        parts.append(pd.DataFrame(first | {"arm": arm} | more))
    frame = pd.concat(parts, ignore_index=True)
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(arms))
    return frame


def loan(**changes):
    """One loan row: a programme loan of 100 yuan paid out on 10 March 2020 in arm with, seed 1."""
    row = {
        "seed": 1, "arm": "with", "loan": 1, "enterprise": 1, "kind": "sme", "lender_group": "online",
        "programme": True, "existing": False, "status": "performing", "reason": "",
        "payout_date": pd.Timestamp("2020-03-10"), "ended_date": pd.NaT,
        "days_to_decision": 1.0, "days_to_money": 2.0, "asked_yuan": 100.0, "amount_yuan": 100.0, "rate_yearly": 0.08,
        "first_time": True, "outstanding_yuan": 100.0, "interest_paid_yuan": 0.0, "written_off_yuan": 0.0,
    }  # fmt: skip
    return row | changes


def loan_table(*rows):
    """Loan rows as a table with typed columns."""
    frame = pd.DataFrame([loan(**row) for row in rows])
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(ARMS))
    for name in ("payout_date", "ended_date"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


REFUSED = {
    "status": "refused",
    "payout_date": pd.NaT,
    "days_to_money": np.nan,
    "amount_yuan": 0.0,
    "rate_yearly": np.nan,
}


def weekly_table(enterprises, weeks=52):
    """Jobs and sales that follow the enterprises."""
    rows = [
        {"seed": seed, "arm": arm, "step": step, "date": pd.Timestamp("2020-01-20") + pd.Timedelta(weeks=step),
         "jobs": 3.0 * (part["duration_days"] > 7 * step).sum(), "sales_yuan": 1e6, "open_share": 1.0}
        for (seed, arm), part in enterprises.groupby(["seed", "arm"], observed=True) for step in range(weeks)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(enterprises["arm"].cat.categories))
    return frame


def results_of(enterprises, loans=None, scale=10):
    """What a comparison returns."""
    loans = loan_table({}) if loans is None else loans
    return SimpleNamespace(enterprises=enterprises, loans=loans, weekly=weekly_table(enterprises), scale=scale)


def by_hand(arm, duration, event, seed=1):
    """A small enterprise table of one arm and seed."""
    frame = pd.DataFrame({"duration_days": duration, "event": event})
    frame = frame.assign(seed=seed, arm=pd.Categorical([arm] * len(frame)), enterprise=range(len(frame)))
    return frame.assign(insolvent=False, programme_yuan=0.0)


# --- survival ---------------------------------------------------------------------------------------------------------


def test_survival_and_its_band_are_those_of_scipy():
    draw = np.random.default_rng(1)
    duration = draw.integers(1, 50, 300)
    event = (draw.random(300) < 0.6) & (duration < 49)
    ours = outcomes.survival(by_hand("run", duration, event)).set_index("day")
    data = stats.CensoredData.right_censored(duration, ~event)
    theirs = stats.ecdf(data).sf
    band = theirs.confidence_interval(method="log-log")
    inside = (theirs.probabilities > 0) & (theirs.probabilities < 1)
    days = theirs.quantiles[inside].astype(int)
    np.testing.assert_allclose(ours.loc[days, "survival"], theirs.probabilities[inside], rtol=1e-12)
    np.testing.assert_allclose(ours.loc[days, "low"], band.low.probabilities[inside], rtol=1e-9)
    np.testing.assert_allclose(ours.loc[days, "high"], band.high.probabilities[inside], rtol=1e-9)


def test_survival_over_seeds_is_the_mean_of_the_seeds_with_a_t_interval():
    frame = enterprise_table(seeds=4, arms=("run",))
    end = outcomes.survival(frame).iloc[-1]
    each = 1.0 - frame.groupby("seed")["event"].mean()
    interval = stats.t.interval(0.95, 3, loc=each.mean(), scale=stats.sem(each))
    assert end["survival"] == pytest.approx(each.mean())
    assert (end["low"], end["high"]) == pytest.approx(interval)
    assert end["at_risk"] == pytest.approx(frame.groupby("seed")["event"].apply(lambda column: (~column).sum()).mean())


@pytest.mark.parametrize(
    ("event", "last"), [([False] * 5, 1.0), ([True] * 5, 0.0)], ids=["nobody exits", "everybody exits at once"]
)
def test_survival_with_no_exit_and_with_all_at_once(event, last):
    curve = outcomes.survival(by_hand("run", [10] * 5, event))
    assert curve["survival"].tolist() == [1.0, last]
    assert curve[["low", "high"]].notna().all(axis=None)
    assert (curve["low"] <= curve["survival"]).all() and (curve["survival"] <= curve["high"]).all()
    assert curve["low"].iloc[0] == 1.0


def test_survival_of_no_enterprises_is_an_empty_table():
    empty = enterprise_table().iloc[:0]
    for function in (outcomes.survival, outcomes.difference, outcomes.fates, outcomes.fate_shares):
        assert len(function(empty)) == 0


def test_a_curve_ends_with_its_observations():
    frame = pd.concat([by_hand("a", [5, 5], [True, False]), by_hand("b", [9, 9], [True, False])], ignore_index=True)
    curve = outcomes.survival(frame.assign(arm=pd.Categorical(frame["arm"], categories=["a", "b"])))
    assert curve.groupby("arm", observed=True)["day"].max().to_dict() == {"a": 5, "b": 9}


@pytest.mark.parametrize("by", ["kind", "size", "runway", "digital"])
def test_groups_split_the_whole(by):
    frame = enterprise_table()
    start = outcomes.survival(frame, by).query("day == 0")
    assert start.groupby("arm", observed=True)["at_risk"].sum().tolist() == pytest.approx([200.0, 200.0])


def test_an_unknown_group_names_the_columns():
    with pytest.raises(KeyError, match=r"no column 'colour'.*size, runway.*kind"):
        outcomes.survival(enterprise_table(), "colour")


def test_size_classes_begin_at_their_bounds():
    key = group_key(pd.DataFrame({"staff": [0, 4, 5, 9, 10, 49, 50, 249, 250]}), "size")
    assert key.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4]


def test_difference_is_paired_over_seeds_and_has_no_band_for_one():
    frame = enterprise_table(seeds=5)
    end = outcomes.difference(frame).iloc[-1]
    each = frame.groupby(["seed", "arm"], observed=True)["event"].mean().unstack()
    gaps = each["without"] - each["with"]
    assert end["against"] == "without"
    assert end["difference"] == pytest.approx(gaps.mean())
    assert (end["low"], end["high"]) == pytest.approx(stats.t.interval(0.95, 4, gaps.mean(), stats.sem(gaps)))
    assert outcomes.difference(frame[frame["seed"] == 1])[["low", "high"]].isna().all(axis=None)
    assert outcomes.difference(frame[frame["arm"] == "with"].assign(arm=pd.Categorical(["with"] * 1000))).empty


def test_restricted_mean_is_the_area_and_without_censoring_the_mean():
    duration = [10, 20, 30, 40]
    frame = by_hand("run", duration, [True] * 4)
    assert outcomes.restricted_mean(frame)["mean_days"].item() == pytest.approx(25.0)
    assert outcomes.restricted_mean(frame, horizon_days=25)["mean_days"].item() == pytest.approx(
        (10 + 20 + 25 + 25) / 4
    )
    with pytest.raises(ValueError, match="the run has 40 days"):
        outcomes.restricted_mean(frame, horizon_days=41)


def test_median_survival_is_the_first_day_with_half_left():
    frame = by_hand("run", [10, 20, 30, 40], [True, True, False, False])
    assert outcomes.median_survival(frame)["median_days"].item() == 20.0
    assert np.isnan(outcomes.median_survival(by_hand("run", [40] * 4, [False] * 4))["median_days"].item())


def test_logrank_is_that_of_scipy():
    frame = enterprise_table(seeds=1)
    ours = outcomes.logrank(frame)
    samples = [
        stats.CensoredData.right_censored(part["duration_days"], ~part["event"])
        for _, part in frame.groupby("arm", observed=True)
    ]
    theirs = stats.logrank(*samples)
    assert ours["statistic"].item() == pytest.approx(theirs.statistic)
    assert ours["p_value"].item() == pytest.approx(theirs.pvalue)


# --- fates ------------------------------------------------------------------------------------------------------------


def test_fates_count_every_enterprise_once_whatever_the_order_of_rows():
    frame = enterprise_table()
    table = outcomes.fates(frame, "kind", scale=7)
    assert table["enterprises"].sum() == 7 * 3 * 200
    assert table.groupby(["seed", "group"], observed=True)["share"].sum().tolist() == pytest.approx([1.0] * 9)
    assert table["programme_yuan"].sum() == pytest.approx(7 * frame["programme_yuan"].sum())
    shuffled = outcomes.fates(frame.sample(frac=1, random_state=3), "kind", scale=7)
    pd.testing.assert_frame_equal(shuffled, table)


def test_fates_by_hand():
    first = by_hand("with", [9] * 5, [False, False, True, True, False]).assign(
        insolvent=[True, False, True, False, False]
    )
    first["programme_yuan"] = [10.0, 0.0, 20.0, 0.0, 5.0]
    other = by_hand("without", [9] * 5, [True, False, True, False, True])
    frame = pd.concat([first, other], ignore_index=True)
    frame["arm"] = pd.Categorical(frame["arm"], categories=list(ARMS))
    table = outcomes.fates(frame).set_index("fate")
    assert table["enterprises"].to_dict() == {"saved": 2, "survived_anyway": 1, "lost_either_way": 1, "harmed": 1}
    assert table["insolvent"].to_dict() == {"saved": 1, "survived_anyway": 0, "lost_either_way": 0, "harmed": 0}
    assert table.loc["saved", ["programme_yuan", "insolvent_yuan"]].tolist() == [15.0, 10.0]
    fate = outcomes.fate_of_each(frame)["fate"].astype("str").tolist()
    assert fate == ["saved", "survived_anyway", "lost_either_way", "harmed", "saved"]


def test_fates_leave_out_a_seed_that_one_arm_lacks_and_refuse_unequal_populations():
    frame = enterprise_table()
    lacking = frame[~((frame["seed"] == 2) & (frame["arm"] == "without"))]
    assert outcomes.fates(lacking)["seed"].unique().tolist() == [1, 3]
    with pytest.raises(ValueError, match="not a paired comparison"):
        outcomes.fates(frame.iloc[:-1])
    with pytest.raises(ValueError, match="no arm 'slow'"):
        outcomes.fates(frame, against="slow")


def test_net_saved_is_the_difference_in_exits():
    frame = enterprise_table()
    shares = outcomes.fate_shares(frame).set_index("fate")["share"]
    assert shares["saved"] - shares["harmed"] == pytest.approx(outcomes.difference(frame)["difference"].iloc[-1])


# --- credit -----------------------------------------------------------------------------------------------------------


def test_loan_volume_counts_new_paid_out_loans_by_week_for_the_country():
    loans = loan_table(
        {}, {"payout_date": pd.Timestamp("2020-03-15"), "amount_yuan": 300.0, "first_time": False},
        {"payout_date": pd.Timestamp("2020-03-16")}, {"existing": True}, REFUSED, {"status": "approved",
        "payout_date": pd.NaT},
    )  # fmt: skip
    table = outcomes.loan_volume(loans, ["week", "lender_group"], scale=10, seeds=[1, 2])
    assert table["week"].dt.strftime("%m-%d").tolist() == ["03-09", "03-16"]
    assert table["loans"].tolist() == [10.0, 5.0]
    assert table["money_yuan"].tolist() == [2000.0, 500.0]
    assert table["mean_yuan"].tolist() == [200.0, 100.0]
    assert table["first_time_share"].tolist() == [0.5, 1.0]
    assert outcomes.loan_volume(loans.iloc[:0]).empty


def test_application_outcomes_have_the_stated_denominators():
    loans = loan_table(
        {}, {"asked_yuan": 200.0, "days_to_money": 4.0}, REFUSED | {"reason": "price"},
        {"status": "waiting", "payout_date": pd.NaT, "days_to_decision": np.nan, "days_to_money": np.nan,
        "amount_yuan": 0.0},
        {"programme": False, "rate_yearly": 0.06}, {"existing": True},
    )  # fmt: skip
    table = outcomes.application_outcomes(loans).set_index("channel")
    assert table.loc["programme", ["applications", "approved", "refused", "waiting"]].tolist() == [4, 2, 1, 1]
    assert table.loc["programme", "approval_share"] == pytest.approx(2 / 3)
    assert table.loc["programme", "cut_back_share"] == 0.5
    assert table.loc["programme", "granted_ratio"] == pytest.approx(200 / 300)
    assert table.loc["programme", "days_to_money"] == 3.0
    assert table["rate_yearly"].to_dict() == pytest.approx({"programme": 0.08, "bank": 0.06})
    reasons = outcomes.refusals(loans)
    assert reasons[["channel", "reason", "refused", "share"]].to_numpy().tolist() == [["programme", "price", 1, 1.0]]


def test_who_asked_counts_an_enterprise_once():
    frame = enterprise_table(seeds=1, agents=10)
    loans = loan_table(REFUSED, {}, {"enterprise": 2, "programme": False} | REFUSED)
    table = outcomes.who_asked(frame, loans, None).set_index(["arm", "channel"])
    assert table.loc[("with", "programme"), ["asked_share", "got_share"]].tolist() == [0.1, 0.1]
    assert table.loc[("with", "bank"), ["asked_share", "got_share"]].tolist() == [0.1, 0.0]
    assert table.loc[("without", "bank"), "asked_share"] == 0.0


def test_a_vintage_loses_by_the_age_at_which_its_loans_end():
    # Lent 100 on 10 and 300 on 20 March; 60 lost after 30 days, 90 after 40. By 28 days nothing, by 56 (the run ends 62
    # days after the second) 150 of 400. The loan of before the run and the refused one are in no vintage.
    lost = {"status": "written_off", "outstanding_yuan": 0.0}
    loans = loan_table(
        {**lost, "written_off_yuan": 60.0, "ended_date": pd.Timestamp("2020-04-09")},
        {**lost, "written_off_yuan": 90.0, "ended_date": pd.Timestamp("2020-04-29"), "amount_yuan": 300.0,
         "payout_date": pd.Timestamp("2020-03-20")},
        REFUSED, {"existing": True, "payout_date": pd.NaT},
    )  # fmt: skip
    table = outcomes.vintage_losses(loans, pd.Timestamp("2020-05-21"))
    assert table["days"].tolist() == [0, 28, 56]
    assert table["lost_share"].tolist() == pytest.approx([0.0, 0.0, 150 / 400])
    assert set(table["vintage"]) == {"2020-03"} and set(table["loans"]) == {2}


def test_losses_are_shares_of_money():
    loans = loan_table(
        {}, {"status": "written_off", "outstanding_yuan": 0.0, "written_off_yuan": 60.0},
        {"status": "non_performing", "outstanding_yuan": 300.0, "amount_yuan": 300.0}, REFUSED, {"existing": True,
        "payout_date": pd.NaT},
    )  # fmt: skip
    table = outcomes.losses(loans, scale=2).set_index("channel")
    assert table.loc["programme", "lent_yuan"] == 1000.0
    assert table.loc["programme", "written_off_share"] == pytest.approx(60 / 500)
    assert table.loc["programme", ["overdue_share", "non_performing_share"]].tolist() == pytest.approx([0.75, 0.75])
    assert table.loc["existing", "loans"] == 2.0
    assert outcomes.losses(loans, "vintage")["group"].astype("str").tolist() == ["2020-03", "before the run"]


# --- jobs, summary ----------------------------------------------------------------------------------------------------


def test_jobs_and_jobs_kept_are_means_over_seeds():
    weekly = weekly_table(enterprise_table())
    table = outcomes.jobs(weekly)
    last = weekly[(weekly["step"] == 51) & (weekly["arm"] == "with")]["jobs"]
    assert table[table["arm"] == "with"]["jobs"].iloc[-1] == pytest.approx(last.mean())
    pairs = weekly[weekly["step"] == 51].pivot(index="seed", columns="arm", values="jobs")
    assert outcomes.jobs_kept(weekly)["difference"].iloc[-1] == pytest.approx((pairs["with"] - pairs["without"]).mean())


def test_summary_agrees_with_the_parts():
    results = results_of(enterprise_table(), loan_table({}, {"seed": 2}, {"seed": 3, "amount_yuan": 400.0}))
    table = outcomes.summary(results)
    assert list(table.columns) == ["outcome", "unit", "with", "without", "difference", "low", "high", "note"]
    assert table.loc["exit_share", "difference"] == pytest.approx(
        -outcomes.difference(results.enterprises)["difference"].iloc[-1]
    )
    saved = outcomes.fate_shares(results.enterprises, scale=10).set_index("fate")["enterprises"]
    assert table.loc["net_saved_thousand", "difference"] == pytest.approx((saved["saved"] - saved["harmed"]) / 1e3)
    assert table.loc["lent_per_saved_yuan", "difference"] == pytest.approx(
        table.loc["lent_bn_programme", "difference"] * 1e6 / table.loc["net_saved_thousand", "difference"]
    )
    assert table.loc["restricted_mean_days", "with"] == pytest.approx(
        outcomes.restricted_mean(results.enterprises)["mean_days"].iloc[0]
    )
    years = results.weekly.groupby("arm", observed=True)["jobs"].sum() * 7 / 365 / 3 / 1e6
    assert table.loc["job_years_million", ["with", "without"]].tolist() == pytest.approx(years.tolist())
    assert np.isnan(table.loc["rate_programme", "without"]) and table.loc["rate_programme", "note"] == "only in with"
    text = outcomes.format_summary(table)
    assert text.loc["rate_programme", ["with", "without", "difference"]].tolist() == ["8.00", "–", "–"]


def test_summary_of_one_seed_of_one_arm_and_of_three():
    frame = enterprise_table(seeds=1)
    one_seed = outcomes.summary(results_of(frame))
    assert one_seed[["low", "high"]].isna().all(axis=None)
    assert one_seed.loc["exit_share", "note"] == "one seed: no band"
    alone = outcomes.summary(
        results_of(enterprise_table(arms=("run",)), loan_table({}).assign(arm=pd.Categorical(["run"])))
    )
    assert alone["difference"].isna().all() and "saved_thousand" not in alone.index
    assert alone.loc["exit_share", "low"] < alone.loc["exit_share", "run"] < alone.loc["exit_share", "high"]
    three = outcomes.summary(results_of(enterprise_table(arms=("with", "without", "slow"))))
    assert three["against"].unique().tolist() == ["without", "slow"]


def test_summary_pairs_only_the_seeds_that_both_arms_have_and_says_so():
    frame = enterprise_table(seeds=4)
    frame = frame[~((frame["seed"] == 2) & (frame["arm"] == "without"))]
    table = outcomes.summary(results_of(frame))
    each = frame.groupby(["seed", "arm"], observed=True)["event"].mean().unstack().dropna()
    assert table.loc["exit_share", "difference"] == pytest.approx((each["with"] - each["without"]).mean())
    assert table.loc["exit_share", "note"] == "3 of 4 seeds"
    assert len(outcomes.run_outcomes(results_of(frame))) == 7


def test_lent_is_what_was_paid_out_not_what_was_approved():
    loans = loan_table({}, {"status": "approved", "payout_date": pd.NaT, "days_to_money": np.nan})
    runs = outcomes.run_outcomes(results_of(enterprise_table(seeds=1), loans, scale=10)).set_index("arm")
    assert runs.loc["with", "lent_bn_programme"] == pytest.approx(10 * 100.0 / 1e9)


def test_cost_per_saved_is_undefined_when_nobody_is_saved():
    frame = enterprise_table()
    frame["event"] = False
    table = outcomes.summary(results_of(frame))
    assert np.isnan(table.loc["lent_per_saved_yuan", "difference"])
    assert table.loc["lent_per_saved_yuan", "note"] == "nothing gained on balance"


def test_summary_is_fast():
    results = results_of(enterprise_table(seeds=10, agents=10_000))
    start = time.perf_counter()
    outcomes.summary(results)
    assert time.perf_counter() - start < 1.0


# --- intervals, text --------------------------------------------------------------------------------------------------


def test_mean_interval_leaves_out_what_is_not_defined():
    mean, low, high = mean_interval([[1.0, 2.0, 3.0, np.nan], [5.0, np.nan, np.nan, np.nan], [np.nan] * 4])
    expected = stats.t.interval(0.95, 2, loc=2.0, scale=stats.sem([1, 2, 3]))
    np.testing.assert_allclose(mean, [2.0, 5.0, np.nan])
    np.testing.assert_allclose(low, [expected[0], np.nan, np.nan])
    np.testing.assert_allclose(high, [expected[1], np.nan, np.nan])


def test_ratio_interval_covers_the_true_ratio_as_often_as_it_says():
    draw = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        below = draw.normal(10, 1, 12)
        _, low, high = ratio_interval(3.0 * below + draw.normal(0, 2, 12), below)
        hits += low <= 3.0 <= high
    assert 0.92 < hits / 400 < 0.98
    assert np.isnan(ratio_interval([1.0, 2.0], [0.0, 0.0])).all()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "share", "1.23"),
        (-0.05, "", "−0.050"),
        (-0.0, "", "0.000"),
        (12345.6, "yuan", "12,346"),
        (np.nan, "", "–"),
    ],
)
def test_numbers_as_text(value, unit, text):
    assert outcomes.format_number(value, unit) == text
