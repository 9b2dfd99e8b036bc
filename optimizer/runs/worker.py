"""A process that works on one run of the store: `python -m optimizer.runs.worker RUN`.

A batch has a program of its own (`optimizer.batch.worker`), which is started here too. The store's URL
comes through the environment, as it may hold a password.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from optimizer.engines.processes import cores
from optimizer.files.json import config_from
from optimizer.runs.connecting import VARIABLE
from optimizer.runs.run import Run
from optimizer.runs.solving import perform, system_of
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of

#: Processes that were started here: asked for when the next one starts, so that none stays a zombie.
_started: list[subprocess.Popen[bytes]] = []
#: The program that works on each kind of run.
_PROGRAMS = {"batch": "optimizer.batch.worker"}
#: Between two looks whether there is room to begin, s.
WAIT_S = 0.5


def start_worker(store: RunStore, run: Run) -> subprocess.Popen[bytes]:
    """Starts a process that works on a run, and goes on when this one ends."""
    one_each = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    _started[:] = [process for process in _started if process.poll() is None]
    process = subprocess.Popen(
        [sys.executable, "-m", _PROGRAMS.get(run.kind, "optimizer.runs.worker"), run.id],
        env={**os.environ, **one_each, VARIABLE: store.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(process)
    return process


def work_on(store: RunStore, name: str, *, most: int | None = None) -> None:
    """Waits for room and works on a run, if nobody else has begun."""
    if not begun(store, name, most=most):
        return
    run = store.get(name)
    try:
        model = model_of(system_of(store, run))
        config = config_from(run.config, where=f"run {run.id}")
    except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        store.end(name, "failed", error=str(error))
        return
    perform(store, run, model, config)


def begun(store: RunStore, name: str, *, most: int | None = None) -> bool:
    """Waits until no more than so many runs are worked on and begins; whether the run was still to be had."""
    most = cores() if most is None else most
    while len(store.runs(state="running", limit=most)) >= most:
        store.bury()
        if not store.waits(name):
            return False
        time.sleep(WAIT_S)
    return store.begin(name)


def main() -> None:
    """Works on the run that is named."""
    with RunStore(os.environ[VARIABLE]) as store:
        work_on(store, sys.argv[1])


if __name__ == "__main__":
    main()
