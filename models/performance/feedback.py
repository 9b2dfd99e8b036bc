"""What can change from pass to pass, and what can not: to skip work that is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.formulas.graphs import reachability
from models.scenario.paths import Slot
from models.system.system import CallNode, System, all_calls, all_choices


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """What in a system acts back on what; the same for all its designs.

    Attributes:
        retries: Whether any design retries calls that can fail: its state is a fixed point of many passes.
        refusals: Whether any component of any design turns calls away.
        valves: Whether any call of any design has a breaker or a bulkhead.
        errors: Whether attempts can fail at all.
        late: Whether something is known only on the way up that matters on the way down.
        blocks: By component: may keep its slot while the calls under it run.
        loads_slowly: By component: a cache whose hits depend on how long a load takes.
        fills: By component: a cache whose loads may fail, and then leave no entry.
        weighs: By component: its calls may differ in work, or in how many copies they cost work.
        moves: By component: may change from pass to pass.
        timed: By call: whether its response time acts back on the load (a time-out, a guard, a slot kept).
        answer_moves: By call: whether its answer may change from pass to pass.
        calls_of: By component: the calls of it.
        deadlines: By call: may have a deadline, its own or one from above.
    """

    retries: bool
    refusals: bool
    valves: bool
    errors: bool
    late: bool
    blocks: tuple[bool, ...]
    loads_slowly: tuple[bool, ...]
    fills: tuple[bool, ...]
    weighs: tuple[bool, ...]
    moves: tuple[bool, ...]
    timed: tuple[bool, ...]
    answer_moves: tuple[bool, ...]
    calls_of: tuple[tuple[CallNode, ...], ...]
    deadlines: tuple[bool, ...]


def components_told(system: System) -> tuple[int, ...]:
    """Components of which utilisation, capacity and wait are told: autoscaled ones, and queues."""
    return tuple(
        c
        for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True))
        if part.traits.keeps_messages or may_be(system, Slot("component", name, "autoscaling"), 0.0)
    )


@lru_cache(maxsize=16)
def coupling_of(system: System) -> Coupling:
    """Works out what acts back on what."""
    count = range(len(system.components))
    calls_of = tuple(tuple(node for node in system.nodes if node.component == c) for c in count)
    blocks = tuple(
        may_be(system, Slot("component", name, "blocking"), 0.0) and any(node.then for node in calls_of[c])
        for c, name in enumerate(system.components)
    )
    slow = tuple(
        system.parts[c].traits.passes_on_misses
        and not _is_given(system, Slot("component", name, "hit_ratio"))
        for c, name in enumerate(system.components)
    )
    deadlines = _with_deadline(system)
    refuses = tuple(
        part.traits.keeps_messages  # what its consumers can't do now goes no further
        or any(_is_limited(system, Slot("component", name, parameter)) for parameter in part.traits.losses)
        or (part.traits.is_ours and any(deadlines[node.index] for node in calls_of[c]))
        for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True))
    )
    attempt_fails, fails = _can_fail(system, refuses, deadlines)
    late = tuple(blocks[c] and refuses[c] for c in count)
    node_moves = _moving_calls(system, fails, late)
    moves = _moving_components(system, node_moves, blocks, calls_of)
    retries = any(
        (attempt_fails[node.index] and may_be(system, _slot(system, node, "retries"), 0.0))
        or _is_limited(system, _slot(system, node, "hedge_after_ms"))
        for node in system.nodes
    )
    guards = any(
        may_be(system, _slot(system, node, "breaker"), 0.0)
        or _is_limited(system, _slot(system, node, "bulkhead_slots"))
        for node in system.nodes
    )
    return Coupling(
        retries=retries,
        refusals=any(refuses),
        valves=guards,
        errors=any(attempt_fails),
        late=any(late),
        blocks=blocks,
        loads_slowly=slow,
        fills=tuple(
            part.traits.passes_on_misses
            and not blocks[c]
            and any(attempt_fails[below.index] for node in calls_of[c] for below in all_calls(node.then))
            for c, part in enumerate(system.parts)
        ),
        weighs=tuple(_weighs(system, c, calls_of[c]) for c in count),
        moves=moves,
        timed=_timed(system, blocks),
        answer_moves=_moving_answers(system, moves),
        calls_of=calls_of,
        deadlines=deadlines,
    )


def _with_deadline(system: System) -> tuple[bool, ...]:
    """By call: whether in some design it passes its time-out on, or gets one from above."""
    found: list[bool] = []
    for node in system.nodes:
        own = may_be(system, _slot(system, node, "passes_deadline"), 0.0)
        inherits = node.caller is not None and not node.is_async and found[node.caller]
        found.append(own or inherits)
    return tuple(found)


def _weighs(system: System, c: int, own: tuple[CallNode, ...]) -> bool:
    name = system.components[c]
    is_copied = system.parts[c].traits.keeps_copies and all(
        may_be(system, Slot("component", name, parameter), neutral)
        for parameter, neutral in (("copy_work", 0.0), ("replicas", 1.0))
    )
    return is_copied or any(may_be(system, _slot(system, node, "work"), 1.0) for node in own)


def _slot(system: System, node: CallNode, parameter: str) -> Slot:
    return Slot("call", system.flows[node.flow], parameter, node.position)


def may_be(system: System, slot: Slot, neutral: float) -> bool:
    """Whether a parameter may be anything but a neutral value in some design."""
    if slot in system.plans:
        return True
    value = system.static.get(slot)
    return value is not None and bool(np.any(value != neutral))


def _is_limited(system: System, slot: Slot) -> bool:
    """Whether a limit may be finite in some design."""
    if slot in system.plans:
        return True
    value = system.static.get(slot)
    return value is not None and bool(np.any(np.isfinite(value)))


def _is_given(system: System, slot: Slot) -> bool:
    value = system.static.get(slot)
    return value is not None and not bool(np.any(np.isnan(value)))


def _can_fail(
    system: System, refuses: tuple[bool, ...], deadlines: tuple[bool, ...]
) -> tuple[list[bool], list[bool]]:
    """By call: whether an attempt of it, and whether the call as its caller sees it, can fail in some design.

    A fallback rescues the call, not its attempts: they are repeated before it is used.
    """
    attempt_fails = [False for _ in system.nodes]
    fails = [False for _ in system.nodes]
    for node in reversed(system.nodes):
        name = system.components[node.component]
        own = (
            refuses[node.component]
            or may_be(system, Slot("component", name, "error_share"), 0.0)
            or _is_limited(system, _slot(system, node, "timeout_ms"))
            or _is_limited(system, _slot(system, node, "bulkhead_slots"))
            or deadlines[node.index]
        )
        below = any(
            fails[other.index] and not _is_always(system, _slot(system, other, "optional"))
            for other in system.nodes
            if other.caller == node.index
        )
        rescued = node.has_fallback and _is_always(system, _slot(system, node, "fallback.enabled"))
        attempt_fails[node.index] = own or below
        fails[node.index] = (own or below) and not rescued
    return attempt_fails, fails


def _is_always(system: System, slot: Slot) -> bool:
    value = system.static.get(slot)
    return value is not None and bool(np.all(value > 0.0))


def _moving_calls(system: System, fails: list[bool], late: tuple[bool, ...]) -> list[bool]:
    """By call: whether its attempts can change from pass to pass."""
    moves: list[bool] = []
    choices = sorted((c for trace in system.traces for c in all_choices(trace)), key=lambda c: c.number)
    inside = [all_calls([choice]) for choice in choices]
    for node in system.nodes:
        own = (
            any(fails[i] for i in node.after)
            or any(fails[inner.index] for k in node.after_choices for inner in inside[k])
            or (may_be(system, _slot(system, node, "retries"), 0.0))
            or _is_limited(system, _slot(system, node, "hedge_after_ms"))
            or may_be(system, _slot(system, node, "breaker"), 0.0)
            or _is_limited(system, _slot(system, node, "bulkhead_slots"))
        )
        if node.caller is not None:
            caller = system.nodes[node.caller]
            own = own or moves[caller.index] or late[caller.component]
        moves.append(own)
    return moves


def _timed(system: System, blocks: tuple[bool, ...]) -> tuple[bool, ...]:
    """By call: whether anything waits for its response time: itself, or a call above it."""
    timed: list[bool] = []
    for node in system.nodes:
        own = (
            _is_limited(system, _slot(system, node, "timeout_ms"))
            or _is_limited(system, _slot(system, node, "hedge_after_ms"))
            or _is_limited(system, _slot(system, node, "bulkhead_slots"))
            or may_be(system, _slot(system, node, "breaker"), 0.0)
        )
        if node.caller is not None and not node.is_async:
            caller = system.nodes[node.caller]
            own = own or timed[caller.index] or blocks[caller.component]
        timed.append(own)
    return tuple(timed)


def _moving_answers(system: System, moves: tuple[bool, ...]) -> tuple[bool, ...]:
    """By call: whether its component, its guards, or anything under it moves."""
    found = [False for _ in system.nodes]
    for node in reversed(system.nodes):
        own = (
            moves[node.component]
            or may_be(system, _slot(system, node, "breaker"), 0.0)
            or _is_limited(system, _slot(system, node, "bulkhead_slots"))
        )
        below = any(found[other.index] for other in system.nodes if other.caller == node.index)
        found[node.index] = own or below
    return tuple(found)


def _moving_components(
    system: System,
    node_moves: list[bool],
    blocks: tuple[bool, ...],
    calls_of: tuple[tuple[CallNode, ...], ...],
) -> tuple[bool, ...]:
    """By component: whether its station can change from pass to pass."""
    moves = [any(node_moves[node.index] for node in own) for own in calls_of]
    calls = np.zeros((len(calls_of), len(calls_of)), dtype=np.bool_)
    for node in system.nodes:
        if node.caller is not None:
            calls[system.nodes[node.caller].component, node.component] = True
    below = reachability(calls)
    for c in reversed(system.callers_first):
        # What a caller sees of a component can change where another of its calls does: then so does its hold.
        if blocks[c] and bool(np.any(below[c] & moves)):
            moves[c] = True
    for c in system.callers_first:
        # Callers first: a component that moves lets through another share, so what is below moves too.
        for node in calls_of[c]:
            if node.caller is not None and moves[system.nodes[node.caller].component]:
                moves[c] = True
    return tuple(moves)
