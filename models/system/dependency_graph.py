"""Who depends on whom: which components a design calls, how many interact, and how far trouble spreads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation import Array
from models.formulas.graphs import reachability
from models.scenario.paths import Slot
from models.system.parameters import Parameters
from models.system.phases import over_phases
from models.system.system import CallNode, System


def made_calls(parameters: Parameters) -> list[Array]:
    """1.0 where a call is made at all, else 0.0: by call, `(n | 1, p | 1)` each."""
    return _is_made(parameters, required=False)


def is_called(system: System, made: Sequence[Array]) -> list[list[Array]]:
    """Whether each flow calls each component, 1.0 or 0.0: by flow and component, `(n | 1, p | 1)` each.

    Args:
        system: The system.
        made: By call: whether it is made (`made_calls`).
    """
    found = [[np.zeros((1, 1)) for _ in system.components] for _ in system.flows]
    for node, each in zip(system.nodes, made, strict=True):
        found[node.flow][node.component] = np.maximum(found[node.flow][node.component], each)
    return found


def may_call_nothing(system: System) -> bool:
    """Whether in some design no flow may call anything: every way in can be closed."""
    ways_in = [node for node in system.nodes if node.caller is None]
    return all(
        any(_may_be_zero(system, slot) for slot in _gates(system, node)) or _may_be_shed(system, node)
        for node in ways_in
    )


def _gates(system: System, node: CallNode) -> tuple[Slot, ...]:
    """What can keep a call of a flow from being made."""
    flow = system.flows[node.flow]
    calls = tuple(Slot("call", flow, parameter, node.position) for parameter in ("times", "enabled"))
    return (*calls, Slot("flow", flow, "share"), Slot("workload", "", "rate"))


def _may_be_shed(system: System, node: CallNode) -> bool:
    """Whether all requests of a call's flow may be turned away at the door."""
    slot = Slot("flow", system.flows[node.flow], "shed_share")
    if slot in system.plans:
        return system.plans[slot].highest >= 1.0
    return bool(np.all(system.static[slot] >= 1.0))


def _may_be_zero(system: System, slot: Slot) -> bool:
    if slot in system.plans:
        return system.plans[slot].lowest <= 0.0
    return bool(np.all(system.static[slot] <= 0.0))


def is_required(parameters: Parameters, component: int, *, writes: bool | None = None) -> list[Array]:
    """Whether each flow fails without a component, 1.0 or 0.0, `(n | 1, p | 1)` by flow.

    Args:
        parameters: The parameters.
        component: Position of the component.
        writes: Only calls that write, or only those that don't; None = all.
    """
    system = parameters.system
    found = [np.zeros((1, 1)) for _ in system.flows]
    for node, made in zip(system.nodes, _is_made(parameters, required=True), strict=True):
        if node.component == component and writes in (None, node.writes):
            found[node.flow] = np.maximum(found[node.flow], made)
    return found


def _is_made(parameters: Parameters, *, required: bool) -> list[Array]:
    """1.0 where a call is made at all, by call.

    With `required` only where the request fails without it: not optional, without a fallback, and under no
    call that is either.
    """
    made: list[Array] = []
    for node in parameters.system.nodes:
        calls = parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
        own = (calls > 0.0).astype(np.float64)
        if required:
            own = own * (1.0 - parameters.of_call(node, "optional"))
            if node.has_fallback:
                own = own * (1.0 - parameters.of_call(node, "fallback.enabled"))
        made.append(own if node.caller is None else own * made[node.caller])
    return made


def interacting_components(called: Sequence[Sequence[Array]], n: int) -> Array:
    """Number of components that any flow calls in any phase, `(n,)`."""
    total: Array = np.zeros(n)
    for c in range(len(called[0])):
        used: Array = np.zeros(n)
        for flow in called:
            for p in range(flow[c].shape[1]):
                used = np.maximum(used, flow[c][:, p])
        total = total + used
    return total


def coordinated_replicas(parameters: Parameters, made: Sequence[Array]) -> Array:
    """Replicas that writes must reach, over all stores that are written to, `(n,)`.

    A store without a write quorum waits for all its replicas.
    """
    system = parameters.system
    total: Array = np.zeros(parameters.n)
    for c, part in enumerate(system.parts):
        if not part.traits.keeps_copies:
            continue
        quorum = parameters.of_component(c, "write_quorum")
        reached = np.where(np.isnan(quorum), parameters.of_component(c, "replicas"), quorum)
        written = np.zeros((1, 1))
        for node, each in zip(system.nodes, made, strict=True):
            if node.component == c:
                written = np.maximum(written, each * parameters.of_call(node, "write"))
        most: Array = np.zeros(parameters.n)
        both = reached * written
        for p in range(both.shape[1]):
            most = np.maximum(most, both[:, p])
        total = total + most
    return total


def retry_attempts(parameters: Parameters, made: Sequence[Array]) -> Array:
    """Retries configured, over all calls that are made, `(n,)`; the most over the phases."""
    total: Array = np.zeros((1, 1))
    for node, each in zip(parameters.system.nodes, made, strict=True):
        total = total + each * parameters.of_call(node, "retries")
    most: Array = np.zeros(parameters.n)
    for p in range(total.shape[1]):
        most = np.maximum(most, total[:, p])
    return most


def coupling(parameters: Parameters, made: Sequence[Array]) -> Array:
    """Share of ordered pairs of called components in which one reaches the other unguarded, `(n | 1,)`.

    A call is guarded by a circuit breaker, by a bulkhead, or by a bounded queue at the component it calls.

    Source: propagation cost (MacCormack, Rusnak, Baldwin 2006), here without the diagonal (there an element
    reaches itself too), and over synchronous calls that nothing guards.
    """
    system = parameters.system
    count = len(system.components)
    open_call = [
        each * (1.0 - _guarded(parameters, node)) if node.caller is not None else each
        for node, each in zip(system.nodes, made, strict=True)
    ]
    shape = np.broadcast_shapes((1, 1), *(each.shape for each in open_call))
    present = np.zeros((*shape, count), dtype=np.bool_)
    edges = np.zeros((*shape, count, count), dtype=np.bool_)
    for node, each, through in zip(system.nodes, made, open_call, strict=True):
        present[..., node.component] |= each > 0.0
        if node.caller is not None:
            edges[..., system.nodes[node.caller].component, node.component] |= through > 0.0
    reach = reachability(edges)
    reach[..., np.arange(count), np.arange(count)] = False
    total = present.sum(axis=-1).astype(np.float64)
    pairs = total * (total - 1.0)
    by_phase = np.where(pairs > 0.0, reach.sum(axis=(-2, -1)) / np.where(pairs > 0.0, pairs, 1.0), 0.0)
    return over_phases(by_phase)


def _guarded(parameters: Parameters, node: CallNode) -> Array:
    """1.0 where a call can't draw its caller into trouble without end."""
    if node.is_async:
        return np.ones((1, 1))
    guarded = np.maximum(
        parameters.of_call(node, "breaker"),
        np.isfinite(parameters.of_call(node, "bulkhead_slots")).astype(np.float64),
    )
    for limit in ("queue_limit", "max_wait_s"):
        bounded = np.isfinite(parameters.of_component_or(node.component, limit, np.inf))
        guarded = np.maximum(guarded, bounded.astype(np.float64))
    return guarded
