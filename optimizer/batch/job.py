"""What a run of kind `batch` does: the cases that are missing; what was finished when it stopped is kept."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

from optimizer.batch.kept import batch_of, kept_of, solve_briefly
from optimizer.batch.running import FOLDER, run_batch
from optimizer.engines.choosing import engine_for
from optimizer.engines.engine import Engine
from optimizer.engines.processes import cores
from optimizer.runs.connecting import StoreError
from optimizer.runs.recording import FRONT_S, Beats
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore


def work(store: RunStore, run: Run, *, engine: Engine | None = None) -> None:
    """Works on a batch (see `optimizer.runs.job.Job`).

    Args:
        store: The store.
        run: The run; it has begun.
        engine: Where the cases are solved; None = on all cores but one, so that others get on too.
    """
    batch = batch_of(store, run)
    for number in batch.failed:  # they are tried again
        del batch.results[number]
    engine = engine or engine_for(pieces=len(batch.missing), workers=max(1, cores() - 1))
    kept_at = time.monotonic()

    def keep(done: int, total: int, failed: int) -> None:
        nonlocal kept_at
        if time.monotonic() - kept_at >= FRONT_S:
            with contextlib.suppress(StoreError):  # the store is away for a while: the end will say so
                store.keep_front(run.id, *kept_of(batch))
            kept_at = time.monotonic()

    with tempfile.TemporaryDirectory(prefix="tradespace-") as folder:
        (Path(folder) / FOLDER).mkdir()
        try:
            with Beats(store, run.id, progress=keep, stop=_interrupt) as beats:
                run_batch(batch, engine, Path(folder), work=solve_briefly, progress=beats)
        except KeyboardInterrupt:  # it came when the last case was done
            batch.is_interrupted = bool(batch.missing)
    state = "cancelled" if batch.missing else "done"
    store.end(run.id, state, summary=batch.summary, front=kept_of(batch), counts=batch.counts)


def _interrupt() -> None:
    """Stops the case that is worked on, as Ctrl-C would: it can take longer than people wait."""
    os.kill(os.getpid(), signal.SIGINT)
