"""Scenario files: what is read, what is refused and how, merging, origins, digests, overrides."""

from __future__ import annotations

import datetime
import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import Field, model_validator

from sim.scenario import listing, loading
from sim.scenario.loading import Scenario, load
from sim.scenario.problems import Place, Problem, ScenarioError, nearest
from sim.scenario.settings import DatedShare, Name, Settings, Share, setting
from sim.scenario.yaml_file import read_yaml


class Terms(Settings):
    loan_cap_share: float = setting(0.25, "largest loan", unit="share of yearly turnover", role="lever", ge=0.0, le=2.0)
    decision_days: int = setting(3, "days to decision", unit="days", role="lever", ge=0, le=3650)
    rate_yearly: float = setting(0.06, "rate", unit="per year", role="lever", ge=0.0, lt=5.0)
    enabled: bool = setting(True, "on", unit="yes/no", role="lever")
    channel: Literal["branch", "remote"] = setting("remote", "how", unit="name", role="lever")
    launch: datetime.date | None = setting(None, "first day", unit="date", role="lever")
    members: tuple[Name, ...] = setting((), "lenders", unit="names", role="lever")


class Part(Settings):
    cost_share: Share = setting(..., "costs", unit="share of sales")
    title: str = setting("", "name", unit="text", role="structure", max_length=60)


class Toy(Settings):
    schema_version: Literal[1] = Field(1, alias="schema", description="format", json_schema_extra={"unit": "number"})
    title: str = setting(..., "title", unit="text", role="structure", max_length=120)
    sources: dict[str, str] = setting({}, "sources", unit="text", role="structure")
    weeks: int = setting(60, "length", unit="weeks", role="structure", ge=0, le=1040)
    step_days: Literal[1, 7] = setting(7, "step", unit="days", role="structure")
    programme: Terms = setting(Terms(), "programme", unit="group", role="lever")
    parts: dict[Name, Part] = setting(..., "parts", unit="group", min_length=1)
    path: list[tuple[datetime.date, float]] = setting([], "path", unit="ratio by date")
    openness: tuple[DatedShare, ...] = setting((), "open", unit="share by date")

    @model_validator(mode="after")
    def _checks(self) -> Toy:
        problems = [
            f"programme.members[{i}]: no part {m}" for i, m in enumerate(self.programme.members) if m not in self.parts
        ]
        if sum(part.cost_share for part in self.parts.values()) > 2.0:
            problems.append("parts: the costs add to more than 2")
        if problems:
            raise ValueError("\n".join(problems))
        return self


BASE = """\
schema: 1
title: Base
weeks: 52
sources:
  programme: bank report
  programme.rate_yearly: central bank
programme:
  rate_yearly: 5e-2
  decision_days: 7
  launch: 2020-02-17
parts:
  food: {cost_share: 0.5, title: Food}
  trade:
    cost_share: 0.7
openness: [[2020-02-10, 0.2], [2020-03-01, 1]]
"""


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packaged"
    folder.mkdir()
    (folder / "base-2020.yaml").write_text(BASE, encoding="utf-8")
    monkeypatch.setattr(loading, "scenarios_folder", lambda: folder)
    return folder


@pytest.fixture
def write(tmp_path: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def writer(content: str | bytes, name: str = "fast.yaml") -> Path:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return Path(name)

    return writer


def toy(path: str | Path, overrides=()) -> Scenario:
    return load(path, overrides, root=Toy)


def refused(call) -> str:
    with pytest.raises(ScenarioError) as caught:
        call()
    text = str(caught.value)
    assert text and len(text.splitlines()) <= 21 and "Traceback" not in text and "pydantic" not in text
    assert all(len(line) < 700 for line in text.splitlines())
    return text


CHILD = "extends: base-2020\n"
BAD = [
    # what is no text file
    (b"", "fast.yaml  empty"),
    (b"  \n\n", "empty"),
    (b"# only a comment\n", "empty"),
    (b"---\n...\n", "not nothing"),
    (b"\x00\x01\x02\x03binary\x00", "binary file"),
    (b"title: a\x00b\n", "binary file"),
    (b"\x7fELF\x02\x01\x01" + b"\x00" * 9 + b"\xff\xfe\x00", "binary"),
    ("title: x\n".encode("utf-16"), "UTF-16"),
    ("title: x\n".encode("utf-16-le"), "UTF-16"),
    ("title: 中小企业贷款计划情景\n".encode("gbk"), "GBK"),
    (b"title: caf\xe9\n", "not UTF-8 (line 1)"),
    (b"title: a\x07b\n", "fast.yaml:1:9  unprintable character U+0007"),
    (b"title: x\n" * 200_000, "larger than 1 MB"),
    # syntax
    ("\ttitle: x\n", "a tab"),
    ("programme:\n\tenabled: true\n", "fast.yaml:2:1  a tab"),
    ("programme:\n  enabled: true\n rate_yearly: 1\n", "fast.yaml:3:2  wrong indentation"),
    ("title: x\n  weeks: 3\n", "fast.yaml:2:8  a colon is not expected here"),
    ("title: a: b\n", "needs quotes"),
    ("programme:\n  enabled: true\n  rate_yearly:0.05\n", "fast.yaml:3:3  write a space after the colon"),
    ("openness: [1, 2\n", "bracket"),
    ("title: 'x\n", "not closed"),
    ("title: @x\n", "quotes"),
    ("title x\n", "not 'title x'"),
    ("weeks:3\n", "write a space after the colon"),
    ("- 1\n- 2\n", "not a list"),
    ("5\n", "fast.yaml:1:1  a scenario is a list of 'setting: value' lines, not 5"),
    ("title: x\n---\ntitle: y\n", "fast.yaml:2:1  a second document"),
    ("%YAML 1.1\n---\ntitle: x\n", "%YAML"),
    ("? [a, b]\n: 1\n", "a key must be a name"),
    ("[" * 5000, "20 deep"),
    ("title: " + "[" * 30 + "]" * 30 + "\n", "20 deep"),
    ("a:\n" + "".join("  " * i + "a:\n" for i in range(1, 40)), "20 deep"),
    ("{a: " * 3000, "20 deep"),
    ('title: "\\xZZ"\n', "fast.yaml:1:"),
    # duplicate keys, tags, anchors
    (CHILD + "weeks: 1\nweeks: 2\n", "fast.yaml:3:1  weeks  'weeks' is set twice, on lines 2 and 3"),
    (
        CHILD + "programme:\n  enabled: true\n  enabled: false\n",
        "programme.enabled  'enabled' is set twice, on lines 3 and 4",
    ),
    ("title: !!python/object/apply:os.getcwd []\n", "tags are not allowed"),
    ("title: !!str 3\n", "tags are not allowed"),
    ("title: !mine x\n", "tags are not allowed"),
    ("programme: !!map {enabled: true}\n", "tags are not allowed"),
    ("title: &a x\n", "fast.yaml:1:8  title  anchors"),
    ("title: *a\n", "anchors"),
    ("a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b]\n", "anchors"),
    ("programme: {<<: {enabled: true}}\n", "merge keys"),
    ("programme: &p\n  enabled: true\nparts:\n  <<: *p\n", "merge keys"),
    # numbers, dates and words that trap
    (CHILD + "weeks: 010\n", "fast.yaml:2:8  weeks  leading zero; write 10"),
    (CHILD + "weeks: 08\n", "leading zero; write 8"),
    (CHILD + "programme: {rate_yearly: 00.5}\n", "leading zero; write 0.5"),
    (CHILD + "weeks: 0x10\n", "a whole number is wanted, not text '0x10'"),
    (CHILD + "weeks: 1:30\n", "not text '1:30'"),
    (CHILD + "weeks: 1e400\n", "too large"),
    (CHILD + "weeks: " + "9" * 5000 + "\n", "a number of 5000 digits; at most 18"),
    (CHILD + "programme: {rate_yearly: .nan}\n", ".nan is not a number"),
    (CHILD + "programme: {rate_yearly: -.inf}\n", "-.inf is not a number"),
    (CHILD + "programme: {rate_yearly: nan}\n", "nan is not a number"),
    (CHILD + "programme: {launch: 2020-02-30}\n", "2020-02-30 is no date"),
    (CHILD + "programme: {launch: 2020-2-3}\n", "write the date as 2020-02-03"),
    (CHILD + "programme: {launch: 2020/2/3}\n", "a date is wanted, not text '2020/2/3'; write 2020-02-03"),
    (CHILD + "programme: {launch: 2020年2月3日}\n", "write 2020-02-03"),
    (CHILD + "programme: {launch: '2020-02-03'}\n", "write 2020-02-03 without quotes"),
    (CHILD + "programme: {launch: 20200203}\n", "a date is wanted"),
    (CHILD + "programme: {enabled: no}\n", "true or false is wanted, not text 'no'; write false"),
    (CHILD + "programme: {enabled: on}\n", "write true"),
    (CHILD + "programme: {enabled: 1}\n", "write true"),
    (CHILD + "weeks: true\n", "fast.yaml:2:1  weeks  a whole number is wanted, not true (weeks, 0–1040)"),
    (CHILD + "schema: true\n", "true is not one of 1"),
    (CHILD + "schema: 2\n", "2 is not one of 1"),
    (CHILD + "step_days: 3\n", "3 is not one of 1 | 7"),
    (CHILD + "programme: {rate_yearly: 5%}\n", "not text '5%'; write 0.05"),
    (CHILD + "weeks: '12'\n", "write 12 without quotes"),
    (CHILD + "weeks: 1,000\n", "write 1000"),
    (CHILD + "weeks: 0.1万\n", "write 1000"),
    (CHILD + "weeks: ５２\n", "write 52"),
    (CHILD + "weeks: 52.5\n", "a whole number is wanted, not 52.5"),
    (CHILD + "weeks: fifty\n", "a whole number is wanted, not text 'fifty'"),
    (CHILD + "weeks: [1]\n", "not a list"),
    (CHILD + "weeks:\n", "a whole number is wanted, not nothing"),
    (CHILD + "title: 2020\n", 'text is wanted, not 2020; write "2020" in quotes'),
    (CHILD + "programme:\n  rate_yearly：0.05\n", "fast.yaml:3:3  full-width colon"),
    (CHILD + "weeks：3\n", "full-width colon"),
    ("weeks：3\n", "fast.yaml:1:1  full-width colon"),
    (CHILD + "programme:\n  enabled: true\n  rate_yearly：0.05\n", "fast.yaml:4:3  full-width colon"),
    (CHILD + "\u3000weeks: 3\n", "full-width or non-breaking space"),
    # ranges and lengths
    (CHILD + "weeks: -1\n", "-1 is out of range (weeks, 0–1040)"),
    (CHILD + "weeks: 100000000000000000\n", "out of range"),
    (CHILD + "parts: {food: {cost_share: 5}}\n", "if 5 % is meant write 0.05"),
    (CHILD + f"title: {'x' * 5000}\n", "5000 characters; at most 120"),
    (CHILD + "openness: [[2020-02-10]]\n", "an item is missing"),
    (CHILD + "openness: [[2020-02-10, 1, 2]]\n", "3 items; at most 2"),
    (CHILD + "openness: [[2020-02-10, 2]]\n", "openness[0][1]  2 is out of range"),
    (CHILD + "openness: 3\n", "a list in brackets [ ] is wanted"),
    (CHILD + "programme: {channel: remot}\n", "not one of branch | remote; did you mean remote?"),
    # keys
    (
        CHILD + "programme:\n  loan_cap_shar: 0.3\n",
        "fast.yaml:3:3  programme.loan_cap_shar  unknown setting; "
        "did you mean loan_cap_share? (share of yearly turnover, 0–2)",
    ),
    (CHILD + "decision_days: 3\n", "unknown setting here; did you mean programme.decision_days?"),
    (CHILD + "zzzzzz: 3\n", "unknown setting; known here: schema, title"),
    (CHILD + "'': 3\n", "empty key"),
    (CHILD + "programme:\n", "nothing is written under it"),
    (CHILD + "programme: 5\n", "a group of settings is wanted, not 5"),
    (CHILD + "programme:\n  enabled:true\n", "write : followed by a space"),
    (CHILD + "parts:\n  Big Food: {cost_share: 0.1}\n", "lower-case letters"),
    (CHILD + "parts:\n  wood: {title: Wood}\n", "fast.yaml:3:3  parts.wood.cost_share  missing (share of sales, 0–1)"),
    ("weeks: 3\nparts: {food: {cost_share: 0.1}}\n", "fast.yaml:1:1  title  missing"),
    (CHILD + "sources: 3\n", "sources"),
    (CHILD + "sources: {weeks: 3}\n", "text is wanted"),
    # cross-checks
    (CHILD + "programme:\n  members: [food, fud]\n", "fast.yaml:3:19  programme.members[1]  no part fud"),
    (CHILD + "parts: {food: {cost_share: 1}, wood: {cost_share: 1}}\n", "parts  the costs add to more than 2"),
    # parents
    ("extends: base-2021\n", "fast.yaml:1:1  extends  no packaged scenario 'base-2021'; did you mean base-2020?"),
    ("extends: 3\n", "extends"),
    ("extends:\n", "extends"),
    ("extends: ../x.yaml\n", "outside the folder"),
    ("extends: /etc/passwd\n", "outside the folder"),
    ("extends: a\\b.yaml\n", "outside the folder"),
    ("extends: fast.txt\n", "is no .yaml file"),
    ("extends: fats.yaml\n", "no such file: 'fats.yaml'; did you mean fast.yaml?"),
    ("extends: fast.yaml\n", "in a circle"),
    ('extends: "a\\0b.yaml"\n', "extends"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[f"{i}" for i in range(len(BAD))])
def test_bad_files_get_a_message(content: str | bytes, message: str, write) -> None:
    assert message in refused(lambda: toy(write(content)))


def test_places_of_files_that_are_no_files(write, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert "no such file" in refused(lambda: toy("missing.yaml"))
    assert "is a folder" in refused(lambda: toy("folder.yaml"))
    assert "did you mean base-2020?" in refused(lambda: toy("base-2002"))
    for name in [
        "../../x",
        "/etc/x",
        "",
        ".",
        "..",
        "a\0b",
        "a\nb.yaml",
        "x" * 300,
        "con.txt",
        "x.yaml ",
        "x" * 9000 + ".yaml",
    ]:
        refused(lambda name=name: toy(name))


def test_all_problems_at_once(write) -> None:
    text = refused(lambda: toy(write(CHILD + "weeks: -1\nzz: 1\nprogramme: {rate_yearly: 5%}\n"), ["programme.x=1"]))
    assert [line.split(" ")[0] for line in text.splitlines()] == [
        "--set",
        "fast.yaml:2:1",
        "fast.yaml:3:1",
        "fast.yaml:4:13",
    ]
    text = refused(lambda: toy(write("a: 01\na: 2\nb: .nan\nc: [1\n")))
    assert len(text.splitlines()) == 4


def test_errors_in_the_parent_name_the_parent(write, packaged: Path) -> None:
    (packaged / "base-2020.yaml").write_text(BASE.replace("weeks: 52", "weeks: -2"), encoding="utf-8")
    assert "base-2020.yaml:3:1  weeks" in refused(lambda: toy(write(CHILD)))


def test_circle_of_two_and_long_chains(write) -> None:
    write("extends: b.yaml\n", "a.yaml")
    write("extends: a.yaml\n", "b.yaml")
    assert "circle" in refused(lambda: toy("a.yaml"))
    for i in range(15):
        write(f"extends: c{i + 1}.yaml\n", f"c{i}.yaml")
    write("weeks: 1\n", "c15.yaml")
    assert "more than 10" in refused(lambda: toy("c0.yaml"))


def test_link_out_of_the_folder_is_refused(write, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(BASE, encoding="utf-8")
    (tmp_path / "in").mkdir()
    try:
        (tmp_path / "in" / "link.yaml").symlink_to(outside)
    except OSError:
        pytest.skip("no symbolic links here")
    (tmp_path / "in" / "child.yaml").write_text("extends: link.yaml\n", encoding="utf-8")
    assert "outside the folder" in refused(lambda: toy(tmp_path / "in" / "child.yaml"))


def test_values_mean_what_a_person_means(write) -> None:
    data, places = read_yaml(
        write(
            b"\xef\xbb\xbfa: 1e-3\r\nb: 5e6\r\nc: no\r\nd: 1:30\r\ne: 2020-02-10\r\nf: ['010', +3, -0.5, .5, ~]\r\n"
            + "g: 中国：2020\nh: |\n  x：1\n  y\n".encode()
        )
    )
    assert data == {
        "a": 0.001, "b": 5_000_000, "c": "no", "d": "1:30", "e": datetime.date(2020, 2, 10),
        "f": ["010", 3, -0.5, 0.5, None], "g": "中国：2020", "h": "x：1\ny\n",
    }  # fmt: skip
    assert places["b"] == (2, 1) and places["f[1]"] == (6, 12)


def test_maps_merge_lists_and_scalars_replace(write) -> None:
    scenario = toy(
        write(CHILD + "parts: {food: {cost_share: 0.6}}\nopenness: [[2020-05-01, 1]]\nprogramme: {launch: null}\n")
    )
    assert scenario.parts["food"].title == "Food" and scenario.parts["food"].cost_share == 0.6
    assert scenario.parts["trade"].cost_share == 0.7
    assert scenario.openness == ((datetime.date(2020, 5, 1), 1.0),)
    assert scenario.programme.launch is None and scenario.programme.decision_days == 7 and scenario.title == "Base"


def test_origins_and_sources(write) -> None:
    child = (
        CHILD
        + "weeks: 40\nsources: {parts.food: survey}\nprogramme:\n  decision_days: 1\nparts: {food: {cost_share: 0.4}}\n"
    )
    scenario = toy(write(child), ["programme.loan_cap_share=1"]).set(programme__enabled=False)
    assert scenario.name == "fast"
    assert scenario.origin["programme.rate_yearly"] == "base-2020.yaml:8"
    assert scenario.origin["programme.decision_days"] == "fast.yaml:5"
    assert scenario.origin["programme.loan_cap_share"] == "--set"
    assert scenario.origin["programme.enabled"] == "set()"
    assert scenario.origin["programme.channel"] == "default"
    assert scenario.sources["programme.rate_yearly"] == "central bank"
    assert scenario.sources["programme.launch"] == "bank report"
    assert scenario.sources["programme.decision_days"] == "assumption (no source in fast.yaml)"
    assert scenario.sources["parts.food.cost_share"] == "survey"
    assert scenario.sources["programme.loan_cap_share"] == "assumption (--set)"
    assert scenario.sources["programme.channel"] == "default of the schema"


def test_set_and_get(write) -> None:
    scenario = toy("base-2020")
    other = scenario.set(programme__decision_days=1)
    assert (scenario.programme.decision_days, other.get("programme.decision_days")) == (7, 1)
    same = scenario.set({"programme.decision_days": 1})
    assert same == other != scenario and hash(same) == hash(other)
    assert scenario.set({"openness[1][1]": 0.9}).get("openness[1][1]") == 0.9
    assert scenario.get("schema") == 1
    assert scenario.set(path=[(datetime.date(2020, 1, 1), 1)]).path == [(datetime.date(2020, 1, 1), 1.0)]
    assert "did you mean decision_days?" in refused(lambda: scenario.set(programme__decision_day=1))
    assert "did you mean food?" in refused(lambda: scenario.set(parts__foot__cost_share=0.1))
    assert "no such item" in refused(lambda: scenario.set({"openness[7][1]": 0.9}))
    assert "single value" in refused(lambda: scenario.set(weeks__days=1))
    assert "unknown" in refused(lambda: scenario.get("programme.nothing"))
    for value in (math.nan, math.inf, object(), True, "7", -1):
        assert "set()" in refused(lambda value=value: scenario.set(programme__decision_days=value))
    with pytest.raises(AttributeError):
        scenario.nothing  # noqa: B018
    with pytest.raises(AttributeError):
        scenario.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        "weeks",
        "weeks=",
        "=3",
        "a b=3",
        "weeks=010",
        "weeks=&a 1",
        "weeks=[1",
        "week=3",
        "",
        "weeks[0]=1",
        "programme=5",
        "parts.x.cost_share=0.1",
        "programme.launch=2020-02-30",
        "title=!!python/name:os.x y",
    ],
)
def test_bad_overrides(text: str, packaged: Path) -> None:
    assert refused(lambda: toy("base-2020", [text])).startswith("--set  ")


def test_overrides_are_written_as_in_files(packaged: Path) -> None:
    scenario = toy(
        "base-2020",
        ["openness=[[2020-03-01, 1]]", "programme.launch=null", "weeks=1e2", "title=no", "sources.weeks=law"],
    )
    assert (scenario.openness, scenario.programme.launch) == (((datetime.date(2020, 3, 1), 1.0),), None)
    assert (scenario.weeks, scenario.title) == (100, "no")
    assert toy("base-2020", {"parts.wood": {"cost_share": 0.1}}).parts["wood"].cost_share == 0.1


def test_round_trips(write) -> None:
    scenario = toy(write(CHILD + 'title: "a \\u2028 \\x7f 中 \\" ： # 😀 no"\n'), ["programme.loan_cap_share=1e-7"])
    again = toy(write(scenario.to_yaml(), "again.yaml"))
    assert again.digest == scenario.digest and again.sources == scenario.sources
    assert again.settings.model_dump(exclude={"sources"}) == scenario.settings.model_dump(exclude={"sources"})
    assert scenario.digest != toy("base-2020").digest
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario and copy.origin == scenario.origin and copy.set(weeks=1).weeks == 1
    with pytest.raises(ScenarioError) as caught:
        scenario.set(week=1)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_show_and_parameters(packaged: Path) -> None:
    base = toy("base-2020")
    lines = listing.show(base)
    assert "programme.rate_yearly = 0.05  per year  (base-2020.yaml:8; central bank)" in lines
    assert len(lines) == len(base.leaves)
    (line,) = listing.show(base.set(weeks=3), base)
    assert line.startswith("weeks = 3  weeks  (set(); ") and "[other: 52 from base-2020.yaml:3]" in line
    rows = {row.path: row for row in listing.parameters(root=Toy)}
    assert rows["parts.<name>.cost_share"].range == "0–1" and rows["parts.<name>.cost_share"].default == "required"
    assert rows["programme.channel"].range == "branch | remote" and rows["programme.launch"].range == "date | null"
    assert {row.path for row in listing.parameters("turnover", Toy)} == {"programme.loan_cap_share"}
    assert "extends" in listing.json_schema(Toy)["properties"]


def test_new_scenario_is_not_overwritten(tmp_path: Path) -> None:
    path = listing.new_scenario(tmp_path / "study")
    assert "extends: china-2020" in path.read_text(encoding="utf-8")
    assert "exists already" in refused(lambda: listing.new_scenario(tmp_path / "study"))
    assert read_yaml(path)[0] == {"extends": "china-2020", "title": "My scenario"}


def test_problem_text() -> None:
    problem = Problem(Place("a.yaml", 3, 5), "is wrong", "x.y")
    assert str(problem) == "a.yaml:3:5  x.y  is wrong" and (problem.file, problem.line, problem.column) == (
        "a.yaml",
        3,
        5,
    )
    assert str(ScenarioError([problem] * 3)) == str(problem)
    assert len(str(ScenarioError([Problem(Place("a"), str(i)) for i in range(99)])).splitlines()) == 21
    assert nearest("decision_day", ["decision_days", "x"]) == "decision_days" and nearest("qqq", ["abc"]) is None


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_never_raise_anything_else(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(BASE.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=3),
                st.sampled_from([b"\t", b": ", b"- ", b"&a", b"*a", b"{", b"]", b"'", b"%", "：".encode()]),
            )
        )
        content[at : at + data.draw(st.integers(0, 3))] = piece
    path = tmp_path / "mutated.yaml"
    path.write_bytes(content)
    try:
        scenario = toy(path)
    except ScenarioError as error:
        assert str(error)
    else:
        path.write_text(scenario.to_yaml(), encoding="utf-8")
        assert toy(path).digest == scenario.digest


def test_import_is_light() -> None:
    code = (
        "import sys, sim.scenario.loading; print([m for m in ('numpy', 'pandas', 'numba', 'mesa') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_real_schema_lists_and_reports() -> None:
    schema = pytest.importorskip("sim.scenario.schema")
    rows = listing.parameters()
    assert all(row.unit and row.role and row.description for row in rows)
    assert any(row.path == "sectors.<name>.input_share" for row in rows)
    assert listing.json_schema()["properties"]
    assert schema.ScenarioSettings.model_fields


def test_real_packaged_scenarios_load() -> None:
    pytest.importorskip("sim.scenario.schema")
    for name in loading.packaged_names():
        assert load(name).digest
