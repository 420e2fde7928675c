"""Who may talk to the page: a browser on this machine, on this page. Everybody else is refused."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from sim.web.asgi import App, Receive, Scope, Send, answer, header

NAMES = ("127.0.0.1", "localhost")
REFUSED = b"refused: this page answers only to 127.0.0.1 and localhost, from its own pages\n"
POLICY = "; ".join(
    (
        "default-src 'self' data: blob:",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
    )
)
"""What a browser may load: nothing but what this server sends."""


class LocalOnly:
    """ASGI middleware that refuses a foreign Host or Origin, on HTTP and WebSocket, and says what may be loaded.

    A page of another site may reach 127.0.0.1 through a browser here; its Origin, or the Host of a name that was
    made to point here, tells it apart.
    """

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())
        self.origins = {f"http://{host}" for host in self.hosts}
        added = {
            "content-security-policy": POLICY.format(port=port),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }
        self.added = [(name.encode(), value.encode()) for name, value in added.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not self.allowed(scope):
            await answer(send, 403, REFUSED, websocket=scope["type"] == "websocket")
        else:
            await self.app(scope, receive, self.with_policy(send))

    def allowed(self, scope: Scope) -> bool:
        """Whether exactly one Host is named and is ours, and no Origin but ours; a WebSocket must have one."""
        hosts = header(scope, b"host")
        origins = header(scope, b"origin")
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return False
        if scope["type"] == "websocket" and not origins:
            return False
        return all(origin in self.origins for origin in origins)

    def with_policy(self, send: Send) -> Send:
        """Add the policy to the headers of each answer."""

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.added]
            await send(message)

        return sending
