"""The page *Live*: one seed step by step, with and without the programme, and the story of an enterprise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import solara

from sim.figures.report.page import title_of
from sim.web import markup, session
from sim.web.pair import MOST_AGENTS, STATES, Pair
from sim.web.story import portrait, story
from sim.web.task import AGENTS
from sim.web.widgets import Html, Levers, ScenarioChoice, ToCopy

SIZES = [100, 300, MOST_AGENTS]


@solara.component_vue("enterprises.vue", vuetify=False)
def Enterprises(
    title: str,
    ids: list[int],
    states: list[int],
    names: list[str],
    chosen: int | None,
    event_choose: Callable[[int], None],
) -> None:
    """Enterprises as squares coloured by state; a click chooses one."""


@solara.component
def LivePage() -> None:
    """One run step by step."""
    solara.Title("Tideover: live")
    agents, set_agents = solara.use_state(SIZES[1])
    held = session.pair.value
    with solara.Div(classes=["tide-columns"]):
        with solara.Div(classes=["tide-panel"]):
            ScenarioChoice()
            solara.Select("enterprises in the live run", values=SIZES, value=agents, on_value=set_agents)
            ToCopy()
            Levers()
        with solara.Div():
            if session.problem.value:
                Html(markup.plain(session.problem.value, "tide-problem"))
            Controls(agents)
            if held is None:
                Html(
                    markup.plain(
                        "Start makes the Mesa models of both arms from the settings beside, with the first seed."
                    )
                )
            else:
                Week(held, session.ticks.value)


@solara.component
def Controls(agents: int) -> None:
    """Start, step, play, pause."""
    held, _ = session.pair.value, session.ticks.value
    idle = held is None or held.ended or held.playing
    with solara.Div(classes=["tide-buttons"]):
        solara.Button(
            "Start" if held is None else "Start again", on_click=lambda: session.begin(agents), color="primary"
        )
        solara.Button("One week", on_click=lambda: session.step(1), disabled=idle)
        solara.Button("Four weeks", on_click=lambda: session.step(4), disabled=idle)
        if held is not None and held.playing:
            solara.Button("Pause", on_click=session.pause)
        else:
            solara.Button("Play", on_click=session.play, disabled=idle)
    if held is not None and held.wanted != session.asked.value:
        Html(markup.plain("The settings have been changed since: start again.", "tide-problem"))


@solara.component
def Week(held: Pair, tick: int) -> None:
    """What the models show after a step."""
    changes = ", ".join(f"{path}={text}" for path, text in held.wanted.changes.items() if path != AGENTS)
    with solara.Div(attributes={"data-week": str(held.step_number), "data-settings": changes}):
        text = f"{held.wanted.scenario}, {changes or 'as in the file'}; seed {held.wanted.seed}"
        day = f"after step {held.step_number} of {held.calendar.steps}, {held.day(held.step_number)}"
        Html(markup.plain(f"{day}: {text}; each square stands for {held.scale:,} enterprises"))
        with solara.Div(classes=["tide-arms"]):
            for arm in held.models:
                Arm(held, arm, tick)
        Story(held, tick)
        arms = [title_of(arm) for arm in held.models]
        solara.HTML(tag="h2", unsafe_innerHTML="This week")
        flows = [[name, unit, *[f"{value:,.1f}" for value in values]] for name, unit, values in held.flows()]
        Html(markup.table(["", "unit", *arms], flows, "flows", texts=(1,)))
        solara.HTML(tag="h2", unsafe_innerHTML="Lenders' queues")
        head = ["lender group", "waiting", "approved, no money yet", "running", f"lent, bn {held.currency}"]
        for arm in held.models:
            solara.HTML(tag="h3", unsafe_innerHTML=markup.plain(title_of(arm), ""))
            rows = [[*row[:-1], f"{row[-1]:,.1f}"] for row in held.queues(arm)]
            Html(markup.table(head, rows, f"queues-{arm}"))
        Html(markup.plain("Waiting, approved and running are numbers of enterprises in the model."))


@solara.component
def Arm(held: Pair, arm: str, tick: int) -> None:
    """The enterprises of one arm by state."""
    states = held.states(arm)
    counts = Counter(states)
    with solara.Div():
        solara.HTML(tag="h3", unsafe_innerHTML=markup.plain(title_of(arm), ""))
        Html(markup.legend([counts[place] for place in range(len(STATES))]))
        Enterprises(
            title=title_of(arm), ids=held.ids, states=states, names=list(STATES), chosen=session.chosen.value,
            event_choose=session.chosen.set,
        )  # fmt: skip


@solara.component
def Story(held: Pair, tick: int) -> None:
    """The story of the chosen enterprise in every arm."""
    ident = session.chosen.value
    if ident is None or ident not in held.positions:
        return
    with solara.Div(attributes={"data-story": str(ident)}):
        solara.HTML(tag="h2", unsafe_innerHTML=f"Enterprise {ident}")
        Html(markup.plain(portrait(held, ident)))
        with solara.Div(classes=["tide-arms"]):
            for arm in held.models:
                Html(markup.story_list(story(held, arm, ident), arm))
