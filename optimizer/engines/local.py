"""Work in this process, or in processes of this machine: one for each core, each with one thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from optimizer.engines.engine import MOST_DEATHS, SET_ASIDE, Outcome, told
from optimizer.engines.processes import cores, in_order, pool_of, submitted


class Here:
    """Everything in this process, one piece after the other."""

    workers = 1

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces (see `Engine.run`)."""
        for index, piece in enumerate(pieces):
            try:
                result = work(piece)
            except Exception as error:  # noqa: BLE001 - one piece must not stop the others
                yield Outcome(index, None, told(error))
            else:
                yield Outcome(index, result)

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces in their order."""
        yield from map(work, pieces)


class Processes:
    """Processes of this machine, each with a pool of its own: one that dies takes only its piece along."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._lanes: list[ProcessPoolExecutor] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            _stop(lane)
        self._lanes = []

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces (see `Engine.run`)."""
        waiting = deque((index, 0) for index in range(len(pieces)))
        lanes = [pool_of(work, 1) for _ in range(min(self.workers, len(pieces)))]
        self._lanes = lanes
        free = deque(range(len(lanes)))
        busy: dict[Future[Any], tuple[int, int, int]] = {}
        ended: list[Outcome] = []
        while waiting or busy:
            while waiting and free:
                lane, (index, deaths) = free.popleft(), waiting.popleft()
                try:
                    future = submitted(lanes[lane], pieces[index])
                except BrokenProcessPool:  # it died between two pieces
                    lanes[lane] = pool_of(work, 1)
                    future = submitted(lanes[lane], pieces[index])
                busy[future] = (lane, index, deaths)
            yield from ended  # only now: what is done with them must not keep a lane waiting
            ended = []
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                lane, index, deaths = busy.pop(future)
                free.append(lane)
                if not isinstance(future.exception(), BrokenProcessPool):
                    ended.append(_outcome(index, future))
                    continue
                lanes[lane].shutdown(wait=False)
                lanes[lane] = pool_of(work, 1)
                if deaths + 1 < MOST_DEATHS:
                    waiting.appendleft((index, deaths + 1))
                else:
                    ended.append(Outcome(index, None, SET_ASIDE, is_set_aside=True))
        yield from ended

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in their order."""
        return in_order(work, pieces, workers=self.workers)


def _outcome(index: int, future: Future[Any]) -> Outcome:
    error = future.exception()
    return Outcome(index, future.result()) if error is None else Outcome(index, None, told(error))


def _stop(lane: ProcessPoolExecutor) -> None:
    """Ends a pool at once: what it works on is not wanted any more."""
    processes = list((lane._processes or {}).values())
    lane.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
