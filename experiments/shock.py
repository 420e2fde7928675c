"""How much of the answer hangs on where the lost sales lie, and what does a second wave do?

Question      what becomes of closures, enterprises saved and borrowers when the same lost sales move from the shut to
              all, and when each part of the shock is left out; who closes more in a wave in October
Levers        stoppage.shut_share, capacity_spread, announced_error_days, waves; spillovers.reopening; own demand
Uncertainties sampling of enterprises and draws (seeds, paired); everything else as in the scenario
Outcome       closed without the programme, saved less harmed, borrowers, sales lost in the first 26 weeks; closures by
              kind, sector and region with and without the wave
Seeds         12, paired, 10,000 enterprises (``--quick``: 4 seeds, 2,500 enterprises)
Running time  about half a minute on 2 cores (``--quick``: 10 seconds)

Bands are 95 % over seeds: Monte Carlo error alone, no assumption is varied in them. A change is taken seed by seed from
the first row.

Run ``python -m experiments.shock [--quick] [--scenario NAME] [--json] [--out DIR]``; ``shock.csv`` and ``wave.csv`` go
to DIR, the tables to stdout.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import sim
from experiments.paired import band
from sim.results import write_csv

LOST_WEEKS = 26
"""Weeks from the start in which lost sales are counted."""
WAVE_SETTING = "stoppage.waves=[{from: 2020-10-05, to: 2020-11-30, depth: 0.5}]"
GROUPS = ("kind", "sector", "region")
MEASURES = {
    "lost_sales": "sales lost",
    "closed": "closed",
    "saved": "saved less harmed",
    "borrowers": "borrowers",
}
SAYS = (
    "sales lost: in 26 weeks, of normal ones; closed: of all enterprises, in the run; both without the programme. "
    "saved less harmed, borrowers: of all enterprises. All in %"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """The shock with something changed: its name, why the rules make of it what they do, and the settings."""

    name: str
    why: str
    settings: Mapping[str, Any] = field(default_factory=dict)


MOVED = (
    Variant("all on the shut", "as the paths say: the shut sell nothing, pay part of their wages and rent, and wait"),
    Variant("three quarters on the shut", "", {"stoppage.shut_share": 0.75}),
    Variant("half on the shut", "", {"stoppage.shut_share": 0.5}),
    Variant("a quarter on the shut", "", {"stoppage.shut_share": 0.25}),
    Variant(
        "all on all",
        "nobody is shut: all earn a part of their margin but pay wages and rent in full, and buy inputs; custom does "
        "not move, since nobody is closed",
        {"stoppage.shut_share": 0.0},
    ),
)
WITHOUT = (
    Variant(
        "capacity lost alike", "no open enterprise loses nearly all, none nothing", {"stoppage.capacity_spread": 0.0}
    ),
    Variant(
        "open means full",
        "the open sell what demand allows: fewer sales are lost at all",
        {"stoppage.capacity": [], "kinds.{kind}.capacity": []},
    ),
    Variant(
        "one path for all kinds",
        "the self-employed are stopped as deep and long as SMEs",
        {"kinds.{kind}.openness": []},
    ),
    Variant(
        "nobody knows when it reopens",
        "the shut plan for eight more weeks: gaps are wider, more ask, more are laid off",
        {"stoppage.announced_error_days": None},
    ),
    Variant(
        "share open of the start",
        "where shut ones closed for good the threshold stays: more of the living are open",
        {"spillovers.reopening": False},
    ),
    Variant("no good and bad years", "own demand has weekly noise alone", {"sales.persistent_sigma": 0.0}),
)


def settings_of(variant: Variant, scenario: sim.Scenario) -> dict[str, Any]:
    """The settings of a variant, one for each kind of the scenario where they name the kind."""
    found: dict[str, Any] = {}
    for path, value in variant.settings.items():
        found |= {path.replace("{kind}", kind): value for kind in scenario.settings.kinds}
    return found


def numbers(scenario: sim.Scenario, seeds: Sequence[int]) -> pd.DataFrame:
    """A row a seed: the measures, in shares of all enterprises or of normal sales."""
    arms = {name: sim.run(scenario.set({"programme.enabled": on}), seeds=seeds, progress=False)
            for name, on in (("with", True), ("without", False))}  # fmt: skip
    agents = scenario.settings.population.enterprises
    events = {name: results.enterprises["event"].to_numpy(bool).reshape(len(seeds), agents).mean(axis=1)
              for name, results in arms.items()}  # fmt: skip
    got_money = (arms["with"].enterprises["programme_yuan"] > 0).to_numpy(bool).reshape(len(seeds), agents)
    sectors = arms["without"].sectors
    begun = sectors[sectors["step"] < LOST_WEEKS * 7 // scenario.settings.calendar.step_days]
    sums = begun.groupby("seed")[["sales_yuan", "normal_sales_yuan"]].sum()
    return pd.DataFrame(
        {
            "lost_sales": 1.0 - (sums["sales_yuan"] / sums["normal_sales_yuan"]).to_numpy(),
            "closed": events["without"],
            "saved": events["without"] - events["with"],
            "borrowers": got_money.mean(axis=1),
        },
        index=list(seeds),
    )


def answers(scenario: sim.Scenario, seeds: Sequence[int]) -> pd.DataFrame:
    """A row a variant: each measure with its band, and its change from the first row, in per cent."""
    rows, first = [], None
    for variant in (*MOVED, *WITHOUT):
        found = numbers(scenario.set(settings_of(variant, scenario)), seeds)
        first = found if first is None else first
        row: Row = {"variant": variant.name}
        for name in MEASURES:
            row |= banded(name, found[name].to_numpy()) | banded(f"{name}_change", (found - first)[name].to_numpy())
        rows.append(row | {"why": variant.why})
    return pd.DataFrame(rows)


def banded(name: str, values: npt.NDArray[np.float64]) -> Row:
    """Mean and band in per cent under a name."""
    middle, low, high = (100.0 * one for one in band(values))
    return {name: middle, f"{name}_low": low, f"{name}_high": high}


def closures(results: sim.Results, group: str) -> pd.DataFrame:
    """Share closed by seed and group, programme and all as in the scenario."""
    return results.enterprises.groupby(["seed", group], observed=True)["event"].mean().unstack(group)


def wave_table(scenario: sim.Scenario, seeds: Sequence[int]) -> pd.DataFrame:
    """Closures by kind, sector and region without and with the wave, and the change seed by seed, in per cent."""
    calm = sim.run(scenario, seeds=seeds, progress=False)
    hit = sim.run(sim.load(scenario.name, [*small(scenario), WAVE_SETTING]), seeds=seeds, progress=False)
    rows = []
    for group in GROUPS:
        before, after = closures(calm, group), closures(hit, group)
        for name in before.columns:
            row: Row = {"group": group, "name": str(name)}
            row |= banded("closed", before[name].to_numpy()) | banded("with_wave", after[name].to_numpy())
            rows.append(row | banded("change", (after - before)[name].to_numpy()))
    return pd.DataFrame(rows)


def small(scenario: sim.Scenario) -> list[str]:
    """The settings of an experiment of this size."""
    return [f"population.enterprises={scenario.settings.population.enterprises}"]


def shown(table: pd.DataFrame, keys: Sequence[str], measures: Mapping[str, str]) -> str:
    """A table as lines of text: a mean and its band in each cell."""
    wide = max(len(" ".join(str(row[key]) for key in keys)) for _, row in table.iterrows()) + 2
    lines = [" " * wide + "".join(f"{words:>23}" for words in measures.values())]
    for _, row in table.iterrows():
        cells = (f"{row[one]:.2f} ({row[f'{one}_low']:.2f} … {row[f'{one}_high']:.2f})" for one in measures)
        lines.append(" ".join(str(row[key]) for key in keys).ljust(wide) + "".join(f"{cell:>23}" for cell in cells))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.shock", description=__doc__)
    parser.add_argument("--scenario", default="china-2020", help="which shock")
    parser.add_argument("--quick", action="store_true", help="small and fast; do not read results from it")
    parser.add_argument("--json", action="store_true", help="the tables as JSON")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-shock"), metavar="DIR")
    asked = parser.parse_args(arguments)
    agents, seeds = (2_500, range(1, 5)) if asked.quick else (10_000, range(1, 13))
    scenario = sim.load(asked.scenario, [f"population.enterprises={agents}"])
    table, waves = answers(scenario, list(seeds)), wave_table(scenario, list(seeds))
    asked.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, asked.out / "shock.csv")
    write_csv(waves, asked.out / "wave.csv")
    if asked.json:
        print(json.dumps({"shock": table.to_dict("records"), "wave": waves.to_dict("records")}, indent=1))
        return
    print(f"{scenario.title}: {agents:,} enterprises × {len(seeds)} paired seeds; bands are Monte Carlo error (95 %)")
    print(f"{SAYS}\n")
    print(shown(table, ["variant"], MEASURES))
    print("\nchange from the first row, seed by seed")
    print(shown(table[1:], ["variant"], {f"{name}_change": words for name, words in MEASURES.items()}))
    print("\nwhy, from the rules")
    print("\n".join(f"  {row.variant}: {row.why}" for row in table.itertuples() if row.why))
    print(f"\n{WAVE_SETTING}: closures (%)")
    words = {"closed": "without the wave", "with_wave": "with it", "change": "change"}
    print(shown(waves, ["group", "name"], words))


if __name__ == "__main__":
    main()
