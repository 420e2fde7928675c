"""The table of a comparison as text for a terminal."""

from __future__ import annotations

import pandas as pd

from sim.outcomes.grouping import arm_names
from sim.outcomes.pairs import FATES, fate_shares
from sim.outcomes.runs import Tables
from sim.outcomes.table import format_number, format_summary, size_of

WIDTH = 100


def format_table(results: Tables, table: pd.DataFrame) -> str:
    """A comparison as text for a terminal: its size, every outcome with its band, and the fates by kind.

    Parameters
    ----------
    results
        Tables of a run or of a comparison.
    table
        Its table of :func:`summary`.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> text = outcomes.format_table(results, outcomes.summary(results))
    >>> text.splitlines()[0]
    '200 enterprise agents, each standing for 607,000; 2 seeds; bands are 95 % over seeds'
    """
    agents, seeds = size_of(results)
    size = (
        f"{agents:,} enterprise agents, each standing for {results.scale:,}; {seeds} seeds; bands are 95 % over seeds"
    )
    parts = [size, "", outcome_lines(table)]
    if len(arm_names(results.enterprises)) == 2 and agents:
        parts += ["", fate_lines(results)]
    notes = note_lines(table)
    return "\n".join([*parts, *(["", *notes] if notes else [])])


def outcome_lines(table: pd.DataFrame) -> str:
    """The outcomes, one a line: each arm, the difference and its band."""
    shown = format_summary(table)
    arms = [
        name
        for name in table.columns
        if name not in ("outcome", "unit", "difference", "low", "high", "note", "against")
    ]
    band = [f"{low} … {high}" if low != "–" else "–" for low, high in zip(shown["low"], shown["high"], strict=True)]
    columns = {"": shown["outcome"], "unit": shown["unit"], **{arm: shown[arm] for arm in arms}}
    if "against" in shown:
        columns = {"against": shown["against"], **columns}
    columns |= {"difference": shown["difference"], "95 % band": band} if len(arms) > 1 else {"95 % band": band}
    frame = pd.DataFrame(columns)
    left = {"", "unit", "against"}
    widths = {name: max(len(name), *(len(str(value)) for value in frame[name])) for name in frame}
    lines = ["  ".join(pad(name, widths[name], name in left) for name in frame)]
    for row in frame.itertuples(index=False):
        lines.append(
            "  ".join(pad(str(value), widths[name], name in left) for name, value in zip(frame, row, strict=True))
        )
    return "\n".join(line.rstrip() for line in lines)


def pad(text: str, width: int, left: bool) -> str:
    """Text filled up to a width, on the right or on the left."""
    return text.ljust(width) if left else text.rjust(width)


def fate_lines(results: Tables) -> str:
    """Shares of the fates in percent, of all enterprises and by kind."""
    parts = [fate_shares(results.enterprises).assign(group="all"), fate_shares(results.enterprises, "kind")]
    both = pd.concat(parts)
    lines = [f"{'Fates (% of enterprises)':<26}" + "".join(f"{fate.replace('_', ' '):>18}" for fate in FATES)]
    for kind in both["group"].drop_duplicates():
        part = both[both["group"] == kind]
        rows = dict(zip(part["fate"].astype(str), part["share"], strict=True))
        lines.append(
            f"{str(kind).replace('_', ' '):<26}"
            + "".join(f"{format_number(rows[fate], 'share'):>18}" for fate in FATES)
        )
    return "\n".join(lines)


def note_lines(table: pd.DataFrame) -> list[str]:
    """Notes on outcomes, each once, with the outcomes it belongs to."""
    notes: dict[str, list[str]] = {}
    for outcome, note in zip(table["outcome"], table["note"], strict=True):
        for one in filter(None, str(note).split("; ")):
            if not one.startswith("only in"):
                notes.setdefault(one, []).append(str(outcome))
    total = len(table)
    return [
        f"note: {note}: {'all outcomes' if len(names) == total else '; '.join(names)}" for note, names in notes.items()
    ]
