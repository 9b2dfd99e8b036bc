"""Plays designs by steps through phases and faults: what happens when, in as many runs as are asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.faults.timed_change import Change, TimedChange
from models.performance.autoscaling import parameters_of
from models.performance.program import program_of
from models.steps import columns as at
from models.steps.autoscaler import scaling_of
from models.steps.beginning import Clock, begin_run, step_of, warm_up_of
from models.steps.compile import make_ready
from models.steps.course import Leg, Segment, segments_of
from models.steps.loop import advance
from models.steps.readings import series_of
from models.steps.refused import NotPlayed, Why
from models.steps.returns import Return, connect
from models.steps.rows import arrivals_of, rows_of
from models.steps.run import Run
from models.steps.tables import tables_of, with_all_open
from models.system.parameters import Parameters
from models.system.system import System

#: Times that a run may last, s.
_LEAST_S, _MOST_S = 0.1, 7 * 86400.0


def play(
    system: System,
    designs: Array,
    legs: Sequence[Leg],
    changes: Sequence[TimedChange] = (),
    *,
    returns: Sequence[Return] = (),
    seeds: Sequence[int] = (1,),
    bin_s: float = 1.0,
    step_s: float | None = None,
    threads: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    parameters: Parameters | None = None,
) -> list[Series]:
    """Plays designs by steps.

    Args:
        system: The compiled scenario.
        designs: Rows of the decision matrix, `(n, d)`.
        legs: The phases one after the other; queues, caches and breakers carry over.
        changes: What is broken meanwhile, by the time since the beginning of the first leg.
        returns: Clients that come back together, at most once for each flow.
        seeds: One run for each.
        bin_s: Length of the bins that are told, s.
        step_s: Length of a step, s; None = by what matters in the design (`step_of`).
        threads: Threads; None = one for each core.
        stop: Asked before each run; True leaves the rest out.
        parameters: Of the designs, where guesses take the place of what the file says; None = as it says.

    Returns:
        What happened to each design, in their order; of one that was left out there are fewer runs.

    Raises:
        NotPlayed: Something can't be played by steps; says what and where.
    """
    horizon = sum(leg.seconds for leg in legs)
    _check(system, legs, changes, horizon, bin_s)
    make_ready()
    X = np.atleast_2d(np.asarray(designs, dtype=np.float64))
    parameters = parameters or parameters_of(system, system.space.canonical(X), threads=threads)
    rows = {phase: rows_of(system, X, phase, parameters) for phase in {leg.phase for leg in legs}}
    clients = {phase: system.scenario.workload.phases[phase].clients for phase in rows}
    if returns:
        # Those who come back together are clients too: what the others ask counts as anybody's load.
        clients = dict.fromkeys(rows, 0)
        rows = {phase: with_all_open(system, table) for phase, table in rows.items()}
    scaling = {phase: scaling_of(system, parameters, phase) for phase in rows}
    arrivals = arrivals_of(system, X, legs[0].phase, parameters, threads=threads)
    bins = max(math.ceil(horizon / bin_s - 1e-9), 1)

    def prepared(n: int) -> tuple[list[Segment], Clock]:
        first = tables_of(system, rows[legs[0].phase][n], (), now_s=0.0)
        clock = Clock(step_s or step_of(system, first), bin_s, bins, warm_up_of(first))
        own = {phase: row[n] for phase, row in rows.items()}
        return segments_of(system, own, legs, changes, horizon), clock

    def run(n: int, seed: int, segments: list[Segment], clock: Clock) -> Run | None:
        if stop():
            return None
        scalers = {phase: table[n] for phase, table in scaling.items()}
        first = (rows[legs[0].phase][n], arrivals[n], scalers[legs[0].phase])
        begun = _begin_one(system, first, segments, clock, (seed, returns))
        return _play_one(system, begun, rows[legs[0].phase][n], segments, clock, (scalers, clients))

    with ThreadPoolExecutor(threads or _cores()) as pool:
        jobs = []
        for n in range(X.shape[0]):
            segments, clock = prepared(n)
            jobs.append([pool.submit(run, n, seed, segments, clock) for seed in seeds])
        told = [[one for job in each if (one := job.result()) is not None] for each in jobs]
    return [series_of(runs, bin_s) for runs in told]


def _check(
    system: System, legs: Sequence[Leg], changes: Sequence[TimedChange], horizon: float, bin_s: float
) -> None:
    """Refuses what can't be played, before anything runs."""
    if not legs or not _LEAST_S <= horizon <= _MOST_S or not bin_s > 0.0:
        raise NotPlayed(
            Why.HORIZON, f"{horizon:g} s in bins of {bin_s:g} s", hint=f"{_LEAST_S:g} to {_MOST_S:g} s"
        )
    for leg in legs:
        if not 0 <= leg.phase < len(system.phases):
            raise NotPlayed(Why.NO_SUCH, f"phase {leg.phase + 1} of {len(system.phases)}")
    for change in changes:
        last = len(system.flows) if change.change is Change.LOAD else len(system.components)
        if change.change is not Change.SET and not -1 <= change.index < last:
            raise NotPlayed(Why.NO_SUCH, f"{change.change.name.lower()} of number {change.index}, of {last}")
        if not 0.0 <= change.from_s < min(change.to_s, horizon):
            raise NotPlayed(
                Why.HORIZON, f"a change from {change.from_s:g} to {change.to_s:g} s, within {horizon:g} s"
            )
        if change.change is Change.FLUSHED:
            name = system.components[change.index]
            if not system.parts[change.index].traits.passes_on_misses:
                raise NotPlayed(Why.NO_SUCH, "it is no cache", where=f"components.{name}")


def _begin_one(
    system: System,
    first: tuple[Array, Array, Array],
    segments: list[Segment],
    clock: Clock,
    drawn: tuple[int, Sequence[Return]],
) -> Run:
    """A run before its first step: its lines have room for every retry and guard that any segment has."""
    seed, returns = drawn
    row, arrivals, scaling = first
    widest = replace(segments[0].tables, call=np.maximum.reduce([each.tables.call for each in segments]))
    widest.call[:, at.BULKHEAD] = np.minimum.reduce([each.tables.call[:, at.BULKHEAD] for each in segments])
    is_awaited = np.isfinite(widest.call[:, at.TIMEOUT_S]) & (widest.call[:, at.ASYNC] == 0.0)
    late = np.where(is_awaited, widest.call[:, at.TIMEOUT_S], 0.0)
    ahead = float((late + widest.call[:, at.PAUSE_S] + widest.call[:, at.FALLBACK_S]).max(initial=0.0))
    ahead = max(ahead, 4.0, max(5.0 * float(each.tables.part[:, at.SERVICE_S].max()) for each in segments))
    if not returns and any(phase.clients for phase in system.scenario.workload.phases):
        ahead = max(ahead, system.scenario.workload.behaviour.most_backoff_s + 1.0)
    for each in returns:
        longest = each.pause_s if each.growth <= 1.0 else each.most_pause_s
        ahead = max(
            ahead, longest + float(late.max(initial=0.0)), clock.warm_up_s + each.last_s + clock.step_s
        )
    run = begin_run(system, row, widest, arrivals, clock, seed=seed, most_delay_s=ahead, scaling=scaling)
    run.call[:] = segments[0].tables.call
    for each in returns:
        run.crowd[each.flow] = each.pause_s, each.jitter, each.growth, each.most_pause_s
        comes = each.first(clock.warm_up_s, clock.step_s, seed)
        run.coming[: comes.size, each.flow, 0] = comes
    return run


def _play_one(
    system: System,
    run: Run,
    row: Array,
    segments: list[Segment],
    clock: Clock,
    by_phase: tuple[Mapping[int, Array], Mapping[int, int]],
) -> Run:
    """A run from its beginning to its end."""
    program = program_of(system)
    for k, segment in enumerate(segments):
        run.part[:] = segment.tables.part
        pauses = run.part[:, at.RESUMES_AT] > 0.0
        run.part[pauses, at.RESUMES_AT] += clock.warm_up_s
        run.call[:], run.rate[:] = segment.tables.call, segment.tables.rate
        run.ways[:] = segment.tables.ways
        run.own_wait[:] = segment.tables.own_wait
        scaling, clients = by_phase[0][segment.phase], by_phase[1][segment.phase]
        run.scaler[:, : scaling.shape[1]] = scaling
        connect(run, system.scenario.workload.behaviour, clients, segment.tables)
        if k == 0:
            _warm_up(system, run, segments, row, clock)
        for change in segment.flushed:
            for c in range(len(system.components)) if change.index < 0 else (change.index,):
                if run.cache[c] >= 0:
                    run.keys[run.cache[c], :, at.WARM] *= 1.0 - change.share
                    run.lives[run.cache[c]] *= 1.0 - change.share
        run.n[at.IS_NEW] = 1
        advance(program, run, round((clock.warm_up_s + segment.to_s) / clock.step_s))
    return run


def _warm_up(system: System, run: Run, segments: list[Segment], row: Array, clock: Clock) -> None:
    """Lets the run go on without any fault until its first bin begins."""
    usual = tables_of(system, row, (), now_s=0.0)
    first = segments[0].tables
    run.part[:], run.call[:], run.rate[:], run.ways[:] = usual.part, usual.call, usual.rate, usual.ways
    run.own_wait[:] = usual.own_wait
    run.n[at.IS_NEW] = 1
    advance(program_of(system), run, round(clock.warm_up_s / clock.step_s))
    run.part[:], run.call[:], run.rate[:], run.ways[:] = first.part, first.call, first.rate, first.ways
    pauses = run.part[:, at.RESUMES_AT] > 0.0
    run.part[pauses, at.RESUMES_AT] += clock.warm_up_s


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
