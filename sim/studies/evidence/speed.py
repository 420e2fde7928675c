"""What late money costs: the arrival of PPP loans by size beside the model's, and the same with the delay taken away.

``ppp-speed`` runs ``us-2020`` in steps of a day, four times on the same seeds: as it was (no approval from 17 to 26
April), with the gap closed, with the days to a decision and to the money halved, and with the rate halved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arithmetic.calendar import Calendar
from sim.model import Model
from sim.model.economy import calendar_of
from sim.model.model import Engine
from sim.outcomes import mean_interval
from sim.results.run_tables import loan_table
from sim.scenario import Scenario, load, scenarios_folder, with_firms
from sim.studies.evidence.fit import row_of
from sim.studies.progress import tqdm
from sim.studies.replications import cores, refuse_totals

TABLE, SCENARIO = "ppp-speed", "us-2020"
WAS, CLOSED, FASTER, CHEAPER = "as it was", "gap closed", "delay halved", "rate halved"
BOUNDS, SIZES = (2, 5, 10, 20), ("0–1", "2–4", "5–9", "10–19", "20+")
UNDER_TEN = 3
"""Size classes under 10 workers."""
LAST_APPROVAL = pd.Timestamp("2020-06-30")
GAP = (pd.Timestamp("2020-04-17"), pd.Timestamp("2020-04-26"))
AUGUST = (pd.Timestamp("2020-08-01"), pd.Timestamp("2020-08-31"))
SUMMER = (GAP[0], AUGUST[1])
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Speed:
    """One run: who was approved when, jobs by size and day, enterprises closed by size, all real."""

    scale: int
    start: pd.Timestamp
    approved: pd.DatetimeIndex
    money: Floats = field(repr=False)
    size: npt.NDArray[np.int64] = field(repr=False)
    jobs: Floats = field(repr=False)
    closed: Floats = field(repr=False)
    there: Floats = field(repr=False)

    def approved_between(self, first: pd.Timestamp | None, last: pd.Timestamp, size: int | None = None) -> float:
        """Share of the loans approved by the end of June that was approved from one day to another, in a size class."""
        chosen = np.asarray(self.approved <= LAST_APPROVAL) & (True if size is None else self.size == size)
        early = np.asarray(self.approved <= last) & (True if first is None else np.asarray(self.approved >= first))
        return float((early & chosen).sum() / max(1, chosen.sum()))

    def money_by(self, last: pd.Timestamp) -> float:
        """Share of the money approved by the end of June that was approved by a day."""
        chosen = np.asarray(self.approved <= LAST_APPROVAL)
        return float(self.money[self.approved <= last].sum() / max(1.0, self.money[chosen].sum()))

    def mean_jobs(self, span: tuple[pd.Timestamp, pd.Timestamp]) -> Floats:
        """Mean jobs by size class from one day to another."""
        first, last = ((day - self.start).days for day in span)
        return np.asarray(self.jobs[first : last + 1].mean(axis=0), dtype=np.float64)


Runs = dict[str, list[Speed]]


def arms(settings: Sequence[str], firms: str | Path | None = None) -> dict[str, Scenario]:
    """The programme as it was, and what else it might have been, in steps of a day."""
    was = load(SCENARIO, ["calendar.step_days=1", "calendar.weeks=40", *settings])
    was = with_firms(was, firms) if firms is not None else was
    programme = was.settings.programme
    halved = {f"programme.{key}": getattr(programme, key) // 2 for key in ("decision_days", "payout_days")}
    return {
        WAS: was,
        CLOSED: was.set({"lenders.second_round.programme_from": programme.launch_date}),
        FASTER: was.set(halved),
        CHEAPER: was.set({"programme.rate_yearly": programme.rate_yearly / 2.0}),
    }


def run_once(scenario: Scenario, seed: int, engine: Engine) -> Speed:
    """Run one arm with one seed and count its jobs by size class on every day."""
    model = Model(scenario, rng=seed, engine=engine)
    calendar, rows = calendar_of(scenario.settings), model.economy.enterprises
    first = rows["entry_step"] == 0
    size = np.searchsorted(BOUNDS, rows["staff_normal"], side="right").astype(np.int64)
    jobs = np.zeros((calendar.horizon, len(SIZES)))
    for step in range(calendar.horizon):
        model.step()
        rows = model.economy.enterprises
        working = first & (rows["exists"] == 1)
        jobs[step] = np.bincount(size[working], rows["staff"][working], minlength=len(SIZES))
    found = measured(model, calendar, first, size, jobs)
    model.free()
    return found


def measured(
    model: Model, calendar: Calendar, first: npt.NDArray[np.bool_], size: npt.NDArray[np.int64], jobs: Floats
) -> Speed:
    """What the tables of the speed of money need from a finished run."""
    economy = model.economy
    loans = loan_table(model)
    lent = loans["programme"].to_numpy() & loans["payout_date"].notna().to_numpy()
    borrower = economy.loans["enterprise"][: economy.loan_count][lent]
    closed = first & (economy.enterprises["exit_step"] >= 0)
    many = len(SIZES)
    return Speed(
        scale=economy.scale,
        start=pd.Timestamp(calendar.start),
        approved=pd.DatetimeIndex(loans.loc[lent, "decided_date"]),
        money=loans.loc[lent, "amount_yuan"].to_numpy(np.float64),
        size=size[borrower],
        jobs=jobs * economy.scale,
        closed=np.bincount(size[closed], minlength=many).astype(np.float64) * economy.scale,
        there=np.bincount(size[first], minlength=many).astype(np.float64) * economy.scale,
    )


def run_all(
    scenarios: Mapping[str, Scenario], seeds: Sequence[int], engine: Engine, jobs: int | None, progress: bool
) -> Runs:
    """Every arm with every seed, on threads; in the order of the arms and seeds."""
    refuse_totals(scenarios.values(), "comparing with published figures")
    wanted = [(arm, seed) for arm in scenarios for seed in seeds]
    with ThreadPoolExecutor(1 if engine == "mesa" else jobs or cores()) as pool:
        found = pool.map(lambda one: run_once(scenarios[one[0]], one[1], engine), wanted)
        done = list(tqdm(found, total=len(wanted), unit="run", disable=not progress, leave=False))
    return {arm: [run for (name, _), run in zip(wanted, done, strict=True) if name == arm] for arm in scenarios}


def approved_by(name: str) -> Callable[[Runs, int, pd.Timestamp], float]:
    """A measure: share of the loans of a size class approved by a day."""
    place = None if name == "all" else SIZES.index(name)
    return lambda runs, at, day: runs[WAS][at].approved_between(None, day, place)


def lost_by_size(runs: Runs, at: int, arm: str = CLOSED) -> Floats:
    """Jobs from 17 April to the end of August that were there with an arm and not as it was, by size class."""
    return runs[arm][at].mean_jobs(SUMMER) - runs[WAS][at].mean_jobs(SUMMER)


def lost_under_ten(runs: Runs, at: int, day: pd.Timestamp) -> float:
    """Share of the jobs lost to the gap that is in enterprises under 10 workers."""
    lost = lost_by_size(runs, at)
    return float(lost[:UNDER_TEN].sum() / lost.sum()) if lost.sum() > 0.0 else float("nan")


def more_in_august(runs: Runs, at: int, day: pd.Timestamp) -> float:
    """Jobs that the closed gap leaves in August."""
    return float(runs[CLOSED][at].mean_jobs(AUGUST).sum() - runs[WAS][at].mean_jobs(AUGUST).sum())


def delay_beats_rate(runs: Runs, at: int, day: pd.Timestamp) -> float:
    """Closures with the rate halved less those with the delay halved."""
    return float(runs[CHEAPER][at].closed.sum() - runs[FASTER][at].closed.sum())


MEASURES: dict[str, Callable[[Runs, int, pd.Timestamp], float]] = {
    **{f"approved_{name}": approved_by(name) for name in ("all", *SIZES)},
    "money_approved": lambda runs, at, day: runs[WAS][at].money_by(day),
    "approved_in_gap": lambda runs, at, day: runs[WAS][at].approved_between(*GAP),
    "lost_under_10": lost_under_ten,
    "more_in_august": more_in_august,
    "delay_beats_rate": delay_beats_rate,
}


def table_of(targets: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """One row per target: published, model, tolerance, verdict."""
    many = range(len(runs[WAS]))
    return pd.DataFrame(
        [
            row_of(target, np.array([MEASURES[target["measure"]](runs, at, target["date"]) for at in many]))
            for target in targets.to_dict("records")
        ]
    )


def changes_of(runs: Runs) -> pd.DataFrame:
    """What each change of the programme does, by size class, with 95 % bands over paired seeds.

    Returns
    -------
    pandas.DataFrame
        change, jobs (size class), enterprises, employment (real, at the start), kept (real enterprises not closed by
        the end of the run), kept_low, kept_high, more_jobs (mean from 17 April to the end of August), more_low,
        more_high.
    """
    was, rows = runs[WAS], []
    for arm in list(runs)[1:]:
        pairs = list(zip(runs[arm], was, strict=True))
        kept = np.array([old.closed - new.closed for new, old in pairs])
        more = np.array([lost_by_size(runs, at, arm) for at in range(len(pairs))])
        for place, size in enumerate([*SIZES, "all"]):
            part = slice(None) if size == "all" else slice(place, place + 1)
            about = {
                "change": arm,
                "jobs": size,
                "enterprises": float(np.mean([run.there[part].sum() for run in was])),
                "employment": float(np.mean([run.jobs[0, part].sum() for run in was])),
            }
            for name, values in (("kept", kept), ("more", more)):
                mean, low, high = (float(end) for end in mean_interval(values[:, part].sum(axis=1)))
                about |= {"more_jobs" if name == "more" else name: mean, f"{name}_low": low, f"{name}_high": high}
            rows.append(about)
    return pd.DataFrame(rows)


def reproduce(
    targets: pd.DataFrame,
    seeds: Sequence[int],
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
    firms: str | Path | None = None,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The table, and beside it ``changes`` and ``arrival``."""
    runs = run_all(arms(settings, firms), seeds, engine, jobs, progress)
    return table_of(targets, runs), {"changes": changes_of(runs), "arrival": arrival_of(runs)}


def published_arrival() -> pd.DataFrame:
    """Real PPP loans of Montana, to 150,000 dollars, by day of approval and jobs: date, jobs, loans, dollars."""
    return pd.read_csv(scenarios_folder() / "evidence" / "ppp-arrival.csv", parse_dates=["date"])


def arrival_of(runs: Runs) -> pd.DataFrame:
    """Loans approved up to each day, as a share of those approved by the end of June: real beside model.

    Returns
    -------
    pandas.DataFrame
        jobs, date, published, model (mean over seeds).
    """
    days = pd.date_range("2020-04-03", LAST_APPROVAL)
    real = published_arrival().pivot_table(index="date", columns="jobs", values="loans", aggfunc="sum")
    real = real.reindex(days).fillna(0.0).cumsum()
    rows = []
    for place, size in enumerate(SIZES):
        curves = [[run.approved_between(None, day, place) for day in days] for run in runs[WAS]]
        published = real[size] / real[size].iloc[-1]
        rows.append(
            pd.DataFrame(
                {"jobs": size, "date": days, "published": published.to_numpy(), "model": np.mean(curves, axis=0)}
            )
        )
    return pd.concat(rows, ignore_index=True)


def format_changes(changes: pd.DataFrame) -> str:
    """What each change of the programme does by size, as lines of text."""
    lines = [
        "what would have changed, by size (thousand; paired seeds, 95 % bands; jobs: mean from 17 April to 31 August)",
        f"{'change':<14}{'jobs':<8}{'employment':>11}{'enterprises kept':>27}{'more jobs':>28}",
    ]
    for row in changes.itertuples():
        kept, more = (
            f"{mean / 1e3:,.1f} ({low / 1e3:,.1f} … {high / 1e3:,.1f})"
            for mean, low, high in (
                (row.kept, row.kept_low, row.kept_high),
                (row.more_jobs, row.more_low, row.more_high),
            )
        )
        lines.append(f"{row.change:<14}{row.jobs:<8}{row.employment / 1e3:>11,.0f}{kept:>27}{more:>28}")
    return "\n".join(lines)
