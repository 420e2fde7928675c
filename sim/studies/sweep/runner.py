"""Runs jobs on any executor: streams what is done, survives killed workers, sets aside a job that always dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import Any, Protocol

from sim.studies.sweep.pools import Workers, stop
from sim.studies.sweep.stopped import SweepStoppedError

MOST_DEATHS = 3
"""Times a job may take its worker with it before it is set aside."""

MOST_IN_VAIN = 9
"""Times the pool may break before anything came through."""

DEATHS = ("KilledWorker", "TerminatedWorkerError")
"""Names of errors by which other executors say that a job's workers died again and again."""


LOST = ("CancelledError", "FutureCancelledError", "FuturesCancelledError", "CommClosedError", "SchedulerClosedError")
"""Names of errors by which other executors say that they are gone; no job has failed then."""

GONE = (RuntimeError, OSError, ValueError, CancelledError)
"""What handing a job to such an executor raises; jobs are plain data, so none of it is a job's fault."""


class Named(Protocol):
    """A job, as far as the runner knows it."""

    @property
    def id(self) -> str:
        """Hash of the job."""


class Runner:
    """Works off jobs.

    Parameters
    ----------
    at_work
        Who works.
    work
        What is done with a job; a function that can be pickled, returning ``{"outcomes": …}`` or ``{"failure": …}``.
    finished
        Called in this process with each job and its outcomes, as they come in.
    failed
        Called with each job that failed and the reason.
    prepare
        Makes what ``work`` is given from a job, when it is handed over.
    """

    def __init__(
        self,
        at_work: Workers,
        work: Callable[[Any], dict[str, Any]],
        finished: Callable[[Any, dict[str, Any]], None],
        failed: Callable[[Any, str], None],
        prepare: Callable[[Any], Any] = lambda job: job,
    ) -> None:
        self.at_work, self.work, self.finished, self.failed = at_work, work, finished, failed
        self.prepare = prepare
        self.executor: Executor | None = None
        self.deaths = self.came_through = 0

    def run(self, jobs: Iterable[Named]) -> None:
        """Work off the jobs; whatever happens, none of our workers outlives this."""
        try:
            self.work_off(deque(jobs), self.at_work.in_flight)
        finally:
            if self.executor is not None and self.at_work.ours:
                stop(self.executor)
            self.executor = None

    def work_off(self, waiting: deque[Named], room: int) -> None:
        """Keep ``room`` jobs under way until all are done; after a worker's death try its suspects one by one."""
        under_way: dict[Future[Any], Named] = {}
        try:
            while waiting or under_way:
                if self.fill(waiting, under_way, room):
                    self.recover(under_way)
                    continue
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                if any(is_broken(future) for future in done):
                    self.recover(under_way)
                    continue
                for future in done:
                    self.deliver(under_way.pop(future), future)
        except SweepStoppedError as error:
            if not error.moved:
                self.rescue(under_way)
            raise
        finally:
            for future in under_way:
                future.cancel()

    def fill(self, waiting: deque[Named], under_way: dict[Future[Any], Named], room: int) -> bool:
        """Hand over jobs; whether the executor turned out to be broken."""
        while waiting and len(under_way) < room:
            job = waiting.popleft()
            try:
                under_way[self.submit(job)] = job
            except BrokenExecutor:
                waiting.appendleft(job)
                return True
            if room == 1:
                break
        return False

    def submit(self, job: Named) -> Future[Any]:
        """Hand over one job, to a new executor if there is none."""
        if self.executor is None:
            self.executor = self.at_work.make()
        prepared = self.prepare(job)
        if self.at_work.ours:
            return self.executor.submit(self.work, prepared)
        try:
            return self.executor.submit(self.work, prepared)
        except GONE as error:  # shut down, or without a connection: it takes nothing any more
            raise gone(error) from error

    def recover(self, under_way: dict[Future[Any], Named]) -> None:
        """After a worker's death: keep what came through, build a new pool, run each suspect alone."""
        wait(under_way)
        suspects = []
        for future in list(under_way):
            job = under_way.pop(future)
            if is_broken(future):
                suspects.append(job)
            else:
                self.deliver(job, future)
        self.rebuild()
        for job in suspects:
            self.alone(job)

    def alone(self, job: Named) -> None:
        """Run a suspect by itself, until it is done or has died too often."""
        for _ in range(MOST_DEATHS - 1):
            try:
                future = self.submit(job)
                wait([future])
            except BrokenExecutor:
                self.rebuild()
                continue
            if not is_broken(future):
                self.deliver(job, future)
                return
            self.rebuild()
        self.failed(job, f"its worker died {MOST_DEATHS} times (killed, or out of memory)")

    def rescue(self, under_way: dict[Future[Any], Named]) -> None:
        """Keep what came through before the executor was gone."""
        for future in [one for one in under_way if one.done() and not is_lost(one) and not is_broken(one)]:
            self.deliver(under_way.pop(future), future)

    def rebuild(self) -> None:
        """Drop a broken pool; the next job gets a new one."""
        self.deaths += 1
        if not self.at_work.ours:
            raise SweepStoppedError("the executor that was handed over broke and cannot be rebuilt here")
        if self.deaths > MOST_IN_VAIN and not self.came_through:
            raise SweepStoppedError("workers die as soon as they start; nothing came through")
        if self.executor is not None:
            stop(self.executor)
        self.executor = None

    def deliver(self, job: Named, future: Future[Any]) -> None:
        """Pass on what came of a job."""
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None and is_lost(future):  # cancelled by others: we cancel only when nobody waits any more
            raise gone(error)
        self.came_through += 1
        if error is None:
            found = future.result()
            if "failure" in found:
                self.failed(job, str(found["failure"]))
            else:
                self.finished(job, found["outcomes"])
        elif type(error).__name__ in DEATHS:
            self.failed(job, f"its workers died again and again (killed, or out of memory): {error}")
        else:
            self.failed(job, f"{type(error).__name__}: {error}")


def gone(error: BaseException) -> SweepStoppedError:
    """The executor is gone: no job failed, all that was not done is to be done later."""
    words = f"{type(error).__name__}: {error}".rstrip(": ").splitlines()[0]
    why = "it cancelled what it had taken" if isinstance(error, CancelledError) else words
    return SweepStoppedError(f"the executor is gone ({why}); no job failed by it")


def is_lost(future: Future[Any]) -> bool:
    """Whether a job was lost because the executor is gone."""
    return future.cancelled() or type(future.exception()).__name__ in LOST


def is_broken(future: Future[Any]) -> bool:
    """Whether a job was lost because a worker died."""
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)
