"""One seed step by step: the Mesa models with and without the programme, side by side, and what they show."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from sim.arithmetic.money import FEN_PER_YUAN
from sim.model import Enterprise, Model
from sim.results.results import labels_of
from sim.scenario import Scenario
from sim.state.codes import ExitCause, LoanStatus
from sim.studies import arms_of
from sim.web.form import Asked
from sim.web.task import AGENTS

MOST_AGENTS = 1000
ARREARS = ("wage_arrears", "input_arrears", "rent_arrears")
STATES = ("at work", "in arrears", "shut for now", "closed, no money", "closed, other causes")
FLOWS = {
    "sales": "sales",
    "inputs": "inputs bought",
    "wages": "wages paid",
    "fixed": "rent and other fixed cost",
    "living": "taken out by owners",
    "benefits": "unemployment benefits",
    "grants": "grants",
    "wage_support": "wage support",
}
"""Flows of money of a week, and what they are called."""
COUNTS = {
    "existing": "in business",
    "illiquid_exits": "closed this week, no money",
    "other_exits": "closed this week, other causes",
    "entries": "new this week",
    "gaps": "short of money",
    "in_arrears": "in arrears",
}
"""Counts of enterprises of a week, and what they are called."""


def single_arm(scenario: Scenario) -> dict[str, Scenario]:
    """With and without the programme, or the scenario alone where it has none."""
    return arms_of(scenario) if scenario.settings.programme.enabled else {"run": scenario}


class Pair:
    """The arms of a comparison as Mesa models, stepped together.

    Parameters
    ----------
    wanted
        Scenario, changed settings and the seed (the first) of every arm.
    agents
        Enterprises of each arm.
    """

    def __init__(self, wanted: Asked, agents: int) -> None:
        self.wanted = wanted
        self.scenario = scenario = wanted.loaded().set({AGENTS: agents})
        self.currency = scenario.settings.currency
        self.labels = labels_of(scenario.settings)
        self.models = {arm: Model(one, rng=wanted.seed, engine="mesa") for arm, one in single_arm(scenario).items()}
        first = next(iter(self.models.values()))
        self.scale, self.calendar = first.economy.scale, first.economy.calendar
        self.ids = sorted(one.id for one in first.agents_by_type[Enterprise] if one.entry_step == 0)
        self.positions = set(self.ids)
        self.agents = {
            arm: {one.id: one for one in model.agents_by_type[Enterprise]} for arm, model in self.models.items()
        }
        self.earned = {arm: Counter[int]() for arm in self.models}
        self.playing = False
        self._one_at_a_time = threading.Lock()

    @property
    def step_number(self) -> int:
        """Steps run."""
        return int(next(iter(self.models.values())).economy.step)

    @property
    def ended(self) -> bool:
        """Whether all steps are run."""
        return self.step_number >= self.calendar.steps

    def step(self) -> None:
        """Run one step of every arm."""
        with self._one_at_a_time:
            if self.ended:
                return
            for arm, model in self.models.items():
                model.step()
                for one in self.agents[arm].values():
                    if one.exists:
                        self.earned[arm][one.id] += one.sales

    def day(self, step: int) -> str:
        """The first day of a step, or nothing for none."""
        if step < 0:
            return ""
        return str((pd.Timestamp(self.calendar.start) + pd.Timedelta(days=step * self.calendar.step_days)).date())

    def states(self, arm: str) -> list[int]:
        """The state of each enterprise of the start, as its place in ``STATES``, in the order of ``ids``."""
        return [state_of(self.agents[arm][one], self.step_number) for one in self.ids]

    def queues(self, arm: str) -> list[tuple[str, int, int, int, float]]:
        """By lender group: name, applications waiting, approved without money yet, loans running, lent [bn yuan]."""
        economy = self.models[arm].economy
        loans = economy.loans[: economy.loan_count]
        group = economy.lenders["group"][loans["lender"]]
        rows = []
        for place, name in enumerate(self.scenario.settings.lenders):
            own = loans[(group == place) & (loans["existing"] == 0)]
            running = np.isin(own["status"], (LoanStatus.PERFORMING, LoanStatus.OVERDUE, LoanStatus.NON_PERFORMING))
            lent = int(own["amount"][own["payout_step"] >= 0].sum()) if len(own) else 0
            waiting, approved = [
                int((own["status"] == status).sum()) for status in (LoanStatus.WAITING, LoanStatus.APPROVED)
            ]
            rows.append(
                (self.labels[name], waiting, approved, int(running.sum()), lent * self.scale / FEN_PER_YUAN / 1e9)
            )
        return rows

    def flows(self) -> list[tuple[str, str, list[float]]]:
        """This week's flows [bn yuan] and counts of enterprises [thousand]: name, unit, value by arm."""
        if self.step_number == 0:
            return []
        rows = {arm: model.history[self.step_number - 1] for arm, model in self.models.items()}
        billion, thousand = self.scale / FEN_PER_YUAN / 1e9, self.scale / 1e3
        money = [
            (name, f"bn {self.currency}", [int(row[key]) * billion for row in rows.values()])
            for key, name in FLOWS.items()
        ]
        lent = ("new loans", f"bn {self.currency}", [self.lent_now(arm) * billion for arm in rows])
        counts = [
            (name, "thousand", [int(row[key]) * thousand for row in rows.values()]) for key, name in COUNTS.items()
        ]
        return [*money, lent, *counts]

    def lent_now(self, arm: str) -> int:
        """Paid out in the last step [fen of one real enterprise × agents]."""
        economy = self.models[arm].economy
        loans = economy.loans[: economy.loan_count]
        return int(loans["amount"][(loans["payout_step"] == economy.step - 1) & (loans["existing"] == 0)].sum())


def state_of(enterprise: Any, step: int) -> int:
    """Place in ``STATES`` of an enterprise; before the first step everybody is at work."""
    if not enterprise.exists:
        return 3 if enterprise.exit_cause == ExitCause.ILLIQUID else 4
    if step and enterprise.open_days == 0:
        return 2
    return int(any(getattr(enterprise, name) for name in ARREARS))
