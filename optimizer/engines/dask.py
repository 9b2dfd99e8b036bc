"""Work on a Dask cluster: of this machine, or of many, by the address of its scheduler."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from models.errors import EvaluationError
from optimizer.engines.engine import MOST_DEATHS, SET_ASIDE, EngineError, Outcome, told
from optimizer.workers import cores

#: How long a scheduler may take to answer, s.
PATIENCE_S = 10
#: Pieces for each worker that are under way or waiting.
AHEAD = 3


class Cluster:
    """A Dask cluster: `local` starts one on this machine, anything else is the address of a scheduler."""

    def __init__(self, address: str, *, workers: int | None = None) -> None:
        self._address, self._asked = address, workers
        self._stack = contextlib.ExitStack()
        self._client: Any = None
        self.workers = workers or cores()

    def __enter__(self) -> Cluster:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ModuleNotFoundError as error:
            raise EngineError(
                f"--scheduler needs Dask, which is not installed ({error}); pip install 'tradespace[cluster]'"
            ) from None
        settings = {
            "distributed.scheduler.allowed-failures": MOST_DEATHS - 1,
            "distributed.comm.timeouts.connect": f"{PATIENCE_S}s",
            "distributed.scheduler.worker-saturation": 1.0,  # one piece a worker: it alone is to blame
        }
        self._stack.enter_context(dask.config.set(settings))
        try:
            if self._address == "local":
                cluster = LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    host="127.0.0.1",
                )
                self._stack.enter_context(cluster)
                self._client = self._stack.enter_context(Client(cluster, timeout=PATIENCE_S))
            else:
                self._client = self._stack.enter_context(Client(self._address, timeout=PATIENCE_S))
                found = len(self._client.scheduler_info(n_workers=-1)["workers"])
                self.workers = self._asked or max(found, 1)
        except (OSError, ValueError, TimeoutError) as error:
            self._stack.close()
            raise EngineError(
                f"the scheduler {self._address} can't be reached ({error}); start one (`dask scheduler`), "
                "give its address (tcp://host:8786), or use --scheduler local"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._client = None
        self._stack.close()

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces (see `Engine.run`)."""
        from distributed import as_completed

        places: dict[str, int] = {}
        ahead = iter(range(len(pieces)))
        done = as_completed([], loop=self._client.loop)

        def send() -> None:
            index = next(ahead, None)
            if index is not None:
                future = self._client.submit(work, pieces[index], pure=False)
                places[future.key] = index
                done.add(future)

        for _ in range(AHEAD * self.workers):
            send()
        suspects: list[int] = []
        for future in done:
            index = places.pop(future.key)
            error = future.exception()
            if error is None:
                yield Outcome(index, future.result())
            elif type(error).__name__ == "KilledWorker":
                suspects.append(index)
            else:
                yield Outcome(index, None, told(error))
            send()
        for index in suspects:  # by itself: it may only have been beside the one that kills
            future = self._client.submit(work, pieces[index], pure=False)
            error = future.exception()
            if error is None:
                yield Outcome(index, future.result())
            elif type(error).__name__ == "KilledWorker":
                yield Outcome(index, None, SET_ASIDE, is_set_aside=True)
            else:
                yield Outcome(index, None, told(error))

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in their order."""
        waiting: deque[Any] = deque()
        [shared] = self._client.scatter([work], broadcast=True)
        try:
            for piece in pieces:
                waiting.append(self._client.submit(_apply, shared, piece, pure=False))
                if len(waiting) >= AHEAD * self.workers:
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _result(self, future: Any) -> Any:
        error = future.exception()
        if error is None:
            return future.result()
        if type(error).__name__ == "KilledWorker":
            raise EvaluationError(SET_ASIDE)
        raise error


def _apply(work: Callable[[Any], Any], piece: Any) -> Any:
    return work(piece)
