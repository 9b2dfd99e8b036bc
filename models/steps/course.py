"""The course of a run: phases one after the other and faults, cut where something changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.steps import columns as at
from models.steps.refused import NotPlayed, Why
from models.steps.tables import Tables, tables_of
from models.system.system import System

#: Parts into which a ramp is cut, and the shortest of them, s.
_RAMP_PARTS, _LEAST_PART_S = 24, 0.05


@dataclass(frozen=True, slots=True)
class Leg:
    """A phase, for a while.

    Attributes:
        phase: Position of the phase.
        seconds: How long it lasts, s.
        ramp_s: How long its arrivals need to come to its rate from that of the leg before, s.
    """

    phase: int
    seconds: float
    ramp_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """From one change to the next.

    Attributes:
        from_s: Its beginning, s.
        to_s: Its end, s.
        tables: The design meanwhile.
        flushed: Caches that lose a share of their keys at its beginning.
        phase: Position of its phase.
    """

    from_s: float
    to_s: float
    tables: Tables
    flushed: tuple[TimedChange, ...]
    phase: int


def segments_of(
    system: System,
    rows: dict[int, Array],
    legs: Sequence[Leg],
    changes: Sequence[TimedChange],
    horizon: float,
) -> list[Segment]:
    """The times between which nothing is changed from outside."""
    starts = np.cumsum([0.0, *(leg.seconds for leg in legs)])
    cuts = {0.0, horizon, *starts[:-1].tolist()}
    for begin, leg in zip(starts[:-1], legs, strict=True):
        cuts |= _ramp(float(begin), leg.ramp_s)
    for change in changes:
        cuts |= {change.from_s, change.to_s} | _ramp(change.from_s, change.ramp_s)
    times = sorted(cut for cut in cuts if 0.0 <= cut <= horizon)
    found = []
    for a, b in pairwise(times):
        active = [change for change in changes if change.from_s <= a < change.to_s]
        at_leg = int(np.searchsorted(starts, a, side="right")) - 1
        leg = legs[at_leg]
        row = rows[leg.phase].copy()
        for change in active:
            if change.change is Change.SET:
                usual, grown = rows[leg.phase][change.index], _grown(a, change.from_s, change.ramp_s)
                is_whole = grown >= 1.0 or not np.isfinite(usual)
                row[change.index] = change.amount if is_whole else usual + (change.amount - usual) * grown
        tables = tables_of(system, row, active, now_s=a)
        if leg.ramp_s > 0.0 and at_leg > 0:
            before = tables_of(system, rows[legs[at_leg - 1].phase], active, now_s=a).rate
            grown = _grown(0.5 * (a + b), float(starts[at_leg]), leg.ramp_s)
            tables = Tables(
                tables.part,
                tables.call,
                before + (tables.rate - before) * grown,
                tables.own_wait,
                tables.ways,
                tables.mix,
            )
        flushed = tuple(each for each in active if each.change is Change.FLUSHED and each.from_s == a)
        for each in flushed:
            _is_flushable(system, tables, each.index)
        found.append(Segment(a, b, tables, flushed, leg.phase))
    return found


def _is_flushable(system: System, tables: Tables, c: int) -> None:
    if tables.part[c, at.CACHE] == 1.0:
        raise NotPlayed(
            Why.GIVEN_HITS,
            "its hit_ratio is given, so that nothing is known of its keys",
            where=f"components.{system.components[c]}.hit_ratio",
            hint="give keys, zipf and ttl_s instead",
        )


def _ramp(from_s: float, ramp_s: float) -> set[float]:
    if not ramp_s > 0.0:
        return set()
    parts = max(min(_RAMP_PARTS, int(ramp_s / _LEAST_PART_S)), 1)
    return {from_s + ramp_s * (k / parts) for k in range(1, parts + 1)}


def _grown(now_s: float, from_s: float, ramp_s: float) -> float:
    return 1.0 if not ramp_s > 0.0 else min(max((now_s - from_s) / ramp_s, 0.0), 1.0)
