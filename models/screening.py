"""Which designs are over a limit for certain, told by what is cheap: most of a large space needs no more.

First what a change takes (no network is needed for it), then the load of the stations in the peak phase
alone, without times and without the failed state.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.dimensions.effort import effort
from models.dimensions.limits import effort_excess, load_excess
from models.evaluation import Array
from models.performance.autoscaling import scaled_components
from models.performance.steady_state import load_of
from models.scenario.paths import Slot
from models.system.parameters import apply_decisions
from models.system.system import CallNode, System

#: The load of a pass without times comes to rest within this of the one with them.
_SURE = 1e-6
#: The same as a share of the load: far beyond the limit passes come to rest a little apart.
_SURE_OF_LOAD = 3e-5
#: By how much a load is told to be over where it is certain that it is, and not by how much.
_JUST_OVER = 1e-9


def screen(
    system: System,
    X: Array,
    *,
    base: Mapping[Slot, Array] | None = None,
    stress: Mapping[Slot, Array] | None = None,
    threads: int | None = None,
) -> dict[str, Array]:
    """By how much designs are over limits for certain.

    It is sound: what it tells is at most what the whole evaluation tells, so that a design that is over a
    limit here is infeasible. Effort and money are the same formula. A limit on the load holds in every phase:
    the excess is the largest over the phases, so that of one phase is a lower bound. The healthy state of
    that phase comes out of the same passes with the same bits, since only times that act back on the load are
    worked out in them. The one pass after it moves the load by about the passes' own measure of rest; `_SURE`
    is taken off for it, and `_SURE_OF_LOAD` of the load, by which passes may end elsewhere. Where that state
    isn't reached in the passes there are, the load is told as 0 and rules out nothing.

    Args:
        system: The system.
        X: Canonical designs, `(n, d)`.
        base: Values that take the place of what the file says (see `apply_decisions`).
        stress: Factors on what comes out (see there).
        threads: Threads; None = one for each core.

    Returns:
        By limit a lower bound of the excess, `(n,)`; above 0 only where it is certain. Limits that nothing
        cheap tells of are left out. Those on the load are worked out only for designs within the others.
    """
    n = X.shape[0]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        taken = effort(system, X)
        over = effort_excess(system, effort_days=taken.days, one_time_usd=taken.one_time_usd)
        within = np.ones(n, dtype=bool)
        for excess in over.values():
            within &= ~(excess > 0.0)
        places = np.flatnonzero(within)
        # Autoscalers follow the load: what it is at the least isn't known before it is worked out.
        if places.size and not scaled_components(system):
            limit = system.scenario.limits.saturation
            most = 1.0 if limit is None else limit + 2.0 * _SURE
            parameters = apply_decisions(
                system, X[places], base=_of(base, places, n), stress=_of(stress, places, n)
            )
            load, collapse = load_of(parameters, system.peak, most=most, threads=threads)
            for name, excess in load_excess(system, utilisation=load, collapse=collapse).items():
                least = np.full(n, -1.0)
                sure = _SURE + _SURE_OF_LOAD * (1.0 + np.maximum(excess, 0.0))
                told = excess - sure
                if leaves_calls_behind(system):
                    told = np.minimum(told, _JUST_OVER)
                least[places] = np.where(excess > sure, told, -1.0)
                over[name] = least
    return over


@lru_cache(maxsize=32)
def leaves_calls_behind(system: System) -> bool:
    """Whether threads of a pool may give calls up and make them again: more are under way than threads then.

    Then a state that has collapsed comes to rest at another load with all times known than without.
    """

    def may_be(node: CallNode, parameter: str, neutral: float) -> bool:
        slot = Slot("call", system.flows[node.flow], parameter, node.position)
        return slot in system.plans or bool(np.any(system.static[slot] != neutral))

    def keeps_slots(component: int) -> bool:
        slot = Slot("component", system.components[component], "blocking")
        return slot in system.plans or bool(np.any(system.static.get(slot, np.zeros((1, 1))) > 0.0))

    under: list[bool] = []
    for node in system.nodes:
        caller = None if node.caller is None else system.nodes[node.caller]
        under.append(caller is not None and (under[caller.index] or keeps_slots(caller.component)))
    return any(
        under[node.index] and may_be(node, "timeout_ms", np.inf) and may_be(node, "retries", 0.0)
        for node in system.nodes
    )


def _of(base: Mapping[Slot, Array] | None, places: NDArray[np.intp], n: int) -> Mapping[Slot, Array] | None:
    """What belongs to some of the designs."""
    if base is None:
        return None
    return {slot: value[places] if len(value) == n else value for slot, value in base.items()}


def counted_limits(system: System) -> tuple[str, ...]:
    """Limits that `screen` tells exactly and for every design."""
    none = np.zeros(1)
    return tuple(effort_excess(system, effort_days=none, one_time_usd=none))
