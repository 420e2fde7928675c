"""The generated parts of ``sim/docs/guides/reference.md``: verbs and options, outcomes, groups of settings."""

from __future__ import annotations

import re
from typing import Any

import typer.main

from sim.cli.app import app
from sim.outcomes.table import OF_ARMS, OF_PAIRS
from sim.scenario.listing import parameters
from sim.scenario.schema import ScenarioSettings
from tests.docs.guides.document import GUIDES
from tests.update_odd import table

REFERENCE = GUIDES / "reference.md"


def updated(text: str) -> str:
    """The reference with every generated part made anew."""
    made = {"verbs": verbs(), "outcomes": outcomes(), "groups": groups()}
    for name, part in made.items():
        pattern = rf"(?<=<!-- {name}:begin -->\n).*?(?=<!-- {name}:end -->)"
        text, places = re.subn(pattern, lambda _, part=part: f"{part}\n", text, flags=re.DOTALL)
        if places != 1:
            raise ValueError(f"part {name} has {places} places in {REFERENCE.name}, not one")
    return text


def verbs() -> str:
    """Every verb of the command line: what it does, what it takes, its options."""
    return "\n\n".join(verb(name, command) for name, command in sorted(typer.main.get_command(app).commands.items()))


def verb(name: str, command: Any) -> str:
    """One verb."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join(["tideover", name, *map(argument_text, arguments), "[OPTIONS]" if options else ""])
    rows = [(f"`{argument_text(one)}`", default_text(one), one.help) for one in arguments]
    rows += [(option_text(one), default_text(one), one.help + limits(one)) for one in options]
    parts = [f"### {name}", f"{command.help}", f"`{usage.strip()}`"]
    return "\n\n".join([*parts, *([table(("argument or option", "default", "meaning"), rows)] if rows else [])])


def argument_text(argument: Any) -> str:
    """What stands for an argument."""
    return argument.metavar or argument.name.upper()


def option_text(option: Any) -> str:
    """The names of an option with the kind of value it takes."""
    value = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return ", ".join(f"`{name}{value}`" for name in option.opts)


def default_text(option: Any) -> str:
    """What holds without it."""
    return "" if option.default in (None, False, "") else f"`{option.default}`"


def limits(option: Any) -> str:
    """Least and greatest value, where an option has them."""
    least, most = getattr(option, "min", None), getattr(option, "max", None)
    if least is None and most is None:
        return ""
    return f" At least {least:,}." if most is None else f" {least:,} to {most:,}."


def outcomes() -> str:
    """Every row of the table of a comparison by key."""
    arms = [(f"`{one.key}`", one.label, one.unit, "each arm, and their difference") for one in OF_ARMS]
    pairs = [(f"`{one.key}`", one.label, one.unit, "the pair of arms") for one in OF_PAIRS]
    return table(("key", "outcome", "unit", "belongs to"), [*arms, *pairs])


def groups() -> str:
    """How many settings and levers each group of the schema has."""
    rows = []
    for name, field in ScenarioSettings.model_fields.items():
        path = field.alias or name
        inside = [one for one in parameters() if one.path == path or one.path.startswith((f"{path}.", f"{path}["))]
        levers = sum(one.role == "lever" for one in inside)
        rows.append((f"`{path}`", field.description or "", str(len(inside)), str(levers)))
    return table(("group", "what", "settings", "of these levers"), rows)
