"""The second implementation, written from sim/docs/odd.md alone, gives the package's numbers to the last bit."""

from __future__ import annotations

import os
from functools import cache

import pytest

import sim
from sim.version import PACKAGE
from tests.support.economies import toy
from tests.trust.reference import business
from tests.trust.reference.arithmetic import exponential, logarithm_of_one_plus, normal_share, rate_over
from tests.trust.reference.comparison import compare_runs
from tests.trust.reference.lively import lively_economy
from tests.trust.reference.survey import Survey, survey

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
RARE = {
    "loan of a further programme product",
    "loan of a bank that stands in",
    "estate with two loans",
    "approved money that comes too late",
    "flow guarantees",
    "refused FUNDS",
    "refused EQUITY",
    "refused QUOTA",
    "refused ENVELOPE",
}
"""Events that sixty economies may miss; a thousand have them (``python -m tests.trust.reference``)."""


@cache
def compared() -> Survey:
    """Sixty economies, compared once."""
    return survey(600 if NIGHTLY else 60)


def test_random_small_economies_agree():
    found = compared()
    assert found.difference == ""
    assert found.economies == found.wanted and found.values > 3_000_000


def test_the_economies_have_every_event():
    assert [event for event, count in compared().events.items() if not count and event not in RARE] == []


@pytest.mark.parametrize("number", [3, 8])
def test_agrees_with_the_rules_agent_by_agent(number):
    assert compare_runs(lively_economy(number), number, "mesa").difference == ""


def test_agrees_on_a_small_china():
    scenario = sim.load("china-2020", ("population.enterprises=80", "calendar.weeks=20"))
    assert compare_runs(scenario, 1).difference == ""


def test_the_smooth_functions_give_the_examples_of_the_document():
    document = (PACKAGE / "docs" / "odd.md").read_text(encoding="utf-8")
    found = [exponential(0.1), exponential(-2.5), normal_share(-2.2), normal_share(1.0)]
    found += [logarithm_of_one_plus(0.06), rate_over(0.06, 28)]
    assert [number for number in found if f"| {number!r} |" not in document] == []


def test_a_difference_of_one_fen_is_found(monkeypatch):
    rent = business.pay_rent
    monkeypatch.setattr(business, "pay_rent", lambda world, e, due: rent(world, e, due + 1))
    assert compare_runs(toy({"calendar.weeks": 2}), 1).difference.startswith("step 0: enterprises[")
