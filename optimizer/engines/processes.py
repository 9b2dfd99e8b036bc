"""Looking at designs on all cores: pieces of work for processes, in the order in which they were given.

Each process has its own copy of the model. The answers are taken in the order of the pieces, so that the
result is the same on one core and on all.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Any, TypeVar

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation, concatenate
from optimizer.engines.engine import MOST_DEATHS
from optimizer.model import Evaluator

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

    When a process dies, others do again what was under way.

    Args:
        work: What to do with a piece; it, the pieces and the results are sent between processes.
        pieces: The pieces; taken as they are needed.
        workers: Number of processes; 1 = in this one.

    Raises:
        EvaluationError: Processes died one after the other (of too little memory, or killed from outside),
            and no piece was done in between.
    """
    if workers == 1:
        yield from map(work, pieces)
        return
    ahead = iter(pieces)
    waiting: deque[_Sent] = deque()
    pool, given, deaths, done_before = pool_of(work, workers), 0, 0, -1
    try:
        while True:
            waiting.extend(map(_Sent, itertools.islice(ahead, AHEAD * workers - len(waiting))))
            if not waiting:
                return
            try:
                for sent in waiting:
                    if sent.future is None:
                        sent.future = submitted(pool, sent.piece)
                result: Result = waiting[0].result()
            except BrokenProcessPool:
                done = given + sum(sent.is_done for sent in waiting)
                deaths, done_before = 1 if done > done_before else deaths + 1, done
                if deaths >= MOST_DEATHS:
                    raise EvaluationError(
                        f"one of {workers} processes died, and again when its work was done anew, perhaps of "
                        "too little memory; fewer workers need less"
                    ) from None
                pool.shutdown(wait=True, cancel_futures=True)
                pool = pool_of(work, workers)
                for sent in waiting:
                    sent.future = sent.future if sent.is_done else None
                continue
            waiting.popleft()
            given += 1
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(slots=True)
class _Sent:
    """A piece, and what becomes of it once it is handed to a process."""

    piece: Any
    future: Future[Any] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it came to an end of its own, good or bad."""
        if self.future is None or not self.future.done() or self.future.cancelled():
            return False
        return not isinstance(self.future.exception(), BrokenProcessPool)

    def result(self) -> Any:
        assert self.future is not None
        return self.future.result()


class SpreadOut:
    """A model that evaluates large batches in several processes, each a part of them; a context manager.

    Its answers are those of the model alone, bit by bit: a design's values don't depend on its company.
    """

    def __init__(self, evaluator: Evaluator, *, workers: int) -> None:
        self._evaluator, self._workers = evaluator, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> SpreadOut:
        self._pool = pool_of(self._evaluator, self._workers)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __call__(self, X: Array) -> Evaluation:
        """Asks the model."""
        if self._pool is None or len(X) < LEAST_SPREAD:
            return self._evaluator(X)
        for _ in range(MOST_DEATHS):
            try:
                parts = [submitted(self._pool, part) for part in np.array_split(X, self._workers)]
                return concatenate([part.result() for part in parts])
            except BrokenProcessPool:
                self._pool.shutdown(wait=True, cancel_futures=True)
                self._pool = pool_of(self._evaluator, self._workers)
        raise EvaluationError(
            f"one of {self._workers} processes died, and again when its work was done anew, perhaps of too "
            "little memory; fewer workers need less"
        )


def pool_of(work: Callable[[Any], Any], workers: int) -> ProcessPoolExecutor:
    """Processes that do pieces of a work."""
    # A fork would copy threads of libraries in the middle of what they do.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker, initargs=(work,))


def submitted(pool: ProcessPoolExecutor, piece: Any) -> Future[Any]:
    """Hands a piece to a pool, which may start a process for it: with one thread, and deaf to Ctrl-C."""
    with one_thread_each(), deaf_to_interrupts():
        return pool.submit(do_piece, piece)


def begin_worker(work: Callable[[Any], Any]) -> None:
    """A process begins its work: Ctrl-C is for the one that started it, whose death is its own."""
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, name="parent", daemon=True).start()
    _work = work


def _die_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


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


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes that start now don't hear Ctrl-C while they load; this one hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # when it starts with the first process, it makes the thread hear again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
