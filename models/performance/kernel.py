"""All situations of many designs, on all cores: each as if it were alone, so that company changes no bit."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from models.performance import situation as told
from models.performance.compiled import FOLDER, compiled
from models.performance.program import NOTHING, Program, Work, workspace
from models.performance.situation import situation

Array = NDArray[np.float64]

#: Marks a folder whose compiled code is whole.
_DONE = "whole"
_NONE = np.zeros(0, dtype=np.int64)
#: Situations that a thread works out at a time.
CHUNK = 256


def width(program: Program) -> int:
    """Numbers that are told of a situation."""
    c, i, f = program.kind.size, program.component.size, program.flow_steps.size
    return int(told.FIRST + c + i + 2 * f + program.limited.size)


def solve(
    program: Program, base: Array, columns: NDArray[np.int64], values: Array, *, threads: int | None = None
) -> Array:
    """What situations come to, `(m, width)` (columns as in `situation`).

    Args:
        program: The system.
        base: A row of numbers (`layout.Layout`), `(width,)`.
        columns: Columns in which situations differ from it, `(v,)`.
        values: What they hold there, `(m, v)`.
        threads: Threads; None = one for each core.
    """
    _ready()
    m = values.shape[0]
    out = np.zeros((m, width(program)))
    wanted = min(threads or cores(), max(1, m // CHUNK))
    starts = range(0, m, CHUNK)
    if wanted == 1:
        work = workspace(program)
        for start in starts:
            _some(program, work, base, columns, values[start : start + CHUNK], out[start : start + CHUNK])
        return out
    with ThreadPoolExecutor(wanted) as pool:
        rest = iter(starts)

        def run(_: int) -> None:
            work = workspace(program)
            while (start := next(rest, None)) is not None:
                stop = start + CHUNK
                _some(program, work, base, columns, values[start:stop], out[start:stop])

        list(pool.map(run, range(wanted)))
    return out


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_compiled() -> bool:
    """Whether compiled code is kept already."""
    return FOLDER is not None and (FOLDER / _DONE).exists()


def warm_up() -> None:
    """Compiles the kernel, and notes that it is kept."""
    none = np.zeros((0, 0))
    _some(NOTHING, workspace(NOTHING), none[0:0].reshape(-1), _NONE, none, none)
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
    _some(program, work, np.asarray(row, dtype=np.float64), _NONE, np.zeros((1, 0)), out)
    return out[0], work


@compiled
def _some(
    program: Program,
    work: Work,
    base: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    out: np.ndarray,
) -> None:
    for j in range(base.size):
        work.row[j] = base[j]
    for s in range(values.shape[0]):
        for j in range(columns.size):
            work.row[columns[j]] = values[s, j]
        situation(program, work, out[s])
