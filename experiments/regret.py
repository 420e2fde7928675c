"""Which programme is regretted least when the shock is not the one that was expected?

Question      regret of some designs of the programme over states of the world: what the best of them does in a state
              less what this one does; its mean and maximum over all states
Levers        the design: as committed, slow as a bank, in a branch, with collateral, larger (twice the envelope and the
              loan cap), four weeks later, none
Uncertainties length of the stoppage and of the fall in demand (dates moved away from 22 January 2020: 0.7, 1, 1.5
              times), their depth (shortfalls 0.7, 1, 1.3 times, at most everything), cash runway (months 0.6, 1, 1.6
              times): all 27 states
Outcome       enterprises saved less harmed against no programme in the same state; with ``--worth N`` less cost (fiscal
              and lenders' losses on new loans), at N thousand yuan an enterprise
Seeds         6, paired, 10,000 enterprises, a run-off of 104 weeks (``--quick``: 2, 1,500, 26 weeks, 8 states)
Running time  about 2 minutes on 2 cores (``--quick``: 15 seconds, on a shared machine)

Run ``python -m experiments.regret [--quick] [--worth N] [--out DIR]``; tables and the figure go to DIR, the table to
stdout.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from experiments.paired import Paired
from experiments.properties import Variant, variants_of
from experiments.rivals import COST
from sim.figures import regret as regret_figure
from sim.figures import save
from sim.results import write_csv

ANCHOR = datetime.date(2020, 1, 22)
"""Last normal day: lengths are counted from here."""
LEVELS = {"length": (0.7, 1.0, 1.5), "depth": (0.7, 1.0, 1.3), "runway": (0.6, 1.0, 1.6)}
QUICK_LEVELS = {"length": (1.0, 1.5), "depth": (1.0, 1.3), "runway": (0.6, 1.0)}
DESIGNS = {
    "whole programme": "as committed",
    "slow as a bank": "slow as a bank",
    "in a branch": "in a branch",
    "with collateral": "with collateral",
}
NONE = "none"
State = Mapping[str, float]
DatedPath = Sequence[tuple[datetime.date, float]]


def designs_of(scenario: sim.Scenario) -> dict[str, Callable[[sim.Scenario], sim.Scenario]]:
    """The designs by name; each makes its scenario of that of a state."""
    variants = {variant.name: variant for variant in variants_of(scenario)}
    programme = scenario.settings.programme
    places = {"programme": programme}
    places |= {f"programme.products.{name}": one for name, one in programme.products.items()}
    larger: dict[str, Any] = {"programme.envelope_yuan": 2.0 * programme.envelope_yuan}
    for place, terms in places.items():
        larger |= {f"{place}.loan_cap_share": min(1.0, 2.0 * terms.loan_cap_share)}
        larger |= {f"{place}.loan_cap_yuan": 2.0 * terms.loan_cap_yuan}
    later = {"programme.launch_date": programme.launch_date + datetime.timedelta(weeks=4)}
    chosen = [Variant(name, "", variants[key].terms, variants[key].settings) for key, name in DESIGNS.items()]
    chosen += [Variant("larger", "", {}, larger), Variant("four weeks later", "", {}, later)]
    chosen += [Variant(NONE, "", {}, {"programme.enabled": False})]
    return {variant.name: variant.of for variant in chosen}


def in_state(scenario: sim.Scenario, state: State) -> sim.Scenario:
    """The scenario in a state of the world."""
    settings = scenario.settings
    changes: dict[str, Any] = {"stoppage.openness": moved(settings.stoppage.openness, state)}
    for group, parts in (("sectors", settings.sectors), ("regions", settings.regions)):
        for name, part in parts.items():
            for path in ("openness", "demand"):
                if points := getattr(part, path):
                    changes[f"{group}.{name}.{path}"] = moved(points, state)
    for name, kind in settings.kinds.items():
        changes[f"kinds.{name}.runway_points"] = [
            {"months": point.months * state["runway"], "share": point.share} for point in kind.runway_points
        ]
    return scenario.set(changes)


def moved(points: DatedPath, state: State) -> list[list[Any]]:
    """A path with its dates moved away from the anchor and its shortfalls made deeper."""
    found: dict[datetime.date, float] = {}
    for date, value in points:
        days = round((date - ANCHOR).days * (state["length"] if date > ANCHOR else 1.0))
        level = 1.0 - (1.0 - value) * (state["depth"] if value < 1.0 else 1.0)
        found[ANCHOR + datetime.timedelta(days=days)] = max(0.0, level)
    return [[date, value] for date, value in found.items()]


def regrets(
    scenario: sim.Scenario, levels: Mapping[str, Sequence[float]], seeds: Sequence[int], worth: float | None = None
) -> pd.DataFrame:
    """One row a state and design: saved (thousand), cost (bn yuan), gain and regret (thousand enterprises)."""
    rows = []
    designs = designs_of(scenario)
    for values in product(*levels.values()):
        state = dict(zip(levels, values, strict=True))
        here = in_state(scenario, state)
        paired = Paired(here.set({"programme.enabled": False}), seeds)
        for name, design in designs.items():
            effect = paired.effect(design(here)).mean()
            saved, cost = float(effect["net_saved"]) / 1e3, float(effect[list(COST)].sum()) / 1e9
            gain = saved - (cost * 1e3 / worth if worth else 0.0)
            rows.append({**state, "design": name, "saved_thousand": saved, "cost_bn": cost, "gain": gain})
    table = pd.DataFrame(rows)
    best = table.groupby(list(levels))["gain"].transform("max")
    return table.assign(regret=best - table["gain"])


def summed_up(table: pd.DataFrame) -> pd.DataFrame:
    """One row a design, the least maximum regret first, with the state in which it is regretted most."""
    rows = []
    for name, part in table.groupby("design", sort=False):
        worst = part.loc[part["regret"].idxmax()]
        rows.append(
            {
                "design": name,
                "maximum regret": worst["regret"],
                "mean regret": part["regret"].mean(),
                "best in states": int((part["regret"] == 0.0).sum()),
                "mean saved": part["saved_thousand"].mean(),
                "mean cost (bn)": part["cost_bn"].mean(),
                "most regretted at": ", ".join(f"{key} {worst[key]:g}×" for key in LEVELS),
            }
        )
    return pd.DataFrame(rows).sort_values(["maximum regret", "mean regret"], kind="stable", ignore_index=True)


def shown(summary: pd.DataFrame, states: int) -> Iterator[str]:
    """The table as text."""
    yield summary.to_string(index=False, float_format=lambda value: f"{value:,.1f}")
    yield f"regret and saved in thousand enterprises, over {states} states"


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--worth", type=float, metavar="N", help="cost counts: an enterprise is worth N thousand yuan")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-regret"), help="folder for the results")
    given = parser.parse_args()
    if given.worth is not None and not 0.0 < given.worth < float("inf"):
        parser.error("--worth: a number of thousand yuan above 0")
    began = time.perf_counter()
    enterprises, seeds, run_off = (1_500, 2, 26) if given.quick else (10_000, 6, 104)
    sizes = [f"population.enterprises={enterprises}", f"calendar.run_off_weeks={run_off}"]
    levels = QUICK_LEVELS if given.quick else LEVELS
    table = regrets(sim.load("china-2020", sizes), levels, range(1, seeds + 1), given.worth)
    states = len(table.drop_duplicates(list(levels)))
    summary = summed_up(table)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "states.csv")
    write_csv(summary, given.out / "regret.csv")
    priced = f" Cost counted at {given.worth:,.0f} thousand yuan an enterprise." if given.worth else ""
    words = f"{enterprises:,} enterprises simulated; {seeds} seeds, paired; {states} states, a dot each.{priced}"
    figure = regret_figure(table, "runway", name="cash runway", unit="thousand enterprises", caption=words)
    for ending in ("svg", "png"):
        save(figure, given.out / f"regret.{ending}")
    print("\n".join(shown(summary, states)))
    print(f"{time.perf_counter() - began:.0f} seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
