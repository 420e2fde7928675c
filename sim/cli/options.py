"""What all verbs of the command line share: options, exit codes, errors in one line, notes on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from traceback import walk_tb
from typing import Annotated, Any, Optional

import typer

from sim.cli.signals import Ended
from sim.scenario import Place, Problem, ScenarioError

BAD_INPUT, SOME_FAILED, INTERRUPTED = 2, 3, 130

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A packaged scenario (china-2020) or a path to a .yaml file.")
]
Seeds = Annotated[int, typer.Option(help="Number of replications of each arm.", min=1, max=100_000)]
Seed = Annotated[int, typer.Option(help="First seed; the others follow it.", min=0, max=2**63 - 1)]
Settings = Annotated[
    Optional[list[str]], typer.Option("--set", metavar="KEY=VALUE", help="Set one setting; repeat for more.")
]
Jobs = Annotated[Optional[int], typer.Option(help="Runs at a time; as many as cores unless given.", min=1, max=1024)]
EngineName = Annotated[str, typer.Option(help="compiled (fast) or mesa (agent by agent); both give the same bytes.")]
Out = Annotated[Optional[Path], typer.Option(help="Results folder; its name says what was run unless given.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace other results in the folder.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Write tables only.")]
Audit = Annotated[
    bool, typer.Option("--audit", help="Keep the journal of money movements, and check it with independent queries.")
]
Firms = Annotated[
    Optional[Path],
    typer.Option(
        "--firms", metavar="FILE", help="A table of enterprises (.csv, .parquet, .dta) instead of drawn ones."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on standard error.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.", hidden=True)]


@contextmanager
def plain_errors(debug: bool = False, go_on: Callable[[], str] | None = None) -> Iterator[None]:
    """Bad input as one line each with exit code 2; an interrupt with 130 (143 or 129 by SIGTERM or SIGHUP), and
    with what ``go_on`` says of going on.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read the output went away: nothing to say, and nobody to say it to
    except ScenarioError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except (KeyboardInterrupt, Ended) as error:
        words = go_on() if go_on else "interrupted; nothing was written. The same command starts again."
        with suppress(OSError):  # the terminal may be gone
            typer.echo(words, err=True)
        raise typer.Exit(error.exit_code if isinstance(error, Ended) else INTERRUPTED) from None
    except OSError as error:
        if debug:
            raise
        refuse_os_error(error)
        raise typer.Exit(1) from None


def check_engine(engine: str) -> Any:
    """The engine's name, or one line on which there are."""
    if engine not in ("compiled", "mesa"):
        raise ScenarioError([Problem(Place("--engine"), f"unknown engine {engine}; known: compiled, mesa")])
    return engine


def note(text: str, quiet: bool) -> None:
    """A remark on standard error."""
    if not quiet:
        typer.echo(text, err=True)


def say(text: str) -> None:
    """Print; where the reader has gone away (``| head``) the rest of the work is done all the same."""
    try:
        typer.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        print_nowhere()


def print_nowhere() -> None:
    """What is printed from now on goes nowhere, what waits to be printed too: there is nowhere for it to go."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def output_error() -> OSError | None:
    """Why standard output takes nothing more, if it does not."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return None
    except OSError as error:
        return error
    return None


@contextmanager
def net() -> Iterator[None]:
    """The one net that all verbs run in: standard output that is full, a disk that fails, bad input; in one line."""
    try:
        yield
    except BrokenPipeError:
        raise
    except ScenarioError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(BAD_INPUT) from None
    except OSError as error:
        refuse_os_error(error)
        raise SystemExit(1) from None
    except SystemExit as end:
        broken = output_error()
        if broken is not None:
            refuse_os_error(broken)
            raise SystemExit(end.code or 1) from None
        raise


def is_of_output(error: OSError) -> bool:
    """Whether an error came from printing: neither a full disk nor a full output names a file."""
    printing = ("echo", "output_error", "_write_buffer")  # of Click, of this module, of Rich
    return any(frame.f_code.co_name in printing for frame, _ in walk_tb(error.__traceback__))


def refuse_os_error(error: OSError) -> None:
    """One line on what the system did not do."""
    place = error.filename or ("standard output" if is_of_output(error) else "disk")
    if place == "standard output":
        print_nowhere()
    with suppress(OSError):
        typer.echo(f"{place}: {error.strerror or error}", err=True)


def take_firms(scenario: Any, file: Path | None, quiet: bool) -> Any:
    """The scenario with the enterprises of a table; how many rows were used, dropped and why, on standard error."""
    if file is None:
        return scenario
    from sim.scenario import with_firms
    from sim.scenario.firms import firms_of

    taken = with_firms(scenario, file)
    note(firms_of(taken.settings).sentence(file.name), quiet)
    return taken


def warn_all(scenario: Any, seeds: int, quiet: bool) -> None:
    """Odd economics, said once on standard error."""
    from sim.scenario.warnings import odd_settings

    for text in odd_settings(scenario, seeds):
        note(f"note: {text}", quiet)
