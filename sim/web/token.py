"""A token in the address that the command prints: only who has it opens the page, though others use this machine too.

The token is the first part of the path. The first visit puts it into a cookie that scripts cannot read and goes on to
the same address without it, so it stands in no address bar and in no copied link; such a link opens in a browser that
has visited the printed address once.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from sim.web.asgi import App, Receive, Scope, Send, answer, header

NEEDED = b"refused: open the address that tideover serve printed; it holds a token for this page\n"
LENGTH = 24
"""Random bytes of a token."""


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(LENGTH)


class TokenNeeded:
    """ASGI middleware that lets nobody in who has not had the token.

    Parameters
    ----------
    app
        What is guarded.
    token
        The token; an empty one guards nothing.
    port
        Of the server: cookies of one machine are shared by its ports, so each has a name of its own.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self.token, self.name = app, token, f"tideover-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on who has the cookie, give it to who has the address."""
        if not self.token or scope["type"] not in ("http", "websocket") or self.has_cookie(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and self.is_first_visit(scope):
            await answer(send, 303, b"", [(b"location", self.elsewhere(scope)), (b"set-cookie", self.cookie())])
        else:
            await answer(send, 403, NEEDED, websocket=scope["type"] == "websocket")

    def is_first_visit(self, scope: Scope) -> bool:
        """Whether the path begins with the token."""
        first = str(scope["path"]).split("/")[1:2]
        return bool(first) and same(first[0], self.token)

    def has_cookie(self, scope: Scope) -> bool:
        """Whether the cookie is the token; one that was visited before comes without it in the path."""
        if self.is_first_visit(scope):
            return False
        for text in header(scope, b"cookie", small=False):
            try:
                found = SimpleCookie(text).get(self.name)
            except CookieError:
                continue
            if found is not None and same(found.value, self.token):
                return True
        return False

    def elsewhere(self, scope: Scope) -> bytes:
        """The same address without the token; a path on this server, whatever was asked."""
        path = "/" + quote("/".join(str(scope["path"]).split("/")[2:]).lstrip("/\\"), safe="/")
        query = quote(scope.get("query_string", b"").decode("latin-1"), safe="=&%+;,.:~!*'()@-_")
        return (f"{path}?{query}" if query else path).encode()

    def cookie(self) -> bytes:
        """The cookie: for this server, not for scripts, not for what other sites send along."""
        return f"{self.name}={self.token}; Path=/; HttpOnly; SameSite=Lax".encode()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that tells nothing."""
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode())
