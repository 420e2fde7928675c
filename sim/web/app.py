"""The Solara application: two pages and what is around them."""

from __future__ import annotations

from typing import Any

import solara

from sim.version import PACKAGE
from sim.web import session
from sim.web.compare_page import ComparePage
from sim.web.live_page import LivePage

PAGES = {"/": "Compare", "live": "Live"}
STYLE = (PACKAGE / "web" / "style.css").read_text(encoding="utf-8")


@solara.component
def Layout(children: list[Any] | None = None) -> None:
    """Name, links to the pages, the page."""
    router = solara.use_router()
    solara.use_effect(lambda: session.take_link(router.search), [])
    solara.Style(STYLE)
    with solara.Div(classes=["tide"]):
        with solara.Div(classes=["tide-header"]):
            solara.HTML(tag="span", unsafe_innerHTML="Tideover", classes=["tide-name"])
            for path, label in PAGES.items():
                here = ["here"] if (router.parts or [""])[0] == path.strip("/") else []
                with solara.Link(path if path == "/" else f"/{path}"):
                    solara.HTML(tag="span", unsafe_innerHTML=label, classes=here)
        for child in children or []:
            solara.display(child)


routes = [
    solara.Route("/", component=ComparePage, label="Compare", layout=Layout),
    solara.Route("live", component=LivePage, label="Live"),
]
