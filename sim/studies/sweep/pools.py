"""Workers of a sweep, all on the ``concurrent.futures.Executor`` protocol: in series, threads, processes, a cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

from sim.scenario import Place, Problem, ScenarioError

LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES}
HEARD = ("SIGINT", "SIGTERM", "SIGHUP")
PRELOAD = "sim.studies.sweep.preload"
CLUSTER_IN_FLIGHT = 256


@dataclass(frozen=True)
class Workers:
    """How jobs are worked on.

    Attributes
    ----------
    make
        Makes the executor.
    in_flight
        Jobs handed over at a time.
    ours
        Whether we made the executor: then it is rebuilt when it breaks, and stopped at the end.
    words
        What the estimate calls it.
    parallel, apart
        Jobs worked on at a time; whether each is in a process of its own.
    """

    make: Callable[[], Executor]
    in_flight: int
    ours: bool = True
    words: str = "in series"
    parallel: int = 1
    apart: bool = False


class Series(Executor):
    """Runs each job at once, in the calling thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """A pool on a forkserver (never fork): numerical libraries on one thread, the package loaded once for all workers.

    The caller's main script is not imported by workers, so it needs no ``if __name__ == "__main__"`` guard. Workers
    leave Ctrl-C to the parent and end when it is gone, however it ended.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, mp_context=worker_context(), initializer=start_worker)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand over a job; a worker may be started for it."""
        with undisturbed(), without_main():
            return super().submit(fn, *args, **kwargs)

    def kill(self) -> None:
        """End all workers at once, whatever they do."""
        for process in list((self._processes or {}).values()):
            process.kill()
        self.shutdown(wait=True, cancel_futures=True)


def worker_context() -> Any:
    """The forkserver, started with one thread for the numerical libraries; spawn where there is none."""
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    start_tracker()
    with environment(ONE_THREAD), without_main():
        forkserver.ensure_running()
    return context


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back signals while a worker is started, else one that nobody knows of would outlive the others."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    numbers = [number for name in HEARD if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    ours = [number for number, handler in before.items() if callable(handler)]
    for number in ours:
        signal.signal(number, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
        if held:
            signal.raise_signal(held[0])


def start_tracker() -> None:
    """Start Python's own process that tidies up after the others, so that it outlives a closed terminal.

    It ignores SIGINT and SIGTERM by itself, and SIGHUP where it was started so.
    """
    from multiprocessing import resource_tracker

    number = getattr(signal, "SIGHUP", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(number, signal.SIG_IGN)
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def environment(changes: dict[str, str]) -> Iterator[None]:
    """Environment variables for a while."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """While a process starts, an empty main module, so that the caller's script is not run again in it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def start_worker() -> None:
    """First thing in a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(ONE_THREAD)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait for the parent's end, then end this worker: without this it would wait for jobs for ever."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def stop(executor: Executor) -> None:
    """End our own executor now, leaving no child."""
    if isinstance(executor, Processes):
        executor.kill()
    else:
        executor.shutdown(wait=True, cancel_futures=True)


def workers_of(kind: str | Executor, workers: int) -> Workers:
    """The workers of a kind: ``series``, ``threads``, ``processes``, or an executor of the caller's.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    if isinstance(kind, Executor) or (not isinstance(kind, str) and hasattr(kind, "submit")):
        return Workers(lambda: kind, CLUSTER_IN_FLIGHT, ours=False, words="on the given executor")
    if kind == "series" or (kind == "processes" and workers == 1):
        return Workers(Series, 1)
    if kind == "threads":
        words = f"on {workers} threads"
        return Workers(lambda: ThreadPoolExecutor(workers), 2 * workers, words=words, parallel=workers)
    if kind == "processes":
        return Workers(
            lambda: Processes(workers), 2 * workers, words=f"on {workers} processes", parallel=workers, apart=True
        )
    raise ScenarioError(
        [Problem(Place("executor"), f"unknown executor {kind!r}; known: series, threads, processes, or an Executor")]
    )


@contextlib.contextmanager
def dask_executor(address: str, workers: int) -> Iterator[Executor]:
    """The executor of a Dask cluster; ``local`` starts one of processes here, bound to 127.0.0.1.

    Raises
    ------
    ScenarioError
        If dask.distributed is missing or the cluster does not answer.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        _no_cluster("a cluster needs dask.distributed: pip install 'tideover[cluster]'")
    with contextlib.ExitStack() as stack:
        stack.enter_context(quiet_loggers())
        if address == "local":
            stack.enter_context(without_main())
            try:
                cluster = LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
                    worker_dashboard_address=None,
                )  # fmt: skip
            except RuntimeError as error:
                _no_cluster(f"local: no Dask cluster could be started here ({error}); run the same command again")
            stack.enter_context(cluster)
        try:
            client = Client(cluster if address == "local" else address, timeout="10s")  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TimeoutError) as error:
            _no_cluster(f"{address}: no Dask scheduler answers there ({error})")
        stack.enter_context(client)
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def quiet_loggers() -> Iterator[None]:
    """Keep Dask's tracebacks of a lost connection off the screen; that it is lost is said in one line of our own."""
    loggers = [logging.getLogger(f"distributed.{name}") for name in ("client", "core", "comm", "batched", "utils")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _no_cluster(text: str) -> NoReturn:
    raise ScenarioError([Problem(Place("--dask"), text)])
