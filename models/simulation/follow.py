"""Requests of a warm system, followed: the rows of the log, one for each thing that happens to them."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.one_run import CHUNK, Running
from models.simulation.program import Program, streams_of
from models.simulation.refused import NotSimulated, Reason
from models.simulation.runs import make_ready, measured_lookups
from models.simulation.settings import Settings
from models.simulation.state import State, arrays_of
from models.simulation.stationary import first_state

#: Events before the first request is followed, and after it until the last has come to its end at the most.
WARM_UP_EVENTS, MOST_EVENTS = 100_000, 50_000_000
#: Rows of the log for each request at the most, on the average.
_ROWS = 1000


def followed(program: Program, *, flow: int | None, requests: int, seed: int) -> Array:
    """Follows requests to their end, work that goes on after their answer included.

    Args:
        program: The tables of the design.
        flow: Position of the flow whose requests are followed; None = of all flows as they come.
        requests: How many, one after the other as they come.
        seed: The same seed gives the same requests.

    Returns:
        Rows in the order of time (`columns.LOG`).

    Raises:
        NotSimulated: The flow has no requests, or more are under way than there is room for.
    """
    make_ready()
    settings = Settings(seed=seed)
    stream = streams_of(program.system, seed, 0)
    state = first_state(program, stream, measured_lookups(program, settings), seed=seed)
    running = Running(program, state, settings)
    running.go(WARM_UP_EVENTS)
    running.state = _with_log(running.state, max(requests, 1) * _ROWS)
    n = running.state.n
    n[at.TO_TRACE], n[at.TRACED_FLOW] = requests, -1 if flow is None else flow
    limit = running.events + MOST_EVENTS
    while n[at.TO_TRACE] + n[at.TRACED] > 0 and running.events < limit:
        if not running.go(CHUNK if n[at.TO_TRACE] > 0 else CHUNK // 100):
            raise NotSimulated(
                Reason.TOO_MANY_IN_FLIGHT, "more requests are under way than there is room for"
            )
        n = running.state.n
    return np.array(running.state.log[: n[at.LOGGED]])


def _with_log(state: State, rows: int) -> State:
    return State(**arrays_of(state) | {"log": np.zeros((rows, at.LOG))})
