"""Does one run of the whole country, every enterprise by itself, say what many small simulations say of it?

Question      do survival, borrowers, money lent and jobs of the country one to one lie where a single run of 100,000
              enterprises would, scaled up?
Levers        the whole programme, on or off
Uncertainties sampling of enterprises and luck (seeds)
Outcome       the national number; mean and spread of the small runs: the 95 % band of one more of them (prediction
              band, mean ± t × sd × √(1 + 1/n)), inside or not; seconds and memory of the national run
Seeds         121.4 million enterprises × 1, against 100,000 × 20 (``--quick``: 4,000 × 1 against 2,000 × 4)
Running time  about 13 minutes and 21 GB on 2 cores (``--quick``: 20 seconds)

Run ``python -m experiments.national [--quick] [--out DIR]``; ``national.csv`` and ``run.csv`` go to DIR, results and
figures of the national run to DIR/national, the table to stdout.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

import sim
from sim import outcomes
from sim.results import write_csv

NATIONAL, PARENT = "china-2020-national", "china-2020"
AT_A_TIME = 2
"""Seeds whose panels are in memory at a time."""
FIRST_SEED = 101
"""First seed of the small runs; the national run has seed 1."""
SMALL = (100_000, 20)
QUICK_NATIONAL, QUICK_SMALL = 4_000, (2_000, 4)
SHOWN = {
    "survival_with": ("in business at the end, with", "share"),
    "survival_without": ("in business at the end, without", "share"),
    "survival_gap": ("difference", "share"),
    "net_saved": ("enterprises saved, net", "million"),
    "jobs_saved": ("jobs in enterprises saved, net", "million"),
    "jobs_gap": ("jobs at the end, difference", "million"),
    "borrowers": ("borrowers of the programme", "million"),
    "lent": ("lent by the programme", "bn yuan"),
    "bank": ("new bank loans, with", "bn yuan"),
}


def numbers_of(results: sim.Results) -> pd.DataFrame:
    """A row a seed: what is compared."""
    runs = outcomes.run_outcomes(results).set_index(["arm", "seed"])
    with_it, without = runs.loc["with"], runs.loc["without"]
    fates = outcomes.fates(results.enterprises, scale=results.scale).drop(columns="group")
    fates = fates.pivot(index="seed", columns="fate") / 1e6
    enterprises, staff = fates["enterprises"], fates["staff"]
    return pd.DataFrame(
        {
            "survival_with": 1.0 - with_it["exit_share"],
            "survival_without": 1.0 - without["exit_share"],
            "survival_gap": without["exit_share"] - with_it["exit_share"],
            "net_saved": enterprises["saved"] - enterprises["harmed"],
            "jobs_saved": staff["saved"] - staff["harmed"],
            "jobs_gap": with_it["jobs_million"] - without["jobs_million"],
            "borrowers": with_it["borrowers_million"],
            "lent": with_it["lent_bn_programme"],
            "bank": with_it["lent_bn_bank"],
        }
    )


def small_runs(enterprises: int, seeds: int) -> pd.DataFrame:
    """The numbers of many runs of few enterprises."""
    scenario = sim.load(PARENT, [f"population.enterprises={enterprises}"])
    every = range(FIRST_SEED, FIRST_SEED + seeds)
    parts = [every[place : place + AT_A_TIME] for place in range(0, seeds, AT_A_TIME)]
    return pd.concat([numbers_of(sim.compare(scenario, seeds=part, progress=False).results) for part in parts])


def prediction_band(values: npt.ArrayLike) -> tuple[float, float, float]:
    """Mean of runs, and the ends of the 95 % band of one more run."""
    array = np.asarray(values, np.float64)
    number, middle = len(array), float(array.mean())
    half = float(student.ppf(0.975, number - 1) * array.std(ddof=1) * np.sqrt(1.0 + 1.0 / number))
    return middle, middle - half, middle + half


def compared(national: pd.DataFrame, small: pd.DataFrame) -> pd.DataFrame:
    """One row a number: national, mean and band of the small runs, inside or not."""
    rows = []
    for name, (label, unit) in SHOWN.items():
        value = float(national[name].iloc[0])
        middle, low, high = prediction_band(small[name])
        row = {"outcome": label, "unit": unit, "national": value, "mean": middle, "low": low, "high": high}
        rows.append(row | {"inside": low <= value <= high})
    return pd.DataFrame(rows)


def peak_bytes() -> int:
    """Largest memory that this process has had."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def national_run(settings: Sequence[str], folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run the country, keep its results in a folder; its numbers, and its size, seconds and memory."""
    began = time.perf_counter()
    comparison = sim.compare(sim.load(NATIONAL, settings), seeds=1)
    seconds, peak = time.perf_counter() - began, peak_bytes()
    agents, _ = outcomes.size_of(comparison.results)
    about: dict[str, Any] = {"command": "experiments.national", "summary": comparison.summary()}
    sim.save(comparison.results, folder, seconds=seconds, figures=True, overwrite=True, **about)
    run = {
        "enterprises": agents,
        "scale": comparison.results.scale,
        "arms": 2,
        "seconds": seconds,
        "peak_gb": peak / 1e9,
    }
    return numbers_of(comparison.results), pd.DataFrame([run])


def shown(table: pd.DataFrame, run: pd.Series, small: tuple[int, int]) -> str:
    """The table and the run as text."""
    frame = pd.DataFrame({"": table["outcome"], "unit": table["unit"].replace("share", "%")})
    for name in ("national", "mean", "low", "high"):
        frame[name] = [outcomes.format_number(*pair) for pair in zip(table[name], table["unit"], strict=True)]
    frame["inside"] = np.where(table["inside"], "yes", "no")
    agents, seeds = small
    return "\n".join(
        [
            f"national: {int(run['enterprises']):,} enterprises, each for {int(run['scale']):,}, both arms, 1 seed: "
            f"{run['seconds']:,.0f} s, {run['peak_gb']:.1f} GB at most",
            f"mean, low, high: {seeds} seeds of {agents:,} enterprises scaled up, 95 % band of one more such run",
            frame.to_string(index=False),
            f"{int(table['inside'].sum())} of {len(table)} inside",
        ]
    )


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-national"), help="folder for tables")
    given = parser.parse_args()
    settings = [f"population.enterprises={QUICK_NATIONAL}"] if given.quick else []
    small = QUICK_SMALL if given.quick else SMALL
    national, run = national_run(settings, given.out / "national")
    table = compared(national, small_runs(*small))
    write_csv(table, given.out / "national.csv")
    write_csv(run, given.out / "run.csv")
    print(shown(table, run.iloc[0], small))


if __name__ == "__main__":
    main()
