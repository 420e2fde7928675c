"""The README: its two commands stand where they must, what it shows can be typed, what it names exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from sim.cli.app import app
from sim.scenario.loading import load, packaged_names
from tests.support.small import ROOT, comparison

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
VERBS = typer.main.get_command(app).commands
BLOCKS = [(kind, text) for kind, text in FENCE.findall(README)]
OUTSIDE = FENCE.sub("", README)


def command(marker: str) -> str:
    """The one line of the block after a marker."""
    match = re.search(rf"<!-- command {marker} -->\n```\n(.*?)\n```\n", README, re.DOTALL)
    assert match, f"no block after <!-- command {marker} -->"
    return match[1]


def commands() -> list[str]:
    """Every ``tideover`` command in the README's blocks, without remarks."""
    lines = [line for kind, text in BLOCKS if kind in ("", "sh", "bash", "console") for line in text.splitlines()]
    parts = [part.strip() for line in lines for part in line.split("#")[0].split("&&")]
    return [part for part in parts if part.startswith("tideover ")]


def spans(pattern: str) -> list[str]:
    """Pieces of code in the running text that fit a pattern."""
    return [code for code in CODE.findall(OUTSIDE) if re.fullmatch(pattern, code)]


def test_the_two_commands_are_one_line_each_and_do_what_they_say():
    one, two = command("one"), command("two")
    assert "\n" not in one + two
    assert one.endswith("pip install . && tideover compare china-2020")
    assert "pip install -e '.[dev]' && pytest" in two
    for line in (one, two):
        assert line.startswith("python3 -m venv .venv && . .venv/bin/activate && ")
        assert "sudo" not in line
        assert "http" not in line


def test_there_are_no_other_commands_to_set_anything_up():
    assert README.count("pip install") == 2


def test_ci_runs_the_second_command_as_printed():
    assert "<!-- command two -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", commands())
def test_a_command_shown_can_be_typed(line):
    _, verb, *words = shlex.split(line)
    context = VERBS[verb].make_context(verb, words)
    for setting in context.params.get("settings") or []:
        load("china-2020", [setting])
    if name := context.params.get("scenario"):
        assert name in packaged_names()


@pytest.mark.parametrize("code", spans(r"tideover( .*)?"))
def test_a_command_in_the_text_can_be_typed(code):
    if words := shlex.split(code)[1:]:
        VERBS[words[0]].make_context(words[0], words[1:])


def test_every_verb_is_in_the_table_and_every_verb_of_the_table_exists():
    rows = re.findall(r"^\| (`.*`) \|", OUTSIDE, re.MULTILINE)
    named = {code.split()[0] for row in rows for code in CODE.findall(row)} - set(packaged_names())
    assert named == set(VERBS)


def test_every_option_named_exists():
    known = {name for verb in VERBS.values() for option in verb.params for name in option.opts}
    named = {word for code in CODE.findall(OUTSIDE) for word in re.findall(r"(?<!\S)\[?(--[a-z-]+)", code)}
    assert named
    assert named <= known


def test_the_scenarios_named_are_those_packaged():
    named = set(CODE.findall(OUTSIDE))
    assert set(packaged_names()) <= named
    assert {code for code in named if re.fullmatch(r"(china|normal|us)-[\w-]+", code)} <= set(packaged_names())


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", README))
def test_a_linked_file_exists(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("code", spans(r"[\w./-]+/"))
def test_a_folder_named_exists(code):
    assert (ROOT / code).is_dir()


@pytest.mark.parametrize("code", spans(r"(sim|tests|scenarios|experiments)/[\w./-]+[^/]"))
def test_a_file_named_exists(code):
    assert (ROOT / code).exists()


def test_the_files_said_to_be_in_a_results_folder_are_there(tmp_path):
    from sim.figures.report.folder_figures import save

    said = spans(r"\w+\.(csv|parquet|json)")
    folder = save(comparison().results, tmp_path / "out")
    assert said
    for name in said:
        assert (folder / name).is_file(), name


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    (example,) = [text for kind, text in BLOCKS if kind == "python"]
    monkeypatch.chdir(tmp_path)
    smaller = example.replace("seeds=5", "seeds=2, progress=False").replace(
        'sim.load("china-2020")', 'sim.load("china-2020", ["population.enterprises=60", "calendar.weeks=12"])'
    )
    assert smaller.count("population.enterprises=60") == 2
    exec(compile(smaller, "README.md", "exec"), {})  # noqa: S102
    assert "exit_share" in capsys.readouterr().out
    assert Path("survival.png").stat().st_size > 5_000
