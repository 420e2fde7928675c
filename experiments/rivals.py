"""What else could have been done with the same money? The programme and seven measures, alone and in pairs.

Question      enterprises and jobs saved per million yuan by a payment holiday, a credit guarantee, relending, an
              interest subsidy, a rent waiver, wage support, a grant and the programme, in china-2020 against none of
              them: (a) at equal cost, pairs with half the budget each; (b) at equal outcome: what it costs to save as
              many enterprises as the programme does
Levers        one size each: window of the holiday, share of loss, total of relending (at a rate of 0), share of
              interest, rent or wages, days of sales of the grant, envelope of the programme. All start on the
              programme's launch date. Rent waiver and wage support (stopped enterprises) end on 30 June 2020, what
              works through credit by 31 December; the grant (stopped enterprises) is paid once, on the first day
Uncertainties sampling of enterprises and luck (seeds, paired); everything else as in the scenario
Outcome       cost = fiscal cost + what lenders lose on new loans (written off less guaranteed, interest earned not
              counted), each less the same without any policy, to the end of a run-off of 104 weeks. Unemployment
              benefit and losses on old loans stand apart. Budgets: what the programme itself costs in this sense, and
              50 bn yuan (with all pairs). A policy that cannot cost so much is shown at full size with its cost; in a
              pair the other one gets the rest
Seeds         12, paired, 10,000 enterprises; sizes are searched on 4 of them and corrected on all (``--quick``: 3 and
              2 seeds, 1,500 enterprises, a run-off of 39 weeks)
Running time  about 2 minutes on 2 cores (``--quick``: under a minute)

Run ``python -m experiments.rivals [--quick] [--out DIR]``; table and figures go to DIR, the table to stdout.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from experiments.paired import Paired, band, ratio, with_band
from experiments.policies import Policy, Sizes, policies_of, scenario_with, size_for
from sim.figures import cost_against_saved, equal_cost, save
from sim.results import write_csv

ROUND_BUDGET = 50e9
COST = ("fiscal_yuan", "losses_programme_yuan", "losses_bank_yuan")
CLOSE = 0.05
"""Sizes found on few seeds are corrected when all seeds are further from the target than this share."""


@dataclass
class Search:
    """Policies against none of them, and the sizes found so far."""

    paired: Paired
    policies: dict[str, Policy]
    few: Sequence[int]

    def effect(self, sizes: Sizes, seeds: Sequence[int] | None = None) -> pd.DataFrame:
        """A row a seed: what policies change against none of them; ``cost`` is the cost as the module defines it."""
        effect = self.paired.effect(scenario_with(self.paired.reference, self.policies, sizes), seeds)
        return effect.assign(cost=effect[list(COST)].sum(axis=1))

    def sized(self, name: str, target: float, others: Sizes, of: str = "cost") -> float:
        """Size of a policy at which the whole, with others as they are, reaches a target."""
        limit = self.policies[name].limit

        def value_of(size: float, seeds: Sequence[int] | None) -> float:
            sizes = {**others, name: size} if size > 0.0 else others
            return float(self.effect(sizes, seeds)[of].mean())

        floor = value_of(0.0, self.few) if others else 0.0
        size = size_for(target - floor, lambda size: value_of(size, self.few) - floor, limit)
        floor = value_of(0.0, None) if others else 0.0
        value = value_of(size, None) - floor
        if value > 0.0 and abs(value + floor - target) > CLOSE * target:
            return min(limit, size * max(0.0, target - floor) / value)
        return size

    def pair_sizes(self, first: str, second: str, budget: float) -> dict[str, float]:
        """Half the budget each; where one cannot cost so much, the rest goes to the other."""
        one = self.sized(first, budget / 2, {})
        two = self.sized(second, budget, {first: one})
        if two >= self.policies[second].limit and one < self.policies[first].limit:
            one = self.sized(first, budget, {second: two})
        return {first: one, second: two}


def compare_policies(search: Search, pairs: bool = True) -> pd.DataFrame:
    """One row per policy and budget, then one per policy at equal outcome."""
    own = {"programme": search.policies["programme"].limit}
    cost, saved = (float(search.effect(own)[name].mean()) for name in ("cost", "net_saved"))
    rows = []
    for label, budget in (("programme's own cost", cost), (view_of(ROUND_BUDGET), ROUND_BUDGET)):
        for name in search.policies:
            size = own[name] if name in own else search.sized(name, budget, {})
            rows.append(row_of(search, label, {name: size}, target=budget))
        if pairs and budget == ROUND_BUDGET:
            for first, second in combinations(search.policies, 2):
                rows.append(row_of(search, label, search.pair_sizes(first, second, budget), target=budget))
    for name in search.policies:
        size = own[name] if name in own else search.sized(name, saved, {}, of="net_saved")
        rows.append(row_of(search, "equal outcome", {name: size}, target=saved))
    return pd.DataFrame(rows)


def view_of(budget: float) -> str:
    """What a round budget is called in the table."""
    return f"{budget / 1e9:.0f} bn yuan"


def row_of(search: Search, view: str, sizes: Sizes, target: float) -> dict[str, object]:
    """Numbers of policies at some sizes: means and 95 % bands over seeds of differences from none of them."""
    effect = search.effect(sizes)
    policies = [search.policies[name] for name in sizes]
    row: dict[str, object] = {
        "view": view,
        "policy": " + ".join(policy.title for policy in policies),
        "size": "; ".join(policy.words(sizes[policy.name]) for policy in policies),
        "full_size": all(sizes[policy.name] >= policy.limit for policy in policies),
        "target": target,
    }
    lent = effect[["lent_bn_programme", "lent_bn_bank"]].fillna(0.0).sum(axis=1)
    parts = {
        "cost_bn": effect["cost"] / 1e9,
        "fiscal_bn": effect["fiscal_yuan"] / 1e9,
        "losses_new_bn": effect[list(COST[1:])].sum(axis=1) / 1e9,
        "losses_old_bn": effect["losses_existing_yuan"] / 1e9,
        "benefits_bn": effect["benefits_yuan"] / 1e9,
        "lent_bn": lent,
        "saved_thousand": effect["net_saved"] / 1e3,
        "harmed_thousand": effect["harmed"] / 1e3,
        "jobs_thousand": effect["jobs"] / 1e3,
        "job_years_thousand": effect["job_years"] / 1e3,
    }
    million = effect["cost"] / 1e6
    bands = {name: band(values) for name, values in parts.items()}
    bands |= {f"{name}_per_million": ratio(effect[key], million) for name, key in PER_MILLION.items()}
    for name, (middle, low, high) in bands.items():
        row |= {name: middle, f"{name}_low": low, f"{name}_high": high}
    return row


PER_MILLION = {"saved": "net_saved", "jobs": "jobs", "job_years": "job_years"}


def shown(table: pd.DataFrame) -> Iterator[str]:
    """The table as text, view by view, the policy that saves most first."""
    columns = {
        "cost_bn": "cost (bn yuan)",
        "fiscal_bn": "fiscal (bn)",
        "losses_new_bn": "lenders' losses (bn)",
        "lent_bn": "lent more (bn)",
        "saved_thousand": "saved, net (thousand)",
        "jobs_thousand": "jobs (thousand)",
        "saved_per_million": "saved per million yuan",
        "jobs_per_million": "jobs per million yuan",
    }
    for view, part in table.groupby("view", sort=False):
        order = part.sort_values("saved_thousand", ascending=False)
        text = order[["policy", "size"]].assign(full=np.where(order["full_size"], "full", ""))
        for name, label in columns.items():
            ends = order[[name, f"{name}_low", f"{name}_high"]].to_numpy(np.float64)
            text[label] = [with_band((middle, low, high)) for middle, low, high in ends]
        yield f"{view}\n{text.to_string(index=False)}\n"


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-rivals"), help="folder for the results")
    given = parser.parse_args()
    began = time.perf_counter()
    enterprises, seeds, few, run_off = (1_500, 3, 2, 39) if given.quick else (10_000, 12, 4, 104)
    sizes = [f"population.enterprises={enterprises}", f"calendar.run_off_weeks={run_off}"]
    scenario = sim.load("china-2020", sizes)
    paired = Paired(scenario.set({"programme.enabled": False}), range(1, seeds + 1))
    search = Search(paired, policies_of(scenario), list(paired.seeds)[:few])
    table = compare_policies(search)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "rivals.csv")
    words = f"{enterprises:,} enterprises simulated; {seeds} seeds, paired; bars: 95 % over seeds (Student t)."
    round_one = table[table["view"] == view_of(ROUND_BUDGET)]
    for name, figure in (
        ("equal-cost", equal_cost(round_one, words)),
        ("cost-against-saved", cost_against_saved(table, words)),
    ):
        for ending in ("svg", "png"):
            save(figure, given.out / f"{name}.{ending}")
    print("\n".join(shown(table)))
    print(f"{paired.runs} runs in {time.perf_counter() - began:.0f} seconds")


if __name__ == "__main__":
    main()
