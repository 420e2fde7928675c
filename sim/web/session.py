"""The state of one open page: what is asked, the run under way, the models stepped; nothing is shared between pages."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import solara
import solara.lab

from sim.scenario import ScenarioError
from sim.web.downloads import publish, withdraw
from sim.web.form import Asked, first_asked, from_query
from sim.web.job import Job
from sim.web.pair import Pair
from sim.web.worker import Files, Message, Progress, Refused, Shown

PAUSE = 0.2
"""Seconds between steps while a run is played."""


@dataclass(frozen=True)
class View:
    """What a page shows of its runs."""

    number: int = 0
    running: bool = False
    text: str = ""
    done: int = 0
    total: int = 0
    shown: Shown | None = None
    asked: Asked | None = None
    token: str = ""
    problem: str = ""


asked = solara.reactive(first_asked())
view = solara.reactive(View())
pair: solara.Reactive[Pair | None] = solara.reactive(None)
ticks = solara.reactive(0)
chosen: solara.Reactive[int | None] = solara.reactive(None)
problem = solara.reactive("")

_lock = threading.Lock()
_jobs: dict[str, Job] = {}
_pairs: dict[str, Pair] = {}
_tokens: dict[str, str] = {}


def open_page() -> object:
    """Called when a page is opened; what it returns is called when it is closed."""
    page = solara.get_kernel_id()
    return lambda: close_page(page)


def close_page(page: str) -> None:
    """End what a page left running and delete its files."""
    with _lock:
        job, held = _jobs.pop(page, None), _pairs.pop(page, None)
        withdraw(_tokens.pop(page, ""))
    if held is not None:
        held.playing = False
    if job is not None:
        job.forget()


solara.lab.on_kernel_start(open_page)  # type: ignore[arg-type]


def take_link(query: str | None) -> None:
    """Take the settings of a link."""
    if query:
        try:
            asked.value = from_query(query)
        except ScenarioError as error:
            problem.value = str(error)


def change(path: str, text: str, in_file: str) -> None:
    """Change one setting of what is asked.

    Raises
    ------
    ScenarioError
        If the scenario refuses the value.
    """
    asked.value = asked.peek().changed(path, text, in_file)


def start() -> None:
    """Run what is asked, unless this page has a run under way."""
    page = solara.get_kernel_id()
    with _lock:
        if page in _jobs and view.peek().running:
            return
        try:
            question = asked.peek().question()
            problem.value = ""
        except ScenarioError as error:
            view.value = replace(view.peek(), problem=str(error))
            return
        if page in _jobs:
            _jobs.pop(page).forget()
        withdraw(_tokens.pop(page, ""))
        job = _jobs[page] = Job(question)
        view.value = View(number=view.peek().number + 1, running=True, text="starting", asked=asked.peek())
    threading.Thread(target=listen, args=(job, page), daemon=True).start()


def cancel() -> None:
    """Kill the run under way."""
    job = _jobs.get(solara.get_kernel_id())
    if job is not None and view.peek().running:
        job.cancel()


def listen(job: Job, page: str) -> None:
    """Show what the process says, until it ends."""
    finished = False
    for message in job.messages():
        finished = isinstance(message, (Files, Refused))
        view.value = after(view.peek(), message, page)
    now = view.peek()
    if job.cancelled.is_set():
        view.value = replace(now, running=False, text="cancelled", done=0, total=0)
    elif finished:
        view.value = replace(now, running=False)
    else:
        text = f"the process of the run ended with code {job.process.exitcode}; run it again"
        view.value = replace(now, running=False, text="", problem=text)


def after(now: View, message: Message, page: str) -> View:
    """What is shown after a message."""
    if isinstance(message, Progress):
        return replace(now, text=message.text or now.text, done=message.done, total=message.total)
    if isinstance(message, Shown):
        return replace(now, shown=message)
    if isinstance(message, Files):
        _tokens[page] = publish(message.folder)
        return replace(now, token=_tokens[page], text="done", done=0, total=0)
    return replace(now, problem=message.text, text="", done=0, total=0)


def begin(agents: int) -> None:
    """Make the models of the page anew, from the settings as they stand."""
    page = solara.get_kernel_id()
    pause()
    try:
        made = Pair(asked.peek(), agents)
    except ScenarioError as error:
        problem.value = str(error)
        return
    with _lock:
        _pairs[page] = made
    problem.value = ""
    if chosen.peek() not in made.positions:
        chosen.value = made.ids[0] if made.ids else None
    pair.value = made
    ticks.value = ticks.peek() + 1


def step(steps: int = 1) -> None:
    """Run some steps."""
    held = pair.peek()
    if held is not None:
        for _ in range(steps):
            held.step()
        ticks.value = ticks.peek() + 1


def play() -> None:
    """Run step after step until paused."""
    held = pair.peek()
    if held is None or held.playing or held.ended:
        return
    held.playing = True
    threading.Thread(target=keep_stepping, args=(held,), daemon=True).start()


def keep_stepping(held: Pair) -> None:
    """Step while the models are played."""
    while held.playing and not held.ended:
        held.step()
        ticks.value = ticks.peek() + 1
        time.sleep(PAUSE)
    held.playing = False
    ticks.value = ticks.peek() + 1


def pause() -> None:
    """Stop after the step under way."""
    held = pair.peek()
    if held is not None:
        held.playing = False
