"""Step 2: how often each call is made, from the users' requests down through the trees of calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation import Array
from models.system.system import CallNode
from oracles.analytic.parameters import Parameters


def at_the_door(parameters: Parameters) -> list[Array]:
    """Requests of each flow that arrive, 1/s, `(n | 1, p)` each; what is shed is still counted."""
    return [parameters.rate * parameters.of_flow(f, "share") for f in range(len(parameters.system.flows))]


def admitted(parameters: Parameters) -> list[Array]:
    """Requests of each flow that are let in, 1/s, `(n | 1, p)` each."""
    return [
        rate * (1.0 - parameters.of_flow(f, "shed_share")) for f, rate in enumerate(at_the_door(parameters))
    ]


def calls_made(
    parameters: Parameters,
    node: CallNode,
    *,
    users: Sequence[Array],
    passed_on: Sequence[Array],
    success: Sequence[Array] | None,
) -> Array:
    """How often one call is made, 1/s, `(n | 1, p)`; retries not counted.

    Args:
        parameters: The parameters.
        node: The call.
        users: Requests let in by flow.
        passed_on: By call: how often the calls under it are started, 1/s; known for the caller.
        success: By call: share that succeeds, from the pass before; a request that failed makes no further
            calls. None where nothing can fail.
    """
    rate = users[node.flow] if node.caller is None else passed_on[node.caller]
    if success is not None:
        for earlier in node.after:
            rate = rate * success[earlier]
    times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
    return np.asarray(rate * times)


def visits_per_request(parameters: Parameters, load_share: Sequence[Array | None]) -> list[Array]:
    """Calls of each component for one user request of the mix when nothing fails, `(n | 1, p)` each.

    Args:
        parameters: The parameters.
        load_share: By component: share of its calls that it passes on; None = it is no cache.
    """
    system = parameters.system
    nothing = np.zeros((1, 1))
    visits = [nothing for _ in system.components]
    made: list[Array] = []
    for node in system.nodes:
        if node.caller is None:
            shed = parameters.of_flow(node.flow, "shed_share")
            rate = parameters.of_flow(node.flow, "share") * (1.0 - shed)
        else:
            rate = made[node.caller]
        rate = rate * parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
        visits[node.component] = visits[node.component] + rate
        passed_on = load_share[node.component]
        made.append(rate if passed_on is None else rate * passed_on)
    return visits
