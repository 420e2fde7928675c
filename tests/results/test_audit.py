"""The journal: every movement of money of a run, checked by SQL over the written files against the written balances."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.model.ledger import LedgerError
from sim.results.audit import FILE, check_journal
from sim.studies.replications import replicate
from tests.support.small import QUICK, invoke, scenario

MEASURES = ["relending", "grant", "wage_support", "rent_waiver", "interest_subsidy", "guarantee", "payment_holiday"]
EVERYTHING = [
    *(f"measures.{name}.enabled=true" for name in MEASURES),
    "measures.relending.total_yuan=1e11",
    "measures.relending.start=2020-02-10",
    "measures.relending.end=2020-03-16",
    "measures.grant.yuan=3000",
    "measures.grant.start=2020-03-02",
    "spillovers.trade_credit=true",
    "population.entry_rate_yearly=0.2",
    "population.enterprises=300",
    "calendar.weeks=20",
]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two audited runs with every measure on."""
    results = replicate({"run": sim.load("china-2020", EVERYTHING)}, [1, 2], audit=True, progress=False)
    assert results.runs["status"].eq("done").all()
    return sim.save(results, tmp_path_factory.mktemp("audit") / "out")


@pytest.fixture
def folder(audited: Path, tmp_path: Path) -> Path:
    """A copy of its journal and balances to be damaged."""
    for name in (FILE, "weekly.csv"):
        (tmp_path / name).write_bytes((audited / name).read_bytes())
    return tmp_path


def test_every_account_closes_with_every_measure_on(audited):
    assert "every step sums to zero, every closing balance is that of weekly.csv" in check_journal(audited)
    journal = pd.read_parquet(audited / FILE)
    kinds = set(journal["kind"])
    assert {"opening", "sales", "wages", "disbursed", "principal", "interest", "capital", "relending"} <= kinds
    assert {"grants", "wage_support", "rent_waiver", "interest_subsidy", "relending_returned", "spending"} <= kinds
    assert journal["amount_fen"].dtype == "int64"


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_both_engines_and_all_seeds_have_the_same_journal(engine, audited):
    small = sim.load("china-2020", EVERYTHING)
    again = replicate({"run": small}, [2], engine=engine, audit=True, progress=False).journal
    whole = pd.read_parquet(audited / FILE).query("seed == 2").reset_index(drop=True)
    pd.testing.assert_frame_equal(again.astype({"arm": "str"}), whole.astype({"arm": "str"}), check_dtype=False)


DAMAGE = {
    "one fen more": lambda journal: journal.assign(amount_fen=journal["amount_fen"] + (journal.index == 40)),
    "a posting lost": lambda journal: journal.drop(index=60),
    "a posting twice": lambda journal: pd.concat([journal, journal.loc[[60]]]),
    "payee and payer exchanged": lambda journal: journal.assign(
        payer=journal["payer"].where(journal.index != 60, journal["payee"]),
        payee=journal["payee"].where(journal.index != 60, journal["payer"]),
    ),
    "another account": lambda journal: journal.assign(payee=journal["payee"].where(journal.index != 60, "nobody")),
    "a negative amount": lambda journal: journal.assign(
        amount_fen=journal["amount_fen"].where(journal.index != 60, -journal["amount_fen"])
    ),
    "another step": lambda journal: journal.assign(step=journal["step"] + (journal.index == 60)),
    "another seed": lambda journal: journal.assign(seed=journal["seed"].where(journal.index != 60, 2)),
    "no journal": lambda journal: journal.iloc[:0],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_journal_that_is_not_right_is_found(damage, folder):
    journal = pd.read_parquet(folder / FILE)
    assert check_journal(folder)
    DAMAGE[damage](journal).to_parquet(folder / FILE, index=False)
    with pytest.raises(LedgerError, match="^audit: "):
        check_journal(folder)


@pytest.mark.parametrize(
    "column", ["enterprise_cash_yuan", "household_cash_yuan", "lender_funds_yuan", "government_yuan"]
)
def test_a_balance_that_is_one_fen_off_is_found(column, folder):
    weekly = pd.read_csv(folder / "weekly.csv")
    weekly.loc[7, column] += 0.05
    weekly.to_csv(folder / "weekly.csv", index=False)
    with pytest.raises(LedgerError, match="an account holds other than weekly.csv says: arm run, seed 1, step 7"):
        check_journal(folder)


def test_the_command_writes_the_journal_and_says_what_was_checked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("compare", "china-2020", *(word for word in QUICK if word != "--quiet"), "--out", "out")
    plain = invoke(*words)
    assert not Path("out", FILE).exists()
    result = invoke(*words, "--audit")
    assert result.exit_code == 0
    assert result.stdout == plain.stdout
    assert "of 4 runs in journal.parquet; every step sums to zero" in result.stderr
    assert FILE in json.loads(Path("out", "manifest.json").read_text())["files"]
    assert sim.replay("out", progress=False).same


def test_a_journal_that_does_not_add_up_ends_the_command_with_exit_code_1(tmp_path, monkeypatch):
    from sim.model import journal

    flows = tuple(one for one in journal.FLOWS if one[0] != "wages")
    monkeypatch.setattr(journal, "FLOWS", flows)
    monkeypatch.chdir(tmp_path)
    result = invoke("run", "china-2020", *QUICK, "--out", "out", "--audit")
    assert result.exit_code == 1
    assert result.stderr.startswith("audit: an account holds other than weekly.csv says: arm run, seed 1, step 1: ")


def test_without_audit_nothing_is_kept():
    assert sim.run(scenario(), seeds=1, progress=False).journal.empty
