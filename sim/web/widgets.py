"""Parts that both pages have: the choice of a scenario, its levers, and things to copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.scenario import ScenarioError
from sim.web import markup, session
from sim.web.form import MOST_SEEDS, Asked, offered, whole
from sim.web.levers import Lever, levers_by_group
from sim.web.task import AGENTS


@solara.component_vue("copy.vue", vuetify=False)
def Copy(label: str, text: str, is_query: bool = False) -> None:
    """A button that copies a text; a query becomes a link."""


@solara.component
def Html(html: str, classes: list[str] | None = None) -> None:
    """Markup made by :mod:`sim.web.markup`."""
    solara.HTML(tag="div", unsafe_innerHTML=html, classes=classes or [])


def use_taking(change: Callable[[str], None]) -> tuple[str, Callable[[Any], None]]:
    """What was wrong with the value last given, and a function that takes a value or keeps what is wrong with it."""
    problem, set_problem = solara.use_state("")

    def take(value: Any) -> None:
        try:
            change(str(value))
            set_problem("")
        except ScenarioError as error:
            set_problem(error.problems[0].text)

    return problem, take


@solara.component
def Field(label: str, value: str, change: Callable[[str], None]) -> None:
    """A field that says what is wrong with what was written into it."""
    problem, take = use_taking(change)
    solara.InputText(label, value=value, on_value=take, error=problem or False, dense=True)


@solara.component
def Slider(lever: Lever, text: str, take: Callable[[str], None]) -> None:
    """A slider that takes its value when it is let go."""
    low, high, step = lever.slider or (0.0, 1.0, 0.1)
    value = float(text)
    slider = solara.v.Slider(v_model=value, min=low, max=max(high, value), step=step, hide_details=True, dense=True)

    def let_go(widget: Any, event: Any, data: Any) -> None:
        number = round(float(data), 12)
        take(str(int(number)) if lever.whole or number.is_integer() else repr(number))

    solara.v.use_event(slider, "change", let_go)


@solara.component
def LeverField(lever: Lever) -> None:
    """One lever: what it means, its value, unit and range."""
    asked = session.asked.value
    text = asked.changes.get(lever.path, lever.text)
    problem, take = use_taking(lambda value: session.change(lever.path, value, lever.text))
    changed = ["tide-changed"] if lever.path in asked.changes else []
    with solara.Div(classes=["tide-lever", *changed], attributes={"data-lever": lever.path}):
        Html(markup.plain(lever.label, "tide-about"))
        if lever.choices:
            solara.Select("", values=list(lever.choices), value=text, on_value=take, dense=True)
        else:
            solara.InputText("", value=text, on_value=take, error=bool(problem), dense=True)
            if lever.slider:
                Slider(lever, text, take)
        if problem:
            Html(markup.plain(problem, "tide-problem"))
        file = f"; in the file {lever.text}" if changed else ""
        Html(markup.plain(f"{lever.path.rpartition('.')[2]}: {lever.unit}, {lever.range}{file}", "tide-range"))


@solara.component
def Levers() -> None:
    """The levers of the chosen scenario, a group at a time."""
    asked = session.asked.value
    groups = solara.use_memo(lambda: levers_by_group(asked.base()), [asked.scenario])
    group, set_group = solara.use_state("")
    shown = group if group in groups else next(iter(groups))
    solara.Select("Levers of", values=list(groups), value=shown, on_value=set_group)
    with solara.Div(classes=["tide-levers"]):
        for lever in groups[shown]:
            LeverField(lever).key(f"{asked.scenario} {lever.path}")


@solara.component
def ScenarioChoice() -> None:
    """Which scenario, how many enterprises and seeds."""
    asked = session.asked.value

    def scenario(name: str) -> None:
        session.asked.value = Asked(name, seeds=asked.seeds, seed=asked.seed)

    def seeds(text: str) -> None:
        session.asked.value = Asked(asked.scenario, asked.changes, whole("seeds", text, 1, MOST_SEEDS), asked.seed)

    def seed(text: str) -> None:
        session.asked.value = Asked(asked.scenario, asked.changes, asked.seeds, whole("seed", text, 0, 2**62))

    def agents(text: str) -> None:
        session.asked.value = asked.changed(AGENTS, text, str(asked.base().get(AGENTS)))

    solara.Select("Scenario", values=offered(), value=asked.scenario, on_value=scenario)
    Html(markup.plain(asked.loaded().settings.title))
    with solara.Div(style={"display": "grid", "grid-template-columns": "1fr 1fr 1fr", "gap": "10px"}):
        Field("enterprises", str(asked.agents()), agents)
        Field("seeds", str(asked.seeds), seeds)
        Field("first seed", str(asked.seed), seed)


@solara.component
def ToCopy() -> None:
    """The settings as scenario file, link and command."""
    asked = session.asked.value

    def back() -> None:
        session.asked.value = Asked(asked.scenario, seeds=asked.seeds, seed=asked.seed)

    with solara.Div(classes=["tide-links"]):
        Copy(label="copy link", text=asked.query(), is_query=True)
        Copy(label="copy command", text=asked.command())
        Copy(label="copy as scenario file", text=asked.loaded().to_yaml())
    changes = ", ".join(asked.overrides) or "none"
    Html(markup.plain(f"changed: {changes}"))
    if asked.changes:
        solara.Button("back to the file", on_click=back, text=True, small=True)
