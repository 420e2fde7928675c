"""A server of the page in a process of its own, and a browser; for tests here and in ``tests/faults``."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.small import command, finished

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 120_000
"""Milliseconds that a page may take, on a machine where other tests run beside it."""
SMALL = "population.enterprises=300&calendar.weeks=20&seeds=2"
SMALL_OPTIONS = ("--set", "population.enterprises=300", "--set", "calendar.weeks=20", "--seeds", "2")


def missing() -> str:
    """Why no page can be looked at here; nothing if it can."""
    if find_spec("solara") is None:
        return "the extra web is not installed: pip install 'tideover[web]'"
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install playwright"
    return "" if CHROMIUM else "no chromium here: apt-get install chromium"


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "all there")


@contextmanager
def server(*words: str, **environment: str) -> Iterator[tuple[str, int]]:
    """The page, served by the command; its address and the number of its process."""
    command = [sys.executable, "-m", "sim.cli", "serve", *words, "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address, process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def open_page(opened: Any, address: str, **options: Any) -> Any:
    """A new visitor's page, loaded; requests that fail or leave this machine are kept as ``page.trouble``."""
    page = opened.new_context(**options).new_page()
    page.set_default_timeout(WAIT)
    page.trouble = []
    page.on("requestfailed", lambda request: page.trouble.append(request.url))
    page.on("request", lambda request: page.trouble.append(request.url) if foreign(request.url) else None)
    page.on("response", lambda answer: page.trouble.append(answer.url) if answer.status >= 400 else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.goto(address)
    page.wait_for_selector("text=Levers of")
    return page


def port_of(address: str) -> int:
    """Port of a printed address."""
    return int(urlsplit(address).port or 0)


def cookie_of(address: str) -> str:
    """The cookie that a first visit to the printed address gets."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(address), timeout=30)
    try:
        connection.request("GET", urlsplit(address).path)
        return str(connection.getresponse().getheader("set-cookie")).split(";")[0]
    finally:
        connection.close()


def foreign(url: str) -> bool:
    """Whether a request leaves this machine."""
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def run(page: Any) -> None:
    """Press Run and wait for the whole answer and its files."""
    number = page.locator("[data-run]").count() and int(page.locator("[data-run]").get_attribute("data-run"))
    page.click("button.tide-run")
    page.wait_for_selector(f"[data-run='{number + 1}'][data-running='false']")
    page.wait_for_selector("[data-answer='whole'] svg")


def outcome_cells(page: Any) -> list[list[str]]:
    """The table of outcomes as the page shows it."""
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    return page.locator("table[data-table=outcomes] tbody tr").evaluate_all(script)  # type: ignore[no-any-return]


def printed(folder: Path, *words: str) -> list[str]:
    """The lines that ``tideover compare`` prints, each with single spaces."""
    told = finished(command("compare", *words, "--quiet", "--no-figures", "--out", "told"), folder)
    assert told.returncode == 0, told.stderr
    return [" ".join(line.split()) for line in told.stdout.splitlines()]


def children(pid: int) -> set[int]:
    """Processes below a process, all the way down."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == pid:
            child = int(path.parent.name)
            found |= {child} | children(child)
    return found


def wait_until(true: Any, seconds: float = 20.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False
