"""The verb ``serve``: the web page, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Debug, Quiet, note, plain_errors


def add(app: typer.Typer) -> None:
    """Give the command line the verb."""
    app.command()(serve)


def serve(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A packaged scenario or a path to a .yaml file to start with.")
    ] = "china-2020",
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any that is free.", min=0, max=65535)] = 8765,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="No token in the address: everybody on this machine can open the page.")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The web page on 127.0.0.1: with and without the programme beside each other, and one run step by step."""
    with plain_errors(debug, lambda: "the page is closed"):
        from sim.scenario import load
        from sim.web.pins import check_pins
        from sim.web.server import serve as serve_page
        from sim.web.token import new_token

        check_pins()
        load(scenario)
        serve_page(scenario, port, typer.echo, "" if no_token else new_token())
        note("the page is closed", quiet)
