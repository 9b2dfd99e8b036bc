"""Which replicas and zones are up: the likeliest states, and how likely they are."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.program import Program, row_of
from models.system import layout
from models.system.system import System

_MINUTES_PER_HOUR = 60.0
#: Counts of lost replicas of a component that are looked at, those around the likeliest.
_COUNTS = 8
#: States that are looked through for each one that is wanted: the same replicas can be lost in several ways.
_LOOKED_THROUGH = 16


@dataclass(frozen=True, slots=True)
class Left:
    """One state: the replicas that are left of each component that lost some, and how likely that is."""

    left: dict[int, int]
    probability: float


def likeliest(program: Program, design: Array, most: int) -> list[Left]:
    """The likeliest states, the likeliest first, at most so many.

    Zones are shared by all components, and go down independently of each other, as replicas do in the zones
    that are up. What no flow calls is left aside.

    Args:
        program: The tables of the design, everything being up: what is called at all.
        design: One row of the decision matrix, `(d,)`.
        most: How many states.
    """
    parts = _parts(program, design)
    found: dict[tuple[tuple[int, int], ...], float] = {}
    for looked, (probability, left) in enumerate(_in_order(parts)):
        found[left] = found.get(left, 0.0) + probability
        if looked >= _LOOKED_THROUGH * most or probability < 1e-15:
            break
    ordered = sorted(found.items(), key=lambda item: -item[1])[:most]
    return [Left(dict(left), probability) for left, probability in ordered]


@dataclass(frozen=True, slots=True)
class _Part:
    component: int
    replicas: int
    up: float
    zones: int
    zone_up: float


def _parts(program: Program, design: Array) -> list[_Part]:
    system = program.system
    row = row_of(system, design, program.phase)
    width = len(layout.COMPONENT)
    steps = program.arrays["steps"]
    called = {int(program.arrays["node"][i, at.COMPONENT]) for i in steps[steps >= 0]}
    found = []
    for c in sorted(called):
        said = row[1 + c * width : 1 + (c + 1) * width]
        up = said[layout.AVAILABILITY]
        if math.isnan(up):
            mtbf, mttr = said[layout.MTBF_HOURS], said[layout.MTTR_MINUTES] / _MINUTES_PER_HOUR
            up = 1.0 if math.isnan(mtbf) or math.isnan(mttr) else mtbf / (mtbf + mttr) if mtbf > 0.0 else 0.0
        if not system.parts[c].traits.is_ours:
            found.append(_Part(c, 1, float(up), 1, 1.0))
            continue
        zones, zone_up = int(said[layout.ZONES]), float(said[layout.ZONE_AVAILABILITY])
        found.append(_Part(c, int(said[layout.REPLICAS]), float(up), zones, zone_up))
    return [part for part in found if part.up < 1.0 or part.zone_up < 1.0]


def _in_order(parts: list[_Part]) -> Iterator[tuple[float, tuple[tuple[int, int], ...]]]:
    """All states, the likeliest first: probability, and what is left where something is lost."""
    zones = _zones(parts)
    waiting: list[tuple[float, int, tuple[int, ...], int]] = []
    tables: list[list[list[tuple[float, int]]]] = []
    chances: list[float] = []
    for code in range(1 << len(zones)):
        is_up = [not (code >> z) & 1 for z in range(len(zones))]
        chance = math.prod(a if up else 1.0 - a for a, up in zip(zones, is_up, strict=True))
        if chance > 0.0:
            tables.append([_counts(part, is_up) for part in parts])
            chances.append(chance)
            state = (0,) * len(parts)
            heapq.heappush(waiting, (-_chance(tables[-1], state, chance), len(tables) - 1, state, 0))
    while waiting:
        negative, which, state, moved = heapq.heappop(waiting)
        table = tables[which]
        left = tuple(
            (part.component, table[j][k][1])
            for j, (part, k) in enumerate(zip(parts, state, strict=True))
            if table[j][k][1] < part.replicas
        )
        yield -negative, left
        for j in range(moved, len(parts)):
            if state[j] + 1 < len(table[j]):
                after = (*state[:j], state[j] + 1, *state[j + 1 :])
                heapq.heappush(waiting, (-_chance(table, after, chances[which]), which, after, j))


def _zones(parts: list[_Part]) -> list[float]:
    """Availability of each zone: the least that a component says of it."""
    spread = [part for part in parts if part.zone_up < 1.0]
    count = max((part.zones for part in spread), default=0)
    return [min(part.zone_up for part in spread if z < part.zones) for z in range(count)]


def _counts(part: _Part, is_up: list[bool]) -> list[tuple[float, int]]:
    """Replicas of a component that are left in a state of the zones: probability and count."""
    there = part.replicas
    if part.zone_up < 1.0:
        # Spread evenly; the first zones take what doesn't divide.
        there = sum(
            part.replicas // part.zones + (z < part.replicas % part.zones)
            for z in range(part.zones)
            if is_up[z]
        )
    likeliest = round(there * (1.0 - part.up))
    counts = range(max(likeliest - _COUNTS, 0), min(likeliest + _COUNTS, there) + 1)
    found = [(_binomial(there, lost, 1.0 - part.up), there - lost) for lost in counts]
    return sorted(found, key=lambda item: -item[0])[:_COUNTS]


def _binomial(n: int, k: int, p: float) -> float:
    """Probability of k of n, each with p."""
    if p <= 0.0 or p >= 1.0:
        return float(k == (n if p >= 1.0 else 0))
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(p) + (n - k) * math.log1p(-p))


def _chance(table: list[list[tuple[float, int]]], state: tuple[int, ...], chance: float) -> float:
    return chance * math.prod(table[j][k][0] for j, k in enumerate(state))


def names_of(system: System, left: dict[int, int]) -> tuple[tuple[str, int], ...]:
    """What is left, by the names of the components."""
    return tuple((system.components[c], count) for c, count in left.items())
