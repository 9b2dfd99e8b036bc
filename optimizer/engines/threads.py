"""Looking at designs on all cores of this process: compiled code runs without the interpreter's lock."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

#: Pieces for each thread that are under way or waiting: more would only take memory.
AHEAD = 2


def in_threads(work: Callable[[Piece], Result], pieces: Iterable[Piece], *, threads: int) -> Iterator[Result]:
    """Works on pieces in several threads and yields the results in the order of the pieces.

    Args:
        work: What to do with a piece.
        pieces: The pieces; taken as they are needed.
        threads: Number of threads; 1 = this one.
    """
    if threads == 1:
        yield from map(work, pieces)
        return
    ahead = iter(pieces)
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        while True:
            for piece in itertools.islice(ahead, AHEAD * threads - len(waiting)):
                waiting.append(pool.submit(work, piece))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
