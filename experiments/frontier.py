"""What more could the programme have saved, at what cost? The frontier of enterprises saved, cost and money lent.

Question      which programmes are not dominated: none saves more, costs less and lends less at once; where the
              programme as it was stands; the cheapest that saves as many (``--target``)
Levers        envelope, loan cap, yearly rate (no discount), days to a decision, launch date, grace and a guarantee;
              the terms hold for every product of the programme
Uncertainties sampling of enterprises and luck (seeds, paired); everything else as in china-2020
Outcome       against no programme, to the end of a run-off of 104 weeks: enterprises saved less harmed; cost = fiscal
              cost + what lenders lose on new loans (as in the rivals experiment); money lent, by programme and banks
Seeds         6, paired, 10,000 enterprises in each of 144 trials of NSGA-II (Optuna); what is shown is run again on 12
              fresh seeds, for the best of many trials is partly luck (``--quick``: 3 and 4 seeds, 1,500 enterprises,
              24 trials, a run-off of 39 weeks)
Running time  about 3 minutes on 2 cores (``--quick``: half a minute)

Run ``python -m experiments.frontier [--quick] [--trials N] [--target N|N%] [--out DIR]``; needs Optuna (``pip install
'tideover[analysis]'``). Trials are kept in DIR and taken over by the same command, which goes on where it was
interrupted; tables and the figure go to DIR, tables to stdout.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import sim
from experiments.paired import Paired, band, with_band
from experiments.programmes import LEVERS, Values, programme_of, words
from experiments.rivals import COST
from experiments.trials import Trial, search
from sim.figures import frontier, save
from sim.results import write_csv

OBJECTIVES = {"net_saved": 1.0, "cost": -1.0, "lent": -1.0}
"""What a trial is judged by: 1 = the more the better."""
MEASURED = {"saved_thousand": ("net_saved", 1e-3), "cost_bn": ("cost", 1e-9), "lent_bn": ("lent", 1.0)}
BASELINE = "as it was"
SHOWN = {"saved_thousand": "saved, net (thousand)", "cost_bn": "cost (bn yuan)", "lent_bn": "lent more (bn yuan)"}


@dataclass
class Judge:
    """Programmes against none, on the seeds of the search and on fresh ones."""

    scenario: sim.Scenario
    tried: Paired
    fresh: Paired

    def objectives(self, values: Values) -> list[float]:
        """Means of the objectives over the seeds of the search."""
        effect = effect_of(self.tried, programme_of(self.scenario, values))
        return [float(effect[name].mean()) for name in OBJECTIVES]

    def row(self, name: str, values: Values | None) -> dict[str, object]:
        """A programme on fresh seeds: means with bands; without values the programme as it was."""
        scenario = self.scenario if values is None else programme_of(self.scenario, values)
        effect = effect_of(self.fresh, scenario)
        row: dict[str, object] = {"programme": name} | dict(values or {})
        for key, (column, factor) in MEASURED.items():
            middle, low, high = band(effect[column] * factor)
            row |= {key: middle, f"{key}_low": low, f"{key}_high": high}
        return row


def effect_of(paired: Paired, scenario: sim.Scenario) -> pd.DataFrame:
    """A row a seed: what a programme changes against none of it, cost and money lent added."""
    effect = paired.effect(scenario)
    lent = effect[["lent_bn_programme", "lent_bn_bank"]].fillna(0.0).sum(axis=1)
    return effect.assign(cost=effect[list(COST)].sum(axis=1), lent=lent)


def judge_of(enterprises: int, run_off: int, seeds: int, fresh: int) -> Judge:
    """Seeds of the search come first, fresh ones after them."""
    sizes = [f"population.enterprises={enterprises}", f"calendar.run_off_weeks={run_off}"]
    scenario = sim.load("china-2020", sizes)
    none = scenario.set({"programme.enabled": False})
    return Judge(scenario, Paired(none, range(1, seeds + 1)), Paired(none, range(seeds + 1, seeds + 1 + fresh)))


def non_dominated(values: npt.ArrayLike, better: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Rows that no other row beats: as good in everything and better in something.

    Parameters
    ----------
    values
        Rows of objectives.
    better
        1 for an objective of which more is better, −1 for one of which less is.
    """
    good = np.asarray(values, dtype=np.float64) * np.asarray(better)
    return np.array([not ((good >= row).all(axis=1) & (good > row).any(axis=1)).any() for row in good])


def frontier_table(judge: Judge, trials: Sequence[Trial]) -> pd.DataFrame:
    """The programme as it was, then the non-dominated trials on fresh seeds, the one that saves most first."""
    best = non_dominated([trial.objectives for trial in trials], list(OBJECTIVES.values()))
    chosen = {tuple(trial.values.items()): trial for trial, good in zip(trials, best, strict=True) if good}
    rows = pd.DataFrame([judge.row(f"trial {trial.number}", trial.values) for trial in chosen.values()])
    order = rows.sort_values("saved_thousand", ascending=False, kind="stable")
    base = pd.DataFrame([judge.row(BASELINE, None)])
    table = pd.concat([base, order], ignore_index=True)
    measured = table[list(MEASURED)]
    return table.assign(dominated=~non_dominated(measured, list(OBJECTIVES.values())))


@dataclass(frozen=True)
class Target:
    """Enterprises to be saved on the seeds of the search and on fresh ones, and how that is called."""

    tried: float
    fresh: float
    words: str


def cheapest(judge: Judge, trials: Sequence[Trial], target: Target) -> dict[str, object] | None:
    """The cheapest trial that reaches a target on the seeds of the search and on fresh ones."""
    reaching = [trial for trial in trials if trial.objectives[0] >= target.tried]
    for trial in sorted(reaching, key=lambda one: (one.objectives[1], one.number)):
        row = judge.row(f"trial {trial.number}", trial.values)
        if float(str(row["saved_thousand"])) * 1e3 >= target.fresh:
            return row
    return None


def target_of(text: str | None, judge: Judge) -> Target:
    """What is to be reached; by default as many as the programme as it was saves on the same seeds.

    Raises
    ------
    ValueError
        If the text is neither a number of thousands nor a share.
    """
    if text is None:
        tried, fresh = (effect_of(one, judge.scenario)["net_saved"].mean() for one in (judge.tried, judge.fresh))
        return Target(float(tried), float(fresh), f"as many as the programme as it was ({fresh / 1e3:,.0f} thousand)")
    number = float(text.rstrip("%"))
    if not 0.0 < number < np.inf or (text.endswith("%") and number > 100.0):
        raise ValueError(text)
    if text.endswith("%"):
        wanted = number / 100.0 * float(judge.fresh.numbers(judge.scenario)["enterprises"].mean())
        return Target(wanted, wanted, f"{number:g} % of all enterprises ({wanted / 1e3:,.0f} thousand)")
    return Target(number * 1e3, number * 1e3, f"{number:,.0f} thousand")


def target_words(found: Mapping[str, object] | None, trials: Sequence[Trial], target: Target) -> str:
    """The answer to the question of the cheapest programme."""
    if found is None:
        most = max(trial.objectives[0] for trial in trials) / 1e3
        return (
            f"No programme that was tried saves {target.words}, on the seeds of the search and on fresh ones; the most "
            f"on the seeds of the search is {most:,.0f} thousand."
        )
    ends = {key: tuple(float(str(found[f"{key}{end}"])) for end in ("", "_low", "_high")) for key in SHOWN}
    numbers = "; ".join(
        f"{label} {with_band((a, b, c))}" for (a, b, c), label in zip(ends.values(), SHOWN.values(), strict=True)
    )
    values = {lever.name: float(str(found[lever.name])) for lever in LEVERS}
    terms = "; ".join(
        f"{lever.name} {text}{'' if lever.name == 'launch' else f' {lever.unit}'}"
        for lever, text in zip(LEVERS, words(values), strict=True)
    )
    return (
        f"Cheapest that was tried and saves {target.words}: {found['programme']}: {terms}. On fresh seeds: {numbers}."
    )


def shown(table: pd.DataFrame) -> Iterator[str]:
    """The table as text."""
    text = pd.DataFrame({"programme": table["programme"]})
    text[""] = np.where(table["dominated"], "dominated", "")
    for key, label in SHOWN.items():
        ends = table[[key, f"{key}_low", f"{key}_high"]].to_numpy(np.float64)
        text[label] = [with_band((middle, low, high)) for middle, low, high in ends]
    names = [lever.name for lever in LEVERS]
    terms = [["–"] * len(names) if pd.isna(row[names[0]]) else list(words(row)) for _, row in table.iterrows()]
    text[names] = terms
    yield text.to_string(index=False)
    yield "levers: " + "; ".join(
        f"{lever.name} ({'date' if lever.name == 'launch' else lever.unit})" for lever in LEVERS
    )


def explore(
    judge: Judge, trials: int, folder: Path, target: str | None = None, progress: Callable[[int], None] | None = None
) -> tuple[pd.DataFrame, str]:
    """Search, confirm, draw: the table of the frontier, and the answer to the question of the target."""
    question = [judge.scenario.digest, list(judge.tried.seeds)]
    done = search(judge.objectives, list(OBJECTIVES.values()), trials, folder, question, progress)
    table = frontier_table(judge, done)
    wanted = target_of(target, judge)
    answer = target_words(cheapest(judge, done, wanted), done, wanted)
    write_csv(table, folder / "frontier.csv")
    rows = [{"trial": t.number, **t.values, **dict(zip(OBJECTIVES, t.objectives, strict=True))} for t in done]
    all_tried = pd.DataFrame(rows)
    write_csv(all_tried, folder / "trials.csv")
    (folder / "cheapest.txt").write_text(answer + "\n", encoding="utf-8")
    size = judge.scenario.get("population.enterprises")
    words_under = (
        f"{size:,} enterprises simulated; {len(done)} trials on {len(judge.tried.seeds)} seeds; frontier and programme "
        f"on {len(judge.fresh.seeds)} fresh seeds, paired; bars: 95 % (Student t)."
    )
    figure = frontier(table, all_tried, words_under)
    for ending in ("svg", "png"):
        save(figure, folder / f"frontier.{ending}")
    return table, answer


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--trials", type=int, help="trials in all, those done before included")
    parser.add_argument("--target", metavar="N|N%", help="enterprises to be saved, thousand or share of all")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-frontier"), help="folder for the results")
    given = parser.parse_args()
    began = time.perf_counter()
    judge = judge_of(1_500, 39, 3, 4) if given.quick else judge_of(10_000, 104, 6, 12)
    trials = given.trials if given.trials is not None else 24 if given.quick else 144
    if trials < 1:
        parser.error("--trials: at least 1")
    try:
        if given.target is not None:
            target_of(given.target, judge)
    except ValueError:
        parser.error("--target: write a number of thousands, such as 500, or a share of all enterprises, such as 0.5%%")
    try:
        table, answer = explore(judge, trials, given.out, given.target)
    except sim.ScenarioError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print("\n".join([*shown(table), "", answer]))
    print(f"{judge.tried.runs + judge.fresh.runs} runs in {time.perf_counter() - began:.0f} seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
