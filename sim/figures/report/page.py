"""One self-contained page of a results folder: question, answer, figures, tables, settings, limits, how to repeat it.

The page needs no network and runs no script. All text from scenarios and tables is escaped by the template; every
number is one of the tables, written as the terminal writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sim import outcomes
from sim.figures.catalogue import FIGURES, IN_REPORT, file_name, heading
from sim.figures.report.inline_svg import inline_svg, svg_of
from sim.figures.text import WORDS
from sim.outcomes.text import note_lines
from sim.results import Results
from sim.results.atomic_folder import write_file
from sim.results.manifest import list_file, manifest_of
from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.fields import slot_at
from sim.scenario.listing import written
from sim.scenario.tree import split
from sim.version import PACKAGE

TEMPLATE = PACKAGE / "figures" / "report" / "report.html.jinja"
Rows = list[dict[str, Any]]

HEADLINES = ("net_saved_thousand", "exit_share", "jobs_million", "lent_per_saved_yuan")
HEADLINES_ALONE = ("exit_share", "exit_illiquid_share", "jobs_million", "lent_bn_bank")


def write_report(
    results: Results,
    summary: pd.DataFrame,
    folder: Path,
    *,
    command: str = "",
    manifest: Mapping[str, Any] | None = None,
    name: str = "report.html",
    svgs: Mapping[str, str] | None = None,
) -> Path:
    """Write the page into a folder, under its name only when it is whole.

    Parameters
    ----------
    results, summary
        What was run, and its table of outcomes.
    folder
        Where to write.
    command
        The command that made the results, when there is no manifest yet.
    manifest
        Of the results folder, with the versions that made it.
    name
        Name of the file.
    svgs
        Figures drawn already, by the names of their files.
    """
    page = render_report(results, summary, manifest or manifest_of(results, command, 0.0), svgs)
    return write_file(folder / name, page.encode("utf-8", "replace"))


def refresh_report(results: Results, folder: Path, manifest: dict[str, Any]) -> Path:
    """Write ``report.html`` into a results folder and its hash into the manifest, so that the folder stays whole."""
    path = write_report(results, outcomes.summary(results), folder, manifest=manifest)
    list_file(folder, manifest, path.name)
    return path


def render_report(
    results: Results, summary: pd.DataFrame, manifest: Mapping[str, Any], svgs: Mapping[str, str] | None = None
) -> str:
    """The page as text.

    Raises
    ------
    ScenarioError
        If no seed ended in every arm.
    """
    if not results.seeds_of_all_arms:
        raise ScenarioError([Problem(Place("runs.csv"), "no seed ended in every arm, so there is nothing to compare")])
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    arms = list(results.scenarios)
    first = results.scenarios[arms[0]]
    return template.render(
        scenario=first.settings,
        name=first.name,
        arms=[{"name": arm, "title": title_of(arm), "scenario": results.scenarios[arm].settings.title} for arm in arms],
        question=question(results),
        size=size_words(results),
        headlines=headlines(summary, arms),
        differing=differing(results.scenarios),
        figures=drawn(results, svgs or {}),
        outcomes=outcome_rows(summary, arms),
        notes=[line.removeprefix("note: ") for line in note_lines(summary)],
        fates=fate_rows(results),
        fate_names=[fate.replace("_", " ") for fate in outcomes.FATES],
        settings=setting_groups(first),
        missing=not_modelled(),
        command=manifest.get("command") or "",
        seeds=seed_words([int(seed) for seed in manifest["seeds"]]),
        failed=[f"arm {arm}, seed {seed}: {failure}" for arm, seed, failure in manifest["failed"]],
        identity=manifest["id"],
        digests=[(arm, one["scenario"], one["digest"]) for arm, one in manifest["arms"].items()],
        versions=dict(manifest["versions"]),
        machine=dict(manifest["machine"]),
    )


def title_of(code: str) -> str:
    """What an arm or a kind is called, as on figures."""
    return WORDS.get(code, code.replace("_", " "))


def question(results: Results) -> str:
    """What was asked, in words."""
    scenarios = list(results.scenarios.values())
    settings = scenarios[0].settings
    agents, _ = outcomes.size_of(results)
    many = number_words(agents * results.scale)
    span = f"from {date_words(settings.calendar.start)} for {settings.calendar.weeks} weeks"
    if list(results.scenarios) == ["with", "without"]:
        return (
            f"What does the programme “{settings.programme.title}” change for {many} small enterprises? "
            f"The same enterprises are followed with it and without it, {span}."
        )
    if len(scenarios) == 1:
        return f"What becomes of {many} small enterprises, followed {span}?"
    names = " and ".join(f"“{one.settings.title}” ({one.name})" for one in scenarios)
    return f"How do {names} differ for {many} small enterprises? The same enterprises are followed in each, {span}."


def size_words(results: Results) -> str:
    """Enterprises simulated, real ones each stands for, seeds."""
    agents, seeds = outcomes.size_of(results)
    stands = "one to one" if results.scale == 1 else f"each standing for {results.scale:,} real ones"
    bands = "95 % over seeds, paired (Student t)" if seeds > 1 else "none with one seed"
    return f"{agents:,} enterprises simulated, {stands}; {seeds:,} seed{'s' * (seeds != 1)}; bands: {bands}."


def number_words(value: float) -> str:
    """A large number in words."""
    return f"{value / 1e6:,.1f} million" if value >= 1e6 else f"{value:,.0f}"


def date_words(day: Any) -> str:
    """A date as 6 January 2020."""
    stamp = pd.Timestamp(day)
    return f"{stamp.day} {stamp.month_name()} {stamp.year}"


def headlines(summary: pd.DataFrame, arms: Sequence[str]) -> Rows:
    """Four numbers with their bands, as in the table; against the first other arm where there are several."""
    table = summary if "against" not in summary else summary[summary["against"] == arms[1]]
    shown = outcomes.format_summary(table)
    cards = []
    for key in HEADLINES if len(arms) > 1 else HEADLINES_ALONE:
        row = shown.loc[key]
        value = row["difference"] if len(arms) > 1 else row[arms[0]]
        levels = [f"{row[arm]} {title_of(arm)}" for arm in arms[:2] if len(arms) > 1 and row[arm] != "–"]
        unit = "percentage points" if len(arms) > 1 and row["unit"] == "%" else row["unit"]
        label = f"{row['outcome']}: difference" if levels else row["outcome"]
        card = {"label": label, "value": value, "unit": unit, "band": band(row), "levels": ", ".join(levels)}
        cards.append(card | {"note": row["note"], "against": arms[1] if len(arms) > 2 else ""})
    return cards


def band(row: Mapping[str, Any] | pd.Series) -> str:
    """Ends of a band as text; nothing without one."""
    return "" if row["low"] == "–" else f"{row['low']} … {row['high']}"


def differing(scenarios: Mapping[str, Scenario]) -> Rows:
    """Settings that are not the same in all arms: path, meaning, unit, value by arm."""
    paths = list(dict.fromkeys(path for one in scenarios.values() for path in one.leaves))
    rows = []
    for path in paths:
        values = [shown_value(one.leaves[path]) if path in one.leaves else "–" for one in scenarios.values()]
        if len(set(values)) > 1:
            rows.append({**about(next(iter(scenarios.values())), path), "values": values})
    return rows


def shown_value(value: Any) -> str:
    """A value as a scenario file has it, texts without quotes."""
    return value if isinstance(value, str) else written(value)


def about(scenario: Scenario, path: str) -> dict[str, Any]:
    """Path, meaning and unit of a setting."""
    slot = slot_at(type(scenario.settings), split(path) or (path,))
    return {"path": path, "meaning": slot.description if slot else "", "unit": slot.unit if slot else ""}


def setting_groups(scenario: Scenario) -> list[tuple[str, Rows]]:
    """All settings by group: path, meaning, unit, value, origin, source."""
    groups: dict[str, Rows] = {}
    for path, value in scenario.leaves.items():
        group = re.split(r"[.\[]", path)[0] if "." in path else "general"
        more = {"value": shown_value(value), "origin": scenario.origin[path], "source": scenario.sources[path]}
        groups.setdefault(group, []).append(about(scenario, path) | more)
    return sorted(groups.items(), key=lambda item: item[0] != "programme")


def outcome_rows(summary: pd.DataFrame, arms: Sequence[str]) -> Rows:
    """The table of outcomes as the terminal shows it."""
    rows = []
    for row in outcomes.format_summary(summary).to_dict(orient="records"):
        cells = {"levels": [row[arm] for arm in arms], "band": band(row), "difference": row["difference"]}
        rows.append(cells | {name: row.get(name, "") for name in ("outcome", "unit", "note", "against")})
    return rows


def fate_rows(results: Results) -> Rows:
    """Share of each fate with its band, in all and by kind, and the numbers saved and harmed in thousands."""
    if len(results.scenarios) != 2 or results.enterprises.empty:
        return []
    parts = [outcomes.fate_shares(results.enterprises, by, scale=results.scale) for by in (None, "kind")]
    rows = []
    for (group, *_), part in pd.concat(parts).groupby(["group"], observed=True, sort=False):
        each = {str(row.fate): row for row in part.itertuples()}
        cells = [
            {"share": outcomes.format_number(each[fate].share, "share"), "band": ends(each[fate])}
            for fate in outcomes.FATES
        ]
        counts = {
            "saved": each["saved"].enterprises,
            "insolvent": each["saved"].insolvent,
            "harmed": each["harmed"].enterprises,
        }
        thousands = {key: outcomes.format_number(value / 1e3, "thousand") for key, value in counts.items()}
        rows.append({"group": title_of(str(group)), "cells": cells, **thousands})
    return rows


def ends(row: Any) -> str:
    """Ends of the band of a share in percent; nothing with one seed."""
    low, high = (outcomes.format_number(value, "share") for value in (row.low, row.high))
    return "" if low == "–" else f"{low} … {high}"


def drawn(results: Results, svgs: Mapping[str, str]) -> Rows:
    """The figures that the results allow; those not drawn yet are drawn."""
    if results.enterprises.empty:
        return []
    pairs = len(results.scenarios) == 2
    chosen = [(kind, by) for kind, by in IN_REPORT if pairs or not FIGURES[kind].pairs]
    rows = []
    for number, (kind, by) in enumerate(chosen, start=1):
        svg, title = svgs.get(file_name(kind, by)), heading(kind, by)
        svg = svg or svg_of(FIGURES[kind].draw(results, by))
        rows.append({"title": title, "svg": Markup(inline_svg(svg, f"f{number}", title))})
    return rows


def not_modelled() -> list[Markup]:
    """The points of the ODD document's section on what is not modelled."""
    text = (PACKAGE / "docs" / "odd.md").read_text(encoding="utf-8")
    section = re.search(r"^## [^\n]*What is not modelled[^\n]*\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    points = re.split(r"^- ", section[1], flags=re.MULTILINE)[1:] if section else []
    return [inline_markdown(" ".join(point.split())) for point in points]


def inline_markdown(text: str) -> Markup:
    """Bold, code and links of one line of Markdown; everything else is escaped."""
    html = str(escape(text))
    html = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", html)
    html = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html)
    html = re.sub(r"(?<!\w)\*(\S[^*]*?)\*(?!\w)", r"<em>\1</em>", html)
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html))


def seed_words(seeds: Sequence[int]) -> str:
    """Seeds briefly: 1–20, or each."""
    whole = list(range(seeds[0], seeds[0] + len(seeds))) if seeds else []
    return f"{seeds[0]}–{seeds[-1]}" if len(seeds) > 2 and list(seeds) == whole else ", ".join(map(str, seeds))
