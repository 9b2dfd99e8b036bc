"""How much can be lost of replicas, a zone, a dependency's speed or a cache's hits until a limit falls.

Each loss is followed from nothing (0) to all of it (1) by sections, for all designs and all losses together.
A zone takes with it all that stands there. Where fewer copies are left than a quorum asks for, or none, the
work is refused at once: no limit of the scenario is needed to call that a fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.evaluator import run
from models.scenario.parameter_names import ComponentParameter
from models.scenario.paths import Slot
from models.system.dependency_graph import is_required
from models.system.phases import in_phase
from models.system.system import System

Kind = Literal["replicas", "zone", "time", "hits"]
#: Parts of an interval in each round, and rounds: they tell one of 4,000 replicas, and a time to 0.1 %.
PARTS, ROUNDS = 4, 6
#: Largest multiple of a dependency's time that is tried.
SLOWEST = 64.0
#: Stands for a limit: so few copies are left that requests are refused at once.
REFUSED = "refused"


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
        has: What there is to lose: copies of the component, 1 for all others, `(n,)`.
        first: The limit that falls first beyond that, or `REFUSED`, `(n,)`; empty where none does.
        bottleneck: The busiest component there, or the one that refuses, `(n,)`.
    """

    kind: Kind
    component: str
    stands: Array
    is_all: NDArray[np.bool_]
    has: Array
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
    copies = _copies(system, X)
    rows, which = np.tile(np.arange(n), len(losses)), np.repeat(np.arange(len(losses)), n)
    designs = X[rows]

    def falls(asked: NDArray[np.intp], t: Array) -> NDArray[np.bool_]:
        kinds, places = which[asked], rows[asked]
        left = _left(losses, kinds, places, copies, t)
        found = np.asarray(_refuses(copies, places, left) >= 0)
        rest = np.flatnonzero(~found)
        if rest.size:
            some = {name: value[rest] for name, value in left.items()}
            stress = _stress(losses, kinds[rest], places[rest], copies, some, t[rest])
            steps = run(system, X[places[rest]], stress=stress)
            over = np.column_stack([np.broadcast_to(e, (rest.size,)) for e in steps.excess.values()]) > 0.0
            found[rest] = over.any(axis=1)
        return found

    every = np.arange(len(rows))
    broken = np.tile(falls(every[:n], np.zeros(n)), len(losses))
    all_of_it = ~broken
    all_of_it[~broken] = ~falls(every[~broken], np.ones(int((~broken).sum())))
    # What is broken already falls with the smallest loss that is tried.
    low, high = np.zeros(len(rows)), np.where(broken, float(PARTS) ** -ROUNDS, 1.0)
    for _ in range(ROUNDS):
        asked = np.flatnonzero(~broken & ~all_of_it & _is_open(losses, which, rows, copies, low, high))
        if not asked.size:
            break
        edges = np.linspace(low[asked], high[asked], PARTS + 1, axis=1)
        over = falls(np.repeat(asked, PARTS - 1), edges[:, 1:-1].ravel()).reshape(asked.size, PARTS - 1)
        place = np.argmax(np.column_stack([over, np.ones(asked.size, dtype=bool)]), axis=1)
        own = np.arange(asked.size)
        low[asked], high[asked] = edges[own, place], edges[own, place + 1]
    there = np.where(all_of_it, 1.0, high)
    left = _left(losses, which, rows, copies, there)
    beyond = run(system, designs, stress=_stress(losses, which, rows, copies, left, there))
    names = list(beyond.excess)
    over = np.column_stack([np.broadcast_to(e, (len(rows),)) for e in beyond.excess.values()]) > 0.0
    refusing = _refuses(copies, rows, left)
    first = [
        REFUSED if c >= 0 else names[int(np.argmax(row))] if row.any() else ""
        for row, c in zip(over, refusing, strict=True)
    ]
    busiest = [
        "" if not name else system.components[int(c if c >= 0 else busy)]
        for busy, name, c in zip(beyond.bottleneck, first, refusing, strict=True)
    ]
    stood = np.where(all_of_it, 1.0, low)
    found = []
    for k, loss in enumerate(losses):
        mine = slice(k * n, (k + 1) * n)
        stands = _natural(loss, stood[mine], copies)
        found.append(
            Margin(
                loss.kind,
                loss.component,
                np.where(broken[mine], np.nan, stands),
                all_of_it[mine] & ~broken[mine],
                copies[loss.component].copies if loss.kind == "replicas" else np.ones(n),
                tuple(first[mine]),
                tuple(busiest[mine]),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Copies:
    """The copies of one component in the peak phase, `(n,)` each.

    Attributes:
        index: Position of the component.
        copies: Copies.
        zones: Zones over which they are spread; 0 where the scenario says of no zone that it can be lost.
        needed: Copies without which requests are refused; 0 where no flow requires the component.
    """

    index: int
    copies: Array
    zones: Array
    needed: Array


def _losses(system: System) -> list[_Loss]:
    found: list[_Loss] = []
    for name, part in zip(system.components, system.parts, strict=True):
        found.append(_Loss("replicas" if part.traits.is_ours else "time", name))
        if part.traits.passes_on_misses:
            found.append(_Loss("hits", name))
    if any(_may_lose_a_zone(system, c) for c in range(len(system.parts))):
        found.append(_Loss("zone", ""))
    return found


def _may_lose_a_zone(system: System, c: int) -> bool:
    """Whether a component of some design stands in zones that can be lost."""
    if not system.parts[c].traits.is_ours:
        return False
    slots = [Slot("component", system.components[c], name) for name in ("zones", "zone_availability")]
    if any(slot in system.plans for slot in slots):
        return True
    zones, availability = (float(system.static[slot].max()) for slot in slots)
    return zones > 1.0 or availability < 1.0


def _copies(system: System, X: Array) -> dict[str, _Copies]:
    """The copies of each component that has any."""
    parameters = run(system, X).parameters
    n = X.shape[0]
    found: dict[str, _Copies] = {}
    for c, name in enumerate(system.components):
        if not system.parts[c].traits.is_ours:
            continue

        def at_peak(key: ComponentParameter, default: float, c: int = c) -> Array:
            value = parameters.of_component_or(c, key, default)
            return np.asarray(np.broadcast_to(in_phase(value, system.peak), (n,)))

        copies, zones = at_peak("replicas", 1.0), at_peak("zones", 1.0)
        stands_in_zones = (zones > 1.0) | (at_peak("zone_availability", 1.0) < 1.0)
        write = at_peak("write_quorum", 1.0)
        quorums = {True: np.where(np.isnan(write), copies, write), False: at_peak("read_quorum", 1.0)}
        needed = np.zeros(n)
        for writes, quorum in quorums.items():
            asked = np.zeros(n)
            for flow in is_required(parameters, c, writes=writes):
                asked = np.maximum(asked, np.broadcast_to(in_phase(flow, system.peak), (n,)))
            needed = np.maximum(needed, np.where(asked > 0.0, np.minimum(quorum, copies), 0.0))
        found[name] = _Copies(c, copies, np.where(stands_in_zones, zones, 0.0), needed)
    return found


def _left(
    losses: Sequence[_Loss],
    which: NDArray[np.intp],
    rows: NDArray[np.intp],
    copies: dict[str, _Copies],
    t: Array,
) -> dict[str, Array]:
    """Copies of each component that are left, `(rows,)`."""
    kinds = np.array([loss.kind for loss in losses])[which]
    places = np.array([loss.component for loss in losses])[which]
    found = {}
    for name, part in copies.items():
        there, zones = part.copies[rows], part.zones[rows]
        # The first zone, where those stand too that have only one, and what doesn't divide.
        in_zone = np.ceil(there / np.maximum(zones, 1.0))
        gone = np.where((kinds == "zone") & (zones > 0.0) & (t >= 1.0), in_zone, 0.0)
        gone = np.where((kinds == "replicas") & (places == name), _lost(there, t), gone)
        found[name] = there - gone
    return found


def _is_open(
    losses: Sequence[_Loss],
    which: NDArray[np.intp],
    rows: NDArray[np.intp],
    copies: dict[str, _Copies],
    low: Array,
    high: Array,
) -> NDArray[np.bool_]:
    """Whether there is anything between two losses: one of two replicas, or one zone, has no half."""
    whole = np.ones(which.size)  # what can be lost of it; nothing of it in part where that is whole
    is_whole = np.zeros(which.size, dtype=bool)
    for k, loss in enumerate(losses):
        mine = which == k
        is_whole |= mine & (loss.kind in ("replicas", "zone"))
        if loss.kind == "replicas":
            whole[mine] = copies[loss.component].copies[rows[mine]]
    return ~is_whole | (_lost(whole, high) - _lost(whole, low) > 1.0)


def _refuses(copies: dict[str, _Copies], rows: NDArray[np.intp], left: dict[str, Array]) -> NDArray[np.intp]:
    """Position of a component with too few copies left for what is required of it, `(rows,)`; -1 = none."""
    found = np.full(rows.shape, -1, dtype=np.intp)
    for name, part in copies.items():
        too_few = (left[name] < part.needed[rows]) & (left[name] < part.copies[rows])
        found = np.where((found < 0) & too_few, part.index, found)
    return found


def _stress(
    losses: Sequence[_Loss],
    which: NDArray[np.intp],
    rows: NDArray[np.intp],
    copies: dict[str, _Copies],
    left: dict[str, Array],
    t: Array,
) -> dict[Slot, Array]:
    """Factors on every parameter that any of the losses changes, `(rows, 1)` each."""
    factors: dict[Slot, Array] = {}
    for k, loss in enumerate(losses):
        mine = np.asarray(which == k)[:, None]
        if loss.kind == "time":
            slot = Slot("component", loss.component, "latency_ms")
            factors[slot] = np.where(mine, SLOWEST ** t[:, None], 1.0)
        elif loss.kind == "hits":
            slot = Slot("component", loss.component, "hit_factor")
            factors[slot] = np.where(mine, 1.0 - t[:, None], 1.0)
    for name, part in copies.items():
        some = np.maximum(left[name], 1.0)
        factors[Slot("component", name, "replicas")] = (some / part.copies[rows])[:, None]
        factors[Slot("component", name, "up_factor")] = (left[name] > 0.0).astype(np.float64)[:, None]
    return factors


def _lost(copies: Array, t: Array) -> Array:
    """Whole replicas that are gone."""
    return np.asarray(np.floor(t * copies + 1e-9))


def _natural(loss: _Loss, t: Array, copies: dict[str, _Copies]) -> Array:
    if loss.kind == "time":
        return np.asarray(SLOWEST**t)
    if loss.kind == "replicas":
        return _lost(copies[loss.component].copies, t)
    return np.asarray(np.floor(t)) if loss.kind == "zone" else t
