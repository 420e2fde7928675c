"""T02: ``replay`` said "every table is the same" of a folder that had been changed with its hashes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.studies.replay import format_replay
from sim.studies.sweep.job_files import content_of
from tests.support.small import command, finished, invoke, scenario
from tests.support.tampered import change_csv, change_parquet, in_line, manifest_of, put_manifest, with_column

TINY = ("--set", "population.enterprises=60", "--set", "calendar.weeks=6", "--seeds", "1", "--quiet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report, figures and a journal that is not to be changed."""
    place = tmp_path_factory.mktemp("whole")
    assert finished(command("compare", "china-2020", *TINY, "--audit", "--out", "out"), place).returncode == 0
    return place / "out"


@pytest.fixture(scope="module")
def whole_totals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of totals that is not to be changed."""
    small = scenario().set({"population.results": "totals", "population.enterprises": 60, "calendar.weeks": 6})
    return sim.save(sim.compare(small, seeds=1, progress=False).results, tmp_path_factory.mktemp("totals") / "out")


def copy(folder: Path, place: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(folder, place / "out"))


def told(folder: Path) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """What replay says of each table that differs, what it did not compare, and whether all is the same."""
    found = sim.replay(folder, progress=False)
    odd = found.tables[found.tables["verdict"] == "differs"]
    return dict(zip(odd["table"], odd["detail"], strict=True)), found.not_compared, found.same


def test_all_that_a_report_shows_is_compared_or_named(whole, tmp_path):
    found = sim.replay(copy(whole, tmp_path), progress=False)
    assert found.same and set(found.tables["verdict"]) == {"same"}
    compared = set(found.tables["table"])
    assert {"summary.csv", "judging.csv", "journal.parquet", "manifest.json", "report.html"} <= compared
    left = [name for name in manifest_of(whole)["files"] if name not in compared]
    assert all(name.startswith(("figures/", "scenarios/")) for name in left)
    assert found.not_compared[0].startswith('command ("tideover compare china-2020')
    assert "figures/" in found.not_compared[1]
    assert "not compared: command" in format_replay(found)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("judging.csv", "enterprises", "1"),
        ("judging.csv", "part", "other"),
        ("summary.csv", "with", "0.5"),
        ("summary.csv", "note", "well told"),
        ("weekly.csv", "jobs", "1"),
        ("sectors.csv", "sales_yuan", "1"),
        ("lenders.csv", "funds_yuan", "1"),
    ],
)
def test_a_table_that_was_changed_with_its_hash_is_named(name, column, value, whole, tmp_path):
    out = copy(whole, tmp_path)
    change_csv(out, name, lambda table: table.assign(**{column: [value, *table[column][1:]]}))
    odd, _, same = told(out)
    assert not same and list(odd) == [name] and f"{column} was {value}" in odd[name], odd


@pytest.mark.parametrize("name", ["survival.csv", "fates.csv", "loan_counts.csv"])
def test_the_same_of_totals(name, whole_totals, tmp_path):
    out = copy(whole_totals, tmp_path)
    column = {"survival.csv": "survival", "fates.csv": "share", "loan_counts.csv": "asked_yuan"}[name]
    change_csv(out, name, lambda table: table.assign(**{column: ["0.125", *table[column][1:]]}))
    odd, _, same = told(out)
    assert not same and list(odd) == [name], odd


def test_journal_and_parquet_tables_are_compared(whole, tmp_path):
    out = copy(whole, tmp_path)
    for name, column in (("journal.parquet", "amount_fen"), ("loans.parquet", "asked_yuan")):
        change_parquet(out, name, lambda table, column=column: with_column(
            table, column, [1, *table[column].to_pylist()[1:]] if column == "amount_fen"
            else [1.0, *table[column].to_pylist()[1:]]))  # fmt: skip
    odd, _, same = told(out)
    assert not same and list(odd) == ["loans.parquet", "journal.parquet"], odd


def test_a_page_that_was_changed_is_named_with_its_line(whole, tmp_path):
    out = copy(whole, tmp_path)
    path = out / "report.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<h1", "<h1 ", 1), encoding="utf-8")
    in_line(out, "report.html")
    odd, _, same = told(out)
    assert not same and "is another" in odd["report.html"]


def test_a_command_that_was_changed_is_shown_as_not_compared_and_makes_the_page_another(whole, tmp_path):
    out = copy(whole, tmp_path)
    put_manifest(out, {**manifest_of(out), "command": "tideover compare china-2020 --seeds 100"})
    odd, left, same = told(out)
    assert not same and list(odd) == ["report.html"]
    assert left[0].startswith('command ("tideover compare china-2020 --seeds 100")')


def test_scale_and_failures_that_were_changed_are_refused_or_named(whole, tmp_path):
    out = copy(whole, tmp_path)
    manifest = manifest_of(out)
    put_manifest(out, {**manifest, "scale": manifest["scale"] + 1})
    result = invoke("replay", out, "--quiet")
    assert result.exit_code == 2 and "scale is" in result.stderr and "as scenarios/with.yaml gives" in result.stderr
    failed = {"failed": [["without", 1, "lost"]], "status": "some runs failed"}
    put_manifest(out, {**manifest, **failed})
    change_csv(out, "runs.csv", lambda table: table.assign(status=["done", "failed"], failure=["", "lost"]))
    odd, _, same = told(out)
    assert not same and 'status was "some runs failed", is "done"' in odd["manifest.json"]


def test_the_command_says_so_in_json_too(whole, tmp_path):
    out = copy(whole, tmp_path)
    found = json.loads(invoke("replay", out, "--quiet", "--json").stdout)
    assert found["same"] is True and found["not_compared"][0].startswith("command")


def test_a_made_table_that_is_none_is_refused_by_name(whole, tmp_path):
    out = copy(whole, tmp_path)
    (out / "judging.csv").write_bytes(b"\xff\xfe\n\x00")
    in_line(out, "judging.csv")
    result = invoke("replay", out, "--quiet")
    assert result.exit_code == 2 and "judging.csv  cannot be read: it is no table" in result.stderr


@pytest.fixture(scope="module")
def whole_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep over a list with a null, a range and dates, not to be changed."""
    out = tmp_path_factory.mktemp("sweep") / "out"
    small = scenario().set({"population.enterprises": 30, "calendar.weeks": 4})
    vary = {
        "kinds.self_employed.margin_share": [None, 0.2],
        "programme.decision_days": "0:14:2",
        "programme.launch_date": ["2020-02-10", "2020-02-17"],
    }
    sim.sweep(small, vary, 1, out=out, executor="series", progress=False)
    return out


def test_a_sweep_is_run_again_with_every_job_and_table(whole_sweep, tmp_path):
    found = sim.replay(copy(whole_sweep, tmp_path), progress=False)
    assert found.same and found.versions.empty and set(found.tables["verdict"]) == {"same"}
    names = ["scenario.yaml", "points.csv", "jobs.parquet", "sweep.csv", "jobs", "manifest.json"]
    assert found.tables["table"].tolist() == names
    result = invoke("replay", whole_sweep, "--quiet")
    assert result.exit_code == 0 and result.stdout.endswith("every table is the same\n")


@pytest.mark.parametrize("design", ["oat", "lhs", "sobol", "morris"])
def test_sweeps_of_every_design_are_run_again(design, tmp_path):
    small = scenario().set({"population.enterprises": 12, "calendar.weeks": 2})
    vary = {"programme.decision_days": "0:14", "programme.rate_yearly": "0.01:0.05"}
    more = {} if design == "oat" else {"samples": 2, "sample_seed": 3}
    sim.sweep(
        small, vary, 1, design=design, compare=False, out=tmp_path / "out", executor="series", progress=False, **more
    )
    found = sim.replay(tmp_path / "out", progress=False)
    assert found.same, found.tables


def test_a_job_of_the_right_shape_that_was_changed_is_named_with_its_outcome(whole_sweep, tmp_path):
    out = copy(whole_sweep, tmp_path)
    path = sorted(out.glob("jobs/*/*.json"))[2]
    outcomes = json.loads(path.read_bytes())["outcomes"]
    name = list(outcomes)[3]
    path.write_bytes(content_of(path.stem, {**outcomes, name: 0.125}))
    odd, _, same = told(out)
    assert not same and list(odd) == ["jobs"]
    assert odd["jobs"].startswith(f"1 jobs; first: jobs/{path.parent.name}/{path.name}: {name} was 0.125, is ")
    path.unlink()
    assert "is missing, or not what a job's file must be" in told(out)[0]["jobs"]


@pytest.mark.parametrize("name", ["sweep.csv", "points.csv"])
def test_a_table_of_a_sweep_that_was_changed_with_its_hash_is_named(name, whole_sweep, tmp_path):
    out = copy(whole_sweep, tmp_path)
    column = {"sweep.csv": "mean", "points.csv": "programme.decision_days"}[name]
    change_csv(out, name, lambda table: table.assign(**{column: ["3", *table[column][1:]]}))
    odd, _, same = told(out)
    assert not same and list(odd) == [name] and f"{column} was 3" in odd[name], odd
    (out / name).unlink()
    assert told(out)[0] == {name: "is missing"}


@pytest.mark.parametrize(("field", "value"), [("done", 7), ("seeds", [2]), ("id", "0" * 64), ("digests", [])])
def test_a_field_of_a_sweep_that_was_changed_is_named(field, value, whole_sweep, tmp_path):
    out = copy(whole_sweep, tmp_path)
    put_manifest(out, {**manifest_of(out), field: value}, identity=False)
    odd, _, same = told(out)
    assert not same and "manifest.json" in odd


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "running"}, "holds a sweep that is not finished"),
        ({"seeds": ["x"]}, "manifest.json is damaged: seeds.0 is 'x'; expected Input should be a valid integer"),
        ({"vary": []}, "manifest.json is damaged: vary is a list; expected"),
        ({"design": {"name": "grid"}}, "manifest.json is damaged: design.samples is missing; expected"),
        ({"scenario": {"digest": "0" * 64}}, "is not the scenario that manifest.json names"),
        ({"design": {"name": "none", "samples": 0, "seed": 1}}, "none"),
    ],
)
def test_a_sweep_that_cannot_be_run_again_is_refused_in_one_line(change, words, whole_sweep, tmp_path):
    out = copy(whole_sweep, tmp_path)
    put_manifest(out, {**manifest_of(out), **change}, identity=False)
    result = invoke("replay", out, "--quiet")
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and words in line, line
