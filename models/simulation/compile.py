"""Compiles the loop and keeps it, so that no first use has to wait."""

from __future__ import annotations

import numpy as np

from models.simulation import columns as at
from models.simulation.breaking import close_bin, find_waiting, flush, lose, serve_waiting, take_slots
from models.simulation.caches import find_places, some_keys
from models.simulation.loop import advance, begin, is_compiled, note_compiled
from models.simulation.state import Arrays, with_room
from models.simulation.streams import draw

__all__ = ["compile_all", "is_compiled"]


def compile_all() -> None:
    """Compiles what is called from outside, on a run of nothing, and notes that it is kept."""
    arrays: Arrays = {
        "n": np.zeros(at.SCALARS, dtype=np.int64),
        "x": np.zeros(at.TIMES),
        "part": np.zeros((1, at.PART)),
        "kind": np.zeros((1, at.KIND), dtype=np.int64),
        "queue": np.zeros((1, at.QUEUE), dtype=np.int64),
        "cpu": np.full((1, at.CPU), np.inf),
        "free_at": np.zeros(0),
        "call": np.zeros((0, at.CALL)),
        "node": np.zeros((0, at.NODE), dtype=np.int64),
        "bucket": np.zeros((0, at.BUCKETS, 3), dtype=np.int64),
        "flow": np.zeros((0, at.FLOW)),
        "roots": np.zeros(0, dtype=np.int64),
        "steps": np.zeros(0, dtype=np.int64),
        "group_start": np.zeros(1, dtype=np.int64),
        "taken_by": np.zeros(0),
        "group": np.zeros(0, dtype=np.int64),
        "equal": np.zeros((0, 3), dtype=np.int64),
        "stream": np.zeros(at.PART_STREAMS, dtype=np.int64),
        "counted": np.zeros((1, at.COUNTED)),
        "answers": np.zeros((0, at.ANSWER)),
        "counted_in": np.zeros((at.SLICES, 1, at.SINCE)),
        "answers_in": np.zeros((at.SLICES, 0, at.ANSWER)),
        "under_way": np.zeros(at.SLICES),
        "histogram": np.zeros((1, 0, at.BINS), dtype=np.int64),
        "log": np.zeros((0, at.LOG)),
        "tried": np.zeros((0, at.TRIED)),
    }
    state = with_room(arrays, frames=8, entries=8)
    find_places(state)
    some_keys(state, 0, np.zeros(0, dtype=np.int64))
    draw(state, 0, 1.0, 1.0, np.zeros(0))
    begin(state)
    advance(state, 0)
    nobody = np.zeros(0, dtype=np.int64)
    find_waiting(state, np.zeros(8, dtype=np.int64))
    lose(state, nobody)
    take_slots(state, 0, 0)
    flush(state, 0, 0.0)
    close_bin(state, 0.0, np.zeros(0), np.zeros(1), np.zeros((1, at.SINCE)))
    serve_waiting(state, 0)
    note_compiled()
