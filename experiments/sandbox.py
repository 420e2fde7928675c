"""What would an evaluator who sees only one world find, and why is it not the truth?

Question      how far difference in means, difference-in-differences, matching and regression discontinuity are from the
              known effect of the programme on its borrowers, and which selection explains the gap
Levers        the whole programme, on or off; who is in it: a lottery among those that would borrow, a turnover cap, the
              borrowers' own choice and the lenders', a cap that the needy get under by misreporting
Uncertainties sampling of enterprises and luck (seeds, paired), the coin of the lottery
Outcome       sales of the last 12 weeks as a share of usual sales, 0 when closed (``--outcome survival``: in business
              at the end); estimate = truth + selection + spillover on the comparison group, exactly
Seeds         20, paired, 20,000 enterprises; 100 lotteries (``--quick``: 4, 5,000 enterprises, 10 lotteries)
Running time  about half a minute on 2 cores (``--quick``: 5 seconds)

In a random assignment each enterprise is seen in one of its two worlds, by a coin or by its turnover; what a smaller
programme would do to the others in it is left out. A regression discontinuity estimates the effect at its cut.

Run ``python -m experiments.sandbox [--quick] [--outcome sales|survival] [--out DIR]``; needs statsmodels (``pip install
'tideover[analysis]'``). Tables (``estimates``, ``coverage``, ``groups``), the panels an evaluator would see (Parquet),
``truth.parquet`` and the figure go to DIR, the estimates to stdout.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

import sim
from experiments.assignments import ASSIGNMENTS, by_lottery, of_survival, two_worlds
from experiments.estimators import METHODS, discontinuity, estimated, statsmodels
from experiments.sandbox_figure import against_truth
from sim.figures import save
from sim.results import write_csv
from sim.studies import KNOWN_BEFORE

EVALUATOR = ["seed", "enterprise", *KNOWN_BEFORE, "before", "seen", "treated"]
"""What an evaluator sees of each enterprise; ``distance`` from the cut too where there is one."""

TRUTH = ["seed", "enterprise", "runway_days", "quality", "borrowed", "with", "without", "open_with", "open_without"]
DESCRIBED = ["yearly_sales_yuan", "staff", "before", "runway_days", "quality", "untreated"]
OUTCOMES = {"sales": "sales of the last 12 weeks, of usual sales", "survival": "in business at the end"}


def estimates(worlds: pd.DataFrame) -> pd.DataFrame:
    """Every method under every assignment that it fits: kind, assignment, method, enterprises and the estimate."""
    rows = []
    for (kind, name), assign in ASSIGNMENTS.items():
        frame = assign(worlds)
        for method, design in METHODS.items():
            if ("distance" in frame) == (design is discontinuity):
                made = design(frame)
                about: dict[str, object] = {"kind": kind, "assignment": name, "method": method}
                about["enterprises"] = int((made.weights > 0.0).sum())
                rows.append(about | asdict(estimated(frame, made)))
    return pd.DataFrame(rows)


def coverage(worlds: pd.DataFrame, lotteries: int) -> pd.DataFrame:
    """How often the interval holds the mean effect on all in the lottery, and the mean gap to it, over many lotteries.

    Not the effect on those who were drawn: that moves with the draw, and an interval from the spread of both groups
    does not know that what the drawn would have done without the programme spreads more than what they did with it.
    """
    frames = [by_lottery(worlds, coin) for coin in range(1, lotteries + 1)]
    truth = float((frames[0]["with"] - frames[0]["without"]).mean())
    rows = []
    for method, design in METHODS.items():
        if design is not discontinuity:
            found = [estimated(frame, design(frame)) for frame in frames]
            inside = sum(one.low <= truth <= one.high for one in found)
            gap = float(pd.Series([one.value for one in found]).mean()) - truth
            rows.append({"method": method, "inside": inside, "lotteries": lotteries, "mean_gap": gap})
    return pd.DataFrame(rows)


def groups(worlds: pd.DataFrame) -> pd.DataFrame:
    """Who the treated and the comparison group are, hidden things included: means, and enterprises."""
    parts = []
    for (kind, name), assign in ASSIGNMENTS.items():
        frame = assign(worlds)
        means = frame.groupby("treated")[DESCRIBED].mean().assign(enterprises=frame.groupby("treated").size())
        parts.append(means.reset_index().assign(kind=kind, assignment=name))
    table = pd.concat(parts, ignore_index=True)
    return table[["kind", "assignment", "treated", "enterprises", *DESCRIBED]]


def export(worlds: pd.DataFrame, folder: Path) -> None:
    """Write what an evaluator would see under each assignment, and the truth apart from it."""
    folder.mkdir(parents=True, exist_ok=True)
    for (_, name), assign in ASSIGNMENTS.items():
        frame = assign(worlds)
        columns = [*EVALUATOR, *(["distance"] if "distance" in frame else [])]
        words = "-".join(name.replace(",", "").split())
        frame[columns].to_parquet(folder / f"evaluator-{words}.parquet", index=False)
    worlds[TRUTH].to_parquet(folder / "truth.parquet", index=False)


def shown(table: pd.DataFrame) -> list[str]:
    """The estimates as text, in percentage points."""
    lines = []
    for (kind, name), part in table.groupby(["kind", "assignment"], sort=False):
        lines += [f"{kind}: {name}", f"  {'':28}{'estimate':>24}{'truth':>8}{'selection':>11}{'spillover':>11}"]
        for row in part.itertuples():
            band = f"{row.value:+.1%} ({row.low:+.1%} … {row.high:+.1%})".replace("%", "")
            parts = f"{row.truth:>+8.1%}{row.selection:>+12.1%}{row.spillover:>+12.1%}".replace("%", "")
            lines.append(f"  {row.method:28}{band:>24}{parts}{'' if row.low <= row.truth <= row.high else '  missed'}")
    return lines


def sandbox(scenario: sim.Scenario, seeds: Sequence[int], outcome: str, lotteries: int, folder: Path) -> list[str]:
    """Run everything, write it, and return what is printed."""
    statsmodels()
    known = two_worlds(scenario, seeds)
    worlds = of_survival(known) if outcome == "survival" else known
    table, held = estimates(worlds), coverage(worlds, lotteries)
    export(worlds, folder)
    for name, one in (("estimates", table), ("coverage", held), ("groups", groups(worlds))):
        write_csv(one, folder / f"{name}.csv")
    size = scenario.get("population.enterprises")
    figure = against_truth(table, OUTCOMES[outcome], f"{size:,} enterprises simulated, {len(seeds)} paired seeds.")
    for ending in ("svg", "png"):
        save(figure, folder / f"estimates.{ending}")
    lines = [f"effect on {OUTCOMES[outcome]} (percentage points, 95 %)", *shown(table)]
    for row in held.itertuples():
        gap = f"mean gap {row.mean_gap * 100:+.2f} points"
        held_in = f"{row.inside} of {row.lotteries} lotteries"
        lines.append(f"{row.method}: the interval holds the mean effect in {held_in}, {gap}")
    return lines


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--outcome", choices=list(OUTCOMES), default="sales", help="what the effect is on")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-sandbox"), help="folder for the results")
    given = parser.parse_args()
    enterprises, seeds, lotteries = (5_000, 4, 10) if given.quick else (20_000, 20, 100)
    scenario = sim.load("china-2020", [f"population.enterprises={enterprises}"])
    try:
        lines = sandbox(scenario, range(1, seeds + 1), given.outcome, lotteries, given.out)
    except sim.ScenarioError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print("\n".join(lines))


if __name__ == "__main__":
    main()
