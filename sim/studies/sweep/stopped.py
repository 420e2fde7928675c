"""What stops a sweep that is under way without failing a job: its folder is gone, or its executor is."""

from __future__ import annotations


class SweepStoppedError(RuntimeError):
    """A sweep that cannot go on by itself; what was done is kept.

    Parameters
    ----------
    reason
        What is gone, in one line.
    kept, wanted
        Jobs done and kept, and jobs wanted in all, where they are known.
    moved
        Whether the folder is gone, so that the same command does not find it.
    """

    def __init__(self, reason: str, kept: int = 0, wanted: int = 0, moved: bool = False) -> None:
        self.reason, self.kept, self.wanted, self.moved = reason, kept, wanted, moved
        super().__init__(reason, kept, wanted, moved)

    def __str__(self) -> str:
        done = f"; {self.kept} of {self.wanted} jobs are done and kept" if self.wanted else ""
        return f"{self.reason}{done}"
