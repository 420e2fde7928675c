"""SIGTERM and SIGHUP end a command as Ctrl-C does: it tidies up, says how to go on, and ends with 128 + the signal."""

from __future__ import annotations

import signal
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP")
"""SIGHUP comes when the terminal is closed or the connection to it is lost; Windows has none."""


class Ended(BaseException):
    """A command was asked to end by a signal other than Ctrl-C; not an error, so nothing on the way takes it for one.

    Parameters
    ----------
    number
        Number of the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that the signal ended."""
        return 128 + self.number


def take_signals() -> None:
    """Raise :class:`Ended` at either signal; one that is ignored (``nohup``) stays so."""
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def end(number: int, _: FrameType | None) -> None:
    """End the command; further signals of these kinds wait until it has tidied up, which is soon."""
    for name in NAMES:
        other = getattr(signal, name, None)
        if other is not None and signal.getsignal(other) is end:
            signal.signal(other, signal.SIG_IGN)
    raise Ended(number)
