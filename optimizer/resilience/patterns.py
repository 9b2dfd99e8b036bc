"""The six patterns of collapse: where a design has each, what sets it off, and how large it may be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.scenario.experiments.pattern import Pattern
from models.steps import columns as at
from models.steps.returns import Return
from models.steps.rows import arrivals_of, rows_of
from models.steps.tables import Tables, tables_of
from models.system import layout
from models.system.system import System
from optimizer.resilience.defences import Defence
from optimizer.resilience.recovery import Trigger

#: Time before a trigger, s, and how long a slow dependency and the growth of a heap last, s.
BEFORE_S, SLOW_S, GROWS_S = 30.0, 30.0, 60.0
#: Times the load of a push; pause of clients that come back, s; requests of a second of them, by default.
PUSH, RETURN_PAUSE_S, RETURNING_S = 3.0, 5.0, 20.0


#: Defences that help against a pattern; what doesn't, whatever is said of it, isn't here.
HELPS: dict[Pattern, tuple[Defence, ...]] = {
    Pattern.RETRY_STORM: (
        Defence.BREAKER,
        Defence.BULKHEAD,
        Defence.SHORT_QUEUE,
        Defence.RETRY_BUDGET,
        Defence.FEWER_RETRIES,
    ),
    Pattern.THUNDERING_HERD: (Defence.SHORT_QUEUE, Defence.BREAKER, Defence.BULKHEAD),
    Pattern.DEATH_SPIRAL: (Defence.SHORT_QUEUE, Defence.BREAKER, Defence.BULKHEAD, Defence.FEWER_RETRIES),
    Pattern.CASCADE: (Defence.TIMEOUT, Defence.BREAKER, Defence.BULKHEAD, Defence.FALLBACK),
    Pattern.SYNCHRONISATION: (Defence.JITTER, Defence.SHORT_QUEUE),
    Pattern.METASTABLE_STATE: (
        Defence.BREAKER,
        Defence.BULKHEAD,
        Defence.SHORT_QUEUE,
        Defence.RETRY_BUDGET,
        Defence.FEWER_RETRIES,
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """A pattern, aimed at a design.

    Attributes:
        pattern: The pattern.
        component: Position of the component that it hits.
        guarded: Position of the component whose defences count.
        unit: Unit of its size: s, share, or clients.
        usual: Its size where none is given.
        least: The smallest size that makes sense.
        most: The largest one.
        made: What is changed, and from when until when, by its size.
        returning: Clients that come back, by its size and the jitter of their pauses.
    """

    pattern: Pattern
    component: int
    guarded: int
    unit: str
    usual: float
    least: float
    most: float
    made: Callable[[float], tuple[tuple[TimedChange, ...], Trigger]]
    returning: Callable[[float, float], tuple[Return, ...]] = lambda size, jitter: ()


def aim_of(system: System, design: Array, phase: int, pattern: Pattern) -> Aim | None:
    """Where a design has a pattern in a phase; None where it can't have it.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        pattern: The pattern.
    """
    tables = tables_of(system, rows_of(system, design, phase)[0], (), now_s=0.0)
    arrivals = arrivals_of(system, design, phase)[0]
    return _AIMS[pattern](system, tables, arrivals)


def busiest_of(system: System, design: Array, phase: int) -> int | None:
    """Position of the component of ours of whose servers the largest share works in a phase."""
    tables = tables_of(system, rows_of(system, design, phase)[0], (), now_s=0.0)
    return _busiest(system, tables, arrivals_of(system, design, phase)[0])


def _fault(change: Change, c: int, from_s: float, to_s: float, **keys: float) -> tuple[TimedChange, ...]:
    return (TimedChange(change, c, from_s, to_s, **keys),)


def _retried(system: System, tables: Tables, arrivals: Array) -> int | None:
    """The component that repeated calls would fill most."""
    found: tuple[float, int] | None = None
    for c in range(len(system.components)):
        retries = max(
            (
                float(tables.call[node.index, at.RETRIES])
                for node in system.nodes
                if node.component == c and tables.call[node.index, at.TIMES] > 0.0
            ),
            default=0.0,
        )
        if retries > 0.0 and arrivals[c] > 0.0:
            load = _used(tables, arrivals, c) * (1.0 + retries)
            found = max(found or (load, c), (load, c))
    return None if found is None else found[1]


def _used(tables: Tables, arrivals: Array, c: int) -> float:
    """Share of a component's servers that works; 0 of somebody else's."""
    return float(arrivals[c] * tables.part[c, at.SERVICE_S] / max(tables.part[c, at.SERVERS], 1e-9))


def _busiest(system: System, tables: Tables, arrivals: Array) -> int | None:
    ours = [c for c, part in enumerate(system.parts) if part.traits.is_ours and arrivals[c] > 0.0]
    return max(ours, key=lambda c: _used(tables, arrivals, c), default=None)


def _retry_storm(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    c = _retried(system, tables, arrivals)
    if c is None:
        return None

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        return _fault(Change.FAILED, c, BEFORE_S, BEFORE_S + size), Trigger(BEFORE_S, BEFORE_S + size)

    return Aim(Pattern.RETRY_STORM, c, c, "s", 10.0, 0.5, 120.0, made)


def _thundering_herd(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    caches = [
        c for c in range(len(system.components)) if tables.part[c, at.CACHE] == 2.0 and arrivals[c] > 0.0
    ]
    if not caches:
        return None
    c = max(caches, key=lambda each: float(arrivals[each]))
    below = [
        node.component
        for node in system.nodes
        if node.caller is not None and system.nodes[node.caller].component == c
    ]
    behind = max(below, key=lambda each: _used(tables, arrivals, each), default=c)

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        return _fault(Change.FLUSHED, c, BEFORE_S, math.inf, share=size), Trigger(BEFORE_S, BEFORE_S)

    return Aim(Pattern.THUNDERING_HERD, c, behind, "share", 1.0, 0.01, 1.0, made)


def _death_spiral(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    c = _busiest(system, tables, arrivals)
    if c is None:
        return None
    column = 1 + c * len(layout.COMPONENT) + layout.GC_SHARE

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        end = BEFORE_S + GROWS_S + SLOW_S
        change = TimedChange(Change.SET, column, BEFORE_S, end, amount=size, ramp_s=GROWS_S)
        return (change,), Trigger(BEFORE_S, end)

    return Aim(Pattern.DEATH_SPIRAL, c, c, "share", 0.6, 0.02, 0.95, made)


def _cascade(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    called = {
        node.component
        for node in system.nodes
        if node.caller is not None and tables.call[node.index, at.TIMES] > 0.0
    }
    there = [c for c in called if arrivals[c] > 0.0]
    if not there:
        return None

    def harm(c: int) -> tuple[float, float]:
        """Callers that keep their slots first, then by how much is called."""
        kept = sum(
            float(tables.part[system.nodes[node.caller].component, at.BLOCKS])
            for node in system.nodes
            if node.component == c and node.caller is not None
        )
        return kept, float(arrivals[c])

    c = max(there, key=harm)
    late = [tables.call[node.index, at.TIMEOUT_S] for node in system.nodes if node.component == c]
    # A call that nobody gives up hangs for as long as the dependency does.
    usual = max([2.0 * float(x) for x in late if x < math.inf] or [SLOW_S])

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        end = BEFORE_S + SLOW_S
        return _fault(Change.SLOWED, c, BEFORE_S, end, amount=size), Trigger(BEFORE_S, end)

    return Aim(Pattern.CASCADE, c, c, "s", usual, min(0.01, usual), max(60.0, usual), made)


def _synchronisation(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    f, told = int(tables.mix.argmax()), system.scenario.workload.behaviour
    clients = max(phase.clients for phase in system.scenario.workload.phases)
    first = next((node.component for node in system.nodes if node.flow == f and node.caller is None), None)
    if first is None or not (tables.rate[f] > 0.0 or clients):
        return None

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        return (), Trigger(BEFORE_S, BEFORE_S)

    def returning(size: float, jitter: float) -> tuple[Return, ...]:
        many = max(round(size), 1)
        if not clients:
            return (Return(f, many, BEFORE_S, RETURN_PAUSE_S, jitter, growth=2.0),)
        pauses = (told.backoff_s, max(jitter, told.jitter), told.growth, told.most_backoff_s)
        return (Return(f, many, BEFORE_S, *pauses, is_cut_off=True),)

    usual = float(clients or float(tables.rate[f]) * RETURNING_S)
    return Aim(
        Pattern.SYNCHRONISATION, first, first, "clients", usual, 0.05 * usual, 50.0 * usual, made, returning
    )


def _metastable_state(system: System, tables: Tables, arrivals: Array) -> Aim | None:
    c = _retried(system, tables, arrivals)
    c = _busiest(system, tables, arrivals) if c is None else c
    if c is None:
        return None

    def made(size: float) -> tuple[tuple[TimedChange, ...], Trigger]:
        return _fault(Change.LOAD, -1, BEFORE_S, BEFORE_S + size, amount=PUSH), Trigger(
            BEFORE_S, BEFORE_S + size
        )

    return Aim(Pattern.METASTABLE_STATE, c, c, "s", 20.0, 0.5, 300.0, made)


_AIMS: dict[Pattern, Callable[[System, Tables, Array], Aim | None]] = {
    Pattern.RETRY_STORM: _retry_storm,
    Pattern.THUNDERING_HERD: _thundering_herd,
    Pattern.DEATH_SPIRAL: _death_spiral,
    Pattern.CASCADE: _cascade,
    Pattern.SYNCHRONISATION: _synchronisation,
    Pattern.METASTABLE_STATE: _metastable_state,
}
