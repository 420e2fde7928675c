"""The command line: what each verb prints and leaves, and that bad input leaves nothing but a line."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.cli.options import BAD_INPUT, INTERRUPTED, SOME_FAILED
from sim.figures.catalogue import FIGURES
from sim.results.folder import TABLES
from sim.studies import replications
from sim.version import VERSION
from tests.support.small import QUICK, SMALL, command, comparison, finished, invoke, start

CONTENTS = {"manifest.json", "summary.csv", *TABLES}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test runs in an empty folder of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def saved(here: Path) -> Path:
    """A folder of results."""
    return sim.save(comparison().results, here / "saved")


def contents(folder: Path) -> set[str]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# what the verbs do


def test_compare_prints_the_table_and_leaves_a_whole_folder(here):
    result = invoke("compare", "china-2020", *SMALL)
    assert result.exit_code == 0
    assert result.stdout.startswith("300 enterprise agents")
    assert "enterprises saved" in result.stdout
    assert "results in" not in result.stdout
    assert "4 runs in" in result.stderr
    assert "note: 2 seeds: bands over fewer than 5 seeds are wide or missing" in result.stderr
    (folder,) = (here / "results").iterdir()
    assert folder.name.startswith("compare-china-2020-")
    figures = {name for name in contents(folder) if name.startswith("figures/")}
    assert CONTENTS | {"scenarios/with.yaml", "scenarios/without.yaml", "report.html"} <= contents(folder)
    assert {"figures/survival.svg", "figures/survival.png", "figures/fates.svg", "figures/loans-kind.svg"} <= figures
    assert contents(here) == {f"results/{folder.name}/{name}" for name in contents(folder)}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert set(manifest["files"]) == contents(folder) - {"manifest.json"}


def test_compare_as_json_is_json_and_quiet_is_quiet():
    result = invoke("compare", "china-2020", *QUICK, "--json")
    rows = {row["key"]: row for row in json.loads(result.stdout)}
    assert result.stderr == ""
    assert {"outcome", "unit", "with", "without", "difference", "low", "high"} <= set(rows["exit_share"])
    summary = comparison().summary()
    assert rows["exit_share"]["with"] == pytest.approx(summary.loc["exit_share", "with"], rel=1e-9)
    assert rows["mean_loan_yuan_programme"]["without"] is None


def test_the_table_is_the_one_of_the_folder(here):
    invoke("compare", "china-2020", *QUICK, "--out", "out")
    kept = pd.read_csv(here / "out" / "summary.csv").set_index("key")
    pd.testing.assert_frame_equal(kept[["with", "difference"]], comparison().summary()[["with", "difference"]])


def test_the_same_command_again_gives_the_same_folder(here):
    for _ in range(2):
        assert invoke("run", "normal-year", *QUICK, "--out", "out").exit_code == 0
    assert contents(here) == {f"out/{name}" for name in CONTENTS | {"scenarios/run.yaml"}}


def test_run_has_one_arm_and_no_difference(here):
    result = invoke("run", "normal-year", *QUICK, "--json")
    rows = json.loads(result.stdout)
    assert all("difference" not in row or row["difference"] is None for row in rows)
    (folder,) = (here / "results").iterdir()
    assert folder.name.startswith("run-normal-year-")
    assert list(sim.open(folder).scenarios) == ["run"]


def test_compare_with_another_scenario_names_the_arms_after_the_scenarios():
    result = invoke("compare", "china-2020", "china-2020-thin-cash", "normal-year", *QUICK, "--out", "out")
    assert result.exit_code == 0
    assert list(sim.open("out").scenarios) == ["china-2020", "china-2020-thin-cash", "normal-year"]


def test_both_engines_print_the_same():
    small = ("--set", "population.enterprises=60", "--set", "calendar.weeks=12", "--seeds", "1", "-q", "--no-figures")
    fast, slow = (invoke("compare", "china-2020", *small, "--engine", engine) for engine in ("compiled", "mesa"))
    assert fast.stdout == slow.stdout


@pytest.mark.parametrize("kind", FIGURES)
def test_plot_draws_every_kind(kind, saved):
    result = invoke("plot", saved, kind, "--out", "drawn/figure.svg")
    assert (result.exit_code, result.stdout) == (0, "drawn/figure.svg\n")
    assert Path("drawn/figure.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_plot_puts_a_figure_into_the_folder_which_opens_as_before(saved):
    result = invoke("plot", saved, "survival", "--by", "size")
    assert result.stdout == f"{saved}/figures/survival-size.svg\n"
    assert invoke("plot", saved, "survival", "--by", "size").exit_code == 0
    assert sim.open(saved).scale == comparison().results.scale


def test_a_report_and_figures_added_to_a_folder_do_not_keep_the_same_command_from_running():
    words = ("run", "normal-year", *QUICK, "--out", "out")
    assert invoke(*words).exit_code == 0
    assert invoke("report", "out").exit_code == 0
    assert invoke("plot", "out", "survival").exit_code == 0
    assert sim.open("out").scale > 1
    assert invoke(*words).exit_code == 0


def test_check_names_each_file_and_all_errors_of_all():
    Path("bad.yaml").write_text("extends: china-2020\ntitle: Bad\ncalendar: {weks: 3}\n")
    result = invoke("check", "china-2020", "bad.yaml", "none.yaml", "normal-year")
    assert result.exit_code == 2
    assert result.stdout.splitlines() == ["china-2020: good", "normal-year: good"]
    bad, none = [line for line in result.stderr.splitlines() if not line.startswith("note:")]
    assert bad.startswith("bad.yaml:3:")
    assert none == "none.yaml  no such file"


def test_show_prints_value_unit_origin_and_source():
    line = next(
        line for line in invoke("show", "china-2020").stdout.splitlines() if line.startswith("programme.rate_y")
    )
    assert line.startswith("programme.rate_yearly = 0.13  per year  (china-2020.yaml:")
    assert "row" in line


def test_show_diff_prints_only_what_differs():
    assert invoke("show", "china-2020", "--diff", "china-2020").stdout == ""
    (line,) = invoke("show", "china-2020", "--diff", "china-2020", "--set", "calendar.weeks=9").stdout.splitlines()
    assert line.startswith("calendar.weeks = 9  weeks  (--set;")


def test_a_shown_scenario_is_a_scenario_file_with_the_same_settings():
    Path("merged.yaml").write_text(invoke("show", "china-2020", "--yaml").stdout, encoding="utf-8")
    assert sim.load("merged.yaml").digest == sim.load("china-2020").digest


def test_params_lists_what_matches_or_says_that_nothing_does():
    assert "programme.envelope_yuan" in invoke("params", "envelope").stdout
    assert len(invoke("params").stdout) > len(invoke("params", "programme").stdout)
    nothing = invoke("params", "zzz")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert nothing.stderr == "no setting matches zzz; tideover params lists all\n"


def test_schema_is_a_json_schema():
    schema = json.loads(invoke("schema").stdout)
    assert {"extends", "programme", "lenders"} <= set(schema["properties"])


def test_new_writes_a_scenario_that_is_good_with_every_line_uncommented():
    assert invoke("new", "mine").stdout == "mine/scenario.yaml\n"
    assert invoke("check", "mine/scenario.yaml").exit_code == 0
    lines = Path("mine/scenario.yaml").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line == "# programme:")
    settings = [line for line in lines[first:] if line.startswith(("# programme:", "#   ", "# sources:"))]
    Path("full.yaml").write_text("\n".join([*lines[:first], *(line[2:] for line in settings)]), encoding="utf-8")
    full = sim.load("full.yaml")
    assert full.origin["programme.envelope_yuan"].startswith("full.yaml:")
    again = invoke("new", "mine")
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)


def test_reproduce_prints_every_target_with_a_verdict():
    small = ("china-2020", "--set", "population.enterprises=500", "--seeds", "1", "-q", "--no-figures")
    rows = json.loads(invoke("reproduce", *small, "--json").stdout)
    lines = invoke("reproduce", *small).stdout.splitlines()
    assert {row["verdict"] for row in rows} == {"inside", "miss", "input"}
    for row in rows:
        (line,) = [line for line in lines if line.startswith(f"{row['target']} ")]
        assert row["quantity"] in line
        assert line.endswith(row["verdict"])
    inside = sum(row["verdict"] == "inside" for row in rows)
    number = sum(row["verdict"] != "input" for row in rows)
    assert any(line.startswith(f"{inside} of {number} figures inside their tolerance") for line in lines)


def test_version():
    assert invoke("--version").stdout == f"{VERSION}\n"


# bad input


def written(text: str) -> str:
    """A scenario file with these lines below the parent."""
    Path("bad.yaml").write_text(f"extends: china-2020\ntitle: Bad\n{text}\n", encoding="utf-8")
    return "bad.yaml"


BAD_FILES = {
    "misspelt key": ("programme: {rate_yearli: 0.1}", "programme.rate_yearli", "did you mean rate_yearly?"),
    "duplicate key": ("calendar: {weeks: 9}\ncalendar: {weeks: 10}", "calendar", "set twice, on lines 3 and 4"),
    "share of 1.4": ("payments: {furlough_share: 1.4}", "payments.furlough_share", "out of range"),
    "octal": ("calendar:\n  weeks: 010", "calendar.weeks", "leading zero; write 10"),
    "NaN": ("programme: {rate_yearly: .nan}", "programme.rate_yearly", "not a number"),
    "unknown lender": ("programme: {members: [online_bank, loan_sharks]}", "programme.members[1]", "unknown lender"),
    "shares that do not add": (
        "regions: {epicentre: {enterprise_share: 0.5}}",
        "regions",
        "adds to 1.458 over the regions; it must add to 1",
    ),
}


@pytest.mark.parametrize("verb", ["compare", "run", "check", "show"])
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_line_with_its_place_and_nothing_is_written(verb, name, here):
    text, key, message = BAD_FILES[name]
    result = invoke(verb, written(text))
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("bad.yaml:")
    assert f"  {key}  " in line
    assert message in line
    assert contents(here) == {"bad.yaml"}


BAD_WORDS = {
    "missing file": (["none.yaml"], "none.yaml  no such file"),
    "no such scenario": (["chnia-2020"], "did you mean china-2020?"),
    "folder for a file": (["."], ".  is a folder; a .yaml file is wanted"),
    "another kind of file": (["table.csv"], "a scenario is a packaged name or the path of a .yaml file"),
    "engine": (["china-2020", "--engine", "fast"], "--engine  unknown engine fast; known: compiled, mesa"),
    "set without value": (["china-2020", "--set", "calendar.weeks"], "--set  calendar.weeks  write calendar.weeks="),
    "set of nothing known": (
        ["china-2020", "--set", "calendar.weks=3"],
        "calendar.weks  unknown setting; did you",
    ),
    "set out of range": (["china-2020", "--set", "calendar.weeks=-3"], "--set  calendar.weeks  -3 is out of range"),
    "set to words": (["china-2020", "--set", "calendar.weeks=ten"], "--set  calendar.weeks  a whole number is wanted"),
    "set NaN": (["china-2020", "--set", "programme.rate_yearly=nan"], "--set  programme.rate_yearly  nan is not a num"),
    "no folder to be": (["china-2020", *QUICK, "--out", "note.txt"], "note.txt  is not a folder"),
    "inside a file": (["china-2020", *QUICK, "--out", "note.txt/out"], "note.txt is not a folder"),
    "something else's folder": (["china-2020", *QUICK, "--out", "notes"], "notes  holds files that are not results"),
    "the folder one is in": (["china-2020", *QUICK, "--out", "."], ".  is the folder you are in, or one above it"),
    "one above": (["china-2020", *QUICK, "--out", ".."], "..  is the folder you are in, or one above it"),
    "too long a name": (["china-2020", *QUICK, "--out", "x" * 300], "is too long a name; choose another"),
    "second scenario": (["china-2020", "chnia-2020"], "did you mean china-2020?"),
    "twice the same": (["china-2020", "china-2020"], "two of the compared scenarios have the same name"),
    "no programme": (["normal-year"], "no programme to take away: give a second scenario"),
}


@pytest.mark.parametrize("name", BAD_WORDS)
def test_bad_words_get_one_line_and_nothing_is_run_or_written(name, here, monkeypatch):
    Path("note.txt").write_text("mine")
    Path("notes").mkdir()
    Path("notes/note.txt").write_text("mine")
    monkeypatch.setattr(replications, "run_once", lambda *_: pytest.fail("something was run"))
    words, message = BAD_WORDS[name]
    result = invoke("compare", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = [line for line in result.stderr.splitlines() if not line.startswith("note:")]
    assert message in line
    assert contents(here) == {"note.txt", "notes/note.txt"}


def test_all_errors_of_a_file_are_printed_in_one_go_in_their_order():
    text = "\n".join(
        [
            "calendar: {weeks: -3, step_days: 2}",
            "payments: {furlough_share: 1.4}",
            "programme:",
            "  rate_yearli: 0.1",
            "  launch_date: soon",
            "  loan_cap_yuan: 10000元",
            "kinds: {sme: {staff_sigma: high}}",
        ]
    )
    result = invoke("check", written(text))
    places = [tuple(map(int, line.split("  ")[0].split(":")[1:])) for line in result.stderr.splitlines()]
    assert [line for line, _ in places] == [3, 3, 4, 6, 7, 8, 9]
    assert places == sorted(places)
    assert "write 10000" in result.stderr


def test_errors_of_the_file_and_of_set_come_together():
    result = invoke("compare", written("calendar: {weeks: -3}"), "--set", "calendar.weks=3", "--set", "title=")
    assert len(result.stderr.splitlines()) == 3


def test_more_errors_than_a_screen_holds_are_counted():
    lines = [f"wrong_{number}: {number}" for number in range(60)]
    result = invoke("check", written("\n".join(lines)))
    assert result.stderr.splitlines()[-1] == "... and 40 more problems"


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--jobs", "0"], ["--seed", "-1"], ["--sedes", "3"]])
def test_bad_options_end_with_2_and_write_nothing(words, here):
    result = invoke("compare", "china-2020", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert contents(here) == set()


def test_a_bad_plot_is_one_line_and_leaves_no_file(saved):
    before = contents(saved)
    for words, message in {
        ("nowhere", "survival"): "nowhere  is not a results folder: manifest.json is missing",
        (saved, "surviva"): "KIND  unknown figure surviva; known: survival, difference",
        (saved, "survival", "--by", "colour"): "survival  cannot be drawn by colour: the table has no such column",
        (saved, "loans", "--by", "colour"): "loans  cannot be drawn by colour: the table has no such column",
        (saved, "who-benefits", "--by", "kind"): "who-benefits  is drawn in one way only; leave out --by",
        (saved, "fates", "--out", "fates.gif"): "--out  fates.gif: give a name that ends in .svg, .png or .pdf",
    }.items():
        result = invoke("plot", *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.splitlines() == [message] or result.stderr.startswith(message)
        assert result.stderr.count("\n") == 1
    assert contents(saved) == before


def test_a_figure_of_two_arms_is_refused_for_one_in_one_line(here):
    sim.save(sim.run(sim.load("normal-year", ["population.enterprises=50"]), seeds=1, progress=False), here / "one")
    for kind in ("difference", "fates", "who-benefits"):
        result = invoke("plot", "one", kind)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_debug_shows_the_error_itself():
    with pytest.raises(sim.ScenarioError):
        invoke("compare", "none.yaml", "--debug")


def test_names_of_scenarios_too_long_for_a_folder_are_cut(here):
    names = ["a" * 120, "b" * 120]
    for name in names:
        Path(f"{name}.yaml").write_text("extends: china-2020\ntitle: Long\n")
    assert invoke("compare", *(f"{name}.yaml" for name in names), *QUICK).exit_code == 0
    (folder,) = (here / "results").iterdir()
    assert list(sim.open(folder).scenarios) == names


def test_scenarios_with_other_enterprises_are_refused():
    Path("more.yaml").write_text("extends: china-2020\ntitle: More\npopulation: {enterprises: 70}\n")
    Path("less.yaml").write_text("extends: china-2020\ntitle: Less\npopulation: {enterprises: 60}\n")
    assert invoke("compare", "more.yaml", "less.yaml", "--seeds", "1", "-q").exit_code == 2


@pytest.mark.parametrize(
    "setting",
    [
        "calendar.weeks=0",
        "population.enterprises=1",
        "population.enterprises=0",
    ],
)
def test_the_smallest_runs_give_a_table_and_a_folder(setting):
    words = ("--set", "population.enterprises=20", "--set", setting, "--seeds", "1", "-q", "--out", "out")
    assert invoke("compare", "china-2020", *words).exit_code == 0
    assert set(sim.open("out").scenarios) == {"with", "without"}


# failed runs


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Seeds of which every run fails."""
    seeds: set[int] = set()
    real = replications.Model

    def model(scenario, rng, **named):
        if rng in seeds:
            raise ArithmeticError("lost a fen")
        return real(scenario, rng=rng, **named)

    monkeypatch.setattr(replications, "Model", model)
    return seeds


def test_a_failed_run_is_listed_with_what_repeats_it_and_the_rest_is_kept(failing, monkeypatch):
    failing.add(2)
    words = ["compare", "china-2020", "--set", "population.enterprises=60", "--seeds", "3", "-q", "--no-figures"]
    monkeypatch.setattr("sys.argv", ["tideover", *words])
    result = invoke(*words, "--out", "out")
    assert result.exit_code == SOME_FAILED
    first, second = result.stderr.splitlines()
    again = "tideover compare china-2020 --set population.enterprises=60 --seeds 3 -q --no-figures --seeds 1 --seed 2"
    assert first == f"failed: arm with, seed 2: ArithmeticError: lost a fen; repeat with: {again} --out out-seed-2"
    assert second.startswith("failed: arm without, seed 2")
    kept = sim.open("out")
    assert kept.runs["status"].tolist() == ["done", "failed", "done"] * 2
    assert sorted(kept.enterprises["seed"].unique()) == [1, 3]
    assert json.loads(Path("out/manifest.json").read_text())["failed"][0] == ["with", 2, "ArithmeticError: lost a fen"]
    failing.clear()
    assert invoke(*again.split()[1:], "--out", "out-seed-2").exit_code == 0
    assert sim.open("out-seed-2").runs["seed"].tolist() == [2, 2]


def test_when_every_run_fails_one_line_says_why_and_nothing_is_written(failing, here):
    failing.update(range(10))
    result = invoke("run", "normal-year", *QUICK)
    assert (result.exit_code, result.stdout) == (SOME_FAILED, "")
    assert result.stderr == "every run failed; the first: ArithmeticError: lost a fen\n"
    assert contents(here) == set()


@pytest.mark.parametrize("results", ["panels", "totals"])
def test_when_a_whole_arm_fails_the_other_is_kept_without_figures(results, monkeypatch, here):
    """A comparison of 121 million enterprises ran out of memory in its last arm, and drawing it lost the first one."""
    real = replications.Model.run

    def fails(model, told=None):
        if model.played.settings.programme.enabled:
            raise MemoryError("no memory for a packed column")
        return real(model, told)

    monkeypatch.setattr(replications.Model, "run", fails)
    changes = ["--set", "population.enterprises=60", "--set", f"population.results={results}"]
    result = invoke("compare", "china-2020", *changes, "--seeds", "2", "-q", "--out", "out")
    assert result.exit_code == SOME_FAILED
    assert result.stderr.splitlines()[0].startswith("failed: arm with, seed 1: MemoryError: no memory")
    kept = sim.open("out")
    assert kept.runs["status"].tolist() == ["failed"] * 2 + ["done"] * 2
    assert not Path("out/figures").exists()
    for words in (["report", "out"], ["plot", "out", "difference"]):
        refused = invoke(*words)
        assert refused.exit_code == BAD_INPUT
        assert len(refused.stderr.splitlines()) == 1


# real processes


def loaded(code: str, here: Path) -> set[str]:
    """Heavy modules that a process has loaded after running some code."""
    heavy = ("numba", "pandas", "mesa", "matplotlib", "numpy", "scipy", "pyarrow")
    ask = f"import sys\n{code}\nprint(*[name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    result = finished([*command()[:3], "-c", ask], here)
    assert result.returncode == 0
    return set(result.stderr.split())


RUN = "from sim.cli.app import app\ntry: app({words})\nexcept SystemExit as end: assert not end.code"


@pytest.mark.parametrize("words", [["--help"], ["compare", "--help"], ["check", "china-2020"], ["params"]])
def test_help_and_check_load_nothing_heavy(words, here):
    assert loaded(RUN.format(words=words), here) == set()


def test_importing_the_package_loads_nothing_heavy(here):
    assert loaded("import sim", here) == set()


def test_exit_code_and_streams_of_the_real_command(here):
    (here / "bad.yaml").write_text("extends: china-2020\ntitle: Bad\ncalendar: {weks: 3}\n")
    bad = finished(command("compare", "bad.yaml"), here)
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (2, "", 1)
    good = finished(command("compare", "china-2020", *QUICK, "--json"), here)
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)


def test_a_terminal_of_few_characters_gets_question_marks_and_no_traceback(here):
    result = finished(command("params", "share"), here, PYTHONIOENCODING="latin-1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "0?1" in result.stdout


def test_the_folder_is_written_when_nobody_reads_the_table(here):
    process = start(command("compare", "china-2020", *QUICK, "--out", "out"), here)
    process.stdout.close()
    assert process.wait(300) == 0
    assert process.stderr.read() == ""
    process.stderr.close()
    assert contents(here / "out") >= CONTENTS


def group_is_gone(group: int, seconds: float = 20.0) -> bool:
    """Whether soon no process of a group is left (Python's own resource tracker ends a moment after its parent)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_an_interrupt_ends_with_130_and_leaves_nothing(here):
    words = command("compare", "china-2020", "--seeds", "500", "--set", "population.enterprises=2000", "--no-figures")
    process = start(words, here)
    said = ""
    while "1/1000 [" not in said:  # the first run is done, so all is compiled
        said += process.stderr.read(1)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert out == ""
    assert err.splitlines()[-1] == "interrupted; nothing was written. The same command starts again."
    assert "Traceback" not in err
    assert contents(here) == set()
    assert group_is_gone(process.pid)
