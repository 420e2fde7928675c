"""Random small economies in which credit flows: usual values, scarce money, short loans, every switch now and then.

The economies of ``tests/support/economies.py`` sit on the edges, where few loans are made; these are drawn around a
crisis.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from sim.scenario.resolved import Scenario
from tests.support.economies import START, TOY, day, scenario_of

MONEY = (2e5, 2e6, 2e7, 1e12, 1e12)
KINDS = ("sme", "self_employed")


class Dice:
    """Draws of one economy."""

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)

    def one(self, *values: Any) -> Any:
        """One of some values."""
        return self.random.choice(values)

    def share(self) -> float:
        """A share, at times 0 or 1."""
        return self.one(0.0, 1.0, *(round(self.random.random(), 6) for _ in range(6)))

    def some(self, names: Any) -> list[str] | None:
        """Some of the names, or none named."""
        return self.one(None, None, self.random.sample(list(names), self.random.randint(1, len(names))))

    def day(self, last: int) -> Any:
        """A date of the run."""
        return day(self.random.randint(0, last))


def lively_economy(seed: int) -> Scenario:
    """The economy of a seed."""
    dice = Dice(seed)
    tree = copy.deepcopy(TOY)
    step_days = dice.one(7, 7, 7, 1)
    weeks = dice.random.randint(10, 30) if step_days == 7 else dice.random.randint(4, 8)
    tree["calendar"] = {"start": START, "weeks": weeks, "step_days": step_days, "run_off_weeks": dice.one(0, 0, 3)}
    tree["population"] = {
        "enterprises": dice.random.randint(15, 45),
        "scale": dice.one(1, 7, 100),
        "entry_rate_yearly": dice.one(0.0, 0.2),
        "other_households_share": dice.one(0.25, 1.0),
    }
    add_places(dice, tree)
    for kind in tree["kinds"].values():
        change_kind(dice, kind)
    change_rest(dice, tree)
    tree["products"] = {name: product(dice) for name in ("secured", "unsecured")}
    tree["products"]["secured"]["collateral_required"] = True
    add_lenders(dice, tree)
    tree["measures"] = measures(dice, list(tree["regions"]))
    add_shock(Dice(f"shock {seed}"), tree)
    return scenario_of(tree)


def add_shock(dice: Dice, tree: dict[str, Any]) -> None:
    """Paths by kind, part capacity, size classes, waves, what is known, and good and bad years."""
    for kind in tree["kinds"].values():
        kind["openness"] = dice.one([], [], [[day(4), 1.0], [day(9), dice.share()], [day(60), 1.0]])
        kind["capacity"] = dice.one([], [], [[day(4), 1.0], [day(9), dice.share()], [day(90), 1.0]])
    sizes = [
        {"staff_from": 3, "shut_ratio": dice.one(0.3, 1.4), "capacity_ratio": dice.one(0.0, 0.5)},
        {"staff_from": 12, "shut_ratio": dice.one(0.1, 1.0)},
    ]
    tree["stoppage"] |= {
        "capacity": dice.one([], [[day(3), 1.0], [day(8), dice.share()], [day(80), 1.0]]),
        "capacity_spread": dice.share(),
        "shut_share": dice.one(1.0, 1.0, dice.share()),
        "sizes": sizes[: dice.one(0, 0, 1, 2)],
        "announced_error_days": dice.one(None, 0.0, 14.0),
        "rank_persistence": dice.share(),
        "waves": [wave(dice, tree) for _ in range(dice.one(0, 1, 2))],
    }
    tree["spillovers"]["reopening"] = dice.one(True, True, False)
    tree["sales"] |= {"persistent_sigma": dice.one(0.0, 0.1, 0.4), "persistent_half_life_days": dice.one(30.0, 180.0)}


def wave(dice: Dice, tree: dict[str, Any]) -> dict[str, Any]:
    """A wave that begins in the run, for all or for some."""
    first, ramp = dice.random.randint(0, 7 * tree["calendar"]["weeks"] - 1), dice.one(0, 7, 14)
    some = {name: dice.some(tree[name]) for name in ("kinds", "sectors", "regions")}
    last = first + ramp + dice.random.randint(0, 40)
    return {"from": day(first), "to": day(last), "ramp_days": ramp, "depth": dice.share(), **some}


def add_places(dice: Dice, tree: dict[str, Any]) -> None:
    """Paths, and at times a third sector and region."""
    shares = [dice.one(0.05, 0.5), dice.one(0.0, 0.2)]
    tree["regions"]["coast"] = {"title": "Coast", "enterprise_share": shares[1]}
    tree["regions"]["epicentre"]["enterprise_share"] = shares[0]
    tree["regions"]["rest"]["enterprise_share"] = 1.0 - shares[0] - shares[1]
    tree["regions"]["rest"]["demand"] = dice.one([], [[day(3), 1.0], [day(20), 1.3]])
    tree["sectors"]["crafts"] = {**tree["sectors"]["trade"], "title": "Crafts", "rent_share": dice.one(0.0, 0.1)}
    start = dice.random.randint(3, 20)
    closed = [[day(start), 1.0], [day(start + 3), dice.share()], [day(start + dice.random.randint(20, 90)), 1.0]]
    tree["stoppage"]["openness"] = closed
    tree["sectors"]["catering"]["openness"] = dice.one([], [[day(5), 1.0], [day(9), 0.0], [day(70), 0.9]])
    for kind in tree["kinds"].values():
        kind["sectors"] = dice.one({"trade": 1.0}, {"trade": 0.25, "catering": 0.25, "crafts": 0.5})
    for sector in tree["sectors"].values():
        sector["trade_credit_share"] = dice.one(0.0, 0.4)
        sector["inputs_from"] = dice.one({}, {"trade": 0.5}, {"trade": 0.2, "catering": 0.3, "crafts": 0.5})
        sector["input_demand_share"] = dice.one(0.0, 0.2)


def change_kind(dice: Dice, kind: dict[str, Any]) -> None:
    """Thin or thick cash, many or few who can borrow."""
    kind["runway_points"] = dice.one(
        [{"months": 0.1, "share": 0.3}, {"months": 1.0, "share": 0.8}],
        [{"months": 0.5, "share": 0.2}, {"months": 3.0, "share": 0.64}],
    )
    kind["margin_share"] = dice.one(None, 0.1, 0.3)
    kind["living_share"] = dice.share()
    for name in ("digital_share", "banked_share", "collateral_share", "borrowing_share"):
        kind[name] = dice.one(0.3, 0.8, dice.share())
    kind["existing_loan_share"] = dice.one(0.05, 0.3)
    kind["collateral_ratio"] = dice.one(0.05, 0.4, 2.0)
    kind["discouraged_share"] = dice.one(0.0, 0.2)
    kind["precautionary_share"] = dice.one(0.0, 0.3)


def change_rest(dice: Dice, tree: dict[str, Any]) -> None:
    """Terms of behaviour."""
    links = ("custom_shift", "consumption", "input_output", "trade_credit")
    tree["spillovers"] = {name: dice.one(True, False) for name in links}
    tree["spillovers"]["trade_credit_days"] = dice.one(5.0, 38.0)
    tree["sales"] = {"noise_sigma": dice.one(0.05, 0.5), "custom_shift_share": dice.share()}
    tree["payments"] = {name: dice.share() for name in ("furlough_share", "avoidable_share", "payout_share")}
    tree["labour"] = {"key_staff_share": dice.share(), "vacancy_days": dice.one(0.0, 28.0)}
    tree["labour"] |= {"job_finding_rate_yearly": dice.one(0.5, 0.99), "layoff_runway_days": dice.one(28.0, 90.0)}
    tree["households"] = {"precautionary_saving_share": dice.one(0.0, 0.3), "cash_spent_share": dice.one(0.02, 0.5)}
    tree["credit_demand"] = {"least_yuan": dice.one(0.01, 1_000.0), "reapply_days": dice.one(7, 28)}
    tree["underwriting"] = {"stress_factor": dice.one(1.0, 2.0), "least_granted_share": dice.one(0.0, 0.2, 0.9)}
    tree["repayment"] = {"non_performing_days": dice.one(7, 14), "write_off_days": dice.one(14, 28, 60)}
    tree["repayment"]["buffer_kept_share"] = dice.share()
    tree["exit"] = {"rent_patience_days": dice.one(7.0, 30.0, 90.0), "wage_patience_days": dice.one(7.0, 30.0, 60.0)}
    tree["exit"] |= {"background_rate_yearly": dice.one(0.067, 0.5), "assets_share": dice.one(0.0, 0.2)}


def product(dice: Dice) -> dict[str, Any]:
    """Terms of a product that most can take."""
    grace = dice.one(0, 14)
    return {
        "title": "Loan",
        "channel": dice.one("branch", "remote"),
        "collateral_required": dice.one(False, False, True),
        "information": dice.one("statements", "transactions"),
        "banked_only": dice.one(False, False, True),
        "decision_days": dice.one(0, 7, 14, 40),
        "payout_days": dice.one(0, 1, 14),
        "rate_yearly": dice.one(0.05, 0.2),
        "rate_discount_share": dice.one(0.0, 0.2),
        "rate_ceiling_yearly": dice.one(0.15, 0.3, 5.0),
        "operating_cost_yearly": dice.one(0.0, 0.02),
        "loan_cap_yuan": dice.one(5_000.0, 1e9),
        "loan_cap_share": dice.one(0.05, 0.5),
        "ltv_share": dice.one(0.5, 0.9),
        "grace_days": grace,
        "term_days": grace + dice.one(14, 30, 100),
        "instalment_days": dice.one(7, 10, 28),
        "early_repayment": dice.one(True, False),
    }


def add_lenders(dice: Dice, tree: dict[str, Any]) -> None:
    """Two or three groups of lenders, and the programme."""
    regions = list(tree["regions"])
    groups = ["banks", "online", "rural"][: dice.one(2, 3)]
    tree["lenders"] = {
        name: {
            "title": "Lenders",
            "type": "rural_bank",
            "count": dice.random.randint(1, 3),
            "size_sigma": dice.one(0.0, 1.0),
            "house_share": 1.0 if name == "banks" else dice.one(0.0, 0.5),
            "products": dice.one(["secured", "unsecured"], ["unsecured"], ["secured"]),
            "funds_yuan": dice.one(*MONEY),
            "equity_yuan": dice.one(*MONEY),
            "least_equity_ratio": dice.one(0.0, 0.08),
            "funding_cost_yearly": dice.one(0.0, 0.03),
            "branch_capacity_weekly": dice.one(1e2, 1e6),
            "remote_capacity_weekly": dice.one(1e2, 1e6),
            "programme_quota_yuan": dice.one(*MONEY),
            "regions": dice.some(regions),
            "programme_from": dice.one(None, None, dice.day(40)),
        }
        for name in groups
    }
    members = dice.one(groups, groups[1:], groups[:1])
    specials = {
        f"special_{number}": {
            **product(dice),
            "offered_by": dice.one(None, members[:1]),
            "kinds": dice.some(KINDS),
            "regions": dice.some(regions),
            "asked_from_yuan": dice.one(0.0, 20_000.0),
        }
        for number in range(dice.one(0, 0, 1, 2))
    }
    tree["programme"] = {
        **product(dice),
        "enabled": dice.one(True, True, True, False),
        "members": members,
        "envelope_yuan": dice.one(*MONEY),
        "awareness_half_days": dice.one(0.0, 7.0),
        "remainder": dice.one("partial", "skip"),
        "launch_date": dice.day(30),
        "eligible_regions": dice.some(regions),
        "eligible_kinds": dice.one(list(KINDS), list(KINDS), ["sme"]),
        "products": specials,
    }


def measures(dice: Dice, regions: list[str]) -> dict[str, Any]:
    """Some measures, each for some time, some kinds and some regions."""
    sizes: dict[str, dict[str, Any]] = {
        "payment_holiday": {"principal": dice.one(True, False), "interest": dice.one(True, False)},
        "guarantee": {"share": dice.share()},
        "relending": {"total_yuan": dice.one(*MONEY), "rate_yearly": dice.one(0.0, 0.02, 0.1)},
        "interest_subsidy": {"share": dice.share()},
        "rent_waiver": {"share": dice.share()},
        "wage_support": {"share": dice.share(), "only_stopped": dice.one(True, False)},
        "grant": {"yuan": dice.one(0.0, 1_000.0), "sales_days": dice.one(0.0, 7.0)},
    }
    sizes["grant"]["only_stopped"] = dice.one(True, False)
    sizes["payment_holiday"]["share"] = dice.one(1.0, 0.5)
    chosen = {}
    for name, size in sizes.items():
        if dice.one(True, False):
            begin = dice.random.randint(0, 40)
            dates = dice.one({}, {"start": day(begin), "end": day(begin + dice.random.randint(0, 80))})
            chosen[name] = {"enabled": True, **size, **dates, "kinds": dice.some(KINDS), "regions": dice.some(regions)}
    return chosen
