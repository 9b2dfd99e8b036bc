"""How many copies an autoscaler lets run in each phase, once its load has been the same for long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.performance.clients import has_clients, with_clients, with_rate
from models.performance.feedback import may_be
from models.performance.steady_state import mean_s_of, situations_of, told_of
from models.scenario.parameter_names import ComponentParameter
from models.scenario.paths import Slot
from models.system.parameters import WHOLE_TOLERANCE, Parameters, apply_decisions, rows_of
from models.system.system import System

#: Rounds in which all copies are brought down from the most, and then up again where that was too few.
_DOWN, _UP = 8, 24
#: Fewest and most copies.
_ENDS: tuple[ComponentParameter, ...] = ("min_replicas", "max_replicas")


@lru_cache(maxsize=32)
def scaled_components(system: System) -> tuple[int, ...]:
    """Positions of the components that an autoscaler runs in some design."""
    return tuple(
        c
        for c, name in enumerate(system.components)
        if may_be(system, Slot("component", name, "autoscaling"), 0.0)
    )


def parameters_of(
    system: System,
    X: Array,
    *,
    base: Mapping[Slot, Array] | None = None,
    stress: Mapping[Slot, Array] | None = None,
    threads: int | None = None,
) -> Parameters:
    """Parameters of n designs, with the copies that their autoscalers let run (see `apply_decisions`).

    A factor of `stress` on the copies of a component takes away copies that the autoscaler let run: it has no
    time yet to start others.

    Source: the desired number is that of Kubernetes' horizontal pod autoscaler, ceil(copies x utilisation /
    target), here where it asks for no other number any more. Looked for from the most copies on, where as
    little as can be fails or is repeated: so the fewest follow that keep what they were started for.
    """
    found = apply_decisions(system, X, base=base, stress=stress)
    scaled = scaled_components(system)

    def mean_s(now: Parameters) -> Array:
        return mean_s_of(now, situations_of(now), threads=threads)

    if not scaled:
        return with_clients(found, mean_s)
    if has_clients(system):
        # How many ask hangs on how many copies run, and the other way round: first with the most of them.
        rate = with_clients(at_most(found), mean_s).rate
        return with_clients(_scaled(with_rate(found, rate), stress, threads), mean_s, others=found.rate)
    return _scaled(found, stress, threads)


def _scaled(found: Parameters, stress: Mapping[Slot, Array] | None, threads: int | None) -> Parameters:
    """The same with the copies that autoscalers let run at its rates."""
    system, scaled = found.system, scaled_components(found.system)
    shape = (found.n, found.n_phases)
    slots = [Slot("component", system.components[c], "replicas") for c in scaled]
    of = {name: [_whole(found, c, name, shape) for c in scaled] for name in _ENDS}
    on = np.stack([_whole(found, c, "autoscaling", shape) > 0.0 for c in scaled])
    least = np.stack(of["min_replicas"])
    most = np.maximum(np.stack(of["max_replicas"]), least)
    target = np.stack([_whole(found, c, "target_utilisation", shape) for c in scaled])
    written = np.stack([np.broadcast_to(found.values[slot], shape) for slot in slots])
    copies = np.where(on, most, written)

    def asked(rows: NDArray[np.intp], copies: Array) -> Array:
        """Copies that would be asked for, `(scaled, rows, p)`."""
        now = _with(rows_of(found, rows), slots, copies)
        told = told_of(now, situations_of(now), threads=threads)
        busy = np.stack([told[c].utilisation for c in scaled])
        wanted = copies * busy / target[:, rows]
        return np.clip(np.ceil(wanted * (1.0 - WHOLE_TOLERANCE)), least[:, rows], most[:, rows])

    for rounds, together in ((_DOWN, np.minimum), (_UP, np.maximum)):
        rows = np.flatnonzero(on.any(axis=(0, 2)))
        for _ in range(rounds):
            if not rows.size:
                break
            before = copies[:, rows]
            copies[:, rows] = np.where(on[:, rows], together(before, asked(rows, before)), before)
            rows = rows[(copies[:, rows] != before).any(axis=(0, 2))]
    for k, slot in enumerate(slots):
        lost = np.where(on[k], np.asarray((stress or {}).get(slot, np.ones((1, 1)))), 1.0)
        copies[k] = np.where(on[k], np.maximum(np.ceil(copies[k] * lost - WHOLE_TOLERANCE), 1.0), copies[k])
    return _with(found, slots, copies)


def at_most(parameters: Parameters) -> Parameters:
    """The same with as many copies as autoscalers may let run."""
    system = parameters.system
    scaled = scaled_components(system)
    slots = [Slot("component", system.components[c], "replicas") for c in scaled]
    copies = []
    for c, slot in zip(scaled, slots, strict=True):
        least, most = (parameters.of_component(c, key) for key in _ENDS)
        is_on = parameters.of_component(c, "autoscaling") > 0.0
        copies.append(np.where(is_on, np.maximum(least, most), parameters.values[slot]))
    return _with(parameters, slots, copies)


def _whole(parameters: Parameters, c: int, name: ComponentParameter, shape: tuple[int, int]) -> Array:
    return np.broadcast_to(parameters.of_component(c, name), shape)


def _with(parameters: Parameters, slots: list[Slot], copies: list[Array] | Array) -> Parameters:
    values = {**parameters.values, **dict(zip(slots, copies, strict=True))}
    return replace(parameters, values=values, own=tuple(dict.fromkeys((*parameters.own, *slots))))
