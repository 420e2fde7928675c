"""R19: a slip of units made credit almost vanish; a nonsensical default went unnoticed."""

from __future__ import annotations

import pytest

import sim
from sim.scenario.loading import packaged_names
from sim.scenario.warnings import odd_settings
from tests.support.small import invoke

LENDERS = ("online_bank", "partner_banks", "state_banks", "joint_stock_banks", "city_banks", "rural_banks")
ANYTHING = {"rate_ceiling_yearly": 5.0, "loan_cap_yuan": 1e9, "loan_cap_share": 2.0}
PLENTY = {
    "population.enterprises": 400,
    "calendar.weeks": 20,
    "programme.members": ("online_bank",),
    "programme.envelope_yuan": 1e14,
    **{f"programme.{name}": value for name, value in ANYTHING.items()},
    "programme.products.hubei": ANYTHING,
    "lenders.online_bank": {
        "funds_yuan": 1e14,
        "equity_yuan": 1e14,
        "programme_quota_yuan": 1e14,
        "remote_capacity_weekly": 1e12,
    },
}


def programme_loans(changes):
    """Decided applications to the programme of one run."""
    results = sim.run(sim.load("china-2020").set({**PLENTY, **changes}), seeds=1, progress=False)
    loans = results.loans[results.loans["programme"]]
    return loans[loans["decided_date"].notna()], results.scale


def test_with_plenty_of_capital_what_is_asked_is_lent():
    loans, _ = programme_loans({})
    assert len(loans) > 25
    assert (loans["status"] != "refused").all()
    assert (loans["amount_yuan"] == loans["asked_yuan"]).all()


def test_a_small_pool_is_lent_to_the_last_and_no_further():
    loans, scale = programme_loans({})
    demand = loans["amount_yuan"].sum() * scale
    some, _ = programme_loans({"programme.envelope_yuan": round(demand / 3)})
    lent = some["amount_yuan"].sum() * scale
    repaid = some["repaid_yuan"].sum() * scale
    assert demand / 3 * 0.98 <= lent <= demand / 3 + repaid
    assert (some["reason"] == "envelope").any()


@pytest.mark.parametrize("name", LENDERS)
def test_capital_typed_in_ten_thousands_is_noticed(name):
    scenario = sim.load("china-2020")
    slip = scenario.set({f"lenders.{name}.funds_yuan": scenario.get(f"lenders.{name}.funds_yuan") / 10_000})
    (note,) = odd_settings(slip)
    assert note.startswith(f"lenders.{name}.funds_yuan: ")
    assert "is it in 10,000 yuan (万)" in note


def test_an_envelope_typed_in_ten_thousands_is_noticed():
    (note,) = odd_settings(sim.load("china-2020").set(programme__envelope_yuan=40_400_000.0))
    assert note.startswith("programme.envelope_yuan: 40,400,000 yuan does not pay for one typical loan")


def test_the_note_is_printed_by_check_and_before_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slip.yaml").write_text(
        "extends: china-2020\ntitle: S\nlenders: {city_banks: {funds_yuan: 45000000}}\n"
    )
    small = ("--set", "calendar.weeks=1", "--seeds", "1", "--no-figures")
    for words in (("check", "slip.yaml"), ("run", "slip.yaml", *small)):
        result = invoke(*words)
        assert result.exit_code == 0
        assert "note: lenders.city_banks.funds_yuan: 2,045,455 yuan a lender does not pay for" in result.stderr


@pytest.mark.parametrize("name", packaged_names())
def test_packaged_scenarios_have_no_odd_lender(name):
    assert [note for note in odd_settings(sim.load(name)) if "funds" in note or "envelope" in note] == []


def test_defaults_of_loans_are_sensible():
    """A loan-to-value of 5 % is what went unnoticed elsewhere; a product that says nothing gets usual terms."""
    loan = {"title": "Plain loan"}
    product = sim.load("china-2020").set({"products.plain": loan}).get("products.plain")
    assert 0.3 <= product.ltv_share <= 0.9
    assert 0.1 <= product.loan_cap_share <= 0.5
    assert 10_000 <= product.loan_cap_yuan <= 1e8
    assert 0.02 <= product.rate_yearly <= product.rate_ceiling_yearly <= 0.36
    assert 0 <= product.grace_days < product.term_days <= 5 * 365
