"""Changes that are made to a run while it stands still: what a fault does, and what undoes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.evaluation import Array
from models.faults.timed_change import Change, TimedChange
from models.simulation import columns as at
from models.simulation.breaking import flush, serve_waiting
from models.simulation.program import Program, program_from, seed_of
from models.simulation.refused import NotSimulated, Reason
from models.simulation.servers_lost import Left, events, keep_events, resize
from models.simulation.state import State

#: Parts into which a ramp is cut, and the shortest of them, s.
_RAMP_PARTS, _LEAST_PART_S = 24, 0.05
#: Taken from the free slots of a queue while its servers are paused: none is free, however many come back.
_PAUSED_SLOTS = 1 << 40
#: Columns that a change of parameters may change while a run goes on.
_MAY_CHANGE: dict[str, tuple[int, ...]] = {
    "part": (
        *(at.WORK_S, at.WORK_SHAPE, at.ERROR, at.TRIP_S, at.TRIP_SHAPE, at.HIT, at.TTL_S, at.CONTENTION),
        *(at.COHERENCY, at.HITS_LEFT, at.TOKENS_PER_S, at.MOST_TOKENS, at.READ_REPAIR, at.BEHIND),
        *(at.COPY_WORK, at.WORK_SIGMA),
    ),
    "kind": (at.OTHERS, at.READ_OTHERS, at.WRITE_OTHERS, at.NO_READS, at.NO_WRITES),
    "node": (at.WHOLE, at.RETRIES, at.BREAKER, at.FALLBACK, at.OPTIONAL, at.VOLUME),
    "call": (
        *(at.ONE_MORE, at.PAUSE_S, at.JITTER, at.FALLBACK_S, at.WORK_FACTOR, at.TRIPS_AT, at.BUCKET_S),
        *(at.SLEEP_S, at.NETWORK_S, at.NETWORK_SHAPE),
    ),
    "flow": (at.SHED,),
}
#: What else follows from the replicas that are up, and is seen to where servers are lost.
_OF_REPLICAS = (at.FIRST_QUEUE, at.QUEUES, at.REPLICAS, at.SLOTS, at.STRIDE)


@dataclass(frozen=True, slots=True, eq=False)
class Breaks:
    """What is other than usual from one moment on.

    Attributes:
        program: The tables of the design meanwhile, but for the arrivals.
        gaps_s: Mean time between two requests of each flow, s, `(f,)`.
        left: What is up of each component.
        paused_to_s: When paused servers go on, s; 0 = they run, `(c,)`.
        shares: Shares of the calls that fail, are refused, never answered and slow; by how much, s, `(c, 5)`.
    """

    program: Program
    gaps_s: Array
    left: tuple[Left, ...]
    paused_to_s: Array
    shares: Array


_FAILED, _REFUSED, _SILENT, _SLOW, _SLOW_S = range(5)
_SHARES = {Change.FAILED: _FAILED, Change.REFUSED: _REFUSED, Change.SILENT: _SILENT}


def moments(changes: Sequence[TimedChange], horizon_s: float) -> list[float]:
    """The times at which something changes, the first being 0, s."""
    cuts = {0.0}
    for change in changes:
        cuts |= {change.from_s, change.to_s}
        if change.ramp_s > 0.0:
            parts = max(min(_RAMP_PARTS, int(change.ramp_s / _LEAST_PART_S)), 1)
            cuts |= {change.from_s + change.ramp_s * (k / parts) for k in range(1, parts)}
    return sorted(cut for cut in cuts if 0.0 <= cut < horizon_s)


def breaks_of(
    program: Program, row: Array, changes: Sequence[TimedChange], from_s: float, to_s: float
) -> Breaks:
    """What is other than usual between two moments.

    Args:
        program: The tables of the design as usual.
        row: The numbers of its situation, `(width,)`.
        changes: All changes.
        from_s: The moment, s.
        to_s: The next one, s: on a ramp the middle between them holds.

    Raises:
        NotSimulated: A change can't be made while a run goes on.
    """
    system = program.system
    c_n = len(system.components)
    active = [change for change in changes if change.from_s <= from_s < change.to_s]
    middle = 0.5 * (from_s + to_s)
    other = row.copy()
    kept, paused_to = np.ones(c_n), np.zeros(c_n)
    shares = np.zeros((c_n, 5))
    factors = np.ones(len(system.flows))
    for change in active:
        grown = _grown(change, middle)
        who = slice(None) if change.index < 0 else slice(change.index, change.index + 1)
        match change.change:
            case Change.SET:
                other[change.index] = row[change.index] + (change.amount - row[change.index]) * grown
            case Change.LOAD:
                factors[who] *= 1.0 + (change.amount - 1.0) * grown
            case Change.LOST:
                kept[who] *= 1.0 - change.amount
            case Change.PAUSED:
                paused_to[who] = np.maximum(paused_to[who], change.to_s)
            case Change.SLOWED:
                shares[who, _SLOW], shares[who, _SLOW_S] = change.share, change.amount * grown
            case Change.FAILED | Change.REFUSED | Change.SILENT:
                k = _SHARES[change.change]
                shares[who, k] = 1.0 - (1.0 - shares[who, k]) * (1.0 - change.share * grown)
    left = left_of(program, kept)
    replicas = {c: one.replicas for c, one in enumerate(left) if kept[c] < 1.0}
    found = program_from(system, other, program.phase, left=replicas)
    _refuse_other_shapes(program, program_from(system, other, program.phase))
    with np.errstate(divide="ignore"):
        gaps = np.where(factors > 0.0, found.arrays["flow"][:, at.GAP_S] / factors, math.inf)
    return Breaks(found, gaps, left, paused_to, shares)


def left_of(program: Program, kept: Array) -> tuple[Left, ...]:
    """What is up of each component where a share of its servers is.

    A replica with a queue of its own is up or it isn't; of one queue for all, slots are. A quorum counts
    replicas.

    Args:
        program: The tables of the design as usual.
        kept: Share of the servers that is up, `(c,)`.
    """
    found = []
    for k, share in zip(program.arrays["kind"], kept, strict=True):
        slots = int(k[at.SLOTS]) // max(int(k[at.SHARDS]), 1)
        replicas = math.floor(k[at.REPLICAS] * share + 0.5)
        if k[at.STRIDE] > 1:
            slots = slots // int(k[at.STRIDE]) * replicas
        else:
            slots = math.floor(slots * share + 0.5)
            replicas = max(replicas, 1) if slots > 0 else 0
        found.append(Left(replicas, slots) if k[at.OUTSIDE] == 0 else Left(1, 0))
    return tuple(found)


def _grown(change: TimedChange, now_s: float) -> float:
    return min(max((now_s - change.from_s) / change.ramp_s, 0.0), 1.0) if change.ramp_s > 0.0 else 1.0


def _refuse_other_shapes(usual: Program, other: Program) -> None:
    """Refuses changes of parameters that say how the tables are laid out."""
    for name, columns in _MAY_CHANGE.items():
        rest = [k for k in range(usual.arrays[name].shape[1]) if k not in columns]
        rest = [k for k in rest if name != "flow" or k != at.GAP_S]
        differs = usual.arrays[name][:, rest] != other.arrays[name][:, rest]
        if np.any(differs):
            where = int(np.nonzero(differs.any(axis=1))[0][0])
            raise _not_while_it_runs(f"{name} {where}")
    for name in ("steps", "roots", "group", "group_start", "equal", "queue", "cpu"):
        if not np.array_equal(usual.arrays[name], other.arrays[name]):
            raise _not_while_it_runs(name)


def _not_while_it_runs(what: str) -> NotSimulated:
    hint = "change times, shares and rates; replicas by losing servers"
    return NotSimulated(
        Reason.NOT_INJECTED, f"a change of what lays a run out ({what}) can't be made in it", hint=hint
    )


class Injector:
    """Makes changes to one run, and undoes them."""

    def __init__(self, program: Program, first: Breaks, seed: int) -> None:
        self._system = program.system
        self._usual, self._now = program, first
        self._rng = np.random.default_rng(abs(seed_of(seed, "lost")))
        self._rations = program.arrays["part"][:, at.RATION] > 0.0

    def apply(self, state: State, wanted: Breaks, flushed: Sequence[TimedChange]) -> None:
        """Brings a run to what shall hold from now on; it must stand still at that time."""
        before, self._now = self._now, wanted
        for c in range(len(self._system.components)):
            if before.paused_to_s[c] > 0.0 and wanted.paused_to_s[c] == 0.0:
                self._resume(state, c)
        self._set_tables(state, wanted)
        for c, (left, was) in enumerate(zip(wanted.left, before.left, strict=True)):
            if left == was:
                continue
            if wanted.paused_to_s[c] > 0.0 or before.paused_to_s[c] > 0.0:
                raise self._both(c, "servers that are lost and paused at the same time")
            resize(state, c, left, self._rng)
        for f in np.nonzero(wanted.gaps_s != before.gaps_s)[0].tolist():
            self._change_gap(state, f, float(wanted.gaps_s[f]))
        for c in np.nonzero((wanted.paused_to_s > 0.0) & (before.paused_to_s == 0.0))[0].tolist():
            self._pause(state, c, float(wanted.paused_to_s[c]))
        for each in flushed:
            flush(state, each.index, each.share)

    def _both(self, c: int, what: str) -> NotSimulated:
        return NotSimulated(Reason.NOT_INJECTED, what, where=f"components.{self._system.components[c]}")

    def _set_tables(self, state: State, wanted: Breaks) -> None:
        for name, columns in _MAY_CHANGE.items():
            table = getattr(state, name)
            table[:, list(columns)] = wanted.program.arrays[name][:, list(columns)]
        shares, part = wanted.shares, state.part
        part[:, at.ERROR] = 1.0 - (1.0 - part[:, at.ERROR]) * (1.0 - shares[:, _FAILED])
        part[:, at.REFUSED_SHARE] = shares[:, _REFUSED]
        part[:, at.SILENT_SHARE] = shares[:, _SILENT] * (1.0 - shares[:, _REFUSED])
        part[:, at.SLOW_SHARE], part[:, at.SLOW_S] = shares[:, _SLOW], shares[:, _SLOW_S]
        state.part[:, at.RESUMES_AT] = np.where(wanted.paused_to_s > 0.0, state.part[:, at.RESUMES_AT], 0.0)

    def _change_gap(self, state: State, f: int, gap_s: float) -> None:
        """Requests of a flow come at another rate: between renewals the clock runs faster or slower."""
        now, before = float(state.x[at.NOW]), float(state.flow[f, at.GAP_S])
        state.flow[f, at.GAP_S] = gap_s
        when, kinds, subjects = events(state)
        mine = (kinds == at.ARRIVAL) & (subjects == f)
        if not np.any(mine):
            return
        # A flow that nobody asks for has its next request at a time that never comes.
        rest = (when[mine] - now) / before if math.isfinite(before) else self._rng.exponential(size=1)
        when[mine] = now + rest * gap_s
        keep_events(state, np.ones(when.size, dtype=bool))

    def _pause(self, state: State, c: int, to_s: float) -> None:
        now = float(state.x[at.NOW])
        if self._rations[c]:
            raise self._both(c, "servers with a CPU quota can't be paused in a run")
        when, kinds, subjects = events(state)
        served = np.nonzero(kinds == at.SERVED)[0]
        calls = state.frame[subjects[served], at.F_NODE]
        mine = served[state.node[calls, at.COMPONENT] == c]
        when[mine] += to_s - now
        keep_events(state, np.ones(when.size, dtype=bool))
        for q in np.nonzero(state.queue[:, at.Q_PART] == c)[0].tolist():
            first, slots = state.queue[q, at.Q_FREE_AT], state.queue[q, at.Q_SLOTS]
            if first >= 0:
                free = state.free_at[first : first + slots]
                free[:] = np.maximum(free, now) + (to_s - now)
            state.queue[q, at.Q_FREE] -= _PAUSED_SLOTS
        state.part[c, at.RESUMES_AT] = to_s
        state.x[at.PAUSED_TO] = max(float(state.x[at.PAUSED_TO]), to_s)

    def _resume(self, state: State, c: int) -> None:
        state.part[c, at.RESUMES_AT] = 0.0
        for q in np.nonzero(state.queue[:, at.Q_PART] == c)[0].tolist():
            state.queue[q, at.Q_FREE] += _PAUSED_SLOTS
            serve_waiting(state, q)


def shifted(changes: Sequence[TimedChange], by_s: float) -> list[TimedChange]:
    """The same changes, later."""
    return [replace(change, from_s=change.from_s + by_s, to_s=change.to_s + by_s) for change in changes]
