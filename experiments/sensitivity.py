"""Which settings decide how many enterprises the programme saves: its own levers, or what we do not know of the world?

Question      swing of the programme's effect, one setting at a time; shares of its variance, all settings at once
Levers        programme.decision_days, programme.rate_yearly, programme.loan_cap_share
Uncertainties programme.awareness_half_days, payments.avoidable_share, exit.rent_patience_days, exit.wage_patience_days,
              sales.custom_shift_share
Outcome       enterprises saved less harmed, with against without the programme
Seeds         10 paired seeds a point one at a time, 4 in the Sobol sample (``--quick``: 3 and 1, and 1,000 enterprises
              in place of 10,000)
Running time  about 20 minutes on 2 cores (``--quick``: under a minute)

Run ``python -m experiments.sensitivity [--quick] [--out DIR] [--resume]``; needs SALib (``pip install
'tideover[analysis]'``). Tables and figures (tornado, Sobol) go to DIR, the indices to stdout.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import sim
from sim import Sweep, figures, sweep
from sim.results import write_csv
from sim.studies import wide_note

OUTCOME = "net_saved_thousand"
RANGES = {
    "programme.decision_days": "0:30",
    "programme.rate_yearly": "0.04:0.16",
    "programme.loan_cap_share": "0.1:0.4",
    "programme.awareness_half_days": "15:60",
    "payments.avoidable_share": "0.1:0.5",
    "exit.rent_patience_days": "15:60",
    "exit.wage_patience_days": "15:60",
    "sales.custom_shift_share": "0.0:0.5",
}


def explore(quick: bool, folder: Path, resume: bool = False) -> dict[str, Sweep]:
    """Run both designs and draw their figures."""
    scenario = sim.load("china-2020", [f"population.enterprises={1_000 if quick else 10_000}"])
    found = {
        "tornado": sweep(
            scenario, RANGES, seeds=3 if quick else 10, design="oat", out=folder / "tornado", resume=resume
        ),
        "sobol": sweep(
            scenario,
            RANGES,
            seeds=1 if quick else 4,
            design="sobol",
            samples=16 if quick else 128,
            out=folder / "sobol",
            resume=resume,
        ),
    }
    for name, one in found.items():
        for ending in ("svg", "png"):
            figures.save(one.figure(OUTCOME), folder / "figures" / f"{name}.{ending}")
    write_csv(found["tornado"].swings(OUTCOME), folder / "tornado.csv")
    write_csv(found["sobol"].sensitivity(OUTCOME), folder / "sobol.csv")
    return found


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--resume", action="store_true", help="go on where it was interrupted")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-sensitivity"), help="folder")
    given = parser.parse_args()
    indices = explore(given.quick, given.out, given.resume)["sobol"].sensitivity(OUTCOME)
    print(indices.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    if text := wide_note(indices):
        print(f"note: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
