"""Work in this process, or in processes of this machine: one for each core, each with one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from optimizer.engines.engine import SET_ASIDE, Outcome, told
from optimizer.engines.processes import Workers, cores, in_order


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
    """Processes of this machine: one that dies takes only its piece along."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._team: Workers | None = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._team is not None:  # somebody went away in the middle
            self._team.stop()

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces (see `Engine.run`)."""
        if not pieces:
            return
        with Workers(work, min(self.workers, len(pieces))) as self._team:
            for index, future in self._team.outcomes(pieces):
                yield _outcome(index, future)

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in their order."""
        return in_order(work, pieces, workers=self.workers)


def _outcome(index: int, future: Future[Any] | None) -> Outcome:
    if future is None:
        return Outcome(index, None, SET_ASIDE, is_set_aside=True)
    error = future.exception()
    return Outcome(index, future.result()) if error is None else Outcome(index, None, told(error))
