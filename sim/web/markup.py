"""Parts of the page as HTML, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from sim.figures.report.page import title_of
from sim.outcomes import FATES
from sim.web.pair import STATES
from sim.web.worker import Shown


def table(head: Sequence[str], rows: Iterable[Sequence[object]], name: str, texts: Sequence[int] = ()) -> str:
    """A table; the first column and those in ``texts`` are aligned left."""

    def cell(tag: str, place: int, text: object) -> Markup:
        kind = Markup(' class="tide-text"') if place in texts else Markup("")
        return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), kind, text)

    def row(tag: str, cells: Sequence[object]) -> Markup:
        return Markup("<tr>{}</tr>").format(Markup("").join(cell(tag, place, one) for place, one in enumerate(cells)))

    body = Markup("").join(row("td", cells) for cells in rows)
    return str(
        Markup(
            '<div class="tide-scroll"><table data-table="{}"><thead>{}</thead><tbody>{}</tbody></table></div>'
        ).format(name, row("th", head), body)
    )


def cards(shown: Shown) -> str:
    """The four headline numbers with their bands."""
    card = Markup(
        '<div class="tide-card"><div class="tide-small">{label}</div>'
        '<div class="tide-value">{value} <span class="tide-unit">{unit}</span></div>'
        '<div class="tide-small">{band}</div><div class="tide-small">{levels}</div></div>'
    )
    made = [
        card.format(**{**one, "band": f"95 % band {one['band']}" if one["band"] else "no band"})
        for one in shown.headlines
    ]
    return str(Markup('<div class="tide-cards">{}</div>').format(Markup("").join(made)))


def outcome_table(shown: Shown) -> str:
    """Every outcome as the terminal prints it."""
    head = ["", "unit", *[title_of(arm) for arm in shown.arms], "difference", "95 % band"]
    rows = [[one["outcome"], one["unit"], *one["levels"], one["difference"], one["band"] or "–"] for one in shown.rows]
    return table(head, rows, "outcomes", texts=(1,))


def fate_table(shown: Shown) -> str:
    """Shares of the fates by kind of enterprise."""
    head = ["% of enterprises", *[title_of(fate) for fate in FATES]]
    return table(head, [[one["group"], *[cell["share"] for cell in one["cells"]]] for one in shown.fates], "fates")


def figure_grid(shown: Shown) -> str:
    """The figures; their SVG was made and cleaned by this program."""
    figure = Markup('<figure data-figure="{0}"><figcaption>{0}</figcaption>{1}</figure>')
    made = [figure.format(title, Markup(svg)) for title, svg in shown.figures]
    return str(Markup('<div class="tide-figures">{}</div>').format(Markup("").join(made)))


def legend(counts: Sequence[int]) -> str:
    """What the colours of enterprises mean, with how many there are."""
    made = [
        Markup('<span><span class="tide-dot tide-state-{}"></span>{} {}</span>').format(place, count, STATES[place])
        for place, count in enumerate(counts)
    ]
    return str(Markup('<div class="tide-legend">{}</div>').format(Markup("").join(made)))


def story_list(lines: Sequence[tuple[str, str]], arm: str) -> str:
    """The story of an enterprise in one arm."""
    return str(Markup("<h3>{}</h3>").format(title_of(arm))) + table(
        ["", ""], lines, f"story-{arm}", texts=(1,)
    ).replace('<thead><tr><th></th><th class="tide-text"></th></tr></thead>', "")


def links(token: str, names: Sequence[tuple[str, str]]) -> str:
    """Links to the files of a finished run."""
    made = [Markup('<a href="/results/{}/{}" download>{}</a>').format(token, name, text) for name, text in names]
    return str(Markup('<span class="tide-links">{}</span>').format(Markup("").join(made)))


def plain(text: str, kind: str = "tide-small") -> str:
    """A paragraph."""
    return str(Markup('<div class="{}">{}</div>').format(kind, escape(text)))
