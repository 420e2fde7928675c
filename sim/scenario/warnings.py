"""Odd economics: settings that are allowed but seldom meant."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from sim.scenario.resolved import Scenario
from sim.scenario.scale import real_total, scale_of
from sim.scenario.schema import ScenarioSettings

FEW_SEEDS = 5
MOST_MISCOUNT = 0.01
"""By what part agents may stand for more or fewer enterprises than there are."""
TYPICAL_LOAN_SHARE = 0.25
"""A typical loan, as a share of yearly sales."""


def odd_settings(scenario: Scenario, seeds: int | None = None) -> list[str]:
    """Sentences on settings that are allowed but seldom meant."""
    settings = scenario.settings
    stoppage = [*old_schema(settings), *paths_not_reached(scenario), *odd_waves(settings)]
    return [
        *stoppage,
        *odd_scale(settings),
        *odd_programme(settings),
        *odd_lenders(settings),
        *odd_run(settings, seeds),
    ]


def old_schema(settings: ScenarioSettings) -> list[str]:
    """What a file of the first schema means now."""
    if settings.schema_version != 1:
        return []
    return [
        "schema: 1 is read as schema 2, in which openness is a share of the enterprises still in business; "
        "spillovers.reopening: false gives the old meaning, a share of those of the start. Write schema: 2"
    ]


def paths_not_reached(scenario: Scenario) -> list[str]:
    """National paths that were changed over a parent's, while paths of parts of the country stayed as they were."""
    notes, settings = [], scenario.settings
    parts: dict[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
        "openness": (("kinds", settings.kinds), ("sectors", settings.sectors), ("regions", settings.regions)),
        "capacity": (("kinds", settings.kinds),),
    }
    for what, groups in parts.items():
        national = scenario.layer_of(f"stoppage.{what}")
        own = [f"{group}.{name}.{what}" for group, names in groups for name in names]
        stayed = [path for path in own if scenario.get(path) and scenario.layer_of(path) < national]
        if stayed:
            notes.append(
                f"stoppage.{what} was changed and does not reach those with a path of their own: {', '.join(stayed)}; "
                "stoppage.waves reaches all paths"
            )
    return notes


def odd_waves(settings: ScenarioSettings) -> list[str]:
    """Waves that begin after the run, or are over before it."""
    first = settings.calendar.start
    last, notes = first + datetime.timedelta(weeks=settings.calendar.weeks), []
    for number, wave in enumerate(settings.stoppage.waves):
        if wave.first >= last:
            notes.append(f"stoppage.waves[{number}] begins after the run")
        elif wave.last + datetime.timedelta(days=wave.ramp_days) < first:
            notes.append(f"stoppage.waves[{number}] is over before the run")
    return notes


def odd_scale(settings: ScenarioSettings) -> list[str]:
    """Agents that stand for many more or fewer enterprises than there are, since each stands for a whole number."""
    agents, real, scale = settings.population.enterprises, real_total(settings), scale_of(settings)
    if not agents or not real or settings.population.scale is not None:
        return []
    off = scale * agents / real - 1.0
    if abs(off) <= MOST_MISCOUNT:
        return []
    return [
        f"population.enterprises: {agents:,} agents, each for {scale:,}, stand for {scale * agents:,} enterprises of "
        f"{real:,} ({off:+.1%}): counts and money are off by as much; {round(real / scale):,} agents would fit"
    ]


def odd_programme(settings: ScenarioSettings) -> list[str]:
    """Programmes that cannot lend, or whose end lies outside the run."""
    programme = settings.programme
    if not programme.enabled:
        return []
    notes = []
    if programme.envelope_yuan == 0:
        notes.append("programme.envelope_yuan is 0: the programme lends nothing")
    else:
        notes += too_little("programme.envelope_yuan", programme.envelope_yuan, settings)
    if not programme.members:
        notes.append("programme.members is empty: nobody lends for the programme")
    quota = sum(settings.lenders[name].programme_quota_yuan for name in programme.members)
    if programme.members and quota == 0:
        notes.append("programme_quota_yuan of every member is 0: the programme lends nothing")
    if not programme.eligible_kinds or programme.eligible_regions == ():
        notes.append("programme: nobody is eligible")
    run_days = settings.calendar.weeks * 7
    if (programme.launch_date - settings.calendar.start).days >= run_days:
        notes.append("programme.launch_date lies after the run: the programme never lends")
    elif (programme.launch_date - settings.calendar.start).days + programme.term_days > run_days:
        notes.append("the run ends before programme loans fall due: losses after that are not seen")
    return notes


def odd_lenders(settings: ScenarioSettings) -> list[str]:
    """Lenders too small to make one average loan: usually a slip of units."""
    notes = []
    for name, group in settings.lenders.items():
        notes += too_little(f"lenders.{name}.funds_yuan", group.funds_yuan / group.count, settings, " a lender")
    return notes


def too_little(key: str, yuan: float, settings: ScenarioSettings, each: str = "") -> list[str]:
    """A note where money does not pay for one typical loan to the enterprises that one agent stands for."""
    kinds = [kind for kind in settings.kinds.values() if kind.real_enterprises > 0]
    if not kinds or not settings.population.enterprises:
        return []
    scale = scale_of(settings)
    loan = TYPICAL_LOAN_SHARE * min(kind.sales_per_head_yuan * kind.staff_median for kind in kinds)
    if yuan >= loan * scale:
        return []
    return [
        f"{key}: {yuan:,.0f} yuan{each} does not pay for one typical loan of {loan:,.0f} yuan to each of the {scale:,} "
        "enterprises an agent stands for; is it in 10,000 yuan (万), or are there too few agents?"
    ]


def odd_run(settings: ScenarioSettings, seeds: int | None) -> list[str]:
    """Runs too short or too few for what they are to show."""
    notes = []
    if seeds is not None and seeds < FEW_SEEDS:
        notes.append(f"{seeds} seeds: bands over fewer than {FEW_SEEDS} seeds are wide or missing")
    dates = [date for date, _ in settings.stoppage.openness]
    if dates and (dates[0] - settings.calendar.start).days >= settings.calendar.weeks * 7:
        notes.append("stoppage.openness begins after the run: there is no stoppage")
    return notes
