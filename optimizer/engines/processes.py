"""Pieces of work on all cores of this machine: processes, each with its own copy of what is to be done.

There is one loop here that hands out pieces, and starts a process anew when one dies: `Workers.outcomes`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from typing import Any, TypeVar

import numpy as np

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation, concatenate
from optimizer.engines.engine import MOST_DEATHS
from optimizer.evaluator import Evaluator

Piece = TypeVar("Piece")
Result = TypeVar("Result")

#: Pieces that a process has at hand where their order counts, one of them under way: more would only take
#: memory, and one alone would keep it waiting while somebody looks at what it has done.
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

    So the result is the same on one core and on all.

    Args:
        work: What to do with a piece; it, the pieces and the results are sent between processes.
        pieces: The pieces; taken as they are needed.
        workers: Number of processes; 1 = in this one.

    Raises:
        EvaluationError: A piece was with two processes that died (of too little memory, or killed from
            outside).
    """
    if workers == 1:
        yield from map(work, pieces)
        return
    with Workers(work, workers) as team:
        yield from team.in_order(pieces)


class Workers:
    """Processes of this machine that do pieces of a work; a context manager that ends them.

    Each has a pool of its own, so that one that dies takes along only what it had at hand, and it is known
    which piece it worked on.
    """

    def __init__(self, work: Callable[[Any], Any], workers: int) -> None:
        self._work = work
        self._lanes = [_Lane(pool_of(work)) for _ in range(workers)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends all processes at once: what they work on is not wanted any more."""
        for lane in self._lanes:
            _stop(lane.pool)

    def in_order(self, pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in their order (see `in_order`)."""
        ended: dict[int, Future[Any] | None] = {}
        turn = 0
        for index, future in self.outcomes(pieces, at_hand=AHEAD, most=AHEAD * len(self._lanes)):
            ended[index] = future
            while turn in ended:
                found = ended.pop(turn)
                if found is None:
                    raise EvaluationError(
                        f"one of {len(self._lanes)} processes died, and again when its work was done anew, "
                        "perhaps of too little memory; fewer workers need less"
                    )
                turn += 1
                yield found.result()

    def outcomes(
        self, pieces: Iterable[Any], *, at_hand: int = 1, most: int | None = None
    ) -> Iterator[tuple[int, Future[Any] | None]]:
        """Works on pieces and yields the place and the future of each, as it is done.

        A process that dies is started anew. The piece it worked on is done again, and given up (None) after
        `MOST_DEATHS`; what else it had at hand is done as if nothing had happened.

        Args:
            pieces: The pieces; taken as they are needed.
            at_hand: Pieces that a process has at hand, one of them under way.
            most: Pieces that are taken, from the first that isn't done to the last; None = any number.
        """
        ahead, taken, again = enumerate(pieces), 0, deque[_Piece]()
        ended: list[tuple[int, Future[Any] | None]] = []
        try:
            while True:
                while (lane := min(self._lanes, key=lambda lane: len(lane.at_hand))).has_room(at_hand):
                    unfinished = [piece.place for piece in (*again, *self._at_hand())]
                    if again:
                        piece = again.popleft()
                    elif most is not None and taken - min(unfinished, default=taken) >= most:
                        break
                    elif (found := next(ahead, None)) is not None:
                        piece, taken = _Piece(*found), taken + 1
                    else:
                        break
                    self._give(lane, piece)
                yield from ended  # only now: what is done with them must not keep a process waiting
                ended = []
                under_way = [piece.future for piece in self._at_hand() if piece.future is not None]
                if not under_way:
                    return
                wait(under_way, return_when=FIRST_COMPLETED)
                for lane in self._lanes:
                    ended += self._taken_from(lane, again)
        finally:  # what nobody waits for any more
            for lane in self._lanes:
                if lane.at_hand:
                    _stop(lane.pool)
                    lane.pool, lane.at_hand = pool_of(self._work), []

    def _at_hand(self) -> Iterator[_Piece]:
        for lane in self._lanes:
            yield from lane.at_hand

    def _give(self, lane: _Lane, piece: _Piece) -> None:
        try:
            piece.future = _submitted(lane.pool, piece.work)
        except BrokenProcessPool:  # it died between two pieces, or with those that it has at hand
            if not lane.at_hand:
                lane.pool = pool_of(self._work)
                piece.future = _submitted(lane.pool, piece.work)
            else:
                piece.future = Future()
                piece.future.set_exception(BrokenProcessPool())
        lane.at_hand.append(piece)

    def _taken_from(self, lane: _Lane, again: deque[_Piece]) -> Iterator[tuple[int, Future[Any] | None]]:
        """What a process has done; it is started anew where it died, and its pieces are to be done again."""
        left, is_dead = [], False
        for piece in lane.at_hand:
            assert piece.future is not None
            if not piece.future.done():
                left.append(piece)
            elif isinstance(piece.future.exception(), BrokenProcessPool):
                left.append(piece)
                is_dead = True
            else:
                yield piece.place, piece.future
        lane.at_hand = left
        if not is_dead:
            return
        lane.pool.shutdown(wait=False)
        lane.pool, lane.at_hand = pool_of(self._work), []
        left[0].deaths += 1  # pieces are done one after the other: it is the first that was under way
        if left[0].deaths >= MOST_DEATHS:
            yield left.pop(0).place, None
        again.extendleft(reversed(left))


@dataclass(slots=True)
class _Piece:
    """A piece, and what becomes of it once it is handed to a process."""

    place: int
    work: Any
    future: Future[Any] | None = None
    deaths: int = 0


@dataclass(slots=True)
class _Lane:
    """A process, and the pieces that it has at hand, in the order in which it does them."""

    pool: ProcessPoolExecutor
    at_hand: list[_Piece] = field(default_factory=list)

    def has_room(self, most: int) -> bool:
        return len(self.at_hand) < most


class SpreadOut:
    """A model that evaluates large batches in several processes, each a part of them; a context manager.

    Its answers are those of the model alone, bit by bit: a design's values don't depend on its company.
    """

    def __init__(self, evaluator: Evaluator, *, workers: int) -> None:
        self._evaluator, self._workers = evaluator, workers
        self._team: Workers | None = None

    def __enter__(self) -> SpreadOut:
        self._team = Workers(self._evaluator, self._workers)
        return self

    def __exit__(self, *_: object) -> None:
        if self._team is not None:
            self._team.stop()

    def __call__(self, X: Array) -> Evaluation:
        """Asks the model."""
        if self._team is None or len(X) < LEAST_SPREAD:
            return self._evaluator(X)
        return concatenate(list(self._team.in_order(np.array_split(X, self._workers))))


def pool_of(work: Callable[[Any], Any]) -> ProcessPoolExecutor:
    """A process that does pieces of a work, one after the other; it starts with the first of them."""
    # A fork would copy threads of libraries in the middle of what they do.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=begin_worker, initargs=(work,))


def _submitted(pool: ProcessPoolExecutor, piece: Any) -> Future[Any]:
    """Hands a piece to a pool, which may start its process for it: with one thread, and deaf to Ctrl-C."""
    with one_thread_each(), deaf_to_interrupts():
        return pool.submit(do_piece, piece)


def _stop(pool: ProcessPoolExecutor) -> None:
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


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
