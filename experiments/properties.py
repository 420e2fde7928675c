"""Which property of the programme does the work? One at a time is taken from it.

Question      what survival, borrowers, approval, price and time to money become when the programme loses its data, asks
              for collateral, decides as slowly as a bank, is reached in a branch, or lends at the bank's price; and
              whether credit without collateral and without data is dearer or refused
Levers        terms of every product of the programme (main, local variant, special loans) and its members
Uncertainties sampling of enterprises and luck (seeds, paired); everything else as in china-2020
Outcome       enterprises saved less harmed against no programme, and its change from the whole programme; losses to
              the end of a run-off of 78 weeks
Seeds         16, paired, 10,000 enterprises (``--quick``: 4 seeds, 2,500 enterprises)
Running time  about 1 minute on 2 cores (``--quick``: 20 seconds)

Run ``python -m experiments.properties [--quick] [--out DIR]``; ``properties.csv`` goes to DIR, the table to stdout.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from experiments.paired import Paired, band, with_band
from sim.results import write_csv

BANK_PRODUCT = "bank_unsecured"
NO_CEILING = 5.0


@dataclass(frozen=True)
class Variant:
    """The programme without something.

    Attributes
    ----------
    name
        In the table.
    why
        What the rules make of it, in a sentence.
    terms
        Terms of every product of the programme.
    settings
        Other settings.
    """

    name: str
    why: str
    terms: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def of(self, scenario: sim.Scenario) -> sim.Scenario:
        """The scenario with this variant of the programme."""
        places = ["programme", *(f"programme.products.{name}" for name in scenario.settings.programme.products)]
        changes = {f"{place}.{term}": value for place in places for term, value in self.terms.items()}
        changes |= self.settings
        return scenario.set(changes) if changes else scenario


def variants_of(scenario: sim.Scenario) -> list[Variant]:
    """The whole programme first, then without each property, then without several."""
    bank, lenders = scenario.settings.products[BANK_PRODUCT], scenario.settings.lenders
    members = [name for name in scenario.settings.programme.members if lenders[name].branch_capacity_weekly > 0]
    slow = {"decision_days": bank.decision_days, "payout_days": bank.payout_days}
    price = {name: getattr(bank, name) for name in ("rate_yearly", "rate_discount_share", "rate_ceiling_yearly")}
    blind, pledge = {"information": "statements"}, {"collateral_required": True}
    at_cost = {"rate_yearly": 0.0, "rate_discount_share": 0.0}
    branch: dict[str, Any] = {"programme.members": tuple(members)}
    open_end = {"rate_ceiling_yearly": NO_CEILING}
    every = {**blind, **pledge, **slow, **price, "channel": "branch"}
    return [
        Variant("whole programme", "as in the scenario"),
        Variant(
            "without data",
            "without bank history σ rises from 0.5 to 2.0: the good cannot show that they are, all are priced near the "
            "average, whose break-even lies near the ceiling: more are refused, the rest pay more",
            blind,
        ),
        Variant(
            "with collateral",
            "few small enterprises own any: the others cannot ask; those that can get at most 60 % of its value",
            pledge,
        ),
        Variant(
            "slow as a bank",
            "no money for 30 days: arrears outgrow the patience of creditors before the answer comes",
            slow,
        ),
        Variant(
            "in a branch",
            "a visit succeeds as far as the region is open, decisions per week fall with it, and the online bank, with "
            "no branch, drops out: money comes late, although those without a digital footprint can ask too",
            {"channel": "branch"},
            branch,
        ),
        Variant(
            "at the bank's price",
            "the ceiling falls to the 10 % of banks: break-even of all but the good lies above it: refused for price",
            price,
        ),
        Variant(
            "at the bank's price, without data",
            "the break-even of the average unknown borrower in the stoppage lies above 10 % with every "
            "member: credit without collateral and data is refused, and dearer where it is granted",
            {**blind, **price},
        ),
        Variant(
            "at cost, with data",
            "posted rate 0, no ceiling: everybody pays the break-even rate: with data the good pay less, the bad more",
            {**open_end, **at_cost},
        ),
        Variant(
            "at cost, without data",
            "as before, all priced near the average: the good pay more than with data, the bad less",
            {**blind, **open_end, **at_cost},
        ),
        Variant(
            "on all the bank's terms",
            "slow, in a branch, on statements, against collateral, at the bank's price: only who meets these terms "
            "can ask, and to them it is one more bank",
            every,
            branch,
        ),
    ]


SHOWN = {
    "net_saved": ("saved, net (thousand)", "", 1e-3),
    "change": ("change (thousand)", "", 1e-3),
    "borrowers_million": ("borrowers (million)", "", 1.0),
    "lent_bn_programme": ("lent (bn yuan)", "", 1.0),
    "approval_share_programme": ("approved (%)", "share", 1.0),
    "refused_price": ("refused for price (%)", "share", 1.0),
    "refused_no_collateral": ("refused, no collateral (%)", "share", 1.0),
    "rate_programme": ("yearly rate (%)", "share", 1.0),
    "lost_share": ("written off, of money lent (%)", "share", 1.0),
    "days_to_money_programme": ("days to money", "", 1.0),
    "exit_illiquid_share": ("closed for lack of money (%)", "share", 1.0),
}


def compare_variants(scenario: sim.Scenario, seeds: int) -> pd.DataFrame:
    """One row per variant: means over seeds with bands; shares are of decided programme applications."""
    paired = Paired(scenario.set({"programme.enabled": False}), range(1, seeds + 1))
    whole = paired.numbers(scenario)
    rows = []
    for variant in variants_of(scenario):
        numbers = paired.numbers(variant.of(scenario))
        numbers["lost_share"] = numbers["losses_programme_yuan"] / numbers["lent_bn_programme"] / 1e9
        numbers["change"] = numbers["net_saved"] - whole["net_saved"]
        row: dict[str, object] = {"variant": variant.name}
        for name in SHOWN:
            middle, low, high = band(numbers[name])
            row |= {name: middle, f"{name}_low": low, f"{name}_high": high}
        rows.append(row | {"why": variant.why})
    return pd.DataFrame(rows)


def shown(table: pd.DataFrame) -> Iterator[str]:
    """The table as text, variants across, and why each changes what it does."""
    text = {}
    for _, row in table.iterrows():
        ends = {name: (row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in SHOWN}
        text[row["variant"]] = {
            label: with_band(ends[name], unit, factor) for name, (label, unit, factor) in SHOWN.items()
        }
    frame = pd.DataFrame(text)
    for place in range(0, frame.shape[1], 3):
        yield frame.iloc[:, place : place + 3].to_string() + "\n"
    for _, row in table.iterrows():
        yield f"{row['variant']}: {row['change'] / 1e3:+,.0f} thousand saved. {row['why'][:1].upper()}{row['why'][1:]}."


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-properties"), help="folder for the table")
    given = parser.parse_args()
    enterprises, seeds = (2_500, 4) if given.quick else (10_000, 16)
    scenario = sim.load("china-2020", [f"population.enterprises={enterprises}", "calendar.run_off_weeks=78"])
    table = compare_variants(scenario, seeds)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "properties.csv")
    print("\n".join(shown(table)))


if __name__ == "__main__":
    main()
