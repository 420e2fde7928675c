"""R09: the text type of pandas 3 broke checks of ``dtype == object``.

The package asks for pandas 3 or later, so there is one lane; tables with text as categories, as pandas text and as
Python objects must give the same numbers and figures.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib

import pandas as pd
import pytest

import sim
from sim import figures, outcomes
from tests.support.small import ROOT, TABLES, comparison

TYPES = ("str", "object", "string")


def as_type(results: sim.Results, kind: str) -> sim.Results:
    """The same tables with every category written as text of another type."""
    tables = {}
    for name in TABLES:
        table = getattr(results, name)
        words = [column for column in table.select_dtypes("category") if column != "arm"]
        tables[name] = table.astype(dict.fromkeys(words, kind))
    return dataclasses.replace(results, **tables)


@pytest.mark.parametrize("kind", TYPES)
def test_outcomes_do_not_depend_on_how_text_is_stored(kind):
    plain, other = comparison().results, as_type(comparison().results, kind)
    pd.testing.assert_frame_equal(outcomes.summary(plain), outcomes.summary(other))
    for by in ("kind", "sector"):
        one, same = (outcomes.fates(tables.enterprises, by) for tables in (plain, other))
        words = one.columns.difference(one.select_dtypes("number").columns).tolist()
        one, same = (
            table.astype(dict.fromkeys(words, "str")).sort_values(["seed", *words], ignore_index=True)
            for table in (one, same)
        )
        pd.testing.assert_frame_equal(one, same)


@pytest.mark.parametrize("kind", TYPES)
def test_a_figure_by_sector_has_every_sector(kind):
    plain, other = comparison().results, as_type(comparison().results, kind)
    titles = [sorted(axes.get_title() for axes in figures.survival(tables, "sector").axes) for tables in (plain, other)]
    assert titles[0] == titles[1]


def test_no_module_tells_text_by_the_object_type():
    wrong = re.compile(r"issubdtype|dtype\s*(==|is|!=)\s*[\"']?(object|np\.object_)|select_dtypes\(.?object")
    for path in (ROOT / "sim").rglob("*.py"):
        assert not wrong.search(path.read_text(encoding="utf-8")), path


def test_the_package_asks_for_the_pandas_it_is_tested_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = [one for one in project["dependencies"] if one.startswith("pandas")]
    assert re.match(r"pandas>=3", wanted)
    assert int(pd.__version__.split(".")[0]) >= 3
