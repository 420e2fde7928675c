"""The verbs about scenarios that run nothing: ``check``, ``show``, ``params``, ``schema``, ``new``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from sim.cli.options import BAD_INPUT, Debug, ScenarioName, Settings, plain_errors
from sim.scenario import ScenarioError


def add(app: typer.Typer) -> None:
    """Give the command line the verbs."""
    for verb in (check, show, params, schema, new):
        app.command()(verb)


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files or packaged names.")],
    settings: Settings = None,
    debug: Debug = False,
) -> None:
    """All errors of scenario files at once; nothing is run."""
    from sim.scenario import load
    from sim.scenario.warnings import odd_settings

    bad = False
    for name in files:
        try:
            scenario = load(name, settings or [])
            if scenario.settings.firms.sha256:
                from sim.scenario.firms import firms_of  # loads NumPy, which most checks do without

                firms_of(scenario.settings)  # a table that nobody gave
        except ScenarioError as error:
            bad = True
            typer.echo(str(error), err=True)
            continue
        typer.echo(f"{name}: good")
        for text in odd_settings(scenario):
            typer.echo(f"note: {text}", err=True)
    if bad:
        raise typer.Exit(BAD_INPUT)


def show(
    scenario: ScenarioName,
    diff: Annotated[
        Optional[str], typer.Option(metavar="OTHER", help="Show only what differs from another scenario.")
    ] = None,
    settings: Settings = None,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the merged scenario as a file.")] = False,
    debug: Debug = False,
) -> None:
    """The merged scenario, each value with its unit, origin and source."""
    with plain_errors(debug):
        from sim.scenario import listing, load

        main = load(scenario, settings or [])
        if as_yaml:
            typer.echo(main.to_yaml(), nl=False)
            return
        for line in listing.show(main, load(diff) if diff else None):
            typer.echo(line)


def params(
    filter: Annotated[
        str, typer.Argument(metavar="[FILTER]", help="Only settings whose name or description holds this.")
    ] = "",
) -> None:
    """Every setting with unit, range, default, role (lever, uncertainty, structure) and meaning."""
    from sim.scenario.listing import parameters

    rows = parameters(filter)
    if not rows:
        typer.echo(f"no setting matches {filter}; tideover params lists all", err=True)
        raise typer.Exit(BAD_INPUT)
    for row in rows:
        typer.echo(
            f"{row.path}\n    {row.description} [{row.unit}; {row.range or 'any'}; default {row.default}; {row.role}]"
        )


def schema() -> None:
    """JSON schema of scenario files."""
    from sim.scenario.listing import json_schema

    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


def new(folder: Annotated[Path, typer.Argument(help="Folder for the new scenario.")], debug: Debug = False) -> None:
    """A commented scenario to start from."""
    with plain_errors(debug):
        from sim.scenario.listing import new_scenario

        typer.echo(str(new_scenario(folder)))
