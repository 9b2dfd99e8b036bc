"""Everything that a run holds, as arrays that the loop works on."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from models.performance.record import Floats, Floats2, Floats3, Ints, Record
from models.simulation import columns as at

Ints2 = Annotated[NDArray[np.int64], "int64", 2]
Ints3 = Annotated[NDArray[np.int64], "int64", 3]


class State(Record):
    """A run: its system, its clock, what is under way and what was counted (`models.simulation.columns`).

    `c` components, `i` calls, `f` flows, `q` queues; k frames, e entries of caches, S slices of time.
    """

    n: Ints
    x: Floats
    part: Floats2
    kind: Ints2
    queue: Ints2
    free_at: Floats
    cpu: Floats2
    call: Floats2
    node: Ints2
    bucket: Ints3
    flow: Floats2
    roots: Ints
    steps: Ints
    group_start: Ints
    group: Ints
    taken_by: Floats
    equal: Ints2
    stream: Ints
    when: Floats
    what: Ints
    stack: Ints2
    frame: Ints2
    times: Floats2
    place: Ints
    entry: Ints2
    expires: Floats
    counted: Floats2
    counted_in: Floats3
    answers: Floats2
    answers_in: Floats3
    under_way: Floats
    histogram: Ints3
    log: Floats2
    tried: Floats2


Arrays = dict[str, NDArray[Any]]
_REALS = ("times", "when", "expires")
#: Frames, and entries of caches, that a run begins with.
FIRST_FRAMES, FIRST_ENTRIES = 1 << 12, 1 << 12


def with_room(arrays: Arrays, *, frames: int, entries: int) -> State:
    """A run with room for so many frames and entries; what the arrays hold is kept.

    Args:
        arrays: The arrays by name; those of frames, entries and events may be missing.
        frames: Frames that there shall be, at least as many as there are.
        entries: Entries that there shall be, a power of 2; where they are more than before, their places
            must be found anew (`models.simulation.caches.find_places`).
    """
    timers = sum(arrays[name].shape[0] for name in ("node", "queue", "flow"))
    shapes: dict[str, tuple[int, ...]] = {
        "frame": (frames, at.FRAME),
        "times": (frames, at.FRAME_TIMES),
        "stack": (2 * frames + 256, 3),
        "when": (frames + timers + 16,),
        "what": (frames + timers + 16,),
        "entry": (entries, at.ENTRY),
        "expires": (entries,),
        "place": (2 * entries,),
    }
    n, had = arrays["n"], arrays["frame"].shape[0] if "frame" in arrays else 0
    grown: Arrays = {}
    for name, shape in shapes.items():
        if name in arrays and arrays[name].shape[0] == shape[0]:
            continue
        grown[name] = np.zeros(shape, dtype=np.float64 if name in _REALS else np.int64)
        if name in arrays and name != "place":
            grown[name][: arrays[name].shape[0]] = arrays[name]
    if "frame" in grown:
        frame = grown["frame"]
        frame[had:, at.F_NEXT] = np.arange(had + 1, frames + 1)
        frame[-1, at.F_NEXT] = n[at.FREE_FRAME] if had else -1
        n[at.FREE_FRAME] = had
    if "place" in grown:
        grown["place"][:] = -1
    return State(**arrays | grown)


def arrays_of(state: State) -> Arrays:
    """The arrays of a run by name."""
    return {name: getattr(state, name) for name in State.names()}
