"""T09: ``--overwrite`` of sweep and attribute deleted a user's own files, also in the folder one stands in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.results.atomic_folder import new_draft, put_in_place, recover, strangers
from sim.studies.sweep.store import Store
from tests.support.small import command, comparison, finished, hash_of, invoke, scenario

TINY = ("--set", "population.enterprises=30", "--set", "calendar.weeks=2", "--quiet")
SWEEP = ("sweep", "china-2020", *TINY, "--seeds", "2", "--jobs", "1", "--vary", "programme.decision_days=0,7")
ATTRIBUTE = ("attribute", "china-2020", *TINY, "--seeds", "1", "--player", "speed")
COMPARE = ("compare", "china-2020", *TINY, "--seeds", "1", "--no-figures")
VERBS = {"sweep": SWEEP, "attribute": ATTRIBUTE, "compare": COMPARE}


def mine(folder: Path, link: bool) -> dict[str, str]:
    """Put files of one's own into a folder, in every place where one may; their contents."""
    (folder / "notes").mkdir()
    (folder / "empty").mkdir()
    (folder / "figures").mkdir(exist_ok=True)
    names = ("note.txt", "notes/plan.md", "figures/mine.svg", ".hidden")
    for name in names:
        (folder / name).write_text(f"mine: {name}")
    if link:
        (folder / "link").symlink_to("note.txt")
    return {name: (folder / name).read_text() for name in (*names, *["link"] * link)}


@pytest.mark.parametrize("verb", VERBS)
def test_files_that_the_manifest_does_not_list_stay(verb, tmp_path):
    out = tmp_path / "out"
    assert invoke(*VERBS[verb], "--out", out).exit_code == 0
    held = mine(out, link=verb != "sweep")  # a sweep refuses links
    assert invoke(*VERBS[verb], "--out", out, "--overwrite").exit_code == 0
    assert {name: (out / name).read_text() for name in held} == held
    assert (out / "link").is_symlink() == (verb != "sweep") and (out / "empty").is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("place", [".", "..", "below"])
def test_never_the_folder_one_stands_in_or_above(verb, place, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert invoke(*VERBS[verb], "--out", out).exit_code == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "below").mkdir()
    monkeypatch.chdir(out / "below" if place == "below" else out)
    where = {".": ".", "..": tmp_path, "below": ".."}[place]
    result = invoke(*VERBS[verb], "--out", where, "--overwrite")
    assert result.exit_code == 2, result.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_folder_of_something_else_is_refused_and_left(verb, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    (out / "manifest.json").write_text('{"name": "an app"}')
    result = invoke(*VERBS[verb], "--out", out, "--overwrite")
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and line.startswith(f"{out}  holds files") and "choose another with --out" in line
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "thesis.txt"]


def test_a_manifest_that_lists_files_elsewhere_deletes_none_there(tmp_path):
    out = tmp_path / "out"
    assert invoke(*ATTRIBUTE, "--out", out).exit_code == 0
    (tmp_path / "thesis.txt").write_text("mine")
    path = out / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"] |= {"../thesis.txt": "", str(tmp_path / "thesis.txt"): "", "a/../../thesis.txt": "", "": ""}
    path.write_text(json.dumps(manifest))
    assert invoke(*ATTRIBUTE, "--out", out, "--overwrite").exit_code == 0
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_of_a_sweep_only_what_it_wrote_goes_even_among_its_jobs_and_before_its_end(tmp_path):
    """The files of a sweep are cleared by the function that all verbs share, told which names are jobs."""
    out = tmp_path / "out"
    assert invoke(*SWEEP, "--out", out).exit_code == 0
    jobs = sorted(out.glob("jobs/*/*.json"))
    mine = [out / "jobs" / "readme.json", jobs[0].with_name("notes.json"), jobs[0].with_name(f"{'0' * 64}.json.txt")]
    mine += [out / "jobs" / "zz" / jobs[0].name]
    mine[-1].parent.mkdir()
    for path in mine:
        path.write_text("mine")
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps({**manifest, "status": "running", "files": {"../thesis.txt": ""}}))
    (tmp_path / "thesis.txt").write_text("mine")
    store = Store(out)
    store.open(resume=False, overwrite=True)
    store.close()
    assert sorted(path for path in out.rglob("*") if path.is_file()) == sorted(mine)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_name_that_is_taken_keeps_both(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"files": {"old.csv": ""}}')
    (folder / "old.csv").write_text("ours")
    (folder / "new.csv").write_text("mine")
    draft = new_draft(folder)
    (draft / "new.csv").write_text("ours")
    (draft / "manifest.json").write_text('{"files": {"new.csv": ""}}')
    put_in_place(draft, folder)
    found = {path.name: path.read_text() for path in folder.iterdir() if path.suffix == ".csv"}
    assert found == {"new.csv": "ours", "new-2.csv": "mine"}
    assert strangers(folder) == ["new-2.csv"]


def test_what_a_killed_process_moved_aside_comes_back_with_what_is_not_its_own(tmp_path):
    out = sim.save(comparison().results, tmp_path / "out")
    (out / "note.txt").write_text("mine")
    aside = tmp_path / ".out.99999999-0123abcd.0.old"
    out.rename(aside)
    recover(out)
    assert (out / "note.txt").read_text() == "mine" and not aside.exists()
    out.rename(aside)
    sim.save(comparison().results, tmp_path / "other").rename(out)
    recover(out)
    assert (out / "note.txt").read_text() == "mine" and not aside.exists()
    assert hash_of(sim.open(out)) == hash_of(comparison().results)


def test_figures_and_indices_of_a_sweep_go_with_it(tmp_path):
    out = tmp_path / "out"
    words = [word if not word.startswith("programme.dec") else "programme.decision_days=0,3" for word in SWEEP]
    design = ("--design", "oat")
    assert finished(command(*SWEEP, *design, "--out", out), tmp_path).returncode == 0
    assert (out / "figures" / "oat-net_saved_thousand.svg").exists()
    assert invoke(*words, "--no-figures", "--out", out, "--overwrite").exit_code == 0
    assert not (out / "figures").exists()
    assert scenario() is not None
