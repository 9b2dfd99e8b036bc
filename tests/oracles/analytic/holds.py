"""A slot that is kept while the calls under it run: how long, and how much the pool can drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.formulas.cumulants import Cumulants, add, from_raw, scale_count, to_raw
from models.formulas.mixtures import collapse, single
from models.formulas.parallel import maximum
from models.system.system import CallNode, ParallelNode, StepNode
from oracles.analytic.parameters import Parameters
from oracles.analytic.responses import Answer
from oracles.analytic.stations import MS_PER_S, Hold, Station
from oracles.formulas.pools import driven_flow


def pool_threads(parameters: Parameters, blocks: Sequence[bool]) -> list[Array | None]:
    """By component: threads of the pools that are its only callers; None where somebody calls without one.

    The threads of several pools add up: so many calls can be there at most.

    Args:
        parameters: The parameters.
        blocks: By component: whether it may keep its slot while the calls under it run.
    """
    system = parameters.system
    found: list[Array | None] = []
    for c in range(len(system.components)):
        callers = {
            None if n.caller is None else system.nodes[n.caller].component
            for n in system.nodes
            if n.component == c
        }
        total: Array | None = np.zeros((1, 1))
        for caller in callers:
            if caller is None or system.parts[caller].kind == "external":
                total = None
                break
            if not blocks[caller]:
                total = None
                break
            blocking = parameters.of_component(caller, "blocking") > 0.0
            threads = parameters.of_component(caller, "replicas") * parameters.of_component(caller, "slots")
            total = total + np.where(blocking, threads, np.inf)
        parallel = any(_in_parallel(trace, c) for trace in system.traces)
        # Branches of one request can be there at the same time: then threads don't bound the calls.
        found.append(None if not callers or parallel else total)
    return found


def _in_parallel(steps: Sequence[StepNode], component: int, inside: bool = False) -> bool:
    """Whether a component is called inside parallel branches."""
    for step in steps:
        if isinstance(step, ParallelNode):
            if any(_in_parallel(branch, component, True) for branch in step.branches):
                return True
        elif (inside and step.component == component) or _in_parallel(step.then, component, inside):
            return True
    return False


def hold_of(
    parameters: Parameters,
    stations: Mapping[int, Station],
    attempts_per_s: Sequence[Array],
    nodes: Sequence[CallNode],
    below: Mapping[int, Answer],
) -> Hold:
    """What a component waits for while it keeps its slot, over all calls that reach it.

    Args:
        parameters: The parameters.
        stations: The components under it, worked out.
        attempts_per_s: How often each call is attempted.
        nodes: The calls of this component.
        below: What the calls under each of them give back.

    Returns:
        The hold, s.
    """
    with_waits = _mean_over_calls(nodes, attempts_per_s, [collapse(below[n.index].held) for n in nodes])
    once = [_one_attempt(parameters, stations, n.then, waits=True) for n in nodes]
    free = [_one_attempt(parameters, stations, n.then, waits=False) for n in nodes]
    free = [
        _stretched(none_waits, _stretch(held=collapse(below[n.index].held).mean, once=all_wait.mean))
        for n, none_waits, all_wait in zip(nodes, free, once, strict=True)
    ]
    unhindered = _mean_over_calls(nodes, attempts_per_s, free)
    c = nodes[0].component
    threads = parameters.of_component(c, "replicas") * parameters.of_component(c, "slots")
    hold_s = stations[c].service_s + unhindered.mean
    queues = _queues_below(parameters, stations, attempts_per_s, nodes)
    capacities, slots = [queue.capacity for queue in queues], [queue.slots for queue in queues]
    limit = driven_flow(threads, unhindered_s=hold_s, capacities=capacities, slots=slots)
    displaced = _mean_over_calls(
        nodes, attempts_per_s, [_displaced(parameters, stations, n.then) for n in nodes]
    )
    return Hold(with_waits, unhindered, limit, _limiter(c, threads, hold_s, queues), displaced)


class _Queue(NamedTuple):
    """A component called while the slot is kept; arrays `(m | 1, 1)`.

    Attributes:
        capacity: In calls of the component that keeps its slot, 1/s.
        slots: Its slots.
        limited_by: The component that limits its capacity.
    """

    capacity: Array
    slots: Array
    limited_by: Array


def _limiter(component: int, threads: Array, hold_s: Array, queues: Sequence[_Queue]) -> Array:
    """Position of what limits the flow that a pool drives: its own threads, or the tightest queue below."""
    limiter = np.full((1, 1), float(component))
    least = np.where(hold_s > 0.0, threads / np.where(hold_s > 0.0, hold_s, 1.0), np.inf)
    for queue in queues:
        tighter = (queue.slots < threads) & (queue.capacity < least)
        limiter = np.where(tighter, queue.limited_by, limiter)
        least = np.where(tighter, queue.capacity, least)
    return limiter


def load_time_s(parameters: Parameters, nodes: Sequence[CallNode]) -> Array:
    """Mean time to load an entry of a cache when nothing waits anywhere and nothing below is cached, s.

    Waits are left out: calls that miss while an entry is loaded matter for hot keys, and the time to live is
    far longer than any wait that a design should have.
    """
    longest: Array = np.zeros((1, 1))
    for node in nodes:
        longest = np.maximum(longest, _bare_time_s(parameters, node.then))
    return longest


def _bare_time_s(parameters: Parameters, steps: Sequence[StepNode]) -> Array:
    total: Array = np.zeros((1, 1))
    for step in steps:
        if isinstance(step, ParallelNode):
            slowest: Array = np.zeros((1, 1))
            for branch in step.branches:
                slowest = np.maximum(slowest, _bare_time_s(parameters, branch))
            total = total + slowest
            continue
        kind = parameters.system.parts[step.component].kind
        own = parameters.of_component(step.component, "latency_ms" if kind == "external" else "service_ms")
        made = parameters.of_call(step, "times") * parameters.of_call(step, "enabled")
        once = own / MS_PER_S + _bare_time_s(parameters, step.then)
        total = total + made * np.minimum(once, parameters.of_call(step, "timeout_ms") / MS_PER_S)
    return total


def _mean_over_calls(
    nodes: Sequence[CallNode], attempts_per_s: Sequence[Array], parts: Sequence[Cumulants]
) -> Cumulants:
    """Cumulants over all calls, each as often as it is made; an even mean where none is made."""
    if len(parts) == 1:
        return parts[0]
    total = np.zeros((1, 1))
    for node in nodes:
        total = total + attempts_per_s[node.index]
    moments = [np.zeros((1, 1)) for _ in range(3)]
    for node, part in zip(nodes, parts, strict=True):
        share = np.where(
            total > 0.0, attempts_per_s[node.index] / np.where(total > 0.0, total, 1.0), 1.0 / len(nodes)
        )
        for i, moment in enumerate(to_raw(part)):
            moments[i] = moments[i] + np.where(share > 0.0, share * moment, 0.0)
    return from_raw(*moments)


def _stretch(*, held: Array, once: Array) -> Array:
    """How many times longer a slot is kept than one attempt of each call takes, all of them succeeding.

    Repeats and pauses lengthen it, what is refused at once shortens it, whether or not anything waits: they
    belong to the time that a thread is kept when nothing waits anywhere.
    """
    known = np.isfinite(held) & np.isfinite(once) & (once > 0.0)
    return np.where(known, held / np.where(known, once, 1.0), 1.0)


def _stretched(time: Cumulants, factor: Array) -> Cumulants:
    return Cumulants(time.mean * factor, time.variance * factor**2, time.third * factor**3)


def _one_attempt(
    parameters: Parameters, stations: Mapping[int, Station], steps: Sequence[StepNode], *, waits: bool
) -> Cumulants:
    """Time of one attempt of each of some steps, with the waits at the stations or without."""
    total = add()
    for step in steps:
        if isinstance(step, ParallelNode):
            branches = [
                single(_one_attempt(parameters, stations, branch, waits=waits)) for branch in step.branches
            ]
            total = add(total, collapse(maximum(branches)))
            continue
        station = stations[step.component]
        inner = _one_attempt(parameters, stations, step.then, waits=waits)
        if station.cache is not None:
            inner = scale_count(inner, 1.0 - station.cache.hit_share)
        once = add(station.response if waits else station.service, inner)
        if station.quorum is not None:
            once = add(once, station.quorum.write_wait if step.writes else station.quorum.read_wait)
        limit = parameters.of_call(step, "timeout_ms") / MS_PER_S
        cut = np.where(once.mean > limit, limit / np.where(once.mean > 0.0, once.mean, 1.0), 1.0)
        once = Cumulants(once.mean * cut, once.variance * cut**2, once.third * cut**3)
        made = parameters.of_call(step, "times") * parameters.of_call(step, "enabled")
        total = add(total, scale_count(once, made))
    return total


def _displaced(
    parameters: Parameters, stations: Mapping[int, Station], steps: Sequence[StepNode]
) -> Cumulants:
    """Waits that the pool keeps away from the components it calls directly."""
    total = add()
    for step in steps:
        if isinstance(step, ParallelNode):
            continue
        kept_away = stations[step.component].displaced
        if kept_away is not None:
            made = parameters.of_call(step, "times") * parameters.of_call(step, "enabled")
            total = add(total, scale_count(kept_away, made))
    return total


def _queues_below(
    parameters: Parameters,
    stations: Mapping[int, Station],
    attempts_per_s: Sequence[Array],
    nodes: Sequence[CallNode],
) -> list[_Queue]:
    """The components called while the slot is kept."""
    system = parameters.system
    ours = {node.index for node in nodes}
    own_rate: Array = np.zeros((1, 1))
    for node in nodes:
        own_rate = own_rate + attempts_per_s[node.index]
    rates: dict[int, Array] = {}
    for node in system.nodes:
        if node.caller in ours:
            rates[node.component] = rates.get(node.component, np.zeros((1, 1))) + attempts_per_s[node.index]
    found = []
    for c, rate in rates.items():
        station = stations[c]
        per_call = np.where(own_rate > 0.0, rate / np.where(own_rate > 0.0, own_rate, 1.0), 0.0)
        # What other callers use of it is not ours to drive.
        others = np.maximum(station.arrivals_per_s - rate, 0.0)
        total = np.where(station.arrivals_per_s > 0.0, station.arrivals_per_s, 1.0)
        left = np.maximum(station.capacity_per_s - others, station.capacity_per_s * rate / total)
        capacity = np.where(per_call > 0.0, left / np.where(per_call > 0.0, per_call, 1.0), np.inf)
        found.append(_Queue(capacity, station.servers, station.limited_by))
    return found
