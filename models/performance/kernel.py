"""All situations of many designs, on all cores: each as if it were alone, so that company changes no bit."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from models.performance import situation as told
from models.performance.compiled import FOLDER, compiled
from models.performance.program import NOTHING, Program, Work
from models.performance.situation import situation
from models.performance.workspace import workspace

Array = NDArray[np.float64]

#: Marks a folder whose compiled code is whole.
_DONE = "whole"
#: Systems whose rooms are kept.
MOST_SYSTEMS = 8
_ROOMS: dict[int, tuple[Program, list[Work]]] = {}
_LOCK = threading.Lock()
_NONE = np.zeros(0, dtype=np.int64)
#: Situations that a thread works out at a time.
CHUNK = 256


def width(program: Program) -> int:
    """Numbers that are told of a situation."""
    c, i, f = program.kind.size, program.component.size, program.flow_steps.size
    each = len(told.TOLD) * program.told.size
    return int(told.FIRST + c + i + 2 * f + program.limited.size + each)


def solve(
    program: Program,
    base: Array,
    columns: NDArray[np.int64],
    values: Array,
    *,
    threads: int | None = None,
    most_load: float = math.inf,
) -> Array:
    """What situations come to, `(m, width)` (columns as in `situation`).

    Args:
        program: The system.
        base: A row of numbers (`layout.Layout`), `(width,)`.
        columns: Columns in which situations differ from it, `(v,)`.
        values: What they hold there, `(m, v)`.
        threads: Threads; None = one for each core.
        most_load: Where finite, only the load of the stations is wanted, up to this (`situation`).
    """
    _ready()
    m = values.shape[0]
    out = np.zeros((m, width(program)))
    wanted = min(threads or cores(), max(1, m // CHUNK))
    starts = range(0, m, CHUNK)
    if wanted == 1:
        with _room(program) as work:
            _some(program, work, base, columns, values, out, most_load)
        return out
    with ThreadPoolExecutor(wanted) as pool:
        rest = iter(starts)

        def run(_: int) -> None:
            with _room(program) as work:
                while (start := next(rest, None)) is not None:
                    stop = start + CHUNK
                    _some(program, work, base, columns, values[start:stop], out[start:stop], most_load)

        list(pool.map(run, range(wanted)))
    return out


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _room(program: Program) -> Iterator[Work]:
    """Room for one thread; what it remembers of earlier situations of the system serves the next."""
    with _LOCK:
        free = _ROOMS.setdefault(id(program), (program, []))[1]
        work = free.pop() if free else None
        while len(_ROOMS) > MOST_SYSTEMS:
            _ROOMS.pop(next(iter(_ROOMS)))
    if work is None:
        work = workspace(program)
    yield work
    # After an error nobody knows what the room holds: then it is left to be forgotten.
    with _LOCK:
        free.append(work)


def is_compiled() -> bool:
    """Whether compiled code is kept already."""
    return FOLDER is not None and (FOLDER / _DONE).exists()


def warm_up() -> None:
    """Compiles the kernel, and notes that it is kept."""
    none = np.zeros((0, 0))
    _some(NOTHING, workspace(NOTHING), none[0:0].reshape(-1), _NONE, none, none, math.inf)
    if FOLDER is not None:
        (FOLDER / _DONE).touch()


def _ready() -> None:
    """Says that it compiles where it does: a minute without a word would look like a hang."""
    if not _some.signatures and not is_compiled():  # type: ignore[attr-defined]
        logging.getLogger("models").warning("compiling the model, once: this takes about a minute")
        warm_up()


def one(program: Program, row: Sequence[float] | Array) -> tuple[Array, Work]:
    """What one situation comes to, and the network that led to it."""
    _ready()
    work = workspace(program)
    out = np.zeros((1, width(program)))
    _some(program, work, np.asarray(row, dtype=np.float64), _NONE, np.zeros((1, 0)), out, math.inf)
    return out[0], work


@compiled
def _some(
    program: Program,
    work: Work,
    base: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    out: np.ndarray,
    most_load: float,
) -> None:
    for j in range(base.size):
        work.row[j] = base[j]
    for s in range(values.shape[0]):
        for j in range(columns.size):
            work.row[columns[j]] = values[s, j]
        situation(program, work, out[s], most_load)
