"""What the guards of the page share: the types of ASGI, headers, short answers, and one line for what goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY_VIOLATION = 1008
WRONG = b"refused: this is no request that the page can answer\n"


def header(scope: Scope, name: bytes, small: bool = True) -> list[str]:
    """Every value of a header, in small letters unless told otherwise."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [value.lower() for value in values] if small else values


async def answer(
    send: Send, status: int, body: bytes, more: Sequence[tuple[bytes, bytes]] = (), websocket: bool = False
) -> None:
    """Answer with a short text, or with a WebSocket that is never opened."""
    if websocket:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class OneLine:
    """ASGI middleware that answers what its application stumbles over with 400, and says it in one line.

    Solara takes any request for one of its own page's; what it makes of others ends in errors that would be printed as
    tracebacks.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; stop at the first error of this request."""
        begun = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:  # of one request; the server goes on
            if scope["type"] not in ("http", "websocket"):
                raise
            what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            print(f"request refused: {scope['type']} {str(scope['path'])[:100]!r}: {what}", file=sys.stderr, flush=True)
            if not begun:
                await answer(send, 400, WRONG, websocket=scope["type"] == "websocket")
