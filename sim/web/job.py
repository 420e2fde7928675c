"""One run in a process of its own: started, listened to, and killed when it is cancelled."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from sim.web.task import Question
from sim.web.worker import Message, warm_up, work

PRELOADED = ["sim.web.worker"]


def context() -> multiprocessing.context.BaseContext:
    """How processes are made: forked from a clean one that has imported everything, where the system can."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(PRELOADED)
    return chosen


def warm_in_background() -> None:
    """Start the process that others are forked from, and have the rules compiled."""
    context().Process(target=warm_up, daemon=True).start()  # type: ignore[attr-defined]


class Job:
    """A run under way.

    Parameters
    ----------
    asked
        What to run.
    """

    def __init__(self, asked: Question) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tideover-page-"))
        self.cancelled = threading.Event()
        made = context()
        self._receiver, sender = made.Pipe(duplex=False)
        self.process = made.Process(target=work, args=(sender, asked, str(self.folder)), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        sender.close()

    def messages(self) -> Iterator[Message]:
        """What the process says, until it ends or is cancelled."""
        while True:
            try:
                message = self._receiver.recv()
            except (EOFError, OSError):
                break
            if self.cancelled.is_set():
                break
            yield message
        self.process.join()

    def cancel(self) -> None:
        """Kill the process; when this returns nothing of the run is left at work."""
        self.cancelled.set()
        self.process.kill()
        self.process.join()

    def forget(self) -> None:
        """End the run and delete what it wrote."""
        self.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)
