"""T19: another user of the same machine could open the page, and malformed requests printed tracebacks."""

from __future__ import annotations

import asyncio
import http.client
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest

from sim.web.asgi import WRONG, OneLine
from sim.web.form import Asked
from sim.web.token import NEEDED, TokenNeeded, new_token
from tests.support.small import ROOT, environment_of

TOKEN = "t" * 32


def asked_of(app, method="GET", path="/", query=b"", kind="http", **headers):
    """What a guard answers: every message that it sends."""
    sent = []

    async def send(message):
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "query_string": query, "headers": named}
    asyncio.run(app(scope, None, send))
    return sent


async def passed(scope, receive, send):
    await send({"passed": scope["path"]})


def guarded(**asked):
    return asked_of(TokenNeeded(passed, TOKEN, 8765), **asked)


@pytest.mark.parametrize(
    "path", ["/", "/live", "/results/x/report.html", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", f"/x/{TOKEN}/"]
)
@pytest.mark.parametrize(
    "cookie", ["", "tideover-8765=", "tideover-8765=other", f"tideover-9999={TOKEN}", ";;=", f"x={TOKEN}"]
)
def test_who_has_not_the_token_gets_one_line_that_says_what_to_open(path, cookie):
    start, body = guarded(path=path, cookie=cookie)
    assert start["status"] == 403
    assert body["body"] == NEEDED
    assert b"open the address that tideover serve printed" in NEEDED and NEEDED.count(b"\n") == 1
    (closed,) = guarded(path=path, cookie=cookie, kind="websocket")
    assert closed == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(
    ("path", "query", "where"),
    [
        (f"/{TOKEN}/", b"", b"/"),
        (f"/{TOKEN}", b"", b"/"),
        (f"/{TOKEN}/", b"seeds=3&programme.decision_days=7", b"/?seeds=3&programme.decision_days=7"),
        (f"/{TOKEN}/live", b"", b"/live"),
        (f"/{TOKEN}//elsewhere.example/x", b"", b"/elsewhere.example/x"),
        (f"/{TOKEN}/\\elsewhere.example", b"", b"/elsewhere.example"),
        (f"/{TOKEN}/a\r\nset-cookie: b", b"c\r\nd", b"/a%0D%0Aset-cookie%3A%20b?c%0D%0Ad"),
    ],
)
def test_the_first_visit_gets_the_cookie_and_the_address_without_the_token(path, query, where):
    start, _ = guarded(path=path, query=query)
    headers = dict(start["headers"])
    assert start["status"] == 303
    assert headers[b"location"] == where
    assert TOKEN.encode() not in headers[b"location"]
    assert headers[b"set-cookie"] == f"tideover-8765={TOKEN}; Path=/; HttpOnly; SameSite=Lax".encode()


def test_who_has_the_cookie_is_passed_on():
    for cookie in (f"tideover-8765={TOKEN}", f"other=1; tideover-8765={TOKEN}; more=2"):
        assert guarded(cookie=cookie, path="/live") == [{"passed": "/live"}]
        assert guarded(cookie=cookie, path="/x", kind="websocket") == [{"passed": "/x"}]
    assert guarded(method="POST", path=f"/{TOKEN}/")[0]["status"] == 403


def test_without_a_token_everybody_is_passed_on():
    assert asked_of(TokenNeeded(passed, "", 8765), path="/") == [{"passed": "/"}]


def test_each_start_has_another_token():
    assert len({new_token() for _ in range(100)}) == 100
    assert min(len(new_token()) for _ in range(100)) >= 32


def test_a_copied_link_holds_the_settings_and_never_the_token():
    asked = Asked("china-2020", {"programme.decision_days": "7"}, 5, 3)
    assert asked.query() == "scenario=china-2020&seeds=5&seed=3&programme.decision_days=7"
    copied = (ROOT / "sim" / "web" / "copy.vue").read_text(encoding="utf-8")
    assert 'window.location.origin + "/?" + this.text' in copied
    assert "location.href" not in copied and "pathname" not in copied


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_the_application_stumbles_over_is_one_line(kind, capsys):
    async def stumbles(scope, receive, send):
        raise KeyError("session_id\nsecond line")

    sent = asked_of(OneLine(stumbles), path="/a" * 500, kind=kind)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"request refused: {kind} '/a/a") and "KeyError" in line
    assert len(line) < 400
    if kind == "http":
        assert (sent[0]["status"], sent[1]["body"]) == (400, WRONG)
    else:
        assert sent == [{"type": "websocket.close", "code": 1008}]


needs_solara = pytest.mark.skipif(find_spec("solara") is None, reason="the extra web is not installed")


@contextmanager
def served(*words):
    """The page; its address, a way to ask it, and a list that holds what it said on standard error at the end."""
    command = [sys.executable, "-m", "sim.cli", "serve", "--port", "0", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=environment_of({}), text=True, **pipes)
    said = []
    try:
        yield urlsplit(process.stdout.readline().strip()), said
    finally:
        process.terminate()
        said.append(process.communicate(timeout=60)[1])
        said.append(process.returncode)


def get(address, path, **headers):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


@needs_solara
def test_the_printed_address_answers_at_once_and_opens_the_page():
    """T15 too: it is printed when the server listens, not before."""
    with served() as (address, said):
        assert len(address.path.strip("/")) >= 32
        assert get(address, "/").status == 403
        first = get(address, address.path)
        assert (first.status, first.getheader("location")) == (303, "/")
        cookie = first.getheader("set-cookie").split(";")[0]
        assert get(address, "/", Cookie=cookie).status == 200
        assert get(address, "/", Cookie=cookie, Host="elsewhere.example").status == 403
    assert said == ["the page is closed\n", 143]


@needs_solara
def test_with_no_token_it_opens_to_everybody_on_this_machine():
    with served("--no-token") as (address, _):
        assert address.path == "/"
        assert get(address, "/").status == 200


MALFORMED = [
    "/jupyter/api/kernels/one/channels",
    "/jupyter/api/kernels//channels?session_id=",
    "/jupyter/api/kernels/one/channels?session_id=two",
    "/nowhere",
]


@needs_solara
def test_malformed_requests_end_in_no_traceback():
    import websockets

    async def ask(address, path):
        try:
            async with websockets.connect(f"ws://{address.netloc}{path}", origin=f"http://{address.netloc}") as socket:
                for message in ("no JSON", b"\x00\x01", "{}", '{"channel": "shell", "header": 1}'):
                    await socket.send(message)
                await asyncio.wait_for(socket.recv(), 2)
        except (websockets.exceptions.WebSocketException, TimeoutError, OSError):
            return

    with served("--no-token") as (address, said):
        for path in MALFORMED:
            asyncio.run(ask(address, path))
            get(address, path)
        for path in ("/%00%ff", "/_solara/cdn/..%2f..%2fx", "/results/x/y", "/?" + "a" * 10_000, "/static/../../x"):
            assert get(address, path).status < 500
        assert get(address, "/").status == 200
    assert "Traceback" not in said[0]
    assert [line for line in said[0].splitlines() if line.startswith("  ")] == []
