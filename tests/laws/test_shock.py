"""Laws of the shock: who is open, what the open lose, waves, what is known of the end, and good and bad years."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import sim
from sim.model.model import Model
from sim.rules.credit_demand import liquidity_gap
from sim.rules.payments import open_outgoings, outgoings
from tests.support.economies import SEEDS, day, differences, economies, examples, one_path, run, tables, toy
from tests.support.records import enterprise, the_terms

SHARES = st.floats(0.0, 1.0)
FEN = st.integers(0, 10**9)
NOBODY_CLOSES = {
    "exit.background_rate_yearly": 0.0,
    "exit.rent_patience_days": 3650.0,
    "exit.wage_patience_days": 3650.0,
}


def open_and_wanted(model):
    """Enterprises in business, of them open, and share wanted, on the day after each step [steps, cells]."""
    counts, calendar = model.patronage_history, model.economy.calendar
    after = (np.arange(calendar.steps) + 1) * calendar.step_days
    return counts["living"], counts["living_resumed"], model.economy.stoppage.openness[:, after].T


def off(living, is_open, wanted):
    """Share open less share wanted in the sum of cells, and its standard error by binomial sampling [steps each]."""
    there = living.sum(axis=1)
    error = np.sqrt((living * wanted * (1.0 - wanted)).sum(axis=1)) / there
    return (is_open - living * wanted).sum(axis=1) / there, error


@pytest.mark.parametrize("seed", [1, 2])
def test_share_open_of_the_living_is_the_path_in_every_week(seed):
    """Four standard errors of sampling those in business, in the country and in each kind; with a fen of rounding."""
    scenario = sim.load("china-2020", ["population.enterprises=20000"])
    counts = open_and_wanted(run(scenario, seed, audit=False))
    cells = counts[0].shape[1] // len(scenario.kinds)
    assert ((counts[0] * counts[2]).sum(axis=1) / counts[0].sum(axis=1)).min() < 0.5
    for part in (slice(None), *(slice(kind * cells, (kind + 1) * cells) for kind in range(len(scenario.kinds)))):
        missed, error = off(*(count[:, part] for count in counts))
        assert (np.abs(missed) <= 4.0 * error + 1e-12).all()


def test_a_share_of_those_of_the_start_leaves_more_of_the_living_open():
    """The law above would be broken: those who stay shut close more often."""
    scenario = sim.load("china-2020", ["population.enterprises=20000", "spillovers.reopening=false"])
    missed, error = off(*open_and_wanted(run(scenario, 1, audit=False)))
    with np.errstate(invalid="ignore"):
        assert np.nanmax(missed / error) > 5.0


def test_share_open_of_the_living_is_the_path_down_to_the_bottom_of_a_second_wave():
    wave = {"from": datetime.date(2020, 7, 1), "to": datetime.date(2020, 8, 15), "depth": 0.6}
    scenario = sim.load("china-2020", ["population.enterprises=20000"]).set({"stoppage.waves": [wave]})
    model = run(scenario, 1, audit=False)
    last = (wave["to"] - scenario.calendar.start).days // model.economy.calendar.step_days
    living, is_open, wanted = (count[:last] for count in open_and_wanted(model))
    missed, error = off(living, is_open, wanted)
    assert (np.abs(missed) <= 4.0 * error + 1e-12).all()
    assert (wanted[-1] < 0.45).all()


def test_nobody_is_shut_while_a_path_misses_1_by_rounding():
    """Free cells share what is left over, which may come to 1 − 1e-16; one who enters has a rank beyond all others."""
    model = run(sim.load("china-2020", ["population.enterprises=20000"]), 1, audit=False)
    living, is_open, wanted = open_and_wanted(model)
    over = (wanted > 1.0 - 1e-9).all(axis=1)
    assert over.sum() > 20
    assert (living == is_open)[over].all()


@examples(30)
@given(economies(), SEEDS)
def test_counts_behind_the_thresholds_are_what_the_table_says(scenario, seed):
    """Those ever and those still in business below all size classes, and of them those past the stoppage, by cell."""
    model = run(scenario, seed)
    rows, last = model.economy.enterprises, model.economy.patronage
    sizes = scenario.settings.stoppage.sizes
    small = rows["staff_normal"] < (sizes[0].staff_from if sizes else 2**31 - 1)
    ever = small & ((rows["exists"] == 1) | (rows["exit_step"] >= 0))
    for name, chosen in (("entered", ever), ("living", small & (rows["exists"] == 1))):
        for ending, some in (("", chosen), ("_resumed", chosen & (rows["resumed"] == 1))):
            wanted = np.bincount(rows["cell"][some], minlength=len(last))
            assert model.economy.calendar.steps == 0 or (last[name + ending] == wanted).all()


# --- capacity


def test_mean_capacity_of_those_drawn_is_the_path():
    """Four standard errors of 20,000 exposures, whatever the spread."""
    for mean, spread in ((0.5, 1.0), (0.5, 0.4), (0.15, 1.0), (0.8, 0.0)):
        changes = {"stoppage.capacity": [[day(0), mean]], "stoppage.capacity_spread": spread}
        economy = Model(
            one_path(toy(population__enterprises=20_000, calendar__weeks=1), [], changes), rng=1, engine="compiled"
        ).economy
        level, slope = (one[0][economy.enterprises["cell"]] for one in economy.capacity)
        capacity = level * np.exp(-slope * economy.enterprises["exposure"].astype(float))
        assert capacity.max() <= 1.0 + 1e-12
        assert abs(capacity.mean() - mean) <= 4.0 * capacity.std() / len(capacity) ** 0.5 + 1e-12


def test_sales_lost_are_those_of_the_path_wherever_they_lie():
    """Country sales of a week, with all on the shut, half, and none: within the error of 20,000 enterprises' sizes."""
    still = {"sectors.trade.demand": [], "sectors.catering.demand": [], "sales.noise_sigma": 0.0, "calendar.weeks": 1}
    scenario = one_path(toy(population__enterprises=20_000), [[day(0), 0.4]], still)
    shares = []
    for share in (1.0, 0.5, 0.0):
        model = run(scenario.set({"stoppage.shut_share": share}), 1, audit=False)
        rows = model.economy.enterprises
        shares.append(model.patronage_history["sales"][0].sum() / rows["sales_normal"].sum())
        weight = rows["sales_normal"] / rows["sales_normal"].sum()
        assert abs(shares[-1] - 0.4) <= 4.0 * 0.5 * float((weight**2).sum()) ** 0.5
    assert len({round(share, 6) for share in shares}) == 3


# --- waves


def with_wave(scenario, first, depth, persistence):
    """A scenario with one wave for all."""
    wave = {"from": day(first), "to": day(first + 21), "ramp_days": 7, "depth": depth}
    return scenario.set({"stoppage.waves": [wave], "stoppage.rank_persistence": persistence})


@examples(20)
@given(economies(), SEEDS, st.integers(0, 60))
def test_a_wave_of_depth_0_that_all_keep_their_rank_in_changes_no_byte(scenario, seed, first):
    calm = scenario.set({"stoppage.waves": [], "stoppage.rank_persistence": 1.0})
    assert differences(tables(run(calm, seed)), tables(run(with_wave(calm, first, 0.0, 1.0), seed))) == []


@examples(20)
@given(economies(), SEEDS, st.integers(0, 60), SHARES)
def test_a_wave_of_depth_0_changes_nothing_but_ranks_where_nobody_is_shut(scenario, seed, first, persistence):
    calm = one_path(scenario, [])
    changed = differences(tables(run(calm, seed)), tables(run(with_wave(calm, first, 0.0, persistence), seed)))
    assert set(changed) <= {"enterprises.reopening_rank"}


def test_who_is_shut_in_a_second_wave_follows_the_first_as_far_as_ranks_are_kept():
    """All, none and half of those shut at the bottom of the first wave are shut in an equally deep second one."""
    first = {"from": day(0), "to": day(14), "ramp_days": 7, "depth": 0.5}
    second = {"from": day(56), "to": day(90), "ramp_days": 7, "depth": 0.5}
    quiet = one_path(toy({"calendar.weeks": 12, "population.enterprises": 4_000}), [], NOBODY_CLOSES)
    for persistence, again in ((1.0, 1.0), (0.0, 0.5), (0.5, 0.75)):
        scenario = quiet.set({"stoppage.waves": [first, second], "stoppage.rank_persistence": persistence})
        model, shut = Model(scenario, rng=3, engine="compiled"), {}
        while model.economy.step < model.economy.calendar.steps:
            model.step()
            shut[model.economy.step] = model.economy.enterprises["open_days"] == 0
        both = (shut[2] & shut[12]).sum() / shut[2].sum()
        assert shut[2].mean() == pytest.approx(0.5, abs=0.04) and shut[12].mean() == pytest.approx(0.5, abs=0.04)
        assert both == pytest.approx(again, abs=0.04)


# --- what is known


@examples(200)
@given(st.data())
def test_who_knows_that_it_reopens_tomorrow_has_no_larger_gap(data):
    """Where a week that is open costs no more than one that is shut; else staying shut would be the better plan."""
    named = {name: data.draw(FEN, label=name) for name in ("fixed", "living", "wage", "could_sell", "cash")}
    arrears = {name: data.draw(FEN, label=name) for name in ("wage_arrears", "input_arrears", "rent_arrears")}
    staff, share = data.draw(st.integers(0, 50)), data.draw(SHARES)
    one = enterprise(**named, **arrears, staff=staff, input_share=share, open_days=0, shut_steps=1e6)
    terms = the_terms(horizon_steps=8.0, furlough_share=data.draw(SHARES), closed_fixed_share=data.draw(SHARES))
    assume(open_outgoings(one) - (1.0 - share) * one.could_sell <= outgoings(one, terms))
    gaps = []
    for steps in (1e6, 8.0, data.draw(st.floats(0.0, 8.0)), 0.0):
        one.shut_steps = steps
        gaps.append(liquidity_gap(one, terms))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == gaps[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_known_is_planned_for_as_if_it_stayed_shut(seed):
    """Only who is shut knows: without a stoppage it makes no difference whether ends are announced."""
    open_all = one_path(toy(), [])
    found = [tables(run(open_all.set({"stoppage.announced_error_days": known}), seed)) for known in (None, 0.0, 21.0)]
    assert differences(found[0], found[1]) == differences(found[0], found[2]) == []


def test_announced_reopenings_are_planned_for():
    """Fewer have a gap and fewer are laid off, in the sum over the stoppage."""
    shut = toy({"population.enterprises": 1_000, "programme.enabled": False})
    unknown, known = (
        run(shut.set({"stoppage.announced_error_days": error}), 1, audit=False).history for error in (None, 0.0)
    )
    assert known["gaps"][2:6].sum() < unknown["gaps"][2:6].sum()
    assert known["jobs"][3] > unknown["jobs"][3]


# --- good and bad years


def test_the_persistent_part_keeps_its_spread_and_demand_its_mean():
    """Half a year on 10,000 enterprises that nobody closes: mean 0, the spread asked for, mean demand 1."""
    parts = {"sales.noise_sigma": 0.1, "sales.persistent_sigma": 0.25, "sales.persistent_half_life_days": 60.0}
    model = run(one_path(toy(population__enterprises=10_000), [], {**NOBODY_CLOSES, **parts}), 1, audit=False)
    rows, error = model.economy.enterprises, 1.0 / 100.0
    assert (rows["exists"] == 1).all()
    persistent, deviation = (rows[name].astype(float) for name in ("persistent", "deviation"))
    for part, sigma in ((persistent, 0.25), (deviation, 0.1)):
        assert abs(part.mean()) <= 4.0 * sigma * error
        assert part.std() == pytest.approx(sigma, rel=4.0 * error / 2.0**0.5)
    assert abs(np.corrcoef(persistent, deviation)[0, 1]) <= 4.0 * error
    demand = np.exp(persistent + deviation - 0.5 * (0.25**2 + 0.1**2))
    assert abs(demand.mean() - 1.0) <= 4.0 * demand.std() * error


def test_the_persistent_part_halves_in_its_half_life():
    """From one quarter to the next with a half-life of a quarter: a correlation of a half, within sampling error."""
    parts = {"sales.persistent_sigma": 0.25, "sales.persistent_half_life_days": 91.0}
    model = Model(
        one_path(toy(population__enterprises=5_000), [], {**NOBODY_CLOSES, **parts}), rng=1, engine="compiled"
    )
    quarters = []
    for step in range(26):
        model.step()
        if step in (12, 25):
            quarters.append(model.economy.enterprises["persistent"].astype(float))
    assert np.corrcoef(*quarters)[0, 1] == pytest.approx(0.5, abs=4.0 * 0.75 / 5_000**0.5)
