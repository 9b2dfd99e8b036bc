"""A process that works on one run of the store: `python -m optimizer.runs.worker RUN`.

The store's URL comes through the environment, as it may hold a password.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from optimizer.engines.processes import cores, one_thread_each
from optimizer.runs.connecting import VARIABLE
from optimizer.runs.job import Job, job_of
from optimizer.runs.recording import NotKeptError, ended_with_its_work
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore

#: Processes that were started here: asked for when the next one starts, so that none stays a zombie.
_started: list[subprocess.Popen[bytes]] = []
#: Between two looks whether there is room to begin, s.
WAIT_S = 0.5


def start_worker(store: RunStore, run: Run) -> subprocess.Popen[bytes]:
    """Starts a process that works on a run, and goes on when this one ends."""
    _started[:] = [process for process in _started if process.poll() is None]
    with one_thread_each():
        process = subprocess.Popen(
            [sys.executable, "-m", "optimizer.runs.worker", run.id],
            env={**os.environ, VARIABLE: store.url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    _started.append(process)
    return process


def work_on(store: RunStore, name: str, job: Job | None = None, *, most: int | None = None) -> None:
    """Waits for room and works on a run, if nobody else has begun.

    Args:
        store: The store.
        name: The run.
        job: What is done; None = what runs of its kind do.
        most: Runs that are worked on at the same time; None = one for each core.

    Raises:
        NotKeptError: The store was lost while it was worked on.
    """
    if not _begun(store, name, most=cores() if most is None else most):
        return
    try:
        with ended_with_its_work(store, name):
            run = store.get(name)
            (job or job_of(run))(store, run)
    except NotKeptError:
        raise
    except Exception:  # noqa: BLE001 - the run says what it was to all who wait for it
        pass


def _begun(store: RunStore, name: str, *, most: int) -> bool:
    """Waits until no more than so many runs are worked on and begins; whether the run was still to be had."""
    while len(store.runs(state="running", limit=most)) >= most:
        store.bury()
        if not store.waits(name):
            return False
        time.sleep(WAIT_S)
    return store.begin(name)


def main() -> None:
    """Works on the run that is named."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    with RunStore(os.environ[VARIABLE]) as store:
        work_on(store, sys.argv[1])


if __name__ == "__main__":
    main()
