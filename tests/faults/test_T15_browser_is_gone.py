"""T15: a browser that crashed left its run at work for minutes; the address was printed before the server listened."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from sim.web import server as serving
from tests.web.serving import browser, children, needs_browser, open_page, server, wait_until

LONG = "?population.enterprises=100000&seeds=200"


def test_a_page_without_its_socket_is_closed_after_30_seconds(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    serving.settle("home")
    assert serving.GONE_SECONDS == 30
    assert os.environ["SOLARA_KERNEL_CULL_TIMEOUT"] == "30s"


def test_the_address_is_said_when_the_server_listens():
    uvicorn = pytest.importorskip("uvicorn")
    said, made = [], serving.listening(0)

    async def app(scope, receive, send):
        """Nothing is asked of it."""

    async def start():
        server = serving.saying(lambda: said.append(listens(made)))(
            uvicorn.Config(app, lifespan="off", log_level="error")
        )
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        assert said == [] and not listens(made)
        await server.startup(sockets=[made])
        await server.shutdown(sockets=[made])

    asyncio.run(start())
    assert said == [True]


def listens(made):
    """Whether somebody who connects is let in."""
    import socket

    try:
        socket.create_connection(made.getsockname(), 1).close()
    except OSError:
        return False
    return True


@needs_browser
def test_a_run_ends_30_seconds_after_its_browser_was_killed():
    with server("china-2020") as (address, pid):
        with browser() as opened:
            ours = children(os.getpid())
            page = open_page(opened, address + LONG)
            before = children(pid)
            page.click("button.tide-run")
            page.wait_for_selector("[data-running='true']")
            assert wait_until(lambda: children(pid) - before)
            for one in sorted(ours):
                if "chrom" in name_of(one):
                    os.kill(one, signal.SIGKILL)
            began = time.monotonic()
        assert wait_until(lambda: not children(pid) - before, 60)
        assert time.monotonic() - began < 45


def name_of(process):
    """Name of a process's program."""
    try:
        return Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return ""
