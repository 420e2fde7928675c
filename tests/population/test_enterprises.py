"""The initial state: keyed by id, on the published distributions, whatever the number of agents."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import sim
from sim.arithmetic.calendar import Calendar
from sim.arithmetic.sampling import choose
from sim.model.economy import build_economy
from sim.population.enterprises import closed_outgoings, normal_profit, runway_quantiles, runway_share
from sim.population.initial_state import enterprises_without_loans
from sim.population.strata import Country
from sim.scenario import loading
from sim.scenario.problems import ScenarioError
from sim.scenario.scale import scale_of
from sim.scenario.schema_economy import RunwayPoint
from sim.scenario.warnings import odd_scale
from tests.support.economies import START, toy

POINTS = (RunwayPoint(months=1.0, share=0.2), RunwayPoint(months=3.0, share=0.64))


def drawn(count, seed=1, **named):
    """Enterprise table of the toy scenario, by id."""
    scenario = toy(population__enterprises=count, **named)
    return by_id(scenario, seed=seed)


def by_id(scenario, step_days=7, seed=1):
    """Enterprise table of a scenario, by id."""
    table = enterprises_without_loans(Country(scenario.settings, Calendar(START, 26, step_days), seed))
    return table[np.argsort(table["id"])]


def test_another_enterprise_leaves_the_others_as_they_were():
    fewer, more = drawn(200, population__scale=1000), drawn(201, population__scale=1000)
    assert all((fewer[name] == more[name][:200]).all() for name in fewer.dtype.names)


def test_another_enterprise_leaves_house_banks_and_loans_of_the_others():
    borrowers = []
    for count in (200, 201):
        economy = build_economy(toy(population__enterprises=count, population__scale=1000).settings, 1)
        rows = economy.enterprises
        debts = {rows["id"][loan["enterprise"]]: (loan["amount"], loan["instalment_step"]) for loan in economy.loans}
        banks = dict(zip(rows["id"].tolist(), rows["house_bank"].tolist(), strict=True))
        debts.pop(200, None), banks.pop(200, None)
        borrowers.append((debts, banks))
    assert borrowers[0] == borrowers[1]


def test_another_enterprise_leaves_the_ids_of_other_households():
    others = []
    for count in (200, 201):
        households = build_economy(toy(population__enterprises=count, population__scale=1000).settings, 1).households
        others.append(households["id"][households["enterprise"] < 0][:50].tolist())
    assert others[0] == others[1]


def test_characteristics_are_drawn_apart():
    table = drawn(20_000)
    for one, other in (
        ("quality", "reopening_rank"),
        ("quality", "digital"),
        ("reopening_rank", "cell"),
        ("digital", "region"),
    ):
        assert abs(np.corrcoef(table[one], table[other])[0, 1]) < 4 / len(table) ** 0.5


def test_shares_of_kinds_sectors_and_regions():
    table = drawn(20_000)
    for found, wanted in (
        (table["kind"] == 0, 18.1 / 101.4),
        (table["sector"] == 0, 0.8),
        (table["region"] == 0, 0.05),
        (table["digital"][table["kind"] == 1], 0.6),
        (table["banked"][table["kind"] == 0], 0.4),
    ):
        assert found.mean() == pytest.approx(wanted, abs=4 * (wanted * (1 - wanted) / len(found)) ** 0.5)


def test_a_kind_that_does_not_exist_is_not_drawn():
    assert set(drawn(500, kinds__sme__real_enterprises=0)["kind"]) == {1}
    assert set(drawn(500, kinds__self_employed__real_enterprises=0)["kind"]) == {0}


def test_quality_is_standard_normal():
    quality = drawn(20_000)["quality"]
    assert stats.kstest(quality, "norm").pvalue > 1e-4


def test_runway_curve_goes_through_its_points():
    assert runway_quantiles(POINTS, np.array([0.2, 0.64])) == pytest.approx([1.0, 3.0])
    for share in (0.01, 0.2, 0.5, 0.99):
        assert runway_share(POINTS, runway_quantiles(POINTS, np.array([share]))[0]) == pytest.approx(share)
    assert (np.diff(runway_quantiles(POINTS, np.linspace(0.001, 0.999, 999))) > 0).all()


def test_runways_meet_their_points_within_sampling_error():
    scenario, table = toy(), drawn(20_000)
    months = table["cash"] / closed_outgoings(table, scenario.settings) / (365 / 12 / 7)
    for limit, share in ((1.0, 0.2), (3.0, 0.64)):
        assert (months <= limit).mean() == pytest.approx(share, abs=4 * (share * (1 - share) / len(table)) ** 0.5)


def test_choose_takes_each_with_its_share():
    luck = np.array([0.0, 0.19, 0.21, 0.499, 0.51, 1.0])
    shares = np.array([0.2, 0.0, 0.3, 0.5])
    assert choose(shares, luck).tolist() == [0, 0, 2, 2, 3, 3]
    assert choose(shares, np.repeat(luck, 1000)).tolist() == np.repeat([0, 0, 2, 2, 3, 3], 1000).tolist()


@pytest.mark.parametrize("number", [1, 2, 31, 106, 500])
def test_many_choices_are_those_of_a_search(number):
    """Shares of all sizes, some of them none, and numbers on the very limits."""
    rng = np.random.default_rng(number)
    shares = rng.lognormal(0.0, 3.0, number) * (rng.random(number) < 0.8)
    shares[-1] += 1e-9
    limits = np.cumsum(shares) / shares.cumsum()[-1]
    uniform = np.concatenate([rng.random(5_000), np.repeat(limits[:-1], 3), np.nextafter(limits[:-1], 0.0)])
    found = np.minimum(np.searchsorted(limits, uniform), number - 1)
    assert (choose(shares, uniform) == found).all()


def test_a_normal_step_leaves_a_profit_on_average():
    table = drawn(5_000)
    assert (normal_profit(table) >= -3).mean() > 0.95


@pytest.mark.parametrize(
    ("agents", "set_scale", "scale"),
    # 101.4 million over 1,000 agents; as set; never under one; one without agents.
    [(1_000, None, 101_400), (1_000, 7, 7), (200_000_000, None, 1), (0, None, 1)],
)
def test_scale_rule(agents, set_scale, scale):
    assert scale_of(toy({"population.enterprises": agents, "population.scale": set_scale}).settings) == scale


def test_agents_that_stand_for_too_many_enterprises_are_noted():
    """Each stands for a whole number: 45 million of 121.4 stand for 3 each, and every total was 11 % too large."""
    national = sim.load("china-2020-national")
    for agents, off, fitting in ((45_000_000, "+11.2%", "40,466,667"), (80_000_000, "+31.8%", "60,700,000")):
        (note,) = odd_scale(national.set({"population.enterprises": agents}).settings)
        assert off in note and f"{fitting} agents would fit" in note
        assert odd_scale(national.set({"population.enterprises": int(fitting.replace(",", ""))}).settings) == []
    assert odd_scale(national.set({"population.enterprises": 45_000_000, "population.scale": 3}).settings) == []
    for name in loading.packaged_names():
        assert odd_scale(sim.load(name).settings) == []


def test_no_real_enterprises_but_agents_is_refused():
    with pytest.raises(ScenarioError, match="real_enterprises is 0 for every kind"):
        toy(kinds__sme__real_enterprises=0, kinds__self_employed__real_enterprises=0, population__enterprises=5)


def test_totals_do_not_depend_on_the_number_of_agents_beyond_sampling_error():
    """F14: yearly sales of the country from 4,000 and from 16,000 agents."""
    totals = []
    for count in (4_000, 16_000):
        scenario = toy(population__enterprises=count)
        table = drawn(count)
        totals.append(float(table["sales_normal"].sum()) * scale_of(scenario.settings))
    assert totals[0] == pytest.approx(totals[1], rel=0.15)


@pytest.mark.parametrize("step_days", [1, 7])
def test_seven_days_are_a_week(step_days):
    table, weekly = (by_id(toy(population__enterprises=300), days) for days in (step_days, 7))
    assert table["sales_normal"] * 7 / step_days == pytest.approx(weekly["sales_normal"], abs=4)
    assert table["cash"] == pytest.approx(weekly["cash"], rel=0.01)


def test_ranks_are_uniform_and_exposures_exponential_with_mean_1():
    table = drawn(20_000)
    assert stats.kstest(table["reopening_rank"].astype(float), "uniform").pvalue > 1e-4
    assert stats.kstest(table["exposure"].astype(float), "expon").pvalue > 1e-4
    assert abs(np.corrcoef(table["reopening_rank"], table["exposure"])[0, 1]) < 4 / 20_000**0.5


def test_size_classes_have_their_part_of_what_smaller_ones_lose():
    # From 3 staff half as many are shut, and the open lose a fifth; from 8 all is as in the smallest class, once more.
    sizes = [{"staff_from": 3, "shut_ratio": 0.5, "capacity_ratio": 0.2}, {"staff_from": 8}]
    with_, without = (drawn(2_000, stoppage__sizes=chosen) for chosen in (sizes, []))
    small, middle = with_["staff_normal"] < 3, (with_["staff_normal"] >= 3) & (with_["staff_normal"] < 8)
    large = with_["staff_normal"] >= 8
    assert small.sum() > 100 and middle.sum() > 100 and large.sum() > 20
    for name in ("reopening_rank", "exposure"):
        assert (with_[name] == without[name])[small | large].all()
    assert with_["exposure"][middle] == pytest.approx(0.2 * without["exposure"][middle], rel=1e-6)
    shut, as_small = 1.0 - with_["reopening_rank"][middle], 1.0 - without["reopening_rank"][middle]
    assert shut == pytest.approx(as_small / 0.5, rel=1e-5, abs=1e-6)
    assert (shut < 0.8).mean() == pytest.approx(0.4, abs=4 * (0.24 / middle.sum()) ** 0.5)  # 40 % shut, not 80


def test_the_persistent_part_starts_with_its_spread():
    table = drawn(20_000, sales__persistent_sigma=0.25, sales__noise_sigma=0.1)
    assert stats.kstest(table["persistent"] / 0.25, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(table["persistent"], table["deviation"])[0, 1]) < 4 / 20_000**0.5
    assert (drawn(200)["persistent"] == 0.0).all()
