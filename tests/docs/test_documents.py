"""The documents say what the code does: equations, rules, tables, test vectors, links, scenario files."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from sim.arithmetic import draws
from sim.arithmetic.calendar import rate_over
from sim.arithmetic.smooth import exponential, logarithm_of_one_plus, normal_share
from sim.model.phases import PHASES
from sim.scenario.loading import load, packaged_names, scenarios_folder
from sim.version import VERSION
from tests.update_odd import updated

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"
TEXT = (SIM / "docs" / "odd.md").read_text(encoding="utf-8")
NUMBER = r"[A-Z]?\d+(?:\.\d+)?"
CITED = re.compile(rf"\bODD\s+(?:equations?\s+)?({NUMBER}(?:(?:,\s*|\s+and\s+|\s+to\s+){NUMBER})*)")
NUMBERED = re.findall(rf"^\*\*\(({NUMBER})\)\*\*", TEXT, flags=re.MULTILINE)
DECISIONS = sorted((SIM / "docs" / "decisions").glob("[0-9]*.md"))
DECISION_HEADINGS = ("Context", "Decision", "Why", "Rejected", "Price", "Measured")
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *SIM.rglob("*.md")] if ".git" not in path.parts)


def docstrings() -> dict[str, str]:
    """Docstring of every module, class and function of the package, by file and name."""
    found = {}
    for path in sorted(SIM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                name = getattr(node, "name", "module")
                found[f"{path.relative_to(ROOT)}:{name}"] = ast.get_docstring(node) or ""
    return found


def numbers(cited: str) -> list[str]:
    """Equation numbers of a citation; ``2.1 to 2.3`` and ``P1 to P4`` are ranges."""
    found: list[str] = []
    for part in re.split(r",\s*|\s+and\s+", cited):
        ends = re.split(r"\s+to\s+", part)
        (head, first), (_, last) = (re.fullmatch(r"(.*?)(\d+)", end).groups() for end in (ends[0], ends[-1]))  # type: ignore[union-attr]
        found += [f"{head}{number}" for number in range(int(first), int(last) + 1)]
    return found


def citations() -> dict[str, list[str]]:
    """Where each equation is cited in the code."""
    found: dict[str, list[str]] = {}
    for place, text in docstrings().items():
        for match in CITED.finditer(text):
            for number in numbers(match[1]):
                found.setdefault(number, []).append(place)
    return found


def rule_names() -> set[str]:
    """Public functions of ``sim.rules`` and those that write an application down for them."""
    paths = [*(SIM / "rules").glob("*.py"), SIM / "state" / "applications.py"]
    return {name for path in paths for name in functions(path)}


def functions(path: Path) -> set[str]:
    """Public functions of one file, methods left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}


def rows_after(heading: str) -> list[list[str]]:
    """Cells of the Markdown table whose first line starts with ``heading``."""
    lines = TEXT.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(heading))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def anchor(heading: str) -> str:
    """Anchor that GitHub gives a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.strip().replace(" ", "-")


def test_ranges_of_citations_are_read() -> None:
    assert numbers("2.1 to 2.3") == ["2.1", "2.2", "2.3"]
    assert numbers("P1 to P4") == ["P1", "P2", "P3", "P4"]
    assert numbers("7.2 and 7.3") == ["7.2", "7.3"]
    assert numbers("10.1, 10.2") == ["10.1", "10.2"]


def test_every_equation_cited_in_the_code_is_in_the_document() -> None:
    missing = {number: places for number, places in citations().items() if number not in NUMBERED}
    assert not missing


def test_every_equation_of_the_document_is_cited_in_the_code() -> None:
    assert NUMBERED
    assert not set(NUMBERED) - set(citations())


def test_no_equation_number_is_used_twice() -> None:
    assert not [number for number, times in Counter(NUMBERED).items() if times > 1]


def test_equations_named_inside_the_document_exist() -> None:
    named = re.findall(rf"\bequations? ({NUMBER})", TEXT)
    assert named
    assert not set(named) - set(NUMBERED)


def test_decision_boxes_cited_in_the_code_are_in_the_document() -> None:
    boxes = set(re.findall(r"^### Decision box ([A-Z])", TEXT, flags=re.MULTILINE))
    cited = {box for text in docstrings().values() for box in re.findall(r"ODD decision box ([A-Z])", text)}
    assert boxes == {"A", "B", "C"}
    assert cited <= boxes


def test_every_rule_is_in_the_document() -> None:
    assert not rule_names() - set(re.findall(r"`(\w+)\(", TEXT))


def test_every_rule_of_the_document_exists() -> None:
    known = {name for path in SIM.rglob("*.py") for name in functions(path)}
    named = set(re.findall(r"`(\w+)\(\)`", TEXT))
    assert named
    assert not named - known


def test_submodels_are_in_the_order_of_the_rules() -> None:
    order = re.findall(r"^### Submodel (\d+): (.+)$", TEXT, flags=re.MULTILINE)
    files = {path.stem.replace("_", " ") for path in (SIM / "rules").glob("*.py")} - {"  init  "}
    assert [int(number) for number, _ in order] == list(range(len(order)))
    assert {name for _, name in order} == files


def test_phases_are_in_the_order_of_the_model() -> None:
    rows = rows_after("| order | agent | action |")
    assert [(agent, action) for _, agent, action, *_ in rows] == [(one.kind.__name__, one.action) for one in PHASES]
    for (*_, numbers, text), one in zip(rows, PHASES, strict=True):
        assert one.number in numbers
        assert set(re.findall(r"`(\w+)\(\)`", text)) & rule_names() == set(one.rules)
        assert one.odd in re.findall(r"^### (.+)$", TEXT, flags=re.MULTILINE)


def test_purposes_are_those_of_the_code() -> None:
    rows = [(int(number), name) for number, name, *_ in rows_after("| number | name | key |")]
    assert rows == [(purpose.value, purpose.name) for purpose in draws.Purpose]


def test_published_draws_are_those_of_the_code() -> None:
    rows = rows_after("| seed | purpose | k |")
    assert len(rows) >= 3
    for seed, purpose, k, key, *words, uniform, noise, contrast in rows:
        made = draws.stream(int(seed), int(purpose), int(k))
        assert made == int(key, 16)
        assert [draws.draw(made, agent) for agent in (0, 1, 12345)] == [int(word, 16) for word in words]
        assert (draws.uniform(made, 0), draws.noise(made, 0)) == (float(uniform), float(noise))
        assert draws.contrast(made, 0) == float(contrast)


def test_published_values_of_smooth_functions_are_those_of_the_code() -> None:
    checked = 0
    for x, power, share, _, rate, logarithm, over in rows_after("| x | `exponential(x)` |"):
        number = float(x.replace("−", "-"))
        if power:
            assert exponential(number) == float(power)
            checked += 1
        if share:
            assert normal_share(number) == float(share)
            checked += 1
        if rate:
            yearly, days = (float(part) for part in rate.split(","))
            assert (logarithm_of_one_plus(yearly), rate_over(yearly, days)) == (float(logarithm), float(over))
            checked += 1
    assert checked == 5


def test_generated_tables_are_up_to_date() -> None:
    assert updated(TEXT) == TEXT, "run: python -m tests.update_odd"


def test_a_document_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="parameters"):
        updated(TEXT.replace("<!-- parameters:begin -->", ""))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_number_a_date_and_an_alternative(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {int(path.name[:4])}\. .+\n\n20\d\d-\d\d-\d\d\n\n## ", text)
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings == [heading for heading in DECISION_HEADINGS if heading in headings]
    assert {"Decision", "Rejected"} <= set(headings)


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    listed = (SIM / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((.+)\) \| (.+) \| (\d{4}-\d\d-\d\d) \|$", listed, flags=re.MULTILINE)
    heads = [path.read_text(encoding="utf-8").split("\n", 3)[:3] for path in DECISIONS]
    made = [
        (f"{number:04d}", path.name, title.removeprefix(f"# {number}. "), date)
        for number, (path, (title, _, date)) in enumerate(zip(DECISIONS, heads, strict=True), 1)
    ]
    assert rows == made
    assert all(path.name.startswith(number) for path, (number, *_) in zip(DECISIONS, made, strict=True))


def test_every_row_of_the_words_says_where_the_old_word_may_stand() -> None:
    text = (SIM / "docs" / "words.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ") and line.count("|") == 6]
    rows = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "old"]
    assert rows
    assert not [row for row in rows if not all(row[:4]) or not re.match(r"(yes|no)\b", row[3])]


def test_the_citation_names_the_version_of_the_package() -> None:
    (cited,) = re.findall(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert VERSION in (cited, "0+checkout")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_internal_links_resolve(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, target


def test_every_scenario_file_loads() -> None:
    files = sorted(scenarios_folder().rglob("*.yaml")) + sorted(scenarios_folder().rglob("*.yml"))
    names = [load(path).name for path in files]
    assert {path.stem for path in files if path.parent == scenarios_folder() and path.suffix == ".yaml"} <= set(names)
    assert sorted(set(packaged_names()) & set(names)) == packaged_names()
