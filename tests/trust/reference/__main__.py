"""Compare many random small economies: ``python -m tests.trust.reference --economies 1000``."""

from __future__ import annotations

import argparse
import sys

from tests.trust.reference.survey import Survey, survey


def main() -> int:
    """Print what agrees, which events there were, and the first difference; 1 with a difference or an event missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.reference", description=__doc__)
    parser.add_argument("--economies", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--engine", choices=["compiled", "mesa"], default="compiled", help="of the package")
    chosen = parser.parse_args()
    found = survey(chosen.economies, chosen.seed, chosen.engine, note)
    print(f"{found.economies} economies agree: {found.steps:,} steps, {found.values:,} values, all to the last bit")
    for event, count in found.events.items():
        print(f"{count:6d} had {event}")
    missed = [event for event, count in found.events.items() if not count]
    if found.where:
        scenario, seed = found.where
        print(f"{scenario.to_yaml()}\nfirst difference, in the scenario above with seed {seed}: {found.difference}")
    if missed:
        print(f"never happened: {', '.join(missed)}")
    return int(bool(found.where or missed))


def note(found: Survey) -> None:
    """Say how far it is, now and then."""
    if found.economies % 100 == 0:
        print(f"{found.economies} economies, {found.values:,} values", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
