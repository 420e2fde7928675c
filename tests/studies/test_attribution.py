"""Attribution: exact sums, nothing for who does nothing, the same for equals, the values of the definition."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim import outcomes
from sim.cli import attribute as cli_attribute
from sim.figures.attribution_figures import numbers
from sim.outcomes.apportion import apportion, rounded
from sim.scenario.problems import ScenarioError
from sim.studies.attribution import coalitions
from sim.studies.attribution.attribution import attribute
from sim.studies.attribution.players import (
    DEFAULT_PLAYERS,
    AsBank,
    Player,
    coalition_scenarios,
    player_of,
    players_of,
    split_pairs,
)
from sim.studies.attribution.saving import save_attribution
from sim.studies.attribution.shapley import interactions, main_effects, shapley_values
from sim.studies.comparison import compare
from tests.figures.test_figures import crossing, texts_of
from tests.support.economies import examples, toy

pytestmark = pytest.mark.filterwarnings("error")
SPEED = Player("speed", "speed", {"programme.decision_days": 40})
TWIN = Player("twin", "its twin", {"programme.decision_days": 40})
PRICE = Player("price", "price", {"programme.rate_yearly": 0.5, "programme.rate_ceiling_yearly": 0.2})
IDLE = Player("idle", "does nothing", {"programme.reported_borrowers": 7})
EMPTY = Player("empty", "is as it is absent", {"programme.payout_days": 1})


@pytest.fixture(scope="module")
def found():
    """Three properties and one that changes nothing, two seeds."""
    economy = toy(population__enterprises=600)
    return attribute(economy, seeds=2, players=[SPEED, PRICE, EMPTY], progress=False)


def games(players):
    """Games of so many players with whole values."""
    size = 1 << players
    return st.lists(st.integers(-1000, 1000).map(Fraction), min_size=size, max_size=size)


def by_orders(game, players):
    """Shapley values as the mean over all orders, the definition."""
    values = [Fraction(0)] * players
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for player in order:
            values[player] += game[there | 1 << player] - game[there]
            there |= 1 << player
    return [value / len(orders) for value in values]


# --- the arithmetic ---------------------------------------------------------------------------------------------------


@examples(40)
@given(st.integers(1, 4).flatmap(lambda players: games(players).map(lambda game: (players, game))))
def test_shapley_values_are_the_mean_over_orders_and_sum_exactly(drawn):
    players, game = drawn
    values = shapley_values(game)
    assert values == by_orders(game, players)
    assert sum(values) == game[-1] - game[0]


@examples(20)
@given(games(4))
def test_mains_and_interactions_sum_to_the_total(game):
    pairs = interactions(game)
    assert sum(main_effects(shapley_values(game), pairs)) + sum(pairs.values()) == game[-1] - game[0]


def test_interactions_of_known_games():
    both = [Fraction(int(coalition & 3 == 3)) for coalition in range(8)]  # worth 1 when players 0 and 1 are together
    assert shapley_values(both) == [Fraction(1, 2), Fraction(1, 2), 0]
    assert interactions(both) == {(0, 1): 1, (0, 2): 0, (1, 2): 0}
    either = [Fraction(int(coalition & 3 > 0)) for coalition in range(8)]  # worth 1 when one of them is there
    assert interactions(either)[0, 1] == -1
    additive = [Fraction(3 * (c & 1) + 5 * (c >> 1 & 1) - 2 * (c >> 2)) for c in range(8)]
    assert shapley_values(additive) == [3, 5, -2]
    assert set(interactions(additive).values()) == {0}


def test_a_game_has_a_value_for_each_coalition():
    with pytest.raises(ValueError, match="2\\^n"):
        shapley_values([Fraction(1)] * 3)


@examples(100)
@given(st.lists(st.fractions(-1000, 1000, max_denominator=60), min_size=1, max_size=8), st.integers(-2, 4))
def test_apportioned_parts_add_up_and_stay_near(parts, digits):
    shown = apportion(parts, sum(parts), digits)
    assert sum(shown) == rounded(sum(parts), digits)
    unit = Fraction(10) ** -digits
    assert all((value / unit).denominator == 1 for value in shown)
    assert all(value == 0 for part, value in zip(parts, shown, strict=True) if part == 0)
    assert all(abs(value - part) <= len(parts) * unit for part, value in zip(parts, shown, strict=True))


def test_equal_parts_stay_equal_beside_an_unequal_one():
    third, half = Fraction(1, 3), Fraction(1, 2)
    assert apportion([half, half, third, -third], Fraction(1), 0) == [1, 1, 0, -1]
    assert apportion([third, third, Fraction(1, 7)], 2 * third + Fraction(1, 7), 0) == [0, 0, 1]
    assert sorted(apportion([half, half], Fraction(1), 0)) == [0, 1]  # nobody else to take the odd one


def test_numbers_of_the_figure_add_up():
    shown = numbers(np.array([0.4004, 0.4004, 0.4004, 1.2012]))
    assert shown == ["+0.401", "+0.400", "+0.400", "+1.201"]


# --- on the model -----------------------------------------------------------------------------------------------------


def test_contributions_sum_to_the_total_to_the_last_digit(found):
    assert sum(found.exact.values()) == found.accounts["total"]
    assert found.accounts["step"] + found.accounts["total"] == found.accounts["effect"]
    table, totals = found.contributions, found.totals["value"]
    assert sum(table["value"]) == totals["total"] != 0
    assert totals["step"] + totals["total"] == totals["effect"]
    assert sum(table["main"]) + sum(found.interactions["value"]) == totals["total"]
    for game in found.games.values():
        assert sum(shapley_values(game)) == game[-1] - game[0]


def test_the_whole_effect_is_that_of_the_comparison(found):
    net = outcomes.fates(compare(found.scenario, seeds=2, progress=False).results.enterprises, scale=found.size[1])
    counts = net.groupby("fate", observed=True)["enterprises"].sum() / 2
    assert found.totals.loc["effect", "value"] == counts["saved"] - counts["harmed"]


def test_who_does_nothing_gets_exactly_nothing(found):
    row = found.contributions.set_index("property").loc["empty"]
    assert found.exact["empty"] == 0
    assert [row[name] for name in ("value", "low", "high", "main", "added_first", "taken_last")] == [0.0] * 6
    pairs = found.interactions
    assert (pairs.loc[pairs["other"] == "empty", ["value", "low", "high"]] == 0.0).all(axis=None)


def test_a_setting_that_no_rule_reads_gets_exactly_nothing():
    idle = attribute(toy(population__enterprises=200), seeds=1, players=[SPEED, IDLE], progress=False)
    assert idle.exact["idle"] == 0


def test_equal_properties_get_exactly_the_same():
    twins = attribute(toy(population__enterprises=400), seeds=2, players=[SPEED, PRICE, TWIN], progress=False)
    assert twins.exact["speed"] == twins.exact["twin"] != 0
    table = twins.contributions.set_index("property").drop(columns="title")
    assert table.loc["speed"].equals(table.loc["twin"].rename("speed"))
    assert sum(table["value"]) == twins.totals.loc["total", "value"]


def test_a_single_property_gets_everything_and_has_no_interactions():
    alone = attribute(toy(population__enterprises=200), seeds=1, players=[SPEED], progress=False)
    assert alone.contributions["value"].tolist() == [alone.totals.loc["total", "value"]]
    assert alone.interactions.empty
    assert alone.contributions["low"].isna().all()  # one seed: no band
    assert json.loads(json.dumps(alone.as_dict(), allow_nan=False))["contributions"][0]["low"] is None


@pytest.mark.parametrize("outcome", ["jobs_million", "exit_share", "lent_bn_bank", "harmed"])
def test_any_outcome_sums_in_its_last_digit(outcome):
    some = attribute(toy(population__enterprises=200), outcome, seeds=2, players=[SPEED, PRICE], progress=False)
    values = [Decimal(str(value)) for value in some.contributions["value"]]
    assert sum(values) == Decimal(str(some.totals.loc["total", "value"]))
    assert sum(some.exact.values()) == some.accounts["total"]


def test_equal_scenarios_run_once(monkeypatch):
    runs = []
    real = coalitions.replicate
    monkeypatch.setattr(
        coalitions, "replicate", lambda arms, seeds, **more: runs.extend(arms) or real(arms, seeds, **more)
    )
    attribute(toy(population__enterprises=50), seeds=1, players=[SPEED, EMPTY, TWIN], progress=False)
    assert len(runs) == len(set(runs)) == 3  # no programme, the whole, slow


def test_batches_are_bounded_and_hold_each_run_once():
    scenarios = dict.fromkeys(map(str, range(65)))
    for number in (1, 5, 16, 40):
        parts = list(coalitions.batches(scenarios, "7", list(range(number))))
        assert max(len(some) * len(seeds) for some, seeds in parts) <= coalitions.BATCH_RUNS
        assert list(parts[0][0]) == ["7"]
        every = [(name, seed) for some, seeds in parts for name in some for seed in seeds]
        assert len(every) == len(set(every)) == 65 * number


def test_a_seed_with_a_failed_run_is_left_out_and_told(monkeypatch):
    real = coalitions.replicate

    def breaking(arms, seeds, **more):
        if len(arms) > 1 and 2 in seeds:
            results = real(arms, [1], **more)
            results.runs.loc[len(results.runs)] = [next(iter(arms)), 2, "failed", "broken", 0.0, ""]
            return results
        return real(arms, seeds, **more)

    monkeypatch.setattr(coalitions, "replicate", breaking)
    partly = attribute(toy(population__enterprises=50), seeds=2, players=[SPEED, PRICE], progress=False)
    assert list(partly.games) == [1]
    assert partly.failed == ("seed 2: broken",)


# --- players ----------------------------------------------------------------------------------------------------------


def test_default_players_take_the_bank_s_terms():
    scenarios = coalition_scenarios(toy(), DEFAULT_PLAYERS)
    bare, whole = scenarios[0].settings.programme, scenarios[-1]
    bank = toy().settings.products["unsecured"]
    assert whole == toy()
    assert len({one.digest for one in scenarios}) == 64 or len(scenarios) == 64
    assert (bare.collateral_required, bare.channel, bare.information) == (True, "branch", "statements")
    for term in ("decision_days", "payout_days", "rate_yearly", "rate_discount_share", "rate_ceiling_yearly"):
        assert getattr(bare, term) == getattr(bank, term)
    assert bare.loan_cap_share == bank.loan_cap_share
    assert bare.members == ()  # the only member is an online bank: it has no branches
    assert bare.enabled


def test_ordinary_credit_without_bank_products_is_the_schema_s():
    bare = toy({"products": {}, "lenders.banks.products": []})
    assert AsBank("decision_days").of(bare) == 30


def test_players_are_read_from_text():
    player = player_of("mine: programme.members=[online, banks], programme.decision_days = 30")
    assert player.name == "mine"
    assert player.absent == {"programme.members": ["online", "banks"], "programme.decision_days": 30}
    assert player_of("speed") is DEFAULT_PLAYERS[1]
    assert split_pairs("a='x,y',b={c: 1, d: 2},e=3") == ["a='x,y'", "b={c: 1, d: 2}", "e=3"]


@pytest.mark.parametrize(
    ("players", "words"),
    [
        (["spead"], "did you mean speed"),
        (["mine:programme.decision_days"], "write name:key=value"),
        ([":a=1"], "write name:key=value"),
        (["x:programme.decision_day=3"], "did you mean decision_days"),
        (["x:programme.decision_days=fast"], "decision_days"),
        (["speed", "speed"], "two properties are called speed"),
        (["x:programme.decision_days=3", "y:programme.decision_days=4"], "different values"),
        ([Player(f"p{number}", "", {}) for number in range(11)], "2,048 subsets"),
    ],
)
def test_bad_players_are_refused(players, words):
    with pytest.raises(ScenarioError, match=words):
        coalition_scenarios(toy(), players_of(players))


def test_bad_questions_are_refused():
    with pytest.raises(ScenarioError, match="no programme"):
        attribute(toy(programme__enabled=False), progress=False)
    with pytest.raises(ScenarioError, match="did you mean net_saved"):
        attribute(toy(), "net_save", progress=False)
    with pytest.raises(ScenarioError, match="not defined in every run"):
        attribute(toy(population__enterprises=50), "rate_programme", seeds=1, players=[SPEED], progress=False)


# --- figure, folder, command line -------------------------------------------------------------------------------------


def test_the_waterfall_fits_and_shows_every_property(found):
    figure = found.plot()
    shown = " ".join(texts_of(figure)).replace("\n", " ")
    assert all(player.title in shown for player in found.players)
    assert crossing(figure) == []


def test_a_folder_holds_the_tables_and_is_not_overwritten(found, tmp_path):
    folder = save_attribution(found, tmp_path / "out")
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "attribution.json", "contributions.csv", "interactions.csv", "coalitions.csv", "waterfall.svg", "waterfall.png",
        "manifest.json",
    }  # fmt: skip
    assert json.loads((folder / "attribution.json").read_text())["total"] == found.totals.loc["total", "value"]
    with pytest.raises(ScenarioError, match="holds files already"):
        save_attribution(found, folder)
    save_attribution(found, folder, overwrite=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x")
    with pytest.raises(ScenarioError, match="holds files already"):
        save_attribution(found, other, overwrite=True)


def app():
    """The command line with the verb."""
    commands = typer.Typer()
    cli_attribute.add(commands)
    commands.command("nothing")(lambda: None)
    return commands


def test_the_command_prints_json_that_adds_up(tmp_path):
    path = tmp_path / "toy.yaml"
    path.write_text(toy(population__enterprises=150).to_yaml(), encoding="utf-8")
    options = ["--seeds", "2", "--player", "speed", "--player", "price:programme.rate_ceiling_yearly=0.05", "-q"]
    result = CliRunner().invoke(app(), ["attribute", str(path), *options, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {"outcome", "total", "contributions", "interactions"} <= told.keys()
    assert sum(row["value"] for row in told["contributions"]) == told["total"]
    assert {"property", "value", "low", "high"} <= told["contributions"][0].keys()
    exact = told["exact"]
    assert sum(Fraction(value) for value in exact["contributions"].values()) == Fraction(exact["total"])
    table = CliRunner().invoke(app(), ["attribute", str(path), *options, "--out", str(tmp_path / "o")])
    assert table.exit_code == 0
    assert "all properties together" in table.stdout
    assert (tmp_path / "o" / "attribution.json").is_file()


def test_the_command_refuses_in_one_line(tmp_path):
    result = CliRunner().invoke(app(), ["attribute", "china-2020", "--player", "spead", "-q"])
    assert result.exit_code == 2
    assert "did you mean speed" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
