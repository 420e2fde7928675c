"""The report: one page, nothing from outside, nothing unescaped, numbers of the tables; replay to the byte."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from sim import outcomes
from sim.cli import report as cli_report
from sim.figures.report import page as report
from sim.figures.report.folder_figures import save
from sim.figures.report.page import (
    inline_markdown,
    not_modelled,
    refresh_report,
    render_report,
    seed_words,
    write_report,
)
from sim.results.folder import open as open_folder
from sim.results.manifest import digest_of, read_manifest
from sim.scenario.problems import ScenarioError
from sim.studies.comparison import compare
from sim.studies.replay import format_replay, replay
from sim.studies.replications import run
from sim.studies.verdicts import first_difference, verdict
from tests.support.economies import toy

pytestmark = pytest.mark.filterwarnings("error")
NASTY = '<script>alert(1)</script> $\\frac{a}$ & "q" {{ 7 * 7 }}'
IMAGE = "<img src=x onerror=alert(2)>"
VOID = {"meta", "br", "img", "link", "input", "hr", "col"}
SECTIONS = ("differs", "figures", "outcomes", "fates", "missing", "settings", "repeat")


class Page(HTMLParser):
    """What a page holds: tags, ids, links, text, tables; complains about tags that do not close."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.open = [], [], [], []
        self.attributes, self.text, self.tables, self.cell = [], [], [], None
        self.feed(text)
        self.close()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href", "action", "data")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.cell = tag
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)
        if self.cell:
            self.tables[-1][-1][-1] += data


@pytest.fixture(scope="module")
def comparison():
    """A small comparison whose names want to be HTML, mathematics and templates."""
    scenario = toy(population__enterprises=150).set(
        {
            "title": NASTY,
            "description": IMAGE,
            "programme.title": "<b>fast</b> $x^2$",
            "sectors.trade.title": "<i>Trade</i> $\\frac$",
            "regions.rest.title": "--> ]]> rest",
            "lenders.online.title": "<script>x</script>",
        }
    )
    return compare(scenario, seeds=3, progress=False)


@pytest.fixture(scope="module")
def folder(comparison, tmp_path_factory):
    """The comparison as a results folder without a report."""
    place = tmp_path_factory.mktemp("results") / "toy"
    return save(comparison.results, place, command=f"tideover compare toy.yaml --set title={NASTY}", seconds=1.0)


@pytest.fixture(scope="module")
def text(comparison, folder):
    """The page as text."""
    return render_report(comparison.results, comparison.summary(), read_manifest(folder))


@pytest.fixture(scope="module")
def page(text):
    """The page, read."""
    return Page(text)


# --- one page that stands alone ---------------------------------------------------------------------------------------


def test_the_page_is_whole_and_small(page, text):
    assert page.open == []
    assert len(text.encode()) < 1_000_000
    assert all(name in page.ids for name in SECTIONS)
    assert page.tags.count("svg") == 7


def test_nothing_runs_and_nothing_is_fetched(page, text):
    assert not {"script", "iframe", "object", "embed", "img", "link", "base", "form", "foreignobject"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in page.links)
    assert not re.findall(r"url\((?!#)|@import|javascript:", text)
    assert "default-src 'none'" in text


def test_ids_are_unique_and_every_link_leads_somewhere(page, text):
    assert len(page.ids) == len(set(page.ids))
    used = set(re.findall(r"url\(#([^)]+)\)", text)) | {link[1:] for link in page.links}
    assert used <= set(page.ids)


def test_text_from_data_stays_text(page, text):
    shown = "".join(page.text)
    for name in (NASTY, IMAGE, "<b>fast</b> $x^2$", "<i>Trade</i> $\\frac$", "--> ]]> rest"):
        assert name in shown
    assert "<script" not in text
    assert "49" not in shown.split("{{ 7 * 7 }}")[0]


# --- what it says -----------------------------------------------------------------------------------------------------


def test_every_outcome_is_that_of_the_table(page, comparison):
    summary = outcomes.format_summary(comparison.summary())
    table = next(rows for rows in page.tables if rows[0][0] == "outcome")
    assert len(table) - 1 == len(summary)
    for cells, (_, row) in zip(table[1:], summary.iterrows(), strict=True):
        band = "–" if row["low"] == "–" else f"{row['low']} … {row['high']}"
        wanted = [row["outcome"], row["unit"], row["with"], row["without"], row["difference"], band]
        assert [cell.strip() for cell in cells] == wanted


def test_headlines_are_numbers_of_the_table(text, comparison):
    summary = outcomes.format_summary(comparison.summary())
    values = re.findall(r'<span class="value">([^<]*)</span>', text)
    keys = ("net_saved_thousand", "exit_share", "jobs_million", "lent_per_saved_yuan")
    assert values == [summary.loc[key, "difference"] for key in keys]
    bands = re.findall(r"95 % band ([^<]*)</span>", text)
    defined = [key for key in keys if summary.loc[key, "low"] != "–"]
    assert bands == [f"{summary.loc[key, 'low']} … {summary.loc[key, 'high']}" for key in defined]


def test_fates_are_those_of_the_tables(page, comparison):
    table = next(rows for rows in page.tables if rows[0][0] == "% of enterprises")
    results = comparison.results
    shares = pd.concat(
        [outcomes.fate_shares(results.enterprises, by, scale=results.scale) for by in (None, "kind")]
    ).astype({"group": "str", "fate": "str"})
    assert len(table) == 1 + shares["group"].nunique()
    for cells, group in zip(table[1:], shares["group"].unique(), strict=True):
        part = shares[shares["group"] == group].set_index("fate")
        for cell, fate in zip(cells[1:5], outcomes.FATES, strict=True):
            assert cell.startswith(outcomes.format_number(part.loc[fate, "share"], "share"))
        assert cells[5] == outcomes.format_number(part.loc["saved", "enterprises"] / 1e3)
        assert cells[6] == outcomes.format_number(part.loc["saved", "insolvent"] / 1e3)
        assert cells[7] == outcomes.format_number(part.loc["harmed", "enterprises"] / 1e3)


def test_what_differs_and_all_settings_are_there(page, comparison):
    differing = next(rows for rows in page.tables if rows[0][-1] == "without the programme" and len(rows[0]) == 4)
    assert [row[0].split("the programme exists")[0] for row in differing[1:]] == ["programme.enabled"]
    assert [cell.strip() for cell in differing[1][2:]] == ["true", "false"]
    scenario = comparison.results.scenarios["with"]
    rows = [row for table in page.tables if table[0][0] == "setting" and "source" in table[0] for row in table[1:]]
    assert len(rows) == len(scenario.leaves)
    sources = {row[4] for row in rows}
    assert set(scenario.sources.values()) <= sources


def test_what_is_not_modelled_is_the_section_of_the_odd_document(page):
    points = not_modelled()
    section = Path("sim/docs/odd.md") if Path("sim/docs/odd.md").is_file() else None
    assert len(points) > 5
    if section:
        written = section.read_text(encoding="utf-8").split("What is not modelled\n")[-1].split("\n## ")[0]
        assert len(points) == len(re.findall(r"^- ", written, flags=re.MULTILINE))
    assert "Lenders do not fail" in "".join(page.text)


def test_it_says_how_to_repeat_it(page, folder):
    shown = " ".join("".join(page.text).split())
    manifest = read_manifest(folder)
    assert "tideover replay FOLDER" in shown
    assert " ".join(manifest["command"].split()) in shown
    assert manifest["id"] in shown
    assert all(f"{library} {version}" in shown for library, version in manifest["versions"].items())
    assert "1–3" in shown


def test_markdown_of_one_line_is_escaped():
    text = "**Bold `code` <b>** and *soft* [link](http://x) 2 * 3 * 4 & `a<b`"
    wanted = (
        "<strong>Bold <code>code</code> &lt;b&gt;</strong> and <em>soft</em> link 2 * 3 * 4 &amp; <code>a&lt;b</code>"
    )
    assert str(inline_markdown(text)) == wanted


def test_seeds_are_told_briefly():
    assert [seed_words(seeds) for seeds in ([1, 2, 3], [4], [1, 5, 6], [])] == ["1–3", "4", "1, 5, 6", ""]


@pytest.mark.parametrize("case", ["one arm", "three arms", "one seed"])
def test_other_shapes_of_results_have_a_page(case, tmp_path):
    scenario = toy(population__enterprises=60, calendar__weeks=12)
    if case == "one arm":
        results = run(scenario, seeds=2, progress=False)
    elif case == "one seed":
        results = compare(scenario, seeds=1, progress=False).results
    else:
        others = [scenario.set(programme__decision_days=days) for days in (14, 40)]
        named = [one.__class__(f"<{n}>", one.settings, one.tree, one.layers) for n, one in enumerate(others)]
        results = compare(scenario, *named, seeds=2, progress=False).results
    path = write_report(results, outcomes.summary(results), tmp_path, command="x")
    page = Page(path.read_text(encoding="utf-8"))
    assert page.open == []
    assert page.tags.count("svg") == (7 if case == "one seed" else 4)
    assert [name for name in tmp_path.iterdir()] == [path]


def test_the_same_results_give_the_same_page(comparison, text, folder):
    assert render_report(comparison.results, comparison.summary(), read_manifest(folder)) == text


# --- in a folder, and again -------------------------------------------------------------------------------------------


def copy_of(folder, target):
    """A copy of a results folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            (target / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(folder)).write_bytes(path.read_bytes())
    return target


@pytest.fixture
def _no_figures(monkeypatch):
    """Pages without figures, which take most of the time."""
    monkeypatch.setattr(report, "IN_REPORT", ())


@pytest.mark.usefixtures("_no_figures")
def test_a_folder_stays_whole_when_it_gets_a_report(folder, tmp_path):
    place = copy_of(folder, tmp_path / "copy")
    for _ in range(2):
        path = refresh_report(open_folder(place), place, read_manifest(place))
        assert read_manifest(place)["files"]["report.html"] == digest_of(path)
        open_folder(place)
    assert not list(place.glob(".*"))


def test_replay_gives_every_table_to_the_byte(folder):
    found = replay(folder, progress=False)
    assert found.same
    assert set(found.tables["verdict"]) == {"same"}
    assert len(found.tables) == 9
    assert found.versions.empty
    assert format_replay(found).endswith("every table is the same")


def forged(folder, place, name, change):
    """A copy of a folder in which one table was changed and the manifest with it."""
    place = copy_of(folder, place)
    change(place / name)
    manifest = read_manifest(place)
    manifest["files"][name] = digest_of(place / name)
    manifest["versions"]["numpy"] = "0.1"
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return place


def change_jobs(path):
    """Other jobs in one week of one run."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[7, "jobs"] = "1"
    table.to_csv(path, index=False)


def test_replay_says_what_differs(folder, tmp_path):
    found = replay(forged(folder, tmp_path / "forged", "weekly.csv", change_jobs), progress=False)
    assert not found.same
    row = found.tables.set_index("table").loc["weekly.csv"]
    assert row["verdict"] == "differs"
    assert "1 rows of jobs; first: arm with, seed 1, step 7, jobs was 1" in row["detail"]
    assert found.versions.to_dict(orient="records")[0]["then"] == "0.1"


def test_tables_with_other_bytes_and_the_same_numbers_are_told_apart(tmp_path):
    table = pd.DataFrame({"arm": pd.Categorical(["with"]), "x": [np.nan], "day": [pd.Timestamp("2020-01-01")]})
    table.to_parquet(tmp_path / "a.parquet")
    table.to_parquet(tmp_path / "b.parquet", compression="gzip")
    assert verdict(tmp_path / "a.parquet", tmp_path / "b.parquet")[0] == "same numbers, other bytes"
    assert first_difference(table, table.assign(y=1)) == "columns: y"
    assert first_difference(table, pd.concat([table, table])) == "1 rows then, 2 now"
    assert "x was nan, is 1.0" in first_difference(table, table.assign(x=1.0))


def test_replay_refuses_scenarios_that_read_otherwise(folder, tmp_path):
    place = copy_of(folder, tmp_path / "other")
    path, manifest = place / "scenarios" / "with.yaml", read_manifest(place)
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"decision_days: \d+", "decision_days: 77", text, count=1), encoding="utf-8")
    manifest["files"]["scenarios/with.yaml"] = digest_of(path)
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ScenarioError, match="the settings of arm with are read otherwise"):
        replay(place, progress=False)


def app():
    """The command line with the verbs."""
    commands = typer.Typer()
    cli_report.add(commands)
    return commands


@pytest.mark.usefixtures("_no_figures")
def test_the_commands(folder, tmp_path):
    place = copy_of(folder, tmp_path / "copy")
    made = CliRunner().invoke(app(), ["report", str(place)])
    assert made.exit_code == 0, made.output
    assert Path(made.stdout.strip()) == place / "report.html"
    aside = CliRunner().invoke(app(), ["report", str(place), "--out", str(tmp_path / "deep" / "page.html")])
    assert aside.exit_code == 0
    assert (tmp_path / "deep" / "page.html").read_bytes() == (place / "report.html").read_bytes()
    assert CliRunner().invoke(app(), ["report", str(place), "--out", "page.pdf"]).exit_code == 2
    assert CliRunner().invoke(app(), ["report", str(tmp_path)]).exit_code == 2
    again = CliRunner().invoke(app(), ["replay", str(place), "-q", "--json"])
    assert again.exit_code == 0
    assert json.loads(again.stdout)["same"] is True
    wrong = CliRunner().invoke(app(), ["replay", str(forged(folder, tmp_path / "f", "weekly.csv", change_jobs)), "-q"])
    assert wrong.exit_code == 1
    assert "not the same" in wrong.stdout
