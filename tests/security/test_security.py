"""Some hundred attempts: none runs code, none writes outside its folder, none reaches a page or a spreadsheet."""

from __future__ import annotations

import ast
import contextlib
import csv
import io
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim import outcomes
from sim.figures.report.page import write_report
from sim.results.csv_file import FORMULA
from sim.results.manifest import digest_of
from sim.scenario.problems import ScenarioError
from tests.security.attempts import BOMBS, CANARY, FORMULAS, HTML, NAMES, PICKLES, PLACES, TAGS
from tests.support.small import ROOT, invoke

SIZE = ["population.enterprises=20", "calendar.weeks=2"]
RUN = ("--set", SIZE[0], "--set", SIZE[1], "--seeds", "1", "-q", "--no-figures")
HEAD = "extends: normal-year\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder inside another empty one; both are looked into at the end, and there is no canary."""
    folder = tmp_path / "outside" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    yield folder
    assert not list(tmp_path.rglob(CANARY)), "something was run"
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["here"], "something was written outside"


def refused(*words: str) -> str:
    """What a command says that must refuse."""
    before = {path: path.lstat().st_mtime_ns for path in Path().rglob("*")}
    result = invoke(*words)
    assert result.exit_code == 2, result.output
    assert {path: path.lstat().st_mtime_ns for path in Path().rglob("*")} == before
    return result.stderr


# code in scenarios


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_is_never_obeyed(tag, place):
    Path("evil.yaml").write_text(f"{place.format(tag)}\n", encoding="utf-8")
    assert refused("check", "evil.yaml")


@pytest.mark.parametrize("tag", TAGS)
def test_nor_on_the_command_line(tag):
    assert "tags are not allowed" in refused("run", "normal-year", "--set", f"title={tag}")
    assert refused("sweep", "normal-year", "--vary", f"title={tag}")


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_a_bomb_is_refused_soon_and_in_few_words(number):
    Path("bomb.yaml").write_text(BOMBS[number], encoding="utf-8")
    began = time.perf_counter()
    said = refused("check", "bomb.yaml")
    assert time.perf_counter() - began < 20.0
    assert len(said) < 20_000


# names that reach out


@pytest.fixture(scope="module")
def results() -> sim.Results:
    """Two small arms."""
    return sim.compare(sim.load("china-2020", SIZE), seeds=1, progress=False).results


@pytest.fixture
def out(results: sim.Results, here: Path) -> Path:
    """Their folder."""
    return sim.save(results, here / "out")


def change(out: Path, change_it: Any) -> dict[str, Any]:
    """Change the manifest of a folder."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    change_it(manifest)
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest


@pytest.mark.parametrize("what", ["arm", "scenario", "file"])
@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_names_nothing_outside_its_folder(name, what, out):
    def evil(manifest):
        if what == "file":
            manifest["files"][name] = "0" * 64
        elif what == "scenario":
            manifest["arms"]["with"]["scenario"] = name
        else:
            manifest["arms"] = {name: manifest["arms"]["with"], "without": manifest["arms"]["without"]}
            manifest["files"][f"scenarios/{name}.yaml"] = manifest["files"]["scenarios/with.yaml"]

    change(out, evil)
    for words in (("report", "out"), ("replay", "out", "-q"), ("plot", "out", "survival")):
        assert refused(*words)


@pytest.mark.parametrize("name", NAMES)
def test_an_arm_named_so_is_not_written(name, results, here):
    arms = {name: results.scenarios["with"], "without": results.scenarios["without"]}
    with pytest.raises(ScenarioError, match="cannot be the name of a file"):
        sim.save(sim.Results(**{**vars(results), "scenarios": arms}), here / "new")
    assert list(here.iterdir()) == []


FILES = [
    "-rf.yaml",
    "$(touch canary).yaml",
    "`touch canary`.yaml",
    ";touch canary;.yaml",
    "|touch canary.yaml",
]
FILES += ["a b.yaml", "con.yaml", "=1+1.yaml", "%2e%2e%2fx.yaml", "a&b.yaml", "~.yaml", "{x}.yaml", "..x.yaml"]


@pytest.mark.parametrize("name", FILES)
def test_results_of_a_file_named_so_stay_in_results(name, here):
    Path(name).write_text(HEAD + "title: Named\n", encoding="utf-8")
    result = invoke("run", f"./{name}", *RUN)
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in here.iterdir()) == sorted([name, "results"])
    (folder,) = (here / "results").iterdir()
    assert list(sim.open(folder).scenarios) == ["run"]


@pytest.mark.parametrize("name", ["...yaml", "\\..\\x.yaml", "....yml", " .yaml", "\u202ex.yaml", "x" * 251 + ".yaml"])
def test_a_file_named_so_is_refused(name):
    with contextlib.suppress(OSError):  # some systems do not let it be made
        Path(name).write_text(HEAD + "title: Named\n", encoding="utf-8")
    assert refused("run", f"./{name}", *RUN)


@pytest.mark.parametrize(
    "target", ["figures", "report.html", ".report.html.part", ".manifest.json.part", "scenarios/x"]
)
def test_a_link_in_a_received_folder_is_not_written_through(target, out, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / target).symlink_to(elsewhere if target == "figures" else elsewhere / "file")
    for words in (("report", "out"), ("plot", "out", "survival")):
        assert "a link that leads out of it" in refused(*words)
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_a_received_sweep_is_not_written_through(tmp_path):
    words = ("sweep", "normal-year", "--vary", "labour.vacancy_days=1,2", "--runs", *RUN, "--out", "swept")
    assert invoke(*words).exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    Path("swept/jobs").rename(elsewhere)
    Path("swept/jobs").symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    assert "holds links" in refused(*words, "--resume")
    assert sorted(elsewhere.rglob("*")) == before


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.csv", "firms.csv", "file:///etc/passwd", "\\\\host\\x"])
def test_a_scenario_cannot_have_a_firm_table_read(path):
    Path("firms.csv").write_text("staff\n3\n")
    Path("evil.yaml").write_text(
        f"{HEAD}title: Evil\nfirms: {{file: '{path}', sha256: '{digest_of(Path('firms.csv'))}'}}\n"
    )
    assert "give it with --firms" in refused("run", "evil.yaml", *RUN)


# pickles


def evil_parquet(payload: bytes, **columns: Any) -> bytes:
    """A Parquet file whose column says that its type is to be unpickled (CVE-2023-47248), and that has more of it."""
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    about = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    fields = [field.with_metadata(about) for field in table.schema]
    file = io.BytesIO()
    pq.write_table(table.cast(pa.schema(fields, metadata={b"pickle": payload, b"pandas": payload})), file)
    return file.getvalue()


@pytest.mark.parametrize("protocol", range(len(PICKLES)))
def test_nothing_is_unpickled(protocol, out):
    payload = PICKLES[protocol]
    for name, content in (
        ("firms.parquet", evil_parquet(payload, staff=[3])),
        ("firms.parquet", payload),
        ("firms.csv", payload),
        ("firms.dta", payload),
        ("firms.pkl", payload),
        ("scenario.yaml", payload),
    ):
        Path(name).write_bytes(content)
        words = ("check", name) if name.endswith("yaml") else ("run", "normal-year", "--firms", name, *RUN)
        assert invoke(*words).exit_code in (0, 2)
    for name in ("loans.parquet", "enterprises.parquet", "weekly.csv"):
        (out / name).write_bytes(evil_parquet(payload, arm=["with"]) if name.endswith("parquet") else payload)
        change(out, lambda manifest, name=name: manifest["files"].update({name: digest_of(out / name)}))
        assert invoke("report", "out").exit_code == 2


# pages


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


FORBIDDEN = {"script", "iframe", "object", "embed", "form", "base", "img", "link", "input", "audio", "video"}


def harmless(page: str) -> None:
    """No tag, handler or address that came from a text."""
    tags = Tags(page).found
    assert not FORBIDDEN & {tag for tag, _ in tags}
    assert [tag for tag, _ in tags].count("style") - page.count("<svg") <= 1
    for tag, attributes in tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("href", "src", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert [one for tag, one in tags if tag == "meta" and (one.get("http-equiv") or "").lower() == "refresh"] == []
    assert "default-src 'none'" in page
    assert "49{%" not in page


@pytest.mark.parametrize("number", range(len(HTML)))
def test_no_text_becomes_a_part_of_the_page(number, here):
    first = sim.load("china-2020", SIZE)
    text = HTML[number]
    region, sector, lender = (next(iter(group)) for group in (first.regions, first.sectors, first.lenders))
    titled = {"title": text, "description": text, "programme.title": text, f"sectors.{sector}.title": text}
    titled |= {
        f"regions.{region}.title": text,
        f"lenders.{lender}.title": text,
        f"sectors.{sector}.title_zh": text[:30],
    }
    scenario = first.set({**titled, "sources": {"calendar": text, "programme": text}})
    results = sim.compare(scenario, seeds=1, progress=False).results
    if number % 6:
        results = sim.Results(**{**vars(results), "enterprises": results.enterprises.iloc[:0]})  # without figures
    arms = {f"with {text}".replace("/", "|"): scenario, "without": results.scenarios["without"]}
    names = dict(zip(results.scenarios, arms, strict=True))
    renamed = {name: rename(getattr(results, name), names) for name in (*sim.results.results.TABLES, "runs")}
    results = sim.Results(**{**vars(results), **renamed, "scenarios": arms})
    page = write_report(results, outcomes.summary(results), here, command=f"tideover compare {text}")
    harmless(page.read_text(encoding="utf-8"))


def rename(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """A table with other names of the arms."""
    arm = table["arm"]
    other = arm.cat.rename_categories(names) if isinstance(arm.dtype, pd.CategoricalDtype) else arm.map(names)
    return table.assign(arm=other)


# spreadsheets


def run_by_a_spreadsheet(folder: Path) -> list[str]:
    """Cells of all CSV files of a folder that a spreadsheet would run."""
    found = []
    for path in folder.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            found += [
                f"{path.name}: {cell}" for cell in row if FORMULA.match(cell) and cell[0] != "'" and not number(cell)
            ]
    return found


def number(cell: str) -> bool:
    """Whether a cell is a number, which may begin with a minus."""
    try:
        float(cell)
    except ValueError:
        return False
    return not cell.startswith(("+", "＋", "－"))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_results_is_a_formula(text, here):
    name = text.strip().replace("/", "|") or "x"
    Path(f"{name}.yaml").write_text(f"extends: china-2020\ntitle: {json.dumps(text)}\n", encoding="utf-8")
    Path("firms.csv").write_bytes(
        f'staff,note,{json.dumps("x")}\n3,"{text.replace(chr(34), "")}",1\n0,"{name[0]}x",2\n'.encode()
    )
    words = ("compare", f"./{name}.yaml", "china-2020", *RUN, "--firms", "firms.csv", "--out", "out")
    drop = ("--set", "firms.bad_rows=drop", "--set", "firms.keep=[note]")
    result = invoke(*words, *drop)
    assert result.exit_code == 0, result.stderr
    assert run_by_a_spreadsheet(here / "out") == []
    assert list(sim.open("out").scenarios) == [name, "china-2020"]


def test_no_cell_of_a_sweep_is_a_formula(here):
    scenario = sim.load("normal-year", SIZE)
    sim.sweep(scenario, {"title": FORMULAS}, seeds=1, compare=False, progress=False, out=here / "swept")
    assert run_by_a_spreadsheet(here / "swept") == []


@pytest.mark.parametrize("text", FORMULAS)
def test_no_reason_of_a_failure_is_a_formula(text, results, here):
    runs = results.runs.assign(failure=text)
    out = sim.save(sim.Results(**{**vars(results), "runs": runs}), here / "out")
    assert run_by_a_spreadsheet(out) == []
    assert sim.open(out).runs["failure"].tolist() == [text] * len(runs)


# the code itself

NEVER = {"eval", "exec", "compile", "__import__"}
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}


@pytest.mark.parametrize("path", sorted((ROOT / "sim").rglob("*.py")), ids=lambda path: path.stem)
def test_our_code_runs_no_text_and_loads_no_pickle(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in NEVER, f"{path.name}:{node.lineno}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not NEVER_IMPORTED & {name.split(".")[0] for name in names}, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.keyword):
            assert node.arg not in ("allow_pickle", "shell"), f"{path.name}:{node.lineno}"


ELSEWHERE = {"csv_file.py", "calibration.py", "ema.py"}
"""The writer itself; a hash of a table; an archive in the format of another program, which reads cells as they are."""


def test_csv_files_are_written_in_one_place():
    """A table that is written past the writer may hold a formula; lines of examples are the reader's own."""
    writing = re.compile(r"^(?!\s*>>>).*(\.to_csv\(|csv\.writer\(|DictWriter\()", flags=re.MULTILINE)
    found = {path.name for path in (ROOT / "sim").rglob("*.py") if writing.search(path.read_text(encoding="utf-8"))}
    assert found <= ELSEWHERE


def test_there_are_at_least_two_hundred_attempts():
    tags, names = len(TAGS) * (len(PLACES) + 2), len(NAMES) * 4
    assert tags + len(BOMBS) + names + len(FILES) + len(PICKLES) * 9 + len(HTML) * 8 + len(FORMULAS) * 3 >= 200
