"""Small economies for tests: one toy scenario, and a hypothesis strategy over random ones."""

from __future__ import annotations

import copy
import datetime
import os
from functools import cache
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from sim.model.model import Engine, Model
from sim.scenario.problems import Place
from sim.scenario.resolved import Scenario, build
from sim.scenario.schema import ScenarioSettings
from sim.scenario.tree import from_python

START = datetime.date(2020, 1, 6)
TABLES = ("enterprises", "households", "loans", "lenders", "queues", "programme")


def examples(number: int) -> settings:
    """Try this many examples, ten times as many at night."""
    return settings(max_examples=number * (10 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1))


def day(number: int) -> datetime.date:
    """Date of a day of the run, the first being 0."""
    return START + datetime.timedelta(days=number)


TOY: dict[str, Any] = {
    "schema": 2,
    "title": "Toy",
    "calendar": {"start": START, "weeks": 26},
    "population": {"enterprises": 80},
    "sectors": {
        "trade": {
            "title": "Trade",
            "input_share": 0.6,
            "wage_share": 0.15,
            "rent_share": 0.08,
            "other_fixed_share": 0.05,
            "household_demand_share": 0.5,
            "demand": [[day(17), 1.0], [day(35), 0.7], [day(147), 1.0]],
        },
        "catering": {
            "title": "Catering",
            "input_share": 0.42,
            "wage_share": 0.24,
            "rent_share": 0.12,
            "other_fixed_share": 0.12,
            "household_demand_share": 0.8,
            "demand": [[day(17), 1.0], [day(35), 0.5], [day(208), 1.0]],
        },
    },
    "regions": {
        "epicentre": {
            "title": "Epicentre",
            "enterprise_share": 0.05,
            "openness": [[day(16), 1.0], [day(18), 0.05], [day(74), 0.1], [day(116), 0.8], [day(208), 1.0]],
        },
        "rest": {"title": "Rest", "enterprise_share": 0.95},
    },
    "stoppage": {
        "openness": [[day(16), 1.0], [day(20), 0.25], [day(35), 0.2], [day(56), 0.45], [day(83), 0.77], [day(238), 1.0]]
    },
    "kinds": {
        "sme": {
            "real_enterprises": 18_100_000,
            "sectors": {"trade": 0.8, "catering": 0.2},
            "staff_median": 6.0,
            "staff_sigma": 0.9,
            "sales_per_head_yuan": 300_000.0,
            "runway_points": [{"months": 1.0, "share": 0.2}, {"months": 3.0, "share": 0.64}],
            "digital_share": 0.3,
            "banked_share": 0.4,
            "collateral_share": 0.6,
        },
        "self_employed": {
            "real_enterprises": 83_300_000,
            "owner_working": True,
            "living_share": 0.7,
            "margin_share": 0.2,
            "sectors": {"trade": 0.8, "catering": 0.2},
            "staff_median": 2.0,
            "staff_sigma": 0.5,
            "sales_per_head_yuan": 56_000.0,
            "runway_points": [{"months": 1.0, "share": 0.2}, {"months": 3.0, "share": 0.64}],
            "digital_share": 0.6,
            "banked_share": 0.2,
            "collateral_share": 0.5,
        },
    },
    "products": {
        "secured": {
            "title": "Secured",
            "collateral_required": True,
            "rate_yearly": 0.059,
            "rate_ceiling_yearly": 0.09,
            "grace_days": 364,
            "term_days": 364,
        },
        "unsecured": {
            "title": "Unsecured",
            "banked_only": True,
            "rate_yearly": 0.065,
            "rate_ceiling_yearly": 0.09,
            "grace_days": 364,
            "term_days": 364,
        },
    },
    "lenders": {
        "banks": {
            "title": "Banks",
            "type": "commercial_bank",
            "count": 5,
            "size_sigma": 1.0,
            "house_share": 1.0,
            "products": ["secured", "unsecured"],
            "funds_yuan": 2.0e12,
            "equity_yuan": 1.0e12,
            "least_equity_ratio": 0.08,
            "branch_capacity_weekly": 8.0e6,
        },
        "online": {
            "title": "Online",
            "type": "online_bank",
            "funds_yuan": 5.0e12,
            "equity_yuan": 1.0e12,
            "remote_capacity_weekly": 1.0e8,
            "programme_quota_yuan": 5.0e12,
        },
    },
    "programme": {
        "enabled": True,
        "members": ["online"],
        "envelope_yuan": 5.0e12,
        "rate_yearly": 0.13,
        "rate_discount_share": 0.2,
        "launch_date": day(42),
    },
}


class Drawn(Scenario):
    """A scenario that a failed test shows by what is not as in the toy, not by all that it holds."""

    def __repr__(self) -> str:
        usual = _toy().leaves
        return f"toy with { ({path: value for path, value in self.leaves.items() if usual.get(path, ...) != value}) }"


def scenario_of(tree: dict[str, Any]) -> Scenario:
    """The checked scenario of a tree of settings."""
    made = build("drawn", from_python(tree, Place("tests"), 0), (("tests", {}),), (), ScenarioSettings)
    return Drawn(made.name, made.settings, made.tree, made.layers)


@cache
def _toy() -> Scenario:
    return scenario_of(TOY)


def toy(changes: dict[str, Any] | None = None, /, **named: Any) -> Scenario:
    """The toy scenario with other values: ``toy(calendar__weeks=4)``."""
    return _toy().set(changes, **named)


def one_enterprise(weeks: int = 4, **named: Any) -> Scenario:
    """One enterprise and nobody else, no noise, no exits for other causes, no programme."""
    quiet: dict[str, Any] = {
        "population.enterprises": 1,
        "population.scale": 1,
        "population.other_households_share": 0.0,
        "calendar.weeks": weeks,
        "sales.noise_sigma": 0.0,
        "exit.background_rate_yearly": 0.0,
        "programme.enabled": False,
        "kinds.self_employed.real_enterprises": 0,
        "kinds.sme.borrowing_share": 0.0,
        "spillovers.consumption": False,
        "spillovers.custom_shift": False,
        "spillovers.reopening": False,
        "stoppage.openness": [],
        "regions.epicentre.openness": [],
        "sectors.trade.demand": [],
        "sectors.catering.demand": [],
    }
    return toy(quiet).set(**named)


def one_path(scenario: Scenario, openness: list[Any], more: dict[str, Any] | None = None) -> Scenario:
    """A scenario in which the national path holds for all and says it all: no other path, no classes, no waves."""
    kinds = {f"kinds.{kind}.{path}": [] for kind in scenario.kinds for path in ("openness", "capacity")}
    regions = {f"regions.{region}.openness": [] for region in scenario.regions}
    sectors = {f"sectors.{sector}.openness": [] for sector in scenario.sectors}
    rest = {"stoppage.capacity": [], "stoppage.shut_share": 1.0, "stoppage.sizes": [], "stoppage.waves": []}
    return scenario.set({**kinds, **regions, **sectors, **rest, "stoppage.openness": openness, **(more or {})})


def run(scenario: Scenario, seed: int = 1, engine: Engine = "compiled", audit: bool = True) -> Model:
    """A finished run."""
    return Model(scenario, rng=seed, engine=engine, audit=audit).run()


def tables(model: Model) -> dict[str, np.ndarray]:
    """Every table of a run, the loan table without its spare rows."""
    economy = model.economy
    every = {name: getattr(economy, name) for name in TABLES}
    every["loans"] = economy.loans[: economy.loan_count]
    return {**every, "history": model.history, "books": model.books}


def differences(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> list[str]:
    """Names of the table fields in which two runs differ by as much as a bit."""
    found = []
    for name, table in first.items():
        for field in table.dtype.names or ():
            if table[field].tobytes() != second[name][field].tobytes():
                found.append(f"{name}.{field}")
    return found


def mostly(usual: list[Any], edges: list[Any]) -> st.SearchStrategy[Any]:
    """A usual value four times in five, else an edge."""
    return st.sampled_from([*usual * (1 + 4 * len(edges) // len(usual)), *edges])


SPILLOVERS = ("reopening", "custom_shift", "consumption", "input_output", "trade_credit")
SHARES = mostly([0.5, 0.9, 0.1], [0.0, 1.0]) | st.integers(0, 10**6).map(lambda millionths: millionths / 10**6)
RATES = mostly([0.05, 0.12], [0.0, 0.5])
SEEDS = st.integers(0, 2**63 - 1)
AMOUNTS = mostly([1e13, 1e6], [0.0, 0.01, 1e3])
CAPACITIES = mostly([1e12, 1e6], [0.0, 3.0])
DELAYS = mostly([0, 1, 7, 21], [6, 8, 400])
WAITS = mostly([0, 7, 28], [400])
CAPS = mostly([1e9, 10_000.0], [0.0])
RUNWAYS = (
    ((1.0, 0.2), (3.0, 0.64)),
    ((0.01, 0.5), (24.0, 0.9)),
    ((1e-6, 0.2), (1e-5, 0.8)),
    ((500.0, 0.1), (600.0, 0.9)),
)


def split_in(draw: Any, names: list[str]) -> dict[str, float]:
    """Shares of some names that add to 1; some may be 0."""
    parts = [draw(st.integers(0, 4)) for _ in names]
    parts[-1] += 1
    return {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}


@st.composite
def paths(draw: Any, days: int, most: float = 1.0) -> list[Any]:
    """A dated path: none, a stop for good, a stop and a restart, a late one, one beyond the run."""
    shape = draw(st.sampled_from(["none", "none", "for good", "restart", "partial", "beyond"]))
    if shape == "none":
        return []
    if shape == "for good":
        return [[day(0), 0.0]]
    begin = days + 30 if shape == "beyond" else draw(st.integers(1, max(1, days)))
    low = draw(st.floats(0.0, most)) if shape == "partial" else 0.0
    return [[day(begin - 1), 1.0], [day(begin), low], [day(begin + draw(st.integers(1, 60))), 1.0]]


@st.composite
def kind_trees(draw: Any, sectors: list[str]) -> dict[str, Any]:
    """Settings of one kind of enterprise."""
    points = draw(st.sampled_from(RUNWAYS))
    owner = draw(st.booleans())
    return {
        "real_enterprises": draw(mostly([5_000, 10_000_000], [0, 1])),
        "sectors": split_in(draw, sectors),
        "staff_median": draw(st.sampled_from([1.0, 2.0, 9.0])),
        "staff_sigma": draw(st.sampled_from([0.0, 0.5, 2.0])),
        "sales_per_head_yuan": draw(mostly([30_000.0, 400_000.0], [0.01])),
        "margin_share": draw(mostly([None, 0.2], [0.0, 1.0])),
        "owner_working": owner,
        "living_share": draw(SHARES),
        "runway_points": [{"months": months, "share": share} for months, share in points],
        "digital_share": draw(SHARES),
        "banked_share": draw(SHARES),
        "borrowing_share": draw(SHARES),
        "existing_loan_share": draw(st.sampled_from([0.0, 0.15, 1.0])),
        "collateral_share": draw(SHARES),
        "collateral_ratio": draw(st.sampled_from([0.0, 0.4, 3.0])),
        "discouraged_share": draw(mostly([0.0, 0.2], [1.0])),
        "precautionary_share": draw(mostly([0.0, 0.3], [1.0])),
    }


@st.composite
def product_trees(draw: Any) -> dict[str, Any]:
    """Terms of one loan product."""
    grace = draw(st.sampled_from([0, 28, 90]))
    return {
        "title": "Loan",
        "channel": draw(st.sampled_from(["branch", "remote"])),
        "collateral_required": draw(mostly([False], [True])),
        "information": draw(st.sampled_from(["statements", "transactions"])),
        "banked_only": draw(mostly([False], [True])),
        "decision_days": draw(DELAYS),
        "payout_days": draw(DELAYS),
        "rate_yearly": draw(RATES),
        "rate_discount_share": draw(SHARES),
        "rate_ceiling_yearly": draw(mostly([0.2, 5.0], [0.0])),
        "loan_cap_yuan": draw(CAPS),
        "loan_cap_share": draw(mostly([0.25, 2.0], [0.0])),
        "grace_days": grace,
        "term_days": grace + draw(st.sampled_from([1, 30, 200])),
        "instalment_days": draw(st.sampled_from([1, 7, 28, 1000])),
        "early_repayment": draw(st.booleans()),
    }


@st.composite
def lender_trees(draw: Any, products: list[str]) -> dict[str, Any]:
    """Settings of one group of lenders."""
    return {
        "title": "Lenders",
        "type": "rural_bank",
        "count": draw(st.integers(1, 3)),
        "size_sigma": draw(st.sampled_from([0.0, 1.0])),
        "house_share": draw(mostly([1.0], [0.0])),
        "products": draw(mostly([products], [[], products[:1], products[1:]])),
        "funds_yuan": draw(AMOUNTS),
        "equity_yuan": draw(AMOUNTS),
        "least_equity_ratio": draw(st.sampled_from([0.0, 0.08, 1.0])),
        "funding_cost_yearly": draw(mostly([0.0, 0.03], [0.5])),
        "branch_capacity_weekly": draw(CAPACITIES),
        "remote_capacity_weekly": draw(CAPACITIES),
        "programme_quota_yuan": draw(AMOUNTS),
    }


@st.composite
def measure_trees(draw: Any) -> dict[str, Any]:
    """Some measures in force, each from some day for some time."""
    sizes: dict[str, dict[str, Any]] = {
        "payment_holiday": {"principal": draw(st.booleans()), "interest": draw(st.booleans())},
        "guarantee": {"share": draw(SHARES)},
        "relending": {"total_yuan": draw(AMOUNTS), "rate_yearly": draw(RATES)},
        "interest_subsidy": {"share": draw(SHARES)},
        "rent_waiver": {"share": draw(SHARES)},
        "wage_support": {"share": draw(SHARES), "only_stopped": draw(st.booleans())},
        "grant": {"yuan": draw(mostly([1_000.0], [0.0])), "sales_days": draw(mostly([7.0], [0.0]))},
    }
    chosen = {name: size for name, size in sizes.items() if draw(mostly([False], [True]))}
    begin = draw(st.integers(0, 100))
    dates = {"enabled": True, "start": day(begin), "end": day(begin + draw(st.integers(0, 100)))}
    return {name: {**size, **dates} for name, size in chosen.items()}


@st.composite
def stoppages(draw: Any, days: int, sectors: list[str]) -> dict[str, Any]:
    """Who is open: paths, part capacity, size classes, waves, and who knows."""
    waves = []
    for _ in range(draw(mostly([0, 1], [2]))):
        first, ramp = draw(st.integers(0, max(1, days))), draw(st.sampled_from([0, 7, 14]))
        last = first + ramp + draw(st.integers(0, 60))
        some = draw(st.none() | st.lists(st.sampled_from(sectors), min_size=1, max_size=2, unique=True))
        wave = {"from": day(first), "to": day(last), "depth": draw(SHARES), "ramp_days": ramp, "sectors": some}
        waves.append(wave)
    sizes = [{"staff_from": 3, "shut_ratio": 0.4, "capacity_ratio": 0.5}, {"staff_from": 9, "shut_ratio": 1.5}]
    return {
        "openness": draw(paths(days)),
        "capacity": draw(paths(days)),
        "capacity_spread": draw(SHARES),
        "shut_share": draw(mostly([1.0, 0.5], [0.0])),
        "sizes": sizes[: draw(st.integers(0, 2))],
        "announced_error_days": draw(st.sampled_from([None, 0.0, 14.0])),
        "rank_persistence": draw(SHARES),
        "waves": waves,
    }


@st.composite
def trees(draw: Any, weeks: int = 30, enterprises: int = 80) -> dict[str, Any]:
    """Settings of a random small economy."""
    step_days = draw(st.sampled_from([7, 7, 7, 1]))
    horizon = draw(st.integers(0, weeks if step_days == 7 else weeks // 5))
    days = 7 * horizon
    tree = copy.deepcopy(TOY)
    sectors = list(tree["sectors"])
    run_off = draw(mostly([0], [4]))
    tree["calendar"] = {"start": START, "weeks": horizon, "step_days": step_days, "run_off_weeks": run_off}
    tree["measures"] = draw(measure_trees())
    tree["population"] = {
        "enterprises": draw(st.integers(0, enterprises)),
        "scale": draw(st.none() | st.sampled_from([1, 7, 100_000])),
        "other_households_share": draw(st.sampled_from([0.0, 0.25, 2.0])),
        "entry_rate_yearly": draw(st.sampled_from([0.0, 0.067, 0.9])),
    }
    names = draw(st.lists(st.sampled_from(["sme", "self_employed", "rural"]), min_size=1, max_size=3, unique=True))
    tree["kinds"] = {name: draw(kind_trees(sectors)) for name in names}
    if not any(kind["real_enterprises"] for kind in tree["kinds"].values()):
        tree["kinds"][names[0]]["real_enterprises"] = 1_000
    share = draw(SHARES)
    tree["regions"]["epicentre"]["enterprise_share"], tree["regions"]["rest"]["enterprise_share"] = share, 1.0 - share
    tree["regions"]["epicentre"]["openness"] = draw(paths(days))
    tree["stoppage"] = draw(stoppages(days, sectors))
    for kind in tree["kinds"].values():
        kind["openness"], kind["capacity"] = draw(paths(days)), draw(paths(days))
    tree["sectors"]["trade"]["demand"] = draw(paths(days, 2.0))
    tree["spillovers"] = {name: draw(st.booleans()) for name in SPILLOVERS}
    tree["sales"] = {"noise_sigma": draw(st.sampled_from([0.0, 0.15, 1.0])), "custom_shift_share": draw(SHARES)}
    tree["sales"]["persistent_sigma"] = draw(mostly([0.0, 0.25], [1.0]))
    tree["payments"] = {"furlough_share": draw(SHARES), "avoidable_share": draw(SHARES), "payout_share": draw(SHARES)}
    for sector in tree["sectors"].values():
        sector["trade_credit_share"] = draw(mostly([0.0, 0.4], [1.0]))
        sector["inputs_from"] = draw(mostly([{}, {"trade": 0.5}], [{"trade": 0.2, "catering": 0.8}]))
        sector["input_demand_share"] = draw(mostly([0.0, 0.2], [0.1]))
    tree["labour"] = {"key_staff_share": draw(SHARES), "benefit_ratio": draw(SHARES)}
    tree["labour"]["vacancy_days"] = draw(mostly([0.0, 28.0], [3650.0]))
    tree["households"] = {"income_spent_share": draw(SHARES), "cash_spent_share": draw(SHARES)}
    tree["households"]["precautionary_saving_share"] = draw(mostly([0.0], [0.3, 1.0]))
    tree["credit_demand"] = {"least_yuan": draw(st.sampled_from([0.01, 1_000.0])), "reapply_days": draw(WAITS)}
    tree["repayment"] = {"non_performing_days": 14, "write_off_days": draw(st.sampled_from([14, 28, 180]))}
    tree["exit"] = {
        "rent_patience_days": draw(mostly([30.0, 90.0], [0.0, 3650.0])),
        "wage_patience_days": draw(mostly([30.0, 60.0], [0.0, 3650.0])),
        "background_rate_yearly": draw(mostly([0.0, 0.067], [0.99])),
    }
    tree["products"] = {name: draw(product_trees()) for name in ("secured", "unsecured")}
    groups = [f"group_{number}" for number in range(draw(mostly([2, 3], [0, 1, 5])))]
    tree["lenders"] = {name: draw(lender_trees(list(tree["products"]))) for name in groups}
    tree["programme"] = {
        **draw(product_trees()),
        "enabled": draw(mostly([True], [False])),
        "members": draw(mostly([groups], [[], groups[:1]])),
        "envelope_yuan": draw(AMOUNTS),
        "awareness_half_days": draw(mostly([0.0, 21.0], [36_500.0])),
        "remainder": draw(st.sampled_from(["partial", "skip"])),
        "launch_date": day(draw(mostly([0, 7, 24], [1000]))),
    }
    return tree


def economies(weeks: int = 30, enterprises: int = 80) -> st.SearchStrategy[Scenario]:
    """Scenarios of random small economies."""
    return trees(weeks, enterprises).map(scenario_of)
