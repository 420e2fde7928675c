"""T01: a received folder with right names and hashes but of another shape ended in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import sim
from sim.cli.app import app
from sim.results.columns import Column, Shape
from sim.results.shapes import COUNTS, PANELS
from tests.support.small import comparison, invoke, scenario
from tests.support.tampered import (
    change_csv,
    change_parquet,
    in_line,
    manifest_of,
    put_manifest,
    refused,
    with_column,
)

assert app is not None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results that is not to be changed."""
    return sim.save(comparison().results, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture(scope="module")
def whole_totals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of totals."""
    results = sim.compare(scenario().set({"population.results": "totals"}), seeds=2, progress=False).results
    return sim.save(results, tmp_path_factory.mktemp("totals") / "out")


@pytest.fixture(scope="module")
def whole_firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a firm table, one row of which was dropped."""
    place = tmp_path_factory.mktemp("firms")
    rows = [f"f{number},{number % 7 + 1},{1000 * number + 500},north" for number in range(30)]
    (place / "firms.csv").write_text("\n".join(["id,staff,yearly_sales,place", *rows, "x,none,5,south"]) + "\n")
    small = scenario().set({"firms.bad_rows": "drop", "firms.keep": ["place"], "calendar.weeks": 4})
    return sim.save(sim.compare(small, seeds=1, progress=False, firms=place / "firms.csv").results, place / "out")


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def totals(whole_totals: Path, tmp_path: Path) -> Path:
    """A copy of totals to be changed."""
    return Path(shutil.copytree(whole_totals, tmp_path / "totals"))


@pytest.fixture
def firms(whole_firms: Path, tmp_path: Path) -> Path:
    """A copy with a firm table to be changed."""
    return Path(shutil.copytree(whole_firms, tmp_path / "firms"))


# the manifest

WRONG: tuple[tuple[str, Any, str, str], ...] = (
    ("format", "1", "format", "this version reads 1"),
    ("id", 5, "id", "64 hexadecimal digits"),
    ("id", "0" * 64, "id", "the hash of its arms, seeds and version"),
    ("status", "fine", "status", "done or some runs failed"),
    ("command", ["tideover"], "command", "a text"),
    ("arms", [], "arms", "at least one arm"),
    ("arms", {}, "arms", "at least one arm"),
    ("arms", {"with": {"scenario": "a"}}, "arms.with.digest", "digest (64 hexadecimal digits)"),
    ("arms", {"../x": {"scenario": "a", "digest": "0" * 64}}, "arms.../x", "scenario (a name)"),
    ("seeds", "1, 2", "seeds", "different whole numbers"),
    ("seeds", [1, 1], "seeds", "different whole numbers"),
    ("seeds", [1, 2.5], "seeds.1", "different whole numbers"),
    ("seeds", [1, -2], "seeds.1", "from 0 to 2^63"),
    ("seeds", [1, 2**64], "seeds.1", "from 0 to 2^63"),
    ("seeds", [True, 2], "seeds.0", "different whole numbers"),
    ("runs", 5, "runs", "the number of arms times that of seeds"),
    ("failed", [["with", 1]], "failed.0", "arm, seed and reason"),
    ("failed", [["with", 99, "x"]], "failed", "arm, seed and reason"),
    ("failed", [["with", 1, "x"]], "status", "done or some runs failed"),
    ("scale", 0, "scale", "a whole number from 1"),
    ("scale", 3, "scale", "as scenarios/with.yaml gives"),
    ("scale", 1e3, "scale", "a whole number from 1"),
    ("firms", [{"file": "x"}], "firms.0", "file, hash and rows"),
    ("seconds", -1, "seconds", "a number from 0"),
    ("seconds", "1", "seconds", "a number from 0"),
    ("versions", {"tideover": 1}, "versions.tideover", "a version, a text"),
    ("versions", {}, "versions.tideover", "a version, a text"),
    ("machine", {"system": "Linux"}, "machine.processor", "system and processor"),
    ("files", {"runs.csv": "x"}, "files.runs.csv", "64 hexadecimal digits"),
    ("more", 1, "more", "only fields that this version writes"),
)


@pytest.mark.parametrize(("field", "value", "named", "expected"), WRONG)
def test_a_manifest_of_another_shape_is_refused_by_field(field, value, named, expected, out):
    put_manifest(out, {**manifest_of(out), field: value}, identity=field != "id")
    line = refused(out)
    assert "manifest.json" in line and named in line and expected in line, line


@pytest.mark.parametrize("field", ["id", "status", "command", "arms", "seeds", "runs", "failed", "scale", "files"])
def test_a_manifest_without_a_field_is_refused_by_its_name(field, out):
    manifest = manifest_of(out)
    del manifest[field]
    put_manifest(out, manifest, identity=False)
    line = refused(out)
    assert f"manifest.json is damaged: {field} is missing; expected" in line, line


def test_other_folders_of_this_program_say_what_they_are(out):
    put_manifest(out, {"kind": "tideover sweep", "format": 1})
    assert "holds a sweep, no results of runs" in refused(out)


# tables, whatever they declare

Case = tuple[Shape, Column]


def cases(shapes: tuple[Shape, ...], kinds: tuple[str, ...]) -> list[Any]:
    """Columns of some kinds, in CSV files."""
    found = [(shape, column) for shape in shapes for column in shape.columns if shape.file.endswith(".csv")]
    return [pytest.param(*one, id=f"{one[0].file}-{one[1].name}") for one in found if one[1].kind in kinds]


def change_cell(folder: Path, shape: Shape, column: Column, text: str) -> None:
    """Write a text into a cell of the first row."""

    def change(table: Any) -> None:
        table.loc[0, column.name] = text

    change_csv(folder, shape.file, change)


@pytest.mark.parametrize(("shape", "column"), cases(PANELS, ("whole", "number", "flag", "date")))
def test_a_cell_of_another_type_is_refused_by_table_and_column(shape, column, out):
    change_cell(out, shape, column, "many")
    line = refused(out)
    assert f"{shape.file}  {column.name}  cannot be read: a cell is 'many'; expected" in line, line


@pytest.mark.parametrize(("shape", "column"), cases(COUNTS[3:], ("whole", "number", "flag", "date", "name")))
def test_the_same_of_totals(shape, column, totals):
    change_cell(totals, shape, column, "many")
    line = refused(totals)
    assert f"{shape.file}  {column.name}  cannot be read: " in line and "'many'; expected" in line, line


@pytest.mark.parametrize(("shape", "column"), cases(PANELS, ("number",)))
@pytest.mark.parametrize("text", ["inf", "-1e300", "1e300"])
def test_a_number_out_of_range_is_refused_with_the_range(shape, column, text, out):
    change_cell(out, shape, column, text)
    line = refused(out)
    assert f"{shape.file}  {column.name}  cannot be read: row 1 is" in line and "expected a number [" in line, line


@pytest.mark.parametrize("shape", [one for one in PANELS if one.file.endswith(".csv")], ids=lambda one: one.file)
def test_columns_that_are_missing_or_unknown_are_named(shape, out):
    name = shape.columns[-1].name
    change_csv(out, shape.file, lambda table: table.rename(columns={name: "other"}))
    line = refused(out)
    assert f"{shape.file}  {name}  cannot be read: there is no such column; expected" in line, line
    change_csv(out, shape.file, lambda table: table.rename(columns={"other": name}).assign(more="1"))
    line = refused(out)
    assert f"{shape.file}  more  cannot be read: the column is not known; expected only" in line, line


@pytest.mark.parametrize("shape", [one for one in PANELS if one.rows is not None], ids=lambda one: one.file)
def test_rows_of_a_run_are_as_many_as_its_scenario_says(shape, out):
    if shape.file.endswith(".csv"):
        change_csv(out, shape.file, lambda table: table.drop(index=len(table) - 1))
    else:
        change_parquet(out, shape.file, lambda table: table.slice(0, table.num_rows - 1))
    line = refused(out)
    assert f"{shape.file}  seed  cannot be read: arm 'without', seed 2 has " in line and "as its scenario says" in line


@pytest.mark.parametrize("shape", PANELS, ids=lambda one: one.file)
@pytest.mark.parametrize(("key", "value"), [("seed", 3), ("arm", "other")])
def test_arms_and_seeds_are_those_of_runs(key, value, shape, out):
    if shape.file.endswith(".csv"):
        change_csv(out, shape.file, lambda table: table.assign(**{key: [str(value), *table[key][1:]]}))
    else:
        change_parquet(out, shape.file, lambda table: with_column(table, key, [value, *table[key].to_pylist()[1:]]))
    line = refused(out)
    assert f"{shape.file}  {key}  cannot be read: " in line and "expected" in line, line


PARQUET = [pytest.param(shape, column, id=column.name) for shape in PANELS[3:] for column in shape.columns]
OTHER: dict[str, Any] = {"whole": "x", "number": "x", "flag": "x", "date": "x", "name": 1.5, "text": 1.5}


@pytest.mark.parametrize(("shape", "column"), PARQUET)
def test_a_parquet_column_of_another_type_is_refused(shape, column, out):
    other = OTHER[column.kind]
    change_parquet(out, shape.file, lambda table: with_column(table, column.name, [other] * table.num_rows))
    line = refused(out)
    assert f"{shape.file}  {column.name}  cannot be read: its cells are" in line and "; expected " in line, line


@pytest.mark.parametrize(("shape", "column"), [one for one in PARQUET if one.values[1].kind in ("whole", "number")])
def test_a_parquet_number_out_of_range_is_refused(shape, column, out):
    high = np.iinfo(np.int64).min if column.kind == "whole" else 1e300
    change_parquet(out, shape.file, lambda table: with_column(table, column.name, [high] * table.num_rows))
    line = refused(out)
    assert f"{shape.file}  {column.name}  cannot be read: row 1 is" in line and "expected a" in line, line


@pytest.mark.parametrize(("column", "value"), [("status", "fine"), ("scenario", "x"), ("seed", "7")])
def test_runs_say_what_the_manifest_says(column, value, out):
    change_csv(out, "runs.csv", lambda table: table.assign(**{column: [value, *table[column][1:]]}))
    line = refused(out)
    assert f"runs.csv  {column}  cannot be read: " in line and "expected" in line, line


def test_counted_enterprises_sum_to_those_of_the_scenario(totals):
    change_csv(totals, "enterprise_counts.csv", lambda table: table.assign(number=["9", *table["number"][1:]]))
    line = refused(totals)
    assert "enterprise_counts.csv  number  cannot be read: those of arm 'with', seed 1 sum to" in line
    assert "expected 300, the enterprises of its scenario" in line


# kept firm tables


def kept(folder: Path, ending: str) -> str:
    """Name of a file of the kept firm table."""
    (path,) = (folder / "firms").glob(f"*{ending}")
    return f"firms/{path.name}"


@pytest.mark.parametrize(("name", "value"), [("staff", 0.5), ("staff", "x"), ("yearly_sales", -1.0)])
def test_a_kept_firm_table_of_another_shape_is_refused(name, value, firms):
    change_parquet(firms, kept(firms, ".parquet"), lambda table: with_column(table, name, [value] * table.num_rows))
    line = refused(firms)
    assert f".parquet  {name}  cannot be read: " in line and "expected a number" in line, line


def test_columns_and_rows_of_a_kept_firm_table_are_as_declared(firms):
    name = kept(firms, ".parquet")
    change_parquet(firms, name, lambda table: table.rename_columns(["size", *table.column_names[1:]]))
    assert ".parquet  size  cannot be read: the column is not known; expected only" in refused(firms)
    change_parquet(firms, name, lambda table: table.rename_columns(["staff", *table.column_names[1:]]).slice(1))
    line = refused(firms)
    assert ".parquet  cannot be read: 29 used and 1 dropped rows; expected the 31 rows that" in line, line


RESTS = ("", "[]", '{"rows": 31}', '{"rows": "31", "dropped": {}, "blank": {}}', '{"rows": -1}')


@pytest.mark.parametrize("text", RESTS)
def test_numbers_beside_a_kept_firm_table_are_as_declared(text, firms):
    (firms / kept(firms, ".json")).write_text(text)
    in_line(firms, kept(firms, ".json"))
    line = refused(firms)
    assert ".json" in line and "cannot be read: it is" in line and "expected rows, and dropped" in line, line


LOST = (("row,column,text,why\nx,a,b,c\n", "row"), ("row,column,text\n1,a,b\n", "why"))


@pytest.mark.parametrize(("text", "column"), LOST)
def test_dropped_rows_are_as_declared(text, column, firms):
    (firms / kept(firms, "-dropped.csv")).write_text(text)
    in_line(firms, kept(firms, "-dropped.csv"))
    line = refused(firms)
    assert f"-dropped.csv  {column}  cannot be read: " in line and "expected" in line, line


def test_a_folder_with_a_firm_table_opens(firms, whole_firms):
    assert sim.open(firms).scale == sim.open(whole_firms).scale


# every verb


@pytest.mark.parametrize("words", [["report"], ["replay"], ["plot", "survival"]], ids=lambda words: words[0])
def test_every_verb_says_it_in_one_line_and_ends_with_2(words, out):
    change_csv(out, "weekly.csv", lambda table: table.assign(jobs="many"))
    verb, *more = words
    result = invoke(verb, out, *more)
    assert result.exit_code == 2 and not result.stdout
    (line,) = result.stderr.splitlines()
    assert "weekly.csv  jobs  cannot be read: a cell is 'many'; expected a whole number; run the command again" in line


# one declaration


def test_a_column_that_is_declared_is_written_read_and_checked(whole):
    for shape in PANELS:
        names = ["seed", "arm", *(column.name for column in shape.columns)]
        assert list(getattr(comparison().results, shape.name).columns) == names
        assert list(getattr(sim.open(whole), shape.name).columns) == names
        assert all(column.unit and column.of is not None for column in shape.columns)


def test_cells_that_are_missing_are_refused_where_none_may_be(out):
    def emptied(table):
        return with_column(table, "asked_yuan", pa.nulls(table.num_rows, pa.float64()))

    change_parquet(out, "loans.parquet", emptied)
    assert "loans.parquet  asked_yuan  cannot be read: row 1 is empty; expected a number" in refused(out)
