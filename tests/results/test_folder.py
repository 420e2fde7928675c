"""The results folder: what goes in comes out, and a folder is whole or refused."""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.results import folder as folders
from sim.results import manifest as manifests
from sim.results.atomic_folder import new_draft, put_in_place
from sim.results.csv_file import read_csv, write_csv
from sim.scenario.problems import ScenarioError
from tests.support.small import TABLES, command, comparison, finished, hash_of, scenario


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results that is not to be changed."""
    return sim.save(comparison().results, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


def change(out: Path, **entries: Any) -> None:
    """Change entries of the manifest; None takes one out."""
    path = out / "manifest.json"
    manifest = {**json.loads(path.read_text(encoding="utf-8")), **entries}
    path.write_text(json.dumps({key: value for key, value in manifest.items() if value is not None}))


def refusal(call: Any) -> str:
    """The one line with which something is refused."""
    with pytest.raises(ScenarioError) as caught:
        call()
    (line,) = str(caught.value).splitlines()
    return line


def left_in(folder: Path) -> list[str]:
    """Names in a folder."""
    return sorted(path.name for path in folder.iterdir())


# what goes in comes out


@pytest.mark.parametrize("name", TABLES)
def test_tables_come_back_bit_by_bit_with_types_categories_and_dates(name, whole):
    before, after = getattr(comparison().results, name), getattr(sim.open(whole), name)
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    for column in before.select_dtypes("category"):
        assert list(before[column].cat.categories) == list(after[column].cat.categories)


def test_runs_scenarios_scale_and_labels_come_back(whole):
    before, after = comparison().results, sim.open(whole)
    pd.testing.assert_frame_equal(before.runs.drop(columns="seconds"), after.runs)
    assert after.scenarios == before.scenarios
    assert [one.name for one in after.scenarios.values()] == ["china-2020", "china-2020"]
    assert after.scenarios["with"].sources == before.scenarios["with"].sources
    assert (after.scale, after.labels) == (before.scale, before.labels)
    assert manifests.run_id(after) == manifests.run_id(before)


def test_what_was_opened_gives_the_same_outcomes_and_the_same_folder(whole, tmp_path):
    again = sim.save(sim.open(whole), tmp_path / "again")
    for path in whole.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert (again / path.relative_to(whole)).read_bytes() == path.read_bytes(), path
    opened = sim.Comparison(sim.open(whole))
    pd.testing.assert_frame_equal(opened.summary(), comparison().summary())
    pd.testing.assert_frame_equal(opened.fates("sector"), comparison().fates("sector"))


def test_saving_again_writes_the_same_bytes(whole, tmp_path):
    again = sim.save(comparison().results, tmp_path / "out")
    assert (again / "manifest.json").read_bytes() == (whole / "manifest.json").read_bytes()


@pytest.mark.parametrize("names", ["2020 2021", "nan null", "1e3 True", "=1+1 -x", "a,b 号‘’"])
def test_arms_keep_their_names_whatever_they_look_like(names, tmp_path):
    names = names.split()
    for number, name in enumerate(names):
        (tmp_path / f"{name}.yaml").write_text(
            f"extends: china-2020\ntitle: T\nprogramme: {{decision_days: {number}}}\n"
        )
    small = [
        sim.load(str(tmp_path / f"{name}.yaml"), ["population.enterprises=20", "calendar.weeks=8"]) for name in names
    ]
    results = sim.compare(*small, seeds=1, progress=False).results
    opened = sim.open(sim.save(results, tmp_path / "out"))
    assert list(opened.scenarios) == names
    assert hash_of(opened) == hash_of(results)
    assert opened.runs["arm"].tolist() == names


def test_arms_with_other_lenders_and_sectors_come_back(tmp_path):
    lenders = {"lenders.village_banks": {"title": "V", "type": "rural_bank", "funds_yuan": 1e13, "equity_yuan": 1e13}}
    one = sim.load("china-2020", ["population.enterprises=40", "calendar.weeks=3"])
    (tmp_path / "more.yaml").write_text("extends: china-2020\ntitle: More lenders\n")
    other = sim.load(tmp_path / "more.yaml", ["population.enterprises=40", "calendar.weeks=3"]).set(lenders)
    results = sim.compare(one, other, seeds=1, progress=False).results
    opened = sim.open(sim.save(results, tmp_path / "out"))
    for name in TABLES:
        for column in getattr(results, name):
            before, after = getattr(results, name)[column], getattr(opened, name)[column]
            assert before.astype(str).tolist() == after.astype(str).tolist(), (name, column)


def test_failed_runs_come_back_with_their_reasons(tmp_path):
    runs = comparison().results.runs.copy()
    runs.loc[1, ["status", "failure"]] = ["failed", 'ValueError: "a", b\nc']
    results = sim.Results(**{**vars(comparison().results), "runs": runs})
    opened = sim.open(sim.save(results, tmp_path / "out"))
    assert opened.runs["failure"].tolist() == runs["failure"].tolist()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["status"] == "some runs failed"


# whole or refused


@pytest.mark.parametrize("name", [*folders.TABLES, "summary.csv", "scenarios/with.yaml", "manifest.json"])
def test_a_missing_file_is_named(name, out):
    (out / name).unlink()
    assert refusal(lambda: sim.open(out)).endswith(f"{name} is missing")


@pytest.mark.parametrize("name", [*folders.TABLES, "summary.csv", "scenarios/without.yaml"])
@pytest.mark.parametrize("damage", ["cut", "one byte", "empty", "longer"])
def test_a_changed_file_is_named(name, damage, out):
    data = (out / name).read_bytes()
    middle = len(data) // 2
    changed = {
        "cut": data[:middle],
        "one byte": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "empty": b"",
        "longer": data + b"\n",
    }[damage]
    (out / name).write_bytes(changed)
    assert f"{name} differs from what was written" in refusal(lambda: sim.open(out))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '{"format": 1', "[" * 100_000, "\ufeff\0"])
def test_a_damaged_manifest_is_refused(text, out):
    (out / "manifest.json").write_text(text, encoding="utf-8")
    assert "manifest.json cannot be read: it is damaged" in refusal(lambda: sim.open(out))
    assert "manifest.json cannot be read: it is damaged" in refusal(lambda: sim.save(comparison().results, out))


@pytest.mark.parametrize(
    "entries",
    [
        {"arms": None},
        {"arms": {}},
        {"arms": ["with"]},
        {"arms": {"with": 1}},
        {"arms": {"other": {"scenario": "china-2020"}}},
        {"files": None},
        {"files": {}},
        {"files": []},
        {"scale": None},
        {"scale": "many"},
    ],
)
def test_a_manifest_without_what_it_must_hold_is_refused(entries, out):
    change(out, **entries)
    assert "manifest.json is damaged" in refusal(lambda: sim.open(out))


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_is_refused(number, out):
    change(out, format=number)
    assert "this version reads 1" in refusal(lambda: sim.open(out))


def test_tables_that_are_none_are_refused_even_with_a_right_digest(out):
    files = json.loads((out / "manifest.json").read_text())["files"]
    for name in ("weekly.csv", "loans.parquet"):
        before = (out / name).read_bytes()
        (out / name).write_bytes(b"a,b\n1,2\n")
        change(out, files={**files, name: manifests.digest_of(out / name)})
        assert "cannot be read" in refusal(lambda: sim.open(out))
        (out / name).write_bytes(before)


def test_figures_may_be_drawn_anew_or_deleted(tmp_path):
    def draw(draft):
        (draft / "figures").mkdir()
        for name in ("survival.svg", "fates.png"):
            (draft / "figures" / name).write_text("drawn")

    out = folders.write_folder(comparison().results, tmp_path / "out", extra=draw)
    assert {"figures/survival.svg", "figures/fates.png"} <= set(manifests.read_manifest(out)["files"])
    (out / "figures" / "survival.svg").write_text("drawn anew")
    (out / "figures" / "fates.png").unlink()
    assert hash_of(sim.open(out)) == hash_of(comparison().results)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.txt", "scenarios/../../secret.txt", "link.txt", "a\0b", "x" * 999]
)
def test_a_manifest_cannot_point_out_of_its_folder(path, out):
    secret = out.parent / "secret.txt"
    secret.write_text("secret")
    (out / "link.txt").symlink_to(secret)
    files = json.loads((out / "manifest.json").read_text())["files"]
    change(out, files={**files, path: manifests.digest_of(secret)})
    assert "names a file outside the folder" in refusal(lambda: sim.open(out))


def test_an_arm_cannot_point_out_of_the_folder(out):
    shutil.copy(out / "scenarios" / "with.yaml", out.parent / "evil.yaml")
    change(out, arms={"../../evil": {"scenario": "evil"}, "without": {"scenario": "china-2020"}})
    assert "manifest.json is damaged" in refusal(lambda: sim.open(out))


@pytest.mark.parametrize("place", ["nowhere", "file.txt", "empty"])
def test_what_is_no_folder_of_results_is_refused(place, tmp_path):
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    assert "is not a results folder" in refusal(lambda: sim.open(tmp_path / place))


# nobody's files are lost


def test_other_results_are_kept_without_overwrite_and_replaced_with_it(out, tmp_path):
    other = sim.run(scenario("normal-year"), seeds=1, progress=False)
    assert "holds results of other settings, seeds or version" in refusal(lambda: sim.save(other, out))
    assert hash_of(sim.open(out)) == hash_of(comparison().results)
    sim.save(other, out, overwrite=True)
    assert hash_of(sim.open(out)) == hash_of(other)
    assert left_in(tmp_path) == ["out"]


def test_other_seeds_or_another_version_are_other_results(out, monkeypatch):
    other = sim.compare(scenario(), seeds=[1, 3], progress=False).results
    assert "other settings, seeds or version" in refusal(lambda: sim.save(other, out))
    monkeypatch.setattr(manifests, "VERSION", "99")
    assert "other settings, seeds or version" in refusal(lambda: sim.save(comparison().results, out))


def test_the_same_results_replace_themselves(out):
    sim.save(comparison().results, out)
    (out / "weekly.csv").write_text("damaged")
    sim.save(comparison().results, out)
    assert hash_of(sim.open(out)) == hash_of(comparison().results)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("kind", ["files", "another manifest", "file", "link"])
def test_a_place_that_holds_something_else_is_never_written_to(kind, overwrite, tmp_path):
    place = tmp_path / "out"
    if kind == "file":
        place.write_text("mine")
    elif kind == "link":
        (tmp_path / "real").mkdir()
        place.symlink_to(tmp_path / "real")
    else:
        place.mkdir()
        (place / ("manifest.json" if kind == "another manifest" else "note.txt")).write_text('{"name": "app"}')
    before = sorted(map(str, tmp_path.rglob("*")))
    refusal(lambda: sim.save(comparison().results, place, overwrite=overwrite))
    assert sorted(map(str, tmp_path.rglob("*"))) == before


def test_a_note_put_into_the_folder_is_not_deleted_by_the_same_command(out):
    (out / "note.txt").write_text("mine")
    assert "holds a file that is not of these results: note.txt" in refusal(lambda: sim.save(comparison().results, out))
    assert (out / "note.txt").read_text() == "mine"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    sim.save(comparison().results, tmp_path / "out")
    assert sim.open(tmp_path / "out").scale == comparison().results.scale


def test_missing_folders_above_are_made(tmp_path):
    sim.save(comparison().results, tmp_path / "a" / "b" / "out")
    assert left_in(tmp_path / "a" / "b") == ["out"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_when_writing_fails_the_older_folder_stays_and_no_draft_is_left(error, out, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(folders, "write_tables", fail)
    with pytest.raises(type(error)):
        sim.save(comparison().results, out)
    assert left_in(out.parent) == ["out"]
    assert hash_of(sim.open(out)) == hash_of(comparison().results)


def test_when_the_last_renaming_fails_the_older_folder_comes_back(out, monkeypatch):
    real = Path.rename

    def rename(path, target):
        if path.name.endswith(".part"):
            raise OSError(13, "Permission denied")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="Permission denied"):
        sim.save(comparison().results, out)
    assert left_in(out.parent) == ["out"]
    assert hash_of(sim.open(out)) == hash_of(comparison().results)


def test_drafts_of_a_killed_process_do_not_disturb(whole, tmp_path):
    for name in (".out.99999999-0123abcd.part", ".out.99999999-0123abcd.0.old"):
        shutil.copytree(whole, tmp_path / name)
        (tmp_path / name / "weekly.csv").write_text("half")
    sim.save(comparison().results, tmp_path / "out")
    assert left_in(tmp_path) == ["out"]
    assert hash_of(sim.open(tmp_path / "out")) == hash_of(comparison().results)


# nothing personal


TOLD = {"format", "id", "status", "command", "arms", "seeds", "runs", "failed", "scale", "seconds", "versions"}
TOLD |= {"machine", "files", "firms"}


def test_the_folder_says_nothing_about_who_made_it_and_where(tmp_path):
    home = tmp_path / "home" / "alice-secret"
    home.mkdir(parents=True)
    (home / "fast.yaml").write_text("extends: china-2020\ntitle: Fast\npopulation: {enterprises: 40}\n")
    words = ["compare", home / "fast.yaml", "--seeds", "1", "-q", "--no-figures", f"--out={home / 'out'}"]
    result = finished(command(*words), tmp_path, SECRET_TOKEN="hunter2-hunter2")
    assert result.returncode == 0, result.stderr
    data = b"".join(path.read_bytes() for path in (home / "out").rglob("*") if path.is_file())
    for personal in ("alice-secret", str(tmp_path), "hunter2", platform.node(), os.getcwd(), str(Path.home())):
        assert len(personal) < 5 or personal.encode() not in data, personal
    manifest = json.loads((home / "out" / "manifest.json").read_text())
    assert manifest["command"] == "tideover compare fast.yaml --seeds 1 -q --no-figures --out=out"
    words = {word for value in manifest.values() for word in str(value).split()}
    assert getpass.getuser() not in words
    assert set(manifest) <= TOLD


def test_the_command_keeps_words_with_spaces_together(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/usr/bin/tideover", "run", "a b.yaml", "--set", "title=it's", "--out=/home/me/x"])
    assert manifests.command_line() == """tideover run 'a b.yaml' --set 'title=it'"'"'s' --out=x"""


def test_nothing_in_a_folder_is_a_pickle(whole):
    for path in whole.rglob("*"):
        assert path.is_dir() or path.suffix in (".csv", ".json", ".yaml", ".parquet")
        assert path.is_dir() or not path.read_bytes().startswith(b"\x80")


def test_numbers_of_the_folder_are_numbers(whole):
    weekly = pd.read_csv(whole / "weekly.csv")
    assert all(np.issubdtype(weekly[name].to_numpy().dtype, np.number) for name in weekly.columns.drop(["arm", "date"]))


# two at once


def test_two_processes_that_save_into_one_place_do_not_meet(tmp_path, monkeypatch):
    """They shared one draft: one deleted what the other was writing."""
    real = folders.write_tables

    def other_meanwhile(results, draft, summary):
        monkeypatch.setattr(folders, "write_tables", real)
        assert folders.write_folder(comparison().results, tmp_path / "out") == tmp_path / "out"
        real(results, draft, summary)

    monkeypatch.setattr(folders, "write_tables", other_meanwhile)
    folders.write_folder(comparison().results, tmp_path / "out")
    assert left_in(tmp_path) == ["out"]
    assert hash_of(sim.open(tmp_path / "out")) == hash_of(comparison().results)


def test_a_folder_put_in_place_between_our_two_names_is_moved_aside(tmp_path, monkeypatch):
    drafts = [new_draft(tmp_path / "out") for _ in range(2)]
    for number, draft in enumerate(drafts):
        (draft / "number").write_text(str(number))
    real = Path.rename

    def rename(path, target):
        if path == drafts[0] and drafts[1].exists():
            real(drafts[1], target)
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    put_in_place(drafts[0], tmp_path / "out")
    assert (tmp_path / "out" / "number").read_text() == "0"
    assert left_in(tmp_path) == ["out"]


def test_only_drafts_of_dead_processes_are_deleted(tmp_path):
    alive = new_draft(tmp_path / "out")
    for name in (".out.99999999-0123abcd.part", ".out.2-part.txt", ".out.draft", ".outer.99999999-0123abcd.part"):
        (tmp_path / name).mkdir()
    again = new_draft(tmp_path / "out")
    assert left_in(tmp_path) == sorted(
        [".out.2-part.txt", ".out.draft", ".outer.99999999-0123abcd.part", alive.name, again.name]
    )


def test_names_that_look_like_formulas_come_back_and_no_spreadsheet_runs_them(tmp_path):
    names = ["=1+1", "-x", "+x", "@SUM(A1)", "'=1", "''=1", "＝1", " =1", "plain", "'quoted'"]
    numbers = [-1.5, 0.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    table = pd.DataFrame({"arm": names, "lender_group": pd.Categorical(names), "=x": numbers, "-y": range(10)})
    write_csv(table, tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "arm,lender_group,'=x,'-y"
    assert lines[1] == "'=1+1,'=1+1,-1.5,0"
    back = read_csv(tmp_path / "table.csv", ("arm", "lender_group"))
    assert back["arm"].tolist() == back["lender_group"].tolist() == names
    assert back["=x"].tolist() == numbers
    assert list(back.columns) == list(table.columns)
