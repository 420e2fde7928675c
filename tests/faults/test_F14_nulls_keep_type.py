"""F14: a column of a sweep with nulls was text in ``jobs.parquet``; it has its own type, with missing values."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.figures import heatmap
from sim.studies.sweep.sweep import sweep
from sim.studies.sweep.tables import column
from sim.studies.verdicts import first_difference
from tests.support.economies import toy


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, 3], "Int64"),
        ([0.5, None, 2], "float64"),
        ([None, 0.5], "float64"),
        ([True, None], "boolean"),
        ([1, 2], "int64"),
        ([1, 2.5], "float64"),
        ([True, False], "bool"),
    ],
)
def test_numbers_and_yes_and_no_stay_what_they_are(values, kind):
    found = column(values)
    assert str(found.dtype) == kind
    assert found.isna().tolist() == [value is None for value in values]


@pytest.mark.parametrize("kind", ["Int64", "boolean", "float64", "str"])
def test_a_missing_value_equals_a_missing_value_and_nothing_else(kind):
    value, other = {"boolean": (True, False), "str": ("a", "b")}.get(kind, (1, 2))

    def table(*cells):
        return pd.DataFrame({"key": pd.Series(cells, dtype=kind)})

    assert first_difference(table(value, None), table(value, None)) == ""
    assert "1 rows of key; first: key " in first_difference(table(value, None), table(value, other))
    assert "1 rows of key; first: key " in first_difference(table(None, other), table(value, other))
    assert "2 rows of key" in first_difference(table(value, None), table(other, value))


@pytest.mark.parametrize("values", [["a", None], [None, None], [1, True], [1, "a"]])
def test_what_is_no_number_is_text(values):
    assert pd.api.types.is_string_dtype(column(values).dtype)


def test_tables_of_a_sweep_on_disk(tmp_path):
    scenario = toy(population__enterprises=20, calendar__weeks=2)
    key = "kinds.self_employed.margin_share"
    vary = {key: [None, 0.25], "programme.decision_days": [0, 7]}
    found = sweep(scenario, vary, 1, out=tmp_path / "sweep", executor="series", progress=False)
    assert found.failures.empty
    kept = pd.read_parquet(tmp_path / "sweep" / "jobs.parquet")
    assert kept[key].dtype == "float64" and sorted(kept[key].dropna()) == [0.25, 0.25] and kept[key].isna().sum() == 2
    again = sweep(scenario, vary, 1, out=tmp_path / "sweep", executor="series", progress=False, resume=True)
    assert again.kept == 4 and again.recomputed == 0
    part = found.table[found.table["outcome"] == "saved_thousand"]
    labels = [
        text.get_text()
        for text in heatmap(part, key, "programme.decision_days", title="", unit="").axes[0].get_xticklabels()
    ]
    assert labels == ["0.25", "none"]
