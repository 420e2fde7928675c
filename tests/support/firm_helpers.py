"""What tests of firm tables share: the folder of small tables, the shared data, a small scenario."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import sim
from tests.support.small import ROOT

TABLES = ROOT / "tests" / "scenario" / "firm_tables"
SHARED = Path(os.environ.get("TIDEOVER_SHARED", ROOT.parent / "shared" / "data"))
PPP = SHARED / "us_sba_ppp_montana_loans_le150k.csv"
WOMPLY = SHARED / "oi_womply_national_weekly.csv"
CODES = {"firms.sector_codes": {"catering": ["Catering"], "trade": ["Trade"]}}


def shared(path: Path) -> Path:
    """A file of the shared data; the test is skipped where it is absent."""
    if not path.is_file():
        pytest.skip(f"{path} is absent: set TIDEOVER_SHARED to the folder that holds {path.name}")
    return path


def normal(**changes: object) -> sim.Scenario:
    """A normal year, short, with settings of ``firms`` changed."""
    return sim.load("normal-year", ["calendar.weeks=4"]).set({f"firms.{name}": one for name, one in changes.items()})


def refusal(scenario: sim.Scenario, path: Path) -> str:
    """What is said of a table that is refused."""
    with pytest.raises(sim.ScenarioError) as caught:
        sim.with_firms(scenario, path)
    return str(caught.value)
