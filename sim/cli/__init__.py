"""The command ``tideover``: one module a verb, and the options they share.

``main`` is what the command runs. A module here reads words, calls one function of ``sim`` and prints.
"""

from __future__ import annotations


def main() -> None:
    """Run the command with the words of the command line."""
    from sim.cli.app import main as run_command

    run_command()
