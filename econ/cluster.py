"""Work on a Dask cluster: the function is sent once, small tasks follow, results are taken as they come.

At most `AHEAD` tasks a thread of the cluster are out, done or not, whose results nobody has taken: the memory of the
caller and of the workers stays flat, however many tasks there are.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from typing import Any, TypeVar

from econ.errors import EstimationError, SpecificationError

T = TypeVar("T")
Task = TypeVar("Task")

CONNECT = "10s"  # to a scheduler
WORKERS = 20.0  # seconds without a single worker: long enough for a cluster that is starting, or restarting one
AHEAD = 4  # tasks a thread: one being computed, one waiting, two on the way home
SHORT = 0.25  # seconds: several items make one task until it takes as long, since Dask spends milliseconds on each


def on_cluster(
    work: Callable[[Sequence[Task]], list[T]],
    items: Sequence[Task],
    scheduler: str | None,
    *,
    together: int = 1,
    in_order: bool = False,
) -> Iterator[T]:
    """Results of ``work(some items)`` one by one, as they are done or in order.

    Dask moves the tasks of a lost worker to another one by itself, and the function with them.

    Parameters
    ----------
    work : callable
        Sent once, with all that it holds, and passed on from worker to worker; takes items, gives a result for each.
    items : sequence
        Small values that say what to do; each is sent to one worker.
    scheduler : str, optional
        Address, ``tcp://host:port``; by default the client that the caller has opened.
    together : int, default 1
        Most items in one task: as many as take `SHORT` seconds, and fewer towards the end, so that all workers end
        together.
    in_order : bool, default False
        Give the results in the order of the items; those that come early are held.

    Raises
    ------
    SpecificationError
        Without distributed, or without a client and an address.
    EstimationError
        If the scheduler cannot be reached or is lost, or there is no worker for `WORKERS` seconds.
    """
    with contextlib.ExitStack() as stack:
        client = _client(scheduler, stack)
        await_workers(client)
        with _lost():
            yield from _Run(client, work, items, together=together).results(in_order)


class _Run:
    """One run: what is out, what is back, and how many items the next task gets."""

    def __init__(self, client: Any, work: Callable[..., Any], items: Sequence[Any], *, together: int) -> None:
        self.client, self.items, self.most = client, items, together
        # a task and no scattered value: one whose only worker is lost can be made again
        self.work = client.submit(_kept, work, pure=False)
        self.waiting = _distributed().as_completed([], loop=client.loop, raise_errors=False)
        self.starts: dict[str, int] = {}  # first item of a task that is out, by its key
        self.sent = self.out = self.room = 0
        self.together = 1

    def results(self, in_order: bool) -> Iterator[Any]:
        held: dict[int, list[Any]] = {}
        turn = 0
        while turn < len(self.items):
            self._send()
            for start, found in self._back():
                held[start] = found
            while held and (turn in held or not in_order):
                found = held.pop(turn if in_order else next(iter(held)))
                turn += len(found)
                self.out -= 1
                yield from found

    def _send(self) -> None:
        """Fill up to `AHEAD` tasks a thread, once half of them have been taken."""
        if self.sent == len(self.items) or self.out > self.room // 2:
            return
        batch = []
        threads = max(1, sum(self.client.nthreads().values()))
        self.room = AHEAD * threads
        while self.out < self.room and self.sent < len(self.items):
            share = -(-(len(self.items) - self.sent) // (2 * threads))
            batch.append(range(self.sent, min(self.sent + min(self.together, share), len(self.items))))
            self.sent, self.out = batch[-1].stop, self.out + 1
        tasks = [[self.items[number] for number in each] for each in batch]
        futures = self.client.map(_done, tasks, work=self.work, pure=False)
        self.starts.update((future.key, each.start) for future, each in zip(futures, batch, strict=True))
        self.waiting.update(futures)

    def _back(self) -> Iterator[tuple[int, list[Any]]]:
        """Wait for a task; then all that are done, each with the number of its first item."""
        self._watch()
        done = self.waiting.next_batch(block=False)
        for future in done:
            if future.status != "finished":
                reason = future.exception() if future.status == "error" else f"its state is {future.status}"
                raise _gone(reason)
        for future, (seconds, found) in zip(done, self.client.gather(done), strict=True):
            self.together = max(1, min(self.most, int(SHORT * len(found) / max(seconds, 1e-9)), 2 * self.together))
            yield self.starts.pop(future.key), found

    def _watch(self) -> None:
        """Until a task is done, look now and then whether anybody is left who could do one."""
        deadline = time.monotonic() + WORKERS
        while not self.waiting.has_ready() and not self.waiting.is_empty():
            if time.monotonic() > deadline:
                await_workers(self.client)
                deadline = time.monotonic() + WORKERS
            time.sleep(0.002)


def _kept(work: T) -> T:
    return work


def _done(items: Sequence[Any], *, work: Callable[[Sequence[Any]], list[Any]]) -> tuple[float, list[Any]]:
    """What a worker does: some items, and how long they took."""
    start = time.perf_counter()
    found = work(items)
    return time.perf_counter() - start, found


def _gone(reason: object) -> EstimationError:
    return EstimationError(
        f"the cluster lost a block ({reason}); scheduler or workers are gone; finished blocks stay; start "
        "the cluster and run again to go on."
    )


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    """Say that the scheduler went away between two tasks, in the words of the package."""
    try:
        yield
    except (OSError, TimeoutError, CancelledError) as error:
        raise _gone(error) from error


def await_workers(client: Any) -> None:
    """Wait a while for a first worker, rather than for ever for a result that nobody computes.

    Raises
    ------
    EstimationError
        If there is none after `WORKERS` seconds.
    """
    end = time.monotonic() + WORKERS
    while not client.scheduler_info()["workers"]:
        if time.monotonic() > end:
            raise EstimationError(
                f"the Dask scheduler at {client.scheduler.address!r} has had no worker for {WORKERS:g} seconds; "
                f"finished blocks stay; start one with 'dask worker {client.scheduler.address}' and run again."
            )
        time.sleep(0.1)


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise SpecificationError("backend 'dask' needs distributed; pip install 'econ[cluster]'.") from error


def _client(scheduler: str | None, stack: contextlib.ExitStack) -> Any:
    distributed = _distributed()
    if scheduler is None:
        try:
            return distributed.get_client()
        except ValueError as error:
            raise SpecificationError(
                "backend 'dask' needs scheduler='tcp://host:port', or a distributed.Client opened before."
            ) from error
    try:
        return stack.enter_context(distributed.Client(scheduler, timeout=CONNECT, set_as_default=False))
    except (OSError, ValueError) as error:
        raise EstimationError(
            f"no Dask scheduler answers at {scheduler!r} within {CONNECT} ({error}); start one with 'dask scheduler'."
        ) from error
