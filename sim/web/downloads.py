"""Files of finished runs, each under a name that cannot be guessed."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from sim.web.worker import REPORT, ZIP

_folders: dict[str, Path] = {}


def publish(folder: str) -> str:
    """Let the files of a folder be fetched; returns the word that stands for it."""
    token = secrets.token_urlsafe(24)
    _folders[token] = Path(folder)
    return token


def withdraw(token: str) -> None:
    """No longer let them be fetched."""
    _folders.pop(token, None)


def send_file(request: Any) -> Any:
    """Answer a request for the archive or the report of a run."""
    from starlette.responses import FileResponse, PlainTextResponse

    folder, name = _folders.get(request.path_params["token"]), request.path_params["name"]
    if folder is None or name not in (ZIP, REPORT):
        return PlainTextResponse("no such file: it is kept as long as its page is open\n", status_code=404)
    return FileResponse(folder / name, filename=f"tideover-{name}")
