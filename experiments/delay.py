"""How much of the programme's effect hangs on its speed: days to a decision, and the day it starts?

Question      enterprises saved by days from application to decision and by launch date
Levers        programme.decision_days, programme.launch_date
Uncertainties none varied; the scenario's own values (china-2020)
Outcome       enterprises saved less harmed, with against without the programme; what one more day to a decision costs
              (change between two delays, per day, on the same seeds), and how many of the closed were in a queue
Seeds         10, paired, the same at all 36 points (``--quick``: 3, 9 points, and 2,000 enterprises in place of 20,000)
Running time  about 4 minutes on 2 cores (``--quick``: 10 seconds)

Run ``python -m experiments.delay [--quick] [--out DIR] [--resume]``; tables (also ``day-values.csv``) and two maps
go to DIR (enterprises saved, and the change from the programme as it was, which is framed), a table to stdout.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import pandas as pd

import sim
from experiments.paired import Paired, band
from sim import Sweep, figures, sweep
from sim.figures import heatmap
from sim.results import write_csv

DAYS, LAUNCH = "programme.decision_days", "programme.launch_date"
OUTCOME = "net_saved_thousand"
DELAYS, DELAYS_QUICK = [0, 3, 7, 14, 30, 60], [0, 14, 60]
FULL = {
    DAYS: DELAYS,
    LAUNCH: ["2020-02-03", "2020-02-17", "2020-03-02", "2020-03-16", "2020-04-13", "2020-05-11"],
}
QUICK = {DAYS: DELAYS_QUICK, LAUNCH: ["2020-02-03", "2020-02-17", "2020-04-13"]}


def delay(quick: bool, folder: Path, resume: bool = False) -> Sweep:
    """Run the grid and draw the maps."""
    scenario = sim.load("china-2020", [f"population.enterprises={2_000 if quick else 20_000}"])
    found = sweep(scenario, QUICK if quick else FULL, seeds=3 if quick else 10, out=folder, resume=resume)
    rows, base = found.outcome(OUTCOME), (scenario.get(LAUNCH).isoformat(), scenario.get(DAYS))
    caption = f"{scenario.get('population.enterprises'):,} enterprises simulated, {rows['seeds'].max()} paired seeds."
    saved = heatmap(
        rows, LAUNCH, DAYS, title="enterprises saved less harmed", unit="thousand", base=base, caption=caption
    )
    change = heatmap(
        rows,
        LAUNCH,
        DAYS,
        title="enterprises saved less harmed, change from the programme as it was",
        unit="thousand",
        base=base,
        against_base=True,
        caption=caption,
    )
    for name, figure in (("saved", saved), ("change", change)):
        for ending in ("svg", "png"):
            figures.save(figure, folder / "figures" / f"{name}.{ending}")
    return found


def day_values(quick: bool) -> pd.DataFrame:
    """What a day costs between each two delays: enterprises saved per day, and closed in a queue, with 95 % bands."""
    scenario = sim.load("china-2020", [f"population.enterprises={2_000 if quick else 20_000}"])
    days = DELAYS_QUICK if quick else DELAYS
    paired = Paired(scenario.set({"programme.enabled": False}), range(1, 4 if quick else 11))
    found = {day: paired.numbers(scenario.set({DAYS: day})) for day in days}
    rows = []
    for first, then in pairwise(days):
        cost = (found[first]["net_saved"] - found[then]["net_saved"]) / (then - first) / 1e3
        queued = 100.0 * found[then]["queue_deaths"] / (found[then]["exit_share"] * found[then]["enterprises"])
        row: dict[str, float] = {"from_days": first, "to_days": then}
        row |= dict(zip(("lost_per_day_thousand", "low", "high"), band(cost), strict=True))
        row |= dict(zip(("closed_in_queue_percent", "queue_low", "queue_high"), band(queued), strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--resume", action="store_true", help="go on where it was interrupted")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-delay"), help="folder")
    given = parser.parse_args()
    rows = delay(given.quick, given.out, given.resume).outcome(OUTCOME)
    print(rows.pivot(index=DAYS, columns=LAUNCH, values="mean").round(0).to_string())
    by_day = day_values(given.quick)
    write_csv(by_day, given.out / "day-values.csv")
    print("\nwhat a day costs (thousand enterprises saved fewer), and the share of the closed that were in a queue (%)")
    print(by_day.round(1).to_string(index=False))


if __name__ == "__main__":
    main()
