"""A process that works on one batch of the store: `python -m optimizer.batch.worker RUN`.

What was finished when it stopped, or was stopped, is kept; started again, it does what is missing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from optimizer.batch.kept import batch_of, kept_of, solve_briefly
from optimizer.batch.running import FOLDER, Batch, run_batch
from optimizer.engines.choosing import engine_for
from optimizer.engines.engine import Engine, told
from optimizer.engines.processes import cores
from optimizer.runs.connecting import VARIABLE, StoreError
from optimizer.runs.recording import FRONT_S, Beats
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from optimizer.runs.worker import begun


def work_on(store: RunStore, name: str, *, most: int | None = None, engine: Engine | None = None) -> None:
    """Waits for room and works on a batch, if nobody else has begun.

    Args:
        store: The store.
        name: The run.
        most: Runs that are worked on at the same time; None = one for each core.
        engine: Where the cases are solved; None = on all cores but one, so that others get on too.
    """
    if not begun(store, name, most=most):
        return
    run = store.get(name)
    try:
        batch = batch_of(store, run)
        for number in batch.failed:  # they are tried again
            del batch.results[number]
        engine = engine or engine_for(pieces=len(batch.missing), workers=max(1, cores() - 1))
        _work(store, run, batch, engine)
    except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        with contextlib.suppress(StoreError):
            store.end(name, "failed", error=told(error))


def _work(store: RunStore, run: Run, batch: Batch, engine: Engine) -> None:
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
    done, many = len(batch.results), len(batch.cases)
    summary = f"{done:,} of {many:,} cases finished, {len(batch.failed)} failed"
    state = "cancelled" if batch.missing else "done"
    store.end(run.id, state, summary=summary, front=kept_of(batch), counts=(done, many, 0))


def _interrupt() -> None:
    """Stops the case that is worked on, as Ctrl-C would: it can take longer than people wait."""
    os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    """Works on the batch that is named."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    with RunStore(os.environ[VARIABLE]) as store:
        work_on(store, sys.argv[1])


if __name__ == "__main__":
    main()
