"""What no pass through the system changes: pools, load times, guards, and which rows are alike."""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation import Array
from models.performance.feedback import Coupling
from models.scenario.paths import Slot
from oracles.analytic.holds import load_time_s, pool_threads
from oracles.analytic.parameters import Parameters
from oracles.analytic.responses import valve_share
from oracles.analytic.sharing import Kinds, kinds_of


@dataclass(frozen=True, slots=True, eq=False)
class Givens:
    """What is given in every pass.

    Attributes:
        threads: By component: threads of the pools that are its only callers; None = anybody may call.
        load_s: By component: for a cache with hits of its own the time to load an entry, s; else None.
        guards: By call: 1.0 where its caller guards it (`valve_share`); None where no situation does.
        components: By component: which rows have the same parameters, pools and load times.
        calls: By call: which rows have the same parameters.
    """

    threads: tuple[Array | None, ...]
    load_s: tuple[Array | None, ...]
    guards: tuple[Array | None, ...]
    components: tuple[Kinds, ...]
    calls: tuple[Kinds, ...]


def givens_of(parameters: Parameters, coupling: Coupling) -> Givens:
    """Works out what no pass changes."""
    system, n = parameters.system, parameters.n
    threads = pool_threads(parameters, coupling.blocks)
    load_s = [
        load_time_s(parameters, coupling.calls_of[c]) if slow else None
        for c, slow in enumerate(coupling.loads_slowly)
    ]
    owned: dict[tuple[str, str, int], list[Array]] = {}
    for slot, value in parameters.values.items():
        if value.shape[0] > 1:
            owned.setdefault((slot.owner, slot.name, slot.call), []).append(value)
    components = []
    for c, name in enumerate(system.components):
        extra = [value for value in (threads[c], load_s[c]) if value is not None]
        components.append(
            kinds_of([*owned.get(("component", name, Slot("component", name, "").call), []), *extra], n)
        )
    calls = [
        kinds_of(owned.get(("call", system.flows[node.flow], node.position), []), n) for node in system.nodes
    ]
    guards = [valve_share(parameters, node) for node in system.nodes]
    return Givens(tuple(threads), tuple(load_s), tuple(guards), tuple(components), tuple(calls))
