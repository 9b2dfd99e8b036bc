"""Who asks: users who come at random, and connected clients who wait, think and come again."""

from __future__ import annotations

from models.performance.compiled import inlined, internal
from models.simulation import columns as at
from models.simulation.heap import schedule
from models.simulation.state import State
from models.simulation.streams import gamma, uniform

#: Failures in a row that are told apart.
_MOST_FAILURES = 60


@inlined
def next_gap(s: State, f: int) -> float:
    """Time to the next request of a flow, s."""
    first = s.kind.shape[0] * at.PART_STREAMS + s.node.shape[0] * at.CALL_STREAMS + f * at.FLOW_STREAMS
    return gamma(s, first + at.S_ARRIVAL, s.flow[f, at.GAP_S], s.flow[f, at.GAP_SHAPE])


@inlined
def _stream(s: State) -> int:
    """The stream of what clients draw: that of the arrivals of the first flow."""
    return s.kind.shape[0] * at.PART_STREAMS + s.node.shape[0] * at.CALL_STREAMS + at.S_ARRIVAL


@internal
def think(s: State) -> None:
    """A client that has its answer thinks before it asks again."""
    x = gamma(s, _stream(s), s.x[at.THINK_S], 1.0) if s.x[at.THINK_S] > 0.0 else 0.0
    schedule(s, s.x[at.NOW] + x, at.CLIENT, 0)


@internal
def come_again(s: State, f: int, failures: int, ok: int) -> None:
    """A client's request has ended: it thinks, or after a failure pauses and asks for the same again."""
    if ok > 0:
        think(s)
        return
    pause = min(s.x[at.BACKOFF_S] * s.x[at.GROWTH] ** failures, s.x[at.MOST_BACKOFF_S])
    pause *= 1.0 - s.x[at.CLIENT_JITTER] * uniform(s, _stream(s))
    again = min(failures + 1, _MOST_FAILURES)
    schedule(s, s.x[at.NOW] + pause, at.CLIENT, again * s.flow.shape[0] + f)


@inlined
def flow_of(s: State, which: int) -> int:
    """The flow that a client asks for: the one that failed, or any by its share."""
    if which >= s.flow.shape[0]:
        return which % s.flow.shape[0]
    u, f = uniform(s, _stream(s)), 0
    while f < s.flow.shape[0] - 1 and u >= s.flow[f, at.CLIENT_SHARE]:
        u -= s.flow[f, at.CLIENT_SHARE]
        f += 1
    return f
