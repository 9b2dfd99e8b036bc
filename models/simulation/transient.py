"""A design simulated event by event while something is broken: what happened when, in several runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.faults.timed_change import Change, TimedChange
from models.simulation import columns as at
from models.simulation.bins import Counts, series_of
from models.simulation.caches import find_places
from models.simulation.injected import Breaks, Injector, breaks_of, left_of, moments, shifted
from models.simulation.loop import advance, begin
from models.simulation.program import Program, program_from, row_of, streams_of
from models.simulation.refused import NotSimulated, Reason
from models.simulation.runs import make_ready, measured_lookups, refuse_what_is_too_much
from models.simulation.settings import Settings
from models.simulation.state import State, arrays_of
from models.simulation.stationary import expected_visits, first_state, grown
from models.system.system import System

#: Simulated time before the first bin, s: the run comes to its steady state.
WARM_UP_S = 20.0
#: Events of all runs together at the most.
MOST_EVENTS = 100_000_000
#: Bins of a run at the most.
MOST_BINS = 20_000
_CHUNK = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is the same for all runs: the design, what is broken from when on, how long, in which bins."""

    program: Program
    changes: tuple[TimedChange, ...]
    times: tuple[float, ...]
    breaks: tuple[Breaks, ...]
    lookups: Array
    warm_up_s: float
    bin_s: float
    bins: int
    events: int


def transient(
    system: System,
    design: Array,
    phase: int,
    changes: Sequence[TimedChange] = (),
    *,
    horizon_s: float,
    bin_s: float = 1.0,
    seeds: Sequence[int] = (1,),
    warm_up_s: float = WARM_UP_S,
    most_events: int = MOST_EVENTS,
    threads: int | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Series:
    """Simulates a design in a phase while something is broken.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        changes: What is other than usual, by the time since the first bin began.
        horizon_s: How long it goes on, s.
        bin_s: Length of the bins that are told, s.
        seeds: One run for each; the same seed gives the same numbers, on any number of threads, and what is
            broken doesn't move the draws of anything else.
        warm_up_s: Simulated time before the first bin, s.
        most_events: Events of all runs together at the most.
        threads: Threads; None = one for each core.
        stop: Asked before each run and now and then in it; True leaves the rest out.

    Returns:
        What happened; fewer runs than seeds where it was stopped.

    Raises:
        NotSimulated: It can't be simulated, or takes more events than it may; says what would fit.
    """
    row = row_of(system, design, phase)
    program = program_from(system, row, phase)
    _check(program, changes, horizon_s, bin_s, seeds, warm_up_s)
    refuse_what_is_too_much(program, Settings(seed=seeds[0] if seeds else 1))
    bins = round(horizon_s / bin_s)
    each = _refuse_too_many_events(program, changes, horizon_s, warm_up_s, len(seeds), most_events)
    make_ready()
    later = shifted(changes, warm_up_s)
    end = warm_up_s + bins * bin_s
    times = moments(later, end)
    breaks = [breaks_of(program, row, later, a, b) for a, b in zip(times, [*times[1:], end], strict=True)]
    plan = _Plan(
        program=program,
        changes=tuple(later),
        times=tuple(times),
        breaks=tuple(breaks),
        lookups=measured_lookups(program, Settings(seed=seeds[0]), stop=stop),
        warm_up_s=warm_up_s,
        bin_s=bin_s,
        bins=bins,
        events=each,
    )
    with ThreadPoolExecutor(max(1, min(threads or _cores(), len(seeds)))) as pool:
        jobs = [pool.submit(_run, plan, seed, stop) for seed in seeds]
        runs = [found for job in jobs if (found := job.result()) is not None]
    sizes = (len(system.flows), len(system.components), len(system.nodes))
    return series_of(runs, bin_s, bins, sizes, program.arrays["node"][:, at.BREAKER] > 0)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check(
    program: Program,
    changes: Sequence[TimedChange],
    horizon_s: float,
    bin_s: float,
    seeds: Sequence[int],
    warm_up_s: float,
) -> None:
    """Refuses what makes no sense, before anything runs."""
    system = program.system
    if not (bin_s > 0.0 and horizon_s >= bin_s and warm_up_s >= 0.0 and seeds):
        what = f"{horizon_s:g} s in bins of {bin_s:g} s after {warm_up_s:g} s, {len(seeds)} seeds"
        raise NotSimulated(Reason.TOO_SMALL_BUDGET, what, hint="at least one bin and one seed")
    if round(horizon_s / bin_s) > MOST_BINS:
        hint = f"bins of {horizon_s / MOST_BINS:.3g} s or more"
        raise NotSimulated(Reason.TOO_SMALL_BUDGET, f"{horizon_s / bin_s:.0f} bins", hint=hint)
    for change in changes:
        name = change.change.name.lower()
        many = {Change.LOAD: len(system.flows), Change.SET: 1 << 40}.get(
            change.change, len(system.components)
        )
        if not -1 <= change.index < many:
            raise NotSimulated(Reason.NOT_INJECTED, f"{name} of number {change.index}, of {many}")
        if not 0.0 <= change.from_s < change.to_s:
            what = f"{name} from {change.from_s:g} to {change.to_s:g} s"
            raise NotSimulated(Reason.NOT_INJECTED, what, hint="an end after the beginning")
        if change.change is Change.FLUSHED and change.index not in program.caches:
            where = f"components.{system.components[change.index]}" if change.index >= 0 else ""
            what, hint = "no cache of keys that could be forgotten", "give keys, zipf and ttl_s"
            raise NotSimulated(Reason.NOT_INJECTED, what, where=where, hint=hint)


def _refuse_too_many_events(
    program: Program,
    changes: Sequence[TimedChange],
    horizon_s: float,
    warm_up_s: float,
    runs: int,
    most_events: int,
) -> int:
    """Events that a run may have; refuses more than there may be, and says how many seconds or runs fit."""
    visits, _ = expected_visits(program)
    per_s = float(program.requests_per_s.sum() + 2.0 * visits.sum())
    more = 0.0
    for change in changes:
        if change.change is Change.LOAD and change.amount > 1.0:
            length = min(change.to_s, horizon_s) - change.from_s
            share = 1.0 if change.index < 0 else float(program.requests_per_s[change.index])
            share = share if change.index < 0 else share / float(program.requests_per_s.sum())
            more += max(length, 0.0) * (change.amount - 1.0) * share
    seconds = horizon_s + warm_up_s + more
    wanted = per_s * seconds * runs
    if wanted > most_events:
        what = f"about {wanted:.3g} events in {runs} runs of {horizon_s:g} s"
        fits = f"{most_events / (per_s * seconds):.3g} runs, or {most_events / per_s / runs:.3g} s"
        raise NotSimulated(
            Reason.TOO_SMALL_BUDGET,
            f"{what}, and {most_events:.3g} are the most",
            where="events",
            hint=f"what would fit: {fits} (the warm-up and pushes included)",
        )
    return max(int(most_events / runs), 1)


def _run(plan: _Plan, seed: int, stop: Callable[[], bool]) -> Counts | None:
    """One run; None if it was stopped."""
    if stop():
        return None
    program = plan.program
    state = first_state(program, streams_of(program.system, seed, 0), plan.lookups, seed=seed)
    arrays = arrays_of(state)
    f_n, c_n, i_n = (arrays[name].shape[0] for name in ("flow", "kind", "node"))
    # One bin at a time is counted: no slices.
    small = {"counted_in": (1, c_n, at.SINCE), "answers_in": (1, f_n, at.ANSWER), "under_way": (1,)}
    arrays |= {name: np.zeros(shape) for name, shape in small.items()}
    arrays["histogram"] = np.zeros((1, f_n, at.BINS), dtype=np.int64)
    state = State(**arrays)
    state.x[at.SLICE_S] = state.x[at.SLICE_END] = np.inf
    find_places(state)
    begin(state)
    injector = Injector(program, _usual(plan), seed)
    told = Counts(plan.bins, (f_n, c_n, i_n))
    ends = [plan.warm_up_s + k * plan.bin_s for k in range(plan.bins + 1)]
    stops = sorted({*plan.times, *ends})
    k = -1  # the bin; before the first one it warms up
    for until in stops:
        if until > 0.0:
            found = _advanced(state, until, plan.events, stop)
            if found is None:
                return None
            state = found
        if until in ends:
            told.put_away(state, k, until - plan.bin_s)
            k += 1
        if until in plan.times:
            state.x[at.NOW] = state.x[at.UNTIL] = until
            at_once = [c for c in plan.changes if c.change is Change.FLUSHED and c.from_s == until]
            injector.apply(state, plan.breaks[plan.times.index(until)], at_once)
    return told


def _usual(plan: _Plan) -> Breaks:
    """The design as it is before anything is broken."""
    program = plan.program
    c_n = len(program.system.components)
    return Breaks(
        program=program,
        gaps_s=program.arrays["flow"][:, at.GAP_S],
        left=left_of(program, np.ones(c_n)),
        paused_to_s=np.zeros(c_n),
        shares=np.zeros((c_n, 5)),
    )


def _advanced(state: State, until: float, most: int, stop: Callable[[], bool]) -> State | None:
    """Lets things happen until a time; None where it was stopped."""
    state.x[at.UNTIL] = until
    while True:
        reason = advance(state, _CHUNK)
        if reason == at.REACHED:
            return state
        if reason == at.NO_ROOM:
            larger = grown(state)
            if larger is None:
                raise NotSimulated(
                    Reason.TOO_MANY_IN_FLIGHT,
                    f"more is under way after {state.x[at.NOW]:.3g} s than there is room for",
                    hint="let it last for less time, or give calls a time-out",
                )
            state = larger
        elif reason == at.STUCK:
            raise NotSimulated(Reason.TOO_MANY_IN_FLIGHT, "one event needs more room than there is")
        if state.n[at.EVENTS] > most:
            raise NotSimulated(
                Reason.TOO_SMALL_BUDGET,
                f"{most:.3g} events of a run are over after {state.x[at.NOW]:.3g} s",
                where="events",
                hint="retries made it more than expected: fewer runs, or a shorter time",
            )
        if stop():
            return None
