"""The page *Compare*: levers, a run, and its answer as the command line gives it."""

from __future__ import annotations

import solara

from sim.web import markup, session
from sim.web.widgets import Html, Levers, ScenarioChoice, ToCopy
from sim.web.worker import REPORT, ZIP, Shown


@solara.component
def ComparePage() -> None:
    """With and without the programme."""
    solara.Title("Tideover: compare")
    view = session.view.value
    with solara.Div(classes=["tide-columns"]):
        with solara.Div(classes=["tide-panel"]):
            ScenarioChoice()
            with solara.Div(classes=["tide-buttons"]):
                solara.Button(
                    "Run", on_click=session.start, color="primary", disabled=view.running, classes=["tide-run"]
                )
                solara.Button("Cancel", on_click=session.cancel, disabled=not view.running, classes=["tide-cancel"])
            ToCopy()
            Levers()
        with solara.Div():
            Status()
            if view.shown is None:
                Html(markup.plain(INTRODUCTION))
            else:
                Answer(view.shown)


INTRODUCTION = (
    "Choose a scenario, move levers, run: the same enterprises with the same luck are followed with the programme and "
    "without it. A first answer comes from a small run; it is replaced when the whole run is done."
)


@solara.component
def Status() -> None:
    """How far the run is, and what went wrong."""
    view = session.view.value
    if session.problem.value:
        Html(markup.plain(session.problem.value, "tide-problem"))
    if view.problem:
        Html(markup.plain(view.problem, "tide-problem"))
    if view.number:
        count = f": {view.done} of {view.total} runs" if view.total else ""
        with solara.Div(attributes={"data-run": str(view.number), "data-running": str(view.running).lower()}):
            Html(markup.plain(f"run {view.number}: {view.text}{count}"))
            if view.running:
                solara.ProgressLinear(100 * view.done / view.total if view.total else True)
    if view.asked is not None and view.asked != session.asked.value:
        Html(markup.plain("The settings have been changed since: run again.", "tide-problem"))


@solara.component
def Answer(shown: Shown) -> None:
    """The answer of a run: numbers, figures, files."""
    view = session.view.value
    with solara.Div(attributes={"data-answer": "whole" if shown.whole else "first"}):
        badge = "whole run" if shown.whole else "first answer, small size: the whole run replaces it"
        Html(markup.plain(badge, "tide-badge" if shown.whole else "tide-badge tide-first"))
        Html(markup.plain(shown.question, "tide-question"))
        Html(markup.plain(shown.size))
        Html(markup.cards(shown))
        if view.token:
            Html(markup.links(view.token, [(ZIP, "download results (zip)"), (REPORT, "download report (html)")]))
        if shown.failed:
            Html(markup.plain(f"{shown.failed} runs failed; the numbers are those of the others", "tide-problem"))
        Html(markup.figure_grid(shown) if shown.figures else markup.plain("drawing figures"))
        solara.HTML(tag="h2", unsafe_innerHTML="Outcomes")
        Html(markup.outcome_table(shown))
        for text in shown.notes:
            Html(markup.plain(text))
        solara.HTML(tag="h2", unsafe_innerHTML="Fates")
        Html(markup.fate_table(shown))
        if view.asked is not None:
            Html(markup.plain("The same on the command line:"))
            solara.HTML(tag="code", unsafe_innerHTML=markup.plain(view.asked.command(), "tide-command"))
