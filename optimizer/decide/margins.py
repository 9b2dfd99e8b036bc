"""How much can be lost of replicas, a zone, a dependency's speed or a cache's hits until a limit falls.

Each loss is followed from nothing (0) to all of it (1) by sections, for all designs and all losses together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluating import run
from models.evaluation import Array
from models.scenario.paths import Slot
from models.system import System

Kind = Literal["replicas", "zone", "time", "hits"]
#: Parts of an interval in each round, and rounds: they tell one of 4,000 replicas, and a time to 0.1 %.
PARTS, ROUNDS = 16, 3
#: Largest multiple of a dependency's time that is tried.
SLOWEST = 64.0


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """What designs stand of one loss.

    Attributes:
        kind: `replicas` = copies of a component; `zone` = one zone of all components that have several;
            `time` = a dependency that gets slower; `hits` = the hit share of a cache.
        component: The component; empty for a zone.
        stands: What is stood at the most, `(n,)`: replicas lost; 1 or 0 zones; a multiple of the time; the
            share of its hits that a cache may lose. nan where limits are broken already.
        is_all: Where everything that was tried is stood, `(n,)`.
        first: The limit that falls first beyond that, `(n,)`; empty where none does.
        bottleneck: The busiest component there, `(n,)`.
    """

    kind: Kind
    component: str
    stands: Array
    is_all: NDArray[np.bool_]
    first: tuple[str, ...]
    bottleneck: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Loss:
    kind: Kind
    component: str


def margins(system: System, X: Array) -> tuple[Margin, ...]:
    """What designs stand of every loss that can be in the system.

    Between nothing lost and all lost a limit that falls, holds again and falls again is not seen.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
    """
    losses = _losses(system)
    n = X.shape[0]
    if not losses or not n:
        return ()
    replicas = _replicas(system, X)
    rows, which = np.tile(np.arange(n), len(losses)), np.repeat(np.arange(len(losses)), n)
    designs = X[rows]

    def falls(t: Array, times: int = 1) -> NDArray[np.bool_]:
        kinds, places = np.repeat(which, times), np.repeat(rows, times)
        stress = _stress(system, losses, kinds, places, replicas, t)
        steps = run(system, X[places], stress=stress, keep=False)
        over = np.column_stack([np.broadcast_to(e, (len(t),)) for e in steps.excess.values()]) > 0.0
        return np.asarray(over.any(axis=1))

    broken, all_of_it = falls(np.zeros(len(rows))), ~falls(np.ones(len(rows)))
    low, high = np.zeros(len(rows)), np.ones(len(rows))
    for _ in range(ROUNDS):
        steps = np.arange(1, PARTS) / PARTS
        inside = low[:, None] + (high - low)[:, None] * steps
        over = falls(inside.ravel(), PARTS - 1).reshape(inside.shape)
        all_over = np.column_stack([over, np.ones(len(low), dtype=bool)])
        place = np.argmax(all_over, axis=1)
        edges = np.column_stack([low, inside, high])
        own = np.arange(len(low))
        low, high = edges[own, place], edges[own, place + 1]
    there = np.where(all_of_it, 1.0, high)
    beyond = run(system, designs, stress=_stress(system, losses, which, rows, replicas, there), keep=False)
    names = list(beyond.excess)
    over = np.column_stack([np.broadcast_to(e, (len(rows),)) for e in beyond.excess.values()]) > 0.0
    first = [names[int(np.argmax(row))] if row.any() else "" for row in over]
    busiest = [
        system.components[int(c)] if name else "" for c, name in zip(beyond.bottleneck, first, strict=True)
    ]
    stood = np.where(all_of_it, 1.0, low)
    found = []
    for k, loss in enumerate(losses):
        mine = slice(k * n, (k + 1) * n)
        stands = _natural(system, loss, stood[mine], replicas)
        found.append(
            Margin(
                loss.kind,
                loss.component,
                np.where(broken[mine], np.nan, stands),
                all_of_it[mine] & ~broken[mine],
                tuple(first[mine]),
                tuple(busiest[mine]),
            )
        )
    return tuple(found)


def _losses(system: System) -> list[_Loss]:
    found: list[_Loss] = []
    for name, part in zip(system.components, system.parts, strict=True):
        if part.kind == "external":
            found.append(_Loss("time", name))
        else:
            found.append(_Loss("replicas", name))
        if part.kind == "cache":
            found.append(_Loss("hits", name))
    if any(_zones(system, c) is not None for c in range(len(system.parts))):
        found.append(_Loss("zone", ""))
    return found


def _zones(system: System, c: int) -> Slot | None:
    slot = Slot("component", system.components[c], "zones")
    is_static = slot in system.static and float(system.static[slot].max()) <= 1.0
    return None if system.parts[c].kind == "external" or (is_static and slot not in system.plans) else slot


def _replicas(system: System, X: Array) -> dict[str, tuple[Array, Array]]:
    """Replicas and zones of each component in the peak phase, `(n,)` each."""
    parameters = run(system, X, keep=False).parameters
    n = X.shape[0]
    found: dict[str, tuple[Array, Array]] = {}
    for c, name in enumerate(system.components):
        if system.parts[c].kind == "external":
            continue
        copies, zones = (parameters.of_component_or(c, key, 1.0) for key in ("replicas", "zones"))
        found[name] = (_at_peak(system, copies, n), _at_peak(system, zones, n))
    return found


def _at_peak(system: System, value: Array, n: int) -> Array:
    return np.asarray(np.broadcast_to(value[:, min(system.peak, value.shape[1] - 1)], (n,)))


def _stress(
    system: System,
    losses: Sequence[_Loss],
    which: NDArray[np.intp],
    rows: NDArray[np.intp],
    replicas: dict[str, tuple[Array, Array]],
    t: Array,
) -> dict[Slot, Array]:
    """Factors on every parameter that any of the losses changes, `(rows, 1)` each."""
    factors: dict[Slot, Array] = {}

    def change(slot: Slot, mine: NDArray[np.bool_], factor: Array) -> None:
        before = factors.get(slot, np.ones((len(t), 1)))
        factors[slot] = np.where(mine[:, None], factor[:, None], before)

    for k, loss in enumerate(losses):
        mine = np.asarray(which == k)
        if loss.kind == "time":
            change(Slot("component", loss.component, "latency_ms"), mine, SLOWEST**t)
        elif loss.kind == "hits":
            change(Slot("component", loss.component, "hit_factor"), mine, 1.0 - t)
        elif loss.kind == "replicas":
            copies = replicas[loss.component][0][rows]
            change(Slot("component", loss.component, "replicas"), mine, 1.0 - _lost(copies, t) / copies)
        else:
            for name, (copies, zones) in replicas.items():
                several = zones[rows] > 1.0
                gone = np.where(several & (t > 0.0), np.ceil(copies[rows] / zones[rows]), 0.0)
                gone = np.minimum(gone, copies[rows] - 1.0)
                change(Slot("component", name, "replicas"), mine, 1.0 - gone / copies[rows])
    return factors


def _lost(copies: Array, t: Array) -> Array:
    """Whole replicas that are gone; the last one stays."""
    return np.asarray(np.floor(t * (copies - 1.0) + 1e-9))


def _natural(system: System, loss: _Loss, t: Array, replicas: dict[str, tuple[Array, Array]]) -> Array:
    if loss.kind == "time":
        return np.asarray(SLOWEST**t)
    if loss.kind == "replicas":
        return _lost(replicas[loss.component][0], t)
    return np.asarray(np.floor(t)) if loss.kind == "zone" else t
