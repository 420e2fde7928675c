"""T04: a firm table with one very long text in a dropped cell made a folder that could never be opened."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.scenario.problems import is_plain
from sim.studies.replications import replicate
from tests.support.economies import SEEDS, economies
from tests.support.small import hash_of

FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))
LETTERS = st.characters(blacklist_categories=("Cs",))
ODD = ("", "=1+1", "a\rb", "a\nb", 'a"b', "a,b", "'x", "\0", " ", "nan", "\ufeff", "\u2028", "𠮷" * 70, "\t@", "\r\n")
TEXTS = st.one_of(
    st.text(LETTERS, max_size=30),
    st.sampled_from(ODD),
    st.builds(lambda text, times: text * times, st.text(LETTERS, min_size=1, max_size=5), st.integers(1, 60_000)),
)
NAMES = st.text(LETTERS, min_size=1, max_size=40).filter(lambda name: is_plain(name) and not name.startswith("."))


@cache
def tiny() -> sim.Scenario:
    """A scenario of few enterprises."""
    return sim.load("china-2020", ["population.enterprises=12", "calendar.weeks=2"])


@cache
def results() -> sim.Results:
    """A comparison of it; not to be changed."""
    return sim.compare(tiny(), seeds=1, progress=False).results


def opened(found: sim.Results) -> sim.Results:
    """Results saved and opened again."""
    with tempfile.TemporaryDirectory() as folder:
        return sim.open(sim.save(found, Path(folder) / "out"))


@FEW
@given(st.lists(st.tuples(TEXTS, st.one_of(st.just("3"), TEXTS)), min_size=1, max_size=8))
def test_firm_tables_with_any_texts_used_and_dropped_come_back(rows):
    table = pd.DataFrame(rows, columns=["note", "staff"]).assign(id=[f"f{place}" for place in range(len(rows))])
    table.loc[len(table)] = ["last", "4", "last"]
    with tempfile.TemporaryDirectory() as folder:
        table.to_parquet(Path(folder) / "firms.parquet", index=False)
        asked = tiny().set({"firms.keep": ["note"], "firms.bad_rows": "drop", "firms.blank_cells": "draw"})
        found = sim.run(sim.with_firms(asked, Path(folder) / "firms.parquet"), seeds=1, progress=False)
        assert hash_of(sim.open(sim.save(found, Path(folder) / "out"))) == hash_of(found)


@pytest.mark.parametrize("length", [131_072, 131_073, 3_000_000])
def test_one_very_long_text_in_a_dropped_cell(length, tmp_path):
    pd.DataFrame({"id": ["a", "b"], "staff": ["3", "x" * length]}).to_parquet(tmp_path / "firms.parquet", index=False)
    asked = sim.with_firms(tiny().set({"firms.bad_rows": "drop"}), tmp_path / "firms.parquet")
    found = sim.run(asked, seeds=1, progress=False)
    assert hash_of(sim.open(sim.save(found, tmp_path / "out"))) == hash_of(found)


@FEW
@given(st.lists(NAMES, min_size=2, max_size=3, unique_by=str.casefold), TEXTS)
def test_names_of_arms_and_reasons_of_failures_come_back(names, reason):
    base = results()
    arms = dict(zip(["with", "without"], names[:2], strict=True))
    tables = {
        name: getattr(base, name).assign(arm=getattr(base, name)["arm"].cat.rename_categories(arms))
        for name in ("weekly", "enterprises", "loans", "lenders", "sectors")
    }
    runs = base.runs.assign(arm=names[:2], status=["done", "failed"], failure=["", reason])
    scenarios = {arms[arm]: one for arm, one in base.scenarios.items()}
    found = sim.Results(**tables, runs=runs, scale=base.scale, scenarios=scenarios)
    again = opened(found)
    assert list(again.scenarios) == names[:2] and again.runs["failure"].tolist() == ["", reason]
    assert hash_of(again) == hash_of(found)


@FEW
@given(st.dictionaries(st.sampled_from(["title", "programme.title", "currency"]), st.text(LETTERS, max_size=60)))
def test_scenarios_with_any_titles_come_back(titles):
    try:
        asked = tiny().set(titles)
    except sim.ScenarioError:
        return
    found = sim.run(asked, seeds=1, progress=False)
    again = opened(found)
    assert again.scenarios == found.scenarios and hash_of(again) == hash_of(found)


@FEW
@given(economies(), SEEDS, st.sampled_from(["panels", "totals"]), st.booleans())
def test_scenarios_drawn_at_random_come_back(scenario, seed, kept, audit):
    arms = {"run": scenario.set({"population.results": kept})}
    found = replicate(arms, [seed], jobs=1, progress=False, audit=audit)
    again = opened(found)
    assert again.scenarios == found.scenarios and hash_of(again) == hash_of(found)
