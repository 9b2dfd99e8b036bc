"""A run told to the store while it is worked on: signs of life, the front so far, where the search stands."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from models.evaluation import Array, Evaluation
from optimizer.engines.engine import told
from optimizer.files.parquet import front_parquet
from optimizer.pareto.front import Front
from optimizer.pareto.tally import Progress
from optimizer.runs.connecting import StoreError
from optimizer.runs.store import RunStore
from optimizer.search.hypervolumes import GROWTH, TracePoint, trace_of
from optimizer.solver.solution import Solution
from optimizer.space import Space

#: Between two signs of life, and between two fronts that are kept, s.
BEAT_S, FRONT_S = 1.0, 2.0
#: Moments of the trace that is kept with the front so far: each costs a hypervolume.
MOST_MOMENTS = 12


class NotKeptError(StoreError):
    """A solution that was worked out, but the store could not take it."""

    def __init__(self, message: str, solution: Solution) -> None:
        super().__init__(f"the result is not kept: {message}")
        self.solution = solution


@contextlib.contextmanager
def ended_with_its_work(store: RunStore, run: str) -> Iterator[None]:
    """A run that ends with what its work raises: `cancelled` on Ctrl-C, else `failed` with the error.

    One that has ended otherwise, or isn't this process's any more, stays as it is; and one whose solution the
    store couldn't take is left alone, so that it is found to be silent, and whoever waits goes on with it.
    """
    try:
        yield
    except NotKeptError:
        raise
    except BaseException as error:
        is_stopped = isinstance(error, KeyboardInterrupt)
        with contextlib.suppress(StoreError):  # what was raised says more
            store.end(run, "cancelled" if is_stopped else "failed", error="" if is_stopped else told(error))
        raise


class Beats:
    """Tells the store that a run is alive and how far it is; a progress, and a context manager.

    Signs of life come from a thread of its own: a batch of a large model can take longer than people wait to
    call a run dead. When the store says that somebody wants it to stop, the next progress raises
    `KeyboardInterrupt`, which ends a solve with what it has found. Work that makes no progress for long is
    stopped by `stop`, which is called from that thread, once.
    """

    def __init__(
        self,
        store: RunStore,
        run: str,
        *,
        progress: Callable[[int, int, int], None] | None = None,
        stop: Callable[[], object] | None = None,
    ) -> None:
        self._store, self._run, self._progress, self._stop = store, run, progress, stop
        self._counts = (0, 0, 0)
        self._is_stopped, self._is_over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"run {run}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def __call__(self, done: int, total: int, on_front: int) -> None:
        """Told how far it is."""
        self._counts = (done, total, on_front)
        if self._progress is not None:
            self._progress(done, total, on_front)
        if self._is_stopped.is_set():
            raise KeyboardInterrupt

    def _live(self) -> None:
        while not self._is_over.wait(BEAT_S):
            done, total, on_front = self._counts
            try:
                goes_on = self._store.beat(self._run, done=done, total=total, on_front=on_front)
            except StoreError:
                continue  # the store is away for a while: the work goes on, the end will say so
            if not goes_on and not self._is_stopped.is_set():
                self._is_stopped.set()
                if self._stop is not None:
                    self._stop()


class Recorder(Beats):
    """Beats that also keep the front so far, and where the search stands."""

    def __init__(
        self,
        store: RunStore,
        run: str,
        space: Space,
        *,
        checkpoint: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(store, run, progress=progress)
        self._space, self._checkpoint = space, checkpoint
        self._last_front = time.monotonic()
        self._last_written = 0.0
        self._moments: list[tuple[int, Array]] = []

    def watch(self, front: Callable[[], Front]) -> None:
        """Keeps the front so far and the search's checkpoint, every few seconds."""
        if time.monotonic() - self._last_front < FRONT_S:
            return
        evaluation = front().evaluation
        self._last_front = time.monotonic()
        with contextlib.suppress(StoreError):  # the store is away for a while: the end will say so
            self._keep(evaluation)

    def _keep(self, evaluation: Evaluation) -> None:
        more = {"trace": [asdict(point) for point in self._trace(evaluation)]}
        self._store.keep_front(self._run, front_parquet(evaluation, self._space, more))
        if self._checkpoint is not None and self._checkpoint.exists():
            written = self._checkpoint.stat().st_mtime
            if written != self._last_written:
                self._store.keep_checkpoint(self._run, self._checkpoint.read_bytes())
                self._last_written = written

    def _trace(self, evaluation: Evaluation) -> tuple[TracePoint, ...]:
        """How the hypervolume has grown so far, at moments that lie ever further apart."""
        done, moments = self._counts[0], self._moments
        if moments and done < GROWTH * moments[-1][0]:
            moments = moments[:-1]  # the newest moment moves on until it is far enough from the one before
        self._moments = [*moments, (done, evaluation.losses)]
        return trace_of(self._moments[-MOST_MOMENTS:], evaluation.losses)
