"""Every figure of a results folder, listed once: what ``plot`` draws, and what folder, report and page show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim import figures  # lazy: a list of names must not wait for Matplotlib

if TYPE_CHECKING:
    from sim.results import Results

Draw = Callable[["Results", str | None], Any]
By = str | None


@dataclass(frozen=True)
class Figure:
    """One kind of figure.

    Attributes
    ----------
    title
        The title above it in report and page.
    draw
        Function that draws it from results and a grouping; ``None`` is the usual grouping.
    folder
        The groupings in which a results folder holds it.
    pairs
        Whether it compares two arms.
    groups
        Whether the caller may choose a grouping.
    """

    title: str
    draw: Draw
    folder: tuple[By, ...] = (None,)
    pairs: bool = False
    groups: bool = True


FIGURES: dict[str, Figure] = {
    "survival": Figure(
        "Enterprises in business",
        lambda results, by: figures.survival(results, by, labels=results.labels),
        folder=(None, "kind", "sector", "region"),
    ),
    "difference": Figure(
        "Difference in survival", lambda results, by: figures.difference(results, by, labels=results.labels), pairs=True
    ),
    "loans": Figure(
        "New lending by week",
        lambda results, by: figures.loans(results, by or "lender_group", labels=results.labels),
        folder=("lender_group", "kind"),
    ),
    "fates": Figure(
        "What became of the enterprises, and where the money went",
        lambda results, by: figures.fates(results, by, labels=results.labels),
        folder=(None, "kind"),
        pairs=True,
    ),
    "who-benefits": Figure(
        "Who is saved",
        lambda results, by: figures.who_benefits(results, labels=results.labels),
        pairs=True,
        groups=False,
    ),
    "runway": Figure(
        "Weeks that cash lasts at the start",
        lambda results, by: figures.runway(results.enterprises, by or "kind", labels=results.labels),
        folder=(),
    ),
    "time-to-money": Figure(
        "From application to money",
        lambda results, by: figures.time_to_money(results.loans, labels=results.labels),
        groups=False,
    ),
    "vintages": Figure(
        "Losses by month of payout", lambda results, by: figures.vintages(results, labels=results.labels), groups=False
    ),
}

IN_REPORT: tuple[tuple[str, By], ...] = (
    ("survival", None),
    ("difference", None),
    ("fates", None),
    ("who-benefits", None),
    ("loans", "lender_group"),
    ("time-to-money", None),
    ("survival", "kind"),
)
"""What the report page shows, in this order."""
ON_PAGE = ("survival", "difference", "loans", "fates")
"""What the web page shows, in this order."""


def file_name(kind: str, by: By) -> str:
    """Name of a figure's file, without its ending."""
    return f"{kind}-{by}" if by else kind


def heading(kind: str, by: By) -> str:
    """Heading of a figure; it names the grouping where there are several."""
    figure = FIGURES[kind]
    return f"{figure.title}, by {by}" if by and None in figure.folder else figure.title


def names() -> str:
    """Names of all figures as a sentence lists them: ``a, b or c``."""
    *first, last = FIGURES
    return f"{', '.join(first)} or {last}"
