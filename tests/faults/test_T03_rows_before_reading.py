"""T03: a compressed table that unpacks to far more rows than may be was read; limits are lowered here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.results import reading
from sim.scenario.firms import with_firms
from sim.scenario.problems import ScenarioError
from tests.support.small import comparison, scenario
from tests.support.tampered import change_csv, in_line, refused


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results that is not to be changed."""
    return sim.save(comparison().results, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row of a Parquet file may be read."""
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("rows were read"))


def test_more_rows_than_the_scenarios_make_are_refused_unread(out, unread):
    table = pq.read_table(out / "enterprises.parquet")
    pq.write_table(pa.concat_tables([table] * 20), out / "enterprises.parquet", compression="zstd")
    in_line(out, "enterprises.parquet")
    line = refused(out)
    assert "enterprises.parquet  cannot be read: it has 24,000 rows or more; expected at most 1,200" in line, line


def test_more_lines_of_a_csv_file_than_the_scenarios_make_are_refused_unread(out, monkeypatch):
    change_csv(out, "weekly.csv", lambda table: table.loc[[0] * 5000])
    monkeypatch.setattr(reading, "check_names", lambda path, *_: path.name == "weekly.csv" and pytest.fail("was read"))
    line = refused(out)
    assert "weekly.csv  cannot be read: it has 5,000 rows or more; expected at most 84" in line, line


@pytest.mark.parametrize("name", ["enterprises.parquet", "weekly.csv"])
def test_a_table_that_does_not_fit_into_memory_is_refused_unread(name, out, unread, monkeypatch):
    size = (out / name).stat().st_size
    monkeypatch.setattr(reading, "bytes_for_table", lambda: 10_000 if name == "enterprises.parquet" else 4 * size - 1)
    if name == "enterprises.parquet":
        monkeypatch.setattr(reading, "read_csv", unlimited(reading.read_csv, monkeypatch))
    line = refused(out)
    assert f"{name}  cannot be read: it takes about" in line and "half of this machine's memory" in line, line


def unlimited(read, monkeypatch):
    """A reader that knows no limit."""

    def reads(*words):
        with monkeypatch.context() as lifted:
            lifted.setattr(reading, "bytes_for_table", lambda: 10**12)
            return read(*words)

    return reads


def test_texts_that_unpack_beyond_memory_are_refused_before_they_are_spread_out(tmp_path, monkeypatch):
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["x" * 1000]))
    pq.write_table(pa.table({"staff": [3] * 2000, "id": texts}), tmp_path / "firms.parquet")
    monkeypatch.setattr("sim.scenario.firms.files.bytes_for_table", lambda: 1_000_000)
    told = r"firms\.parquet  takes about 2\.\d MB unpacked \(2,000 rows\); at most 1\.0 MB"
    with pytest.raises(ScenarioError, match=told):
        with_firms(scenario(), tmp_path / "firms.parquet")


def test_a_firm_table_of_too_many_rows_is_refused_by_its_footer(tmp_path, monkeypatch):
    pq.write_table(pa.table({"staff": [3] * 100_000}), tmp_path / "firms.parquet")
    monkeypatch.setattr("sim.scenario.firms.files.bytes_for_table", lambda: 500_000)
    told = r"firms\.parquet  takes about .* MB unpacked \(100,000 rows\); at most 0\.5 MB"
    with pytest.raises(ScenarioError, match=told):
        with_firms(scenario(), tmp_path / "firms.parquet")


def test_a_kept_firm_table_has_no_more_rows_than_its_manifest_says(tmp_path):
    (tmp_path / "firms.csv").write_text("id,staff\n" + "".join(f"f{number},3\n" for number in range(20)))
    small = scenario().set({"calendar.weeks": 2})
    out = sim.save(sim.compare(small, seeds=1, progress=False, firms=tmp_path / "firms.csv").results, tmp_path / "out")
    (path,) = (out / "firms").glob("*.parquet")
    pq.write_table(pa.concat_tables([pq.read_table(path)] * 9), path)
    in_line(out, f"firms/{path.name}")
    line = refused(out)
    assert ".parquet  cannot be read: it has 180 rows or more; expected at most 20" in line, line


def test_a_manifest_that_is_too_large_is_refused_unread(out, monkeypatch):
    monkeypatch.setattr("sim.results.manifest.MOST_BYTES", 100)
    assert "manifest.json cannot be read: it has more than" in refused(out)
