"""Without a browser: foreign hosts and origins, pins, links, levers, what a page may run."""

from __future__ import annotations

import asyncio
import re
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import sim
from sim.scenario.problems import ScenarioError
from sim.web.form import Asked, from_query
from sim.web.guard import LocalOnly
from sim.web.levers import levers_by_group
from sim.web.pins import PINS, check_pins
from sim.web.server import listening
from tests.support.small import invoke

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"solara": "1.64.1", "solara-assets": "1.58.2", "ipyvue": "1.13.0", "ipyvuetify": "1.12.0"}


def asked_of_guard(kind, *headers):
    """What the guard answers; 'passed' if the application was asked."""
    sent = []

    async def app(scope, receive, send):
        sent.append("passed")

    async def send(message):
        sent.append(message.get("status", message.get("code")))

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers]}
    asyncio.run(LocalOnly(app, 8765)(scope, None, send))
    return sent[0]


OURS, FOREIGN = ("host", "127.0.0.1:8765"), ("origin", "http://evil.example")


@pytest.mark.parametrize(
    ("kind", "headers", "answer"),
    [
        ("http", [OURS], "passed"),
        ("http", [("host", "localhost:8765"), ("origin", "http://localhost:8765")], "passed"),
        ("websocket", [OURS, ("origin", "http://127.0.0.1:8765")], "passed"),
        ("http", [("host", "evil.example:8765")], 403),
        ("http", [("host", "127.0.0.1:9999")], 403),
        ("http", [("host", "127.0.0.1.evil.example:8765")], 403),
        ("http", [], 403),
        ("http", [OURS, ("host", "evil.example")], 403),
        ("http", [OURS, FOREIGN], 403),
        ("http", [OURS, ("origin", "null")], 403),
        ("websocket", [OURS, FOREIGN], 1008),
        ("websocket", [OURS, ("origin", "http://127.0.0.1:9999")], 1008),
        ("websocket", [OURS, ("origin", "https://127.0.0.1:8765")], 1008),
        ("websocket", [OURS], 1008),
        ("websocket", [("host", "evil.example:8765"), ("origin", "http://evil.example:8765")], 1008),
    ],
)
def test_foreign_hosts_and_origins_are_refused(kind, headers, answer):
    assert asked_of_guard(kind, *headers) == answer


def test_pins_are_those_of_the_extra():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"][
        "web"
    ]
    assert {f"{name}{wanted}" for name, wanted in PINS.items()} <= set(extra)


def test_good_pins_pass():
    check_pins(GOOD.__getitem__)


@pytest.mark.parametrize(("name", "number"), [("ipyvuetify", "3.0.0"), ("ipyvue", "2.1"), ("solara-assets", "1.64.1")])
def test_a_wrong_pin_is_named_in_one_line(name, number):
    with pytest.raises(ScenarioError) as caught:
        check_pins({**GOOD, name: number}.__getitem__)
    assert str(caught.value).splitlines() == [
        f"serve  {name} {number} does not work, {name}{PINS[name]} does: pip install 'tideover[web]'"
    ]


def test_without_the_extra_one_line_and_exit_code_2(monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("sim.web.pins.check_pins.__defaults__", (absent,))
    result = invoke("serve")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "solara is not installed" in result.stderr
    assert "pip install 'tideover[web]'" in result.stderr


def test_a_taken_port_is_refused():
    taken = listening(0)
    taken.listen()
    port = taken.getsockname()[1]
    with pytest.raises(ScenarioError, match=f"--port {port}|{port} cannot be used"):
        listening(port)
    taken.close()


def test_a_link_gives_back_what_it_was_made_of():
    asked = Asked("china-2020", {"programme.decision_days": "7", "measures.grant.enabled": "true"}, 5, 3)
    assert from_query(asked.query()) == asked


def test_the_command_loads_the_same_scenario():
    asked = Asked("china-2020", {"programme.decision_days": "7"}, 5, 3)
    words = asked.command().split()
    assert words[:3] == ["tideover", "compare", "china-2020"]
    settings = [after for word, after in zip(words, words[1:], strict=False) if word == "--set"]
    assert sim.load("china-2020", settings).digest == asked.loaded().digest


def test_the_copied_file_loads_the_same_scenario(tmp_path):
    asked = Asked("china-2020", {"programme.decision_days": "7"})
    (tmp_path / "copied.yaml").write_text(asked.loaded().to_yaml(), encoding="utf-8")
    assert sim.load(tmp_path / "copied.yaml").digest == asked.loaded().digest


def test_a_value_as_in_the_file_is_no_change():
    assert Asked().changed("programme.decision_days", "7", "0").changed("programme.decision_days", "0", "0") == Asked()


def test_more_enterprises_than_fit_are_refused(monkeypatch):
    monkeypatch.setattr("sim.web.form.memory_limit", lambda: 2 * 10**9)
    with pytest.raises(ScenarioError, match="fit into this machine's memory"):
        Asked(changes={"population.enterprises": "50000000"}).question()


def test_levers_are_those_of_the_schema_and_sliders_reach_their_values():
    groups = levers_by_group(sim.load("china-2020"))
    levers = {lever.path: lever for group in groups.values() for lever in group}
    assert {"programme.decision_days", "programme.rate_yearly", "measures.grant.enabled"} <= set(levers)
    assert not [path for path in levers if path.startswith(("kinds", "sectors", "calendar", "population"))]
    assert next(iter(groups)).startswith("programme")
    assert any(re.search("[\u4e00-\u9fff]", title) for title in groups)
    for lever in levers.values():
        if lever.slider:
            low, high, step = lever.slider
            assert low <= float(lever.text) <= high and step > 0
