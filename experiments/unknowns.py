"""Which conclusions survive what is not known: cost shares by sector, and sources that contradict each other?

Question      do the main conclusions hold when an assumption is wrong by 40 %, or the other source is right?
Levers        the whole programme, on or off
Uncertainties costs that go on (wages, rent, other fixed) of each sector and of all, less and more by 40 %, at the same
              margin; cash runway as ESIEC's note, ESIEC's blog or Zhu; lending for nine or six weeks; 8.06 million
              borrowers or, as printed, 80.6 million
Outcome       enterprises saved less harmed, share closed, borrowers by the end; four conclusions, yes or no
Seeds         10, paired (``--quick``: 3, and 2,000 enterprises in place of 10,000)
Running time  under a minute on 2 cores (``--quick``: some seconds)

Run ``python -m experiments.unknowns [--quick] [--out DIR]``; the table goes to DIR and stdout.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import sim
from sim.results import write_csv

SECTORS = ("manufacturing", "construction", "trade", "catering", "transport", "services", "agriculture")
FACTORS = (0.6, 1.4)
KINDS = ("sme", "self_employed", "rural")
BLOG = "[{months: 1.0, share: 0.14}, {months: 3.0, share: 0.50}]"
REPORTED_MILLION = 8.0633
Case = tuple[str, str, list[str]]


def cases() -> Iterator[Case]:
    """What is varied: a line's name, the scenario, its overrides."""
    yield "central", "china-2020", []
    for factor in FACTORS:
        yield f"costs of all sectors × {factor}", "china-2020", [one for name in SECTORS for one in costs(name, factor)]
    for name in SECTORS:
        for factor in FACTORS:
            yield f"costs of {name} × {factor}", "china-2020", costs(name, factor)
    yield "cash: Zhu (34 % within 1 month)", "china-2020-thin-cash", []
    yield "cash: ESIEC's blog (14 / 50 %)", "china-2020", [f"kinds.{kind}.runway_points={BLOG}" for kind in KINDS]
    yield "window: six weeks, launch in March", "china-2020-launch-march", []
    yield "80.6 million borrowers, as printed", "china-2020-as-printed", []


def costs(name: str, factor: float) -> list[str]:
    """Costs that go on of one sector, scaled; inputs take up the difference, so the margin stays."""
    sector = sim.load("china-2020").settings.sectors[name]
    parts = {key: getattr(sector, key) for key in ("wage_share", "rent_share", "other_fixed_share")}
    inputs = sector.input_share - (factor - 1.0) * sum(parts.values())
    scaled = {key: value * factor for key, value in parts.items()} | {"input_share": max(0.0, inputs)}
    return [f"sectors.{name}.{key}={value:.6f}" for key, value in scaled.items()]


def judge(name: str, scenario: str, settings: list[str], enterprises: int, seeds: int) -> dict[str, object]:
    """One line: what the programme changed, and which conclusions hold."""
    main = sim.load(scenario, [f"population.enterprises={enterprises}", *settings])
    comparison = sim.compare(main, seeds=seeds, progress=False)
    summary = comparison.summary()
    saved, closed, borrowers = (summary.loc[key] for key in ("net_saved_thousand", "exit_share", "borrowers_million"))
    rows = comparison.results.enterprises
    worst = rows[rows["arm"] == "without"].groupby("sector", observed=True)["event"].mean().idxmax()
    return {
        "case": name,
        "saved_thousand": saved["difference"],
        "low": saved["low"],
        "high": saved["high"],
        "closed_without": closed["without"],
        "borrowers_million": borrowers["difference"],
        "saves more than it harms": bool(saved["low"] > 0.0),
        "prevents under a tenth of closures": bool(-closed["difference"] < 0.1 * closed["without"]),
        "catering closes most": worst == "catering",
        "borrowers within a factor of two of 8.06 million": bool(
            0.5 < borrowers["difference"] / REPORTED_MILLION < 2.0
        ),
    }


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-unknowns"), help="folder of the table")
    given = parser.parse_args()
    enterprises, seeds = (2_000, 3) if given.quick else (10_000, 10)
    table = pd.DataFrame([judge(*case, enterprises, seeds) for case in cases()])
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "unknowns.csv")
    print(table.iloc[:, :6].to_string(index=False, float_format=lambda value: f"{value:,.3f}"))
    for conclusion in table.columns[6:]:
        fails = table.loc[~table[conclusion].astype(bool), "case"]
        verdict = f"fails in {'; '.join(fails)}" if len(fails) else "survives all"
        print(f"{conclusion}: holds in {len(table) - len(fails)} of {len(table)}; {verdict}")


if __name__ == "__main__":
    main()
