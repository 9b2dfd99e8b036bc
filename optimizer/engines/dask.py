"""Work on a Dask cluster: of this machine, or of many, by the address of its scheduler."""

from __future__ import annotations

import contextlib
import itertools
import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from functools import partial
from typing import Any

from models.errors import EvaluationError
from optimizer.engines.engine import MOST_DEATHS, SET_ASIDE, EngineError, Outcome, told
from optimizer.engines.processes import cores, deaf_to_interrupts
from optimizer.versions import versions

#: How long a scheduler may take to answer, s.
PATIENCE_S = 10
#: How long a cluster of this machine may take to start on one that is busy, s.
STARTING_S = 60
#: How long a scheduler may be without a single worker before the work begins, s.
FIRST_WORKER_S = 60
#: Between two looks at how many workers there are, s.
COUNT_S = 2.0
#: What a lost scheduler looks like.
_LOST = (CancelledError, OSError, TimeoutError)
#: Pieces for each worker that are under way or waiting.
AHEAD = 3


class Cluster:
    """A Dask cluster: `local` starts one on this machine, anything else is the address of a scheduler."""

    def __init__(self, address: str, *, workers: int | None = None) -> None:
        self._address, self._asked = address, workers
        self._stack = contextlib.ExitStack()
        self._client: Any = None
        self._counted = 0.0
        self.workers = workers or cores()

    def __enter__(self) -> Cluster:
        try:
            import dask

            if not dask.config.get("logging", None):  # what matters is told by outcomes; read when it loads
                dask.config.set({"logging": {"distributed": "critical", "distributed.client": "critical"}})
            from distributed import Client, LocalCluster
        except ModuleNotFoundError as error:
            raise EngineError(
                f"a scheduler needs Dask, which is not installed ({error}); pip install 'tradespace[cluster]'"
            ) from None
        patience = STARTING_S if self._address == "local" else PATIENCE_S
        settings = {
            "distributed.scheduler.allowed-failures": MOST_DEATHS - 1,
            "distributed.comm.timeouts.connect": f"{patience}s",
            "distributed.scheduler.worker-saturation": 1.0,  # one piece a worker: it alone is to blame
        }
        self._stack.enter_context(dask.config.set(settings))
        try:
            if self._address == "local":
                with deaf_to_interrupts():  # so are the threads and processes that it starts
                    cluster = LocalCluster(
                        n_workers=self.workers,
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address="127.0.0.1:0",
                        host="127.0.0.1",
                        silence_logs=logging.CRITICAL,
                    )
                self._stack.enter_context(cluster)
                self._client = self._stack.enter_context(Client(cluster, timeout=patience))
            else:
                self._client = self._stack.enter_context(Client(self._address, timeout=patience))
                self._first_worker()
                self.workers = self._asked or self._threads()
        except (OSError, ValueError, TimeoutError, RuntimeError) as error:
            self._stack.close()
            raise EngineError(
                f"the scheduler {self._address} can't be reached ({error}); start one (`dask scheduler`), "
                "give its address (tcp://host:8786), or use `local`"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._client = None
        self._stack.close()

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces (see `Engine.run`).

        Raises:
            EngineError: The scheduler was lost.
        """
        try:
            yield from self._outcomes(partial(_do, versions(), work), pieces)
        except _LOST as error:
            raise EngineError(self._lost(error)) from None

    def _outcomes(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        from distributed import as_completed

        places: dict[str, int] = {}
        ahead = iter(range(len(pieces)))
        done = as_completed([], loop=self._client.loop)

        def send() -> None:
            for index in itertools.islice(ahead, max(AHEAD * self._room() - len(places), 0)):
                future = self._client.submit(work, pieces[index], pure=False)
                places[future.key] = index
                done.add(future)

        send()
        suspects: list[int] = []
        for future in done:
            index = places.pop(future.key)
            outcome = _outcome(index, future)
            if outcome.is_set_aside:
                suspects.append(index)
            else:
                yield outcome
            send()
        for index in suspects:  # by itself: it may only have been beside the one that kills
            yield _outcome(index, self._client.submit(work, pieces[index], pure=False))

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in their order."""
        waiting: deque[Any] = deque()
        work = partial(_do, versions(), work)
        try:
            for piece in pieces:
                waiting.append(self._client.submit(work, piece, pure=False))
                if len(waiting) >= AHEAD * self._room():
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _result(self, future: Any) -> Any:
        try:
            return future.result()
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                raise EvaluationError(SET_ASIDE) from None
            if isinstance(error, _LOST) and future.status != "error":
                raise EvaluationError(self._lost(error)) from None
            raise

    def _lost(self, error: BaseException) -> str:
        cut = isinstance(error, CancelledError)
        why = "the connection was cut" if cut else " ".join(str(error).split()) or type(error).__name__
        return (
            f"the scheduler {self._address} was lost: {why}; cases that were finished are kept; those "
            "that are missing can be done when it is back"
        )

    def _room(self) -> int:
        """Pieces that the workers can do at the same time; they come and go while the work is done."""
        if self._asked is None and time.monotonic() - self._counted > COUNT_S:
            self.workers = self._threads() or self.workers
        return self.workers

    def _threads(self) -> int:
        self._counted = time.monotonic()
        return sum(self._client.nthreads().values())

    def _first_worker(self) -> None:
        """Waits until there is somebody to do the work.

        Raises:
            EngineError: Nobody came.
        """
        try:
            self._client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except TimeoutError:
            self._stack.close()
            raise EngineError(
                f"the scheduler {self._address} has no workers, and none came in {FIRST_WORKER_S} s; start "
                f"some (`dask worker {self._address}`, with one thread each)"
            ) from None


def _outcome(index: int, future: Any) -> Outcome:
    """What became of a piece, once it is done."""
    error = future.exception()
    if error is None:
        return Outcome(index, future.result())
    if type(error).__name__ == "KilledWorker":
        return Outcome(index, None, SET_ASIDE, is_set_aside=True)
    if isinstance(error, _LOST) and future.status != "error":
        raise error
    return Outcome(index, None, told(error))


def _do(wanted: Mapping[str, str], work: Callable[[Any], Any], piece: Any) -> Any:
    """Does a piece on a worker, if what is installed there is what is installed where it was asked for."""
    here = versions()
    differing = [
        f"{name} {here.get(name)} instead of {version}"
        for name, version in wanted.items()
        if name != "python" and here.get(name) != version
    ]
    if differing:
        raise EngineError(
            f"the worker on {socket.gethostname()} has {', '.join(differing)}: other versions may give other "
            "numbers; install the same everywhere"
        )
    return work(piece)
