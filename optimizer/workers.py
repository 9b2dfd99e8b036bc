"""Looking at designs on all cores: pieces of work for processes, in the order in which they were given.

Each process has its own copy of the model. The answers are taken in the order of the pieces, so that the
result is the same on one core and on all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation, concatenate
from optimizer.protocols import Evaluator

Piece = TypeVar("Piece")
Result = TypeVar("Result")

#: Pieces for each process that are under way or waiting: more would only take memory.
AHEAD = 2
#: Smaller batches aren't worth sending away.
LEAST_SPREAD = 256
_work: Callable[[Any], Any] | None = None


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def can_be_sent(value: object) -> bool:
    """Whether a value can be handed to another process: a function inside a function can't."""
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def in_order(work: Callable[[Piece], Result], pieces: Iterable[Piece], *, workers: int) -> Iterator[Result]:
    """Works on pieces in several processes and yields the results in the order of the pieces.

    Args:
        work: What to do with a piece; it, the pieces and the results are sent between processes.
        pieces: The pieces; taken as they are needed.
        workers: Number of processes; 1 = in this one.

    Raises:
        EvaluationError: A process died (of too little memory, or killed from outside).
    """
    if workers == 1:
        yield from map(work, pieces)
        return
    # A fork would copy threads of libraries in the middle of what they do.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker, initargs=(work,))
    waiting: deque[Future[Result]] = deque()
    try:
        with one_thread_each():
            for piece in pieces:
                waiting.append(pool.submit(do_piece, piece))
                if len(waiting) >= AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    except BrokenProcessPool:
        raise EvaluationError(
            f"one of {workers} processes died, perhaps of too little memory; fewer --workers need less"
        ) from None
    finally:
        for future in waiting:
            future.cancel()
        pool.shutdown(wait=True, cancel_futures=True)


class SpreadOut:
    """A model that evaluates large batches in several processes, each a part of them; a context manager.

    Its answers are those of the model alone, bit by bit: a design's values don't depend on its company.
    """

    def __init__(self, evaluator: Evaluator, *, workers: int) -> None:
        self._evaluator, self._workers = evaluator, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> SpreadOut:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(
            self._workers, mp_context=context, initializer=begin_worker, initargs=(self._evaluator,)
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __call__(self, X: Array) -> Evaluation:
        """Asks the model."""
        if self._pool is None or len(X) < LEAST_SPREAD:
            return self._evaluator(X)
        try:
            with one_thread_each():
                parts = [self._pool.submit(do_piece, part) for part in np.array_split(X, self._workers)]
                return concatenate([part.result() for part in parts])
        except BrokenProcessPool:
            raise EvaluationError(
                "a process died, perhaps of too little memory; fewer --workers need less"
            ) from None


def begin_worker(work: Callable[[Any], Any]) -> None:
    """A process begins its work: Ctrl-C is for the one that started it."""
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = work


def do_piece(piece: Any) -> Any:
    """Does a piece of the work that the process began with."""
    assert _work is not None
    return _work(piece)


@contextlib.contextmanager
def one_thread_each() -> Iterator[None]:
    """Numerical libraries of processes that start now take one thread each."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: "1" for name in names if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
