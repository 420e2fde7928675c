"""Does the size of the simulation change the answer? The same country as ever more agents.

Question      do survival, borrowers, money lent and jobs agree when each agent stands for fewer real enterprises,
              with envelope, quotas and capacities in real yuan and applications untouched?
Levers        population.enterprises
Uncertainties sampling of enterprises and luck (seeds)
Outcome       levels of the programme arm and differences from no programme, per real enterprise; each size against the
              largest: difference of means with its 95 % band (Welch: sizes have different seeds and spreads)
Seeds         10,000 enterprises × 20, 100,000 × 5, 1,000,000 × 3 (``--quick``: 5,000 × 8, 20,000 × 4, 50,000 × 3)
Running time  about 2 minutes and 4 GB on 2 cores (``--quick``: 15 seconds)

Run ``python -m experiments.scale [--quick] [--out DIR]``; ``scale.csv`` goes to DIR, the table to stdout.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

import sim
from experiments.paired import Paired, band, with_band
from sim.results import write_csv

FULL = {10_000: 20, 100_000: 5, 1_000_000: 3}
QUICK = {5_000: 8, 20_000: 4, 50_000: 3}
SHOWN = {
    "exit_share": ("closed, with (%)", "share"),
    "exit_share_without": ("closed, without (%)", "share"),
    "saved_share": ("saved, net (%)", "share"),
    "borrowers_share": ("borrowers (% of enterprises)", "share"),
    "lent_yuan": ("programme money (yuan per enterprise)", ""),
    "bank_yuan": ("new bank loans (yuan per enterprise)", ""),
    "job_years": ("job-years (per enterprise)", ""),
    "approval_share_programme": ("approved by the programme (%)", "share"),
}


def numbers_of(enterprises: int, seeds: int) -> pd.DataFrame:
    """A row a seed, per real enterprise; sizes take different seeds."""
    scenario = sim.load("china-2020", [f"population.enterprises={enterprises}"])
    paired = Paired(scenario.set({"programme.enabled": False}), range(enterprises, enterprises + seeds))
    found, without = paired.numbers(scenario), paired.numbers(paired.reference)
    real = found["enterprises"]
    return found.assign(
        exit_share_without=without["exit_share"],
        saved_share=found["net_saved"] / real,
        borrowers_share=found["borrowers_million"] * 1e6 / real,
        lent_yuan=found["lent_bn_programme"] * 1e9 / real,
        bank_yuan=found["lent_bn_bank"] * 1e9 / real,
        job_years=found["job_years"] / real,
    )


def welch(some: npt.ArrayLike, others: npt.ArrayLike) -> tuple[float, float, float]:
    """Difference of two means and its 95 % band (Welch)."""
    first, second = np.asarray(some, np.float64), np.asarray(others, np.float64)
    parts = np.array([first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)])
    freedom = parts.sum() ** 2 / (parts**2 / (len(first) - 1, len(second) - 1)).sum()
    gap, half = first.mean() - second.mean(), student.ppf(0.975, freedom) * np.sqrt(parts.sum())
    return float(gap), float(gap - half), float(gap + half)


def compare_sizes(sizes: dict[int, int]) -> pd.DataFrame:
    """One row per outcome and size: mean, band, difference from the largest size and its band."""
    found = {enterprises: numbers_of(enterprises, seeds) for enterprises, seeds in sizes.items()}
    largest = found[max(sizes)]
    rows = []
    for name, (label, unit) in SHOWN.items():
        for enterprises, numbers in found.items():
            middle, low, high = band(numbers[name])
            gap = welch(numbers[name], largest[name]) if numbers is not largest else (0.0, 0.0, 0.0)
            row = {"outcome": label, "unit": unit, "enterprises": enterprises, "seeds": len(numbers)}
            row |= {"mean": middle, "low": low, "high": high}
            row |= dict(zip(("gap", "gap_low", "gap_high"), gap, strict=True))
            rows.append(row | {"agrees": gap[1] <= 0.0 <= gap[2]})
    return pd.DataFrame(rows)


def shown(table: pd.DataFrame) -> str:
    """The table as text: outcomes down, sizes across; a star where a size differs from the largest."""
    cells = [
        with_band((row["mean"], row["low"], row["high"]), str(row["unit"])) + ("" if row["agrees"] else " *")
        for _, row in table.iterrows()
    ]
    names = [f"{row['enterprises']:,} × {row['seeds']}" for _, row in table.iterrows()]
    wide = table.assign(text=cells, size=names).pivot(index="outcome", columns="size", values="text")
    frame = wide.reindex(index=table["outcome"].unique(), columns=list(dict.fromkeys(names)))
    few = int((~table["agrees"]).sum())
    compared = len(table) - table["outcome"].nunique()
    return f"{frame.to_string()}\n{few} of {compared} differences from the largest size are told from 0 (5 % expected)"


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-scale"), help="folder for the table")
    given = parser.parse_args()
    table = compare_sizes(QUICK if given.quick else FULL)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(table, given.out / "scale.csv")
    print(shown(table))


if __name__ == "__main__":
    main()
