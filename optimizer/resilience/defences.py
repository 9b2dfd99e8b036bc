"""Defences against a collapse: which ones a component has, and what would give it the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.performance.program import layout_of
from models.steps import columns as at
from models.steps.rows import arrivals_of, rows_of
from models.steps.tables import tables_of
from models.system import layout
from models.system.system import System

#: Retries that a budget allows for each call, where it is tried.
_BUDGET = 0.1
#: Length of a queue that is tried, as a part of the shortest time-out of its callers.
_SHORT = 0.6


class Defence(StrEnum):
    """What may keep a failed state from lasting."""

    BREAKER = "breaker"
    """Its callers stop calling while most calls fail."""
    BULKHEAD = "bulkhead"
    """No more of its callers wait for it at a time than it can serve within their time-out."""
    SHORT_QUEUE = "short_queue"
    """Who waits there is served before its caller gives up: the queue is shorter than the time-out."""
    RETRY_BUDGET = "retry_budget"
    """Retries are a small share of the calls, whatever fails."""
    FEWER_RETRIES = "fewer_retries"
    """Its capacity carries the load even if every call is made as often as it may be."""
    TIMEOUT = "timeout"
    """Its callers don't wait for ever."""
    FALLBACK = "fallback"
    """Its callers have another answer."""
    COALESCING = "coalescing"
    """Misses of the same key share a load."""
    JITTER = "jitter"
    """Clients that were cut off come back spread over their pause."""


@dataclass(frozen=True, slots=True)
class Has:
    """Whether a component has a defence.

    Attributes:
        defence: The defence.
        there: Whether all of its calls have it.
        changes: What would give it the defence, from the beginning on; empty where it has it, or it can't
            be given.
    """

    defence: Defence
    there: bool
    changes: tuple[TimedChange, ...] = ()


def defences_of(system: System, design: Array, phase: int, component: int) -> tuple[Has, ...]:
    """The defences of a component against the calls that a design makes of it in a phase.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        component: Position of the component.
    """
    tables = tables_of(system, rows_of(system, design, phase)[0], (), now_s=0.0)
    part, nodes = tables.part[component], [
        node.index
        for node in system.nodes
        if node.component == component and tables.call[node.index, at.TIMES] > 0.0
    ]  # fmt: skip
    calls = tables.call[nodes]
    if not nodes:
        return ()
    late_s = float(calls[:, at.TIMEOUT_S].min())
    servers, service_s = float(part[at.SERVERS]), float(part[at.SERVICE_S])
    rate = float(arrivals_of(system, design, phase)[0, component])
    carried = servers / service_s if service_s > 0.0 else math.inf
    queue_s = float(min(part[at.PLACES] * service_s / max(servers, 1e-9), part[at.MAX_WAIT_S]))
    places = float(math.floor(_SHORT * late_s * carried)) if math.isfinite(late_s * carried) else math.nan
    within = servers + places
    told = [
        (Defence.TIMEOUT, bool((calls[:, at.TIMEOUT_S] < math.inf).all()), ()),
        (
            Defence.BREAKER,
            bool((calls[:, at.BREAKER] > 0.0).all()),
            _calls(system, nodes, layout.BREAKER, 1.0),
        ),
        (
            Defence.BULKHEAD,
            bool(calls[:, at.BULKHEAD].sum() <= servers + late_s * carried),
            _calls(system, nodes, layout.BULKHEAD_SLOTS, max(math.floor(within / len(nodes)), 1.0))
            if math.isfinite(within)
            else (),
        ),
        (
            Defence.SHORT_QUEUE,
            queue_s < late_s,
            _part(system, component, layout.QUEUE_LIMIT, places) if math.isfinite(places) else (),
        ),
        (
            Defence.RETRY_BUDGET,
            bool((calls[:, at.BUDGET] < 1.0).all()),
            _calls(system, nodes, layout.RETRY_BUDGET, _BUDGET),
        ),
        (
            Defence.FEWER_RETRIES,
            bool(rate * (1.0 + calls[:, at.RETRIES].max()) <= carried),
            _calls(system, nodes, layout.RETRIES, 0.0),
        ),
        (Defence.FALLBACK, bool(((calls[:, at.FALLBACK] > 0.0) | (calls[:, at.OPTIONAL] > 0.0)).all()), ()),
    ]
    if part[at.CACHE] == 2.0:
        changes = _part(system, component, layout.COALESCING, 1.0)
        told.append((Defence.COALESCING, part[at.COALESCES] > 0.0, changes))
    return tuple(Has(name, bool(there), () if there else changes) for name, there, changes in told)


def _calls(system: System, nodes: list[int], column: int, value: float) -> tuple[TimedChange, ...]:
    """A parameter of calls with another value from the beginning on."""
    first, width = layout_of(system).first_call, len(layout.CALL)
    return tuple(TimedChange(Change.SET, first + i * width + column, 0.0, amount=value) for i in nodes)


def _part(system: System, component: int, column: int, value: float) -> tuple[TimedChange, ...]:
    place = 1 + component * len(layout.COMPONENT) + column
    return (TimedChange(Change.SET, place, 0.0, amount=value),)
