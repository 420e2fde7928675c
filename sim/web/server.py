"""The server of the page: Solara without telemetry or a network, on 127.0.0.1 whatever the environment says."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.scenario import Place, Problem, ScenarioError
from sim.web.form import offer

HOST = "127.0.0.1"
GONE_SECONDS = 30
"""A page whose connection has been gone for so long is closed, and its run ended."""
APP = "sim.web.app"
DROPPED = ("/resourcez", "/readyz", "/_solara/api/evict/{kernel_id}", "/_solara/cdn")
"""Routes of Solara that a page of one person does not need, or that would ask a server elsewhere."""


def listening(port: int) -> socket.socket:
    """A socket on this machine only; port 0 takes a free one.

    Raises
    ------
    ScenarioError
        If the port is taken or may not be used.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
    except OSError as error:
        made.close()
        text = f"{port} cannot be used ({error.strerror}); give another, or 0 for any that is free"
        raise ScenarioError([Problem(Place("--port"), text)]) from None
    return made


def settle(home: str) -> None:
    """Settings of Solara that must hold before it is imported: no telemetry, no banner, nothing kept at home."""
    os.environ.update(
        {
            "SOLARA_HOME": home,
            "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
            "SOLARA_THEME_SHOW_BANNER": "false",
            "SOLARA_THEME_TITLE": "Tideover",
            "SOLARA_THEME_LOADER": "plain",
            "SOLARA_MODE": "production",
            "SOLARA_ASSETS_PROXY": "true",
            "SOLARA_KERNEL_CULL_TIMEOUT": f"{GONE_SECONDS}s",
            "SOLARA_APP": APP,
        }
    )


def application(port: int, token: str = "") -> Any:
    """The ASGI application: Solara's routes, the files of finished runs, and the guards around all."""
    import solara.server.settings as settings
    from solara.server import starlette as served
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from sim.web.asgi import OneLine
    from sim.web.downloads import send_file
    from sim.web.guard import LocalOnly
    from sim.web.token import TokenNeeded

    settings.telemetry.mixpanel_enable = False
    warnings.filterwarnings("ignore", "Cookies with samesite")  # of no concern where nobody frames the page
    kept = [route for route in served.routes if getattr(route, "path", "") not in DROPPED]
    assets = StaticFiles(directory=settings.assets.proxy_cache_dir)
    own = [Route("/results/{token}/{name}", endpoint=send_file), Mount("/_solara/cdn", app=assets)]
    inside = Starlette(routes=[*own, *kept], middleware=served.middleware, lifespan=served.lifespan)
    return LocalOnly(TokenNeeded(OneLine(inside), token, port), port)


def saying(say: Callable[[], None]) -> Any:
    """The class of a server that calls something once it listens."""
    import uvicorn

    class Saying(uvicorn.Server):
        """Says its address when a browser that goes there is answered."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                say()

    return Saying


def run_until_ended(server: Any, made: socket.socket) -> None:
    """Run the server until a signal ends it; it tidies up at each of them, then the signal has its usual effect."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    number = getattr(signal, "SIGHUP", None)
    before = signal.getsignal(number) if number is not None else signal.SIG_IGN
    hung_up: list[int] = []

    def hang_up(number: int, _: Any) -> None:
        hung_up.append(number)
        server.should_exit = True

    if number is not None and before is not signal.SIG_IGN:
        signal.signal(number, hang_up)
    server.run(sockets=[made])
    if hung_up:
        signal.signal(hung_up[0], before if before is not signal.SIG_DFL else signal.default_int_handler)
        signal.raise_signal(hung_up[0])


def serve(scenario: str, port: int, say: Any, token: str = "") -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    scenario
        Name or path of the scenario that pages start with; it was loaded once, so it is good.
    port
        Where to listen; 0 = any that is free.
    say
        Called with the address once the server listens there.
    token
        First part of the address, without which nobody is let in; an empty one lets in everybody on this machine.
    """
    offer(scenario)
    made = listening(port)
    home = tempfile.mkdtemp(prefix="tideover-solara-")
    try:
        settle(home)
        import uvicorn

        from sim.web.job import warm_in_background

        port = int(made.getsockname()[1])
        app = application(port, token)
        warm_in_background()
        config = uvicorn.Config(app, log_level="error", proxy_headers=False, server_header=False)
        address = f"http://{HOST}:{port}/{token}{'/' * bool(token)}"
        with suppress(KeyboardInterrupt):
            run_until_ended(saying(lambda: say(address))(config), made)
    finally:
        made.close()
        shutil.rmtree(Path(home), ignore_errors=True)
