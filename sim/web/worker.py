"""What the process of one run does: the ordinary comparison, small then whole, told step by step to the page."""

from __future__ import annotations

import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sim.figures.catalogue import FIGURES, ON_PAGE, heading
from sim.figures.report import folder_figures as drawing
from sim.figures.report.inline_svg import inline_svg, svg_of
from sim.figures.report.page import fate_rows, headlines, outcome_rows, question, size_words
from sim.outcomes.text import note_lines
from sim.scenario import ScenarioError, load
from sim.studies import Comparison, compare
from sim.web.task import AGENTS, Question

SMALL_AGENTS, SMALL_SEEDS = 1000, 5
"""Size of the first answer."""
ZIP, REPORT = "results.zip", "report.html"


@dataclass(frozen=True)
class Progress:
    """How far the run is."""

    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Shown:
    """What a page shows of a comparison: the texts of the report, figures when they are drawn."""

    whole: bool
    question: str
    size: str
    arms: tuple[str, ...]
    headlines: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    fates: list[dict[str, Any]]
    notes: list[str]
    failed: int
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Files:
    """The results folder is written: where its archive and its report are."""

    folder: str


@dataclass(frozen=True)
class Refused:
    """Why there is no answer."""

    text: str


Message = Progress | Shown | Files | Refused


def work(sender: Connection, question: Question, folder: str) -> None:
    """Run what is asked and send messages until it is done; the process may be killed at any time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the page's own process ends it
    try:
        for message in messages(question, Path(folder), lambda done, total: sender.send(Progress("", done, total))):
            sender.send(message)
    except ScenarioError as error:
        sender.send(Refused(str(error)))
    except BrokenPipeError:
        return  # nobody waits for the answer
    except Exception as error:  # whatever it is, the page must say it
        sender.send(Refused(f"{type(error).__name__}: {error}"))
    finally:
        sender.close()


def messages(asked: Question, folder: Path, watch: Callable[[int, int], None]) -> Iterator[Message]:
    """The messages of a run: a small answer if the whole one takes longer, the whole one, the written results."""
    small = small_of(asked)
    if small is not None:
        yield Progress(f"first answer: {small.size}")
        yield from answers(compared(small, watch), whole=False)
    yield Progress(f"all of it: {asked.size}")
    began = time.perf_counter()
    comparison = compared(asked, watch)
    seconds = time.perf_counter() - began
    yield from answers(comparison, whole=True)
    yield Progress("writing results and report")
    yield write(comparison, asked, seconds, folder)


def small_of(asked: Question) -> Question | None:
    """The same question at a small size, or none where it is as small already."""
    agents, seeds = min(SMALL_AGENTS, asked.agents), min(SMALL_SEEDS, asked.seeds)
    if agents * seeds >= asked.agents * asked.seeds:
        return None
    return replace(asked, scenario=asked.scenario.set({AGENTS: agents}), seeds=seeds)


def compared(asked: Question, watch: Callable[[int, int], None]) -> Comparison:
    """The comparison of the command line."""
    return compare(asked.scenario, seeds=asked.seeds, seed=asked.seed, progress=False, watch=watch)


def answers(comparison: Comparison, whole: bool) -> Iterator[Shown]:
    """The numbers, then the same with figures."""
    results, summary = comparison.results, comparison.summary()
    arms = list(results.scenarios)
    shown = Shown(
        whole=whole,
        question=question(results),
        size=size_words(results),
        arms=tuple(arms),
        headlines=headlines(summary, arms),
        rows=outcome_rows(summary, arms),
        fates=fate_rows(results),
        notes=[line.removeprefix("note: ") for line in note_lines(summary)],
        failed=int((results.runs["status"] != "done").sum()),
    )
    yield shown
    if not results.enterprises.empty:
        prefix = "w" if whole else "s"
        drawn = [
            (title, inline_svg(svg_of(FIGURES[kind].draw(results, None)), f"{prefix}{number}", title))
            for number, kind in enumerate(ON_PAGE)
            for title in [heading(kind, None)]
        ]
        yield replace(shown, figures=tuple(drawn))


def write(comparison: Comparison, asked: Question, seconds: float, folder: Path) -> Files:
    """Write the ordinary results folder, and its archive and report beside it."""
    about: dict[str, Any] = {"command": asked.command, "seconds": seconds, "summary": comparison.summary()}
    target = folder / f"compare-{asked.scenario.name}"
    drawing.save(comparison.results, target, figures=True, **about)
    with zipfile.ZipFile(folder / ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(target.rglob("*")):
            archive.write(path, path.relative_to(folder))
    if (target / REPORT).is_file():
        (target / REPORT).replace(folder / REPORT)
    return Files(str(folder))


def warm_up() -> None:
    """Compile the rules, or find them compiled, before anybody waits for them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scenario = load("china-2020", [f"{AGENTS}=50"])
    list(answers(compare(scenario, seeds=2, progress=False), whole=False))
