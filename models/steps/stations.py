"""Servers and queues of a component in a step: who is begun to be served, who waits, who is turned away."""

from __future__ import annotations

import math

from models.performance.compiled import internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.draws import binomial, normal, poisson
from models.steps.run import Run

#: Part of a smoothed number that a step may change at the most, and its time constant in steps.
SMOOTH = 0.1
_LEAST_S = 1e-12


@internal
def look_at(program: Program, run: Run, c: int) -> None:
    """The wait of who comes to a component now, and how long it keeps a server.

    Who finds q waiting and all of c servers taken for h seconds each waits for q + 1 of them to become free:
    (q + 1) h / c seconds in the mean (Mandelbaum, Massey and Reiman 1998, with h as it is at this moment).
    """
    part, station = run.part[c], run.station[c]
    servers = part[at.SERVERS]
    waiting, mix, held = 0.0, 0.0, 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        waiting += run.gate[i, at.WAITING]
        share = run.gate[i, at.MIX] + 1e-9
        mix += share
        held += share * run.attempt[i, at.OWN_HELD_S]
    held = held / mix if mix > 0.0 else 0.0
    station[at.HELD_S] = max(held, _LEAST_S)
    # Who waits does so while others are served: at the pace of all that time, not of this moment.
    step_s, pace = run.x[at.STEP_S], 1.0 / station[at.HELD_S]
    over = max(station[at.WAIT_S], held) if part[at.BLOCKS] > 0.0 else 0.0
    if station[at.PACE] <= 0.0 or over == math.inf:
        station[at.PACE] = pace
    station[at.PACE] += step_s / (step_s + over) * (pace - station[at.PACE])
    paused = max(part[at.RESUMES_AT] - run.n[at.STEP] * run.x[at.STEP_S], 0.0)
    station[at.WAIT_S], station[at.WAIT_VAR], station[at.WAIT_THIRD] = paused, 0.0, 0.0
    station[at.STRETCH] = 1.0
    station[at.OWN_S], station[at.OWN_VAR], station[at.OWN_THIRD] = 0.0, 0.0, 0.0
    if servers == math.inf:
        return
    taken = station[at.TAKEN]
    if servers <= 0.0:
        station[at.WAIT_S] = math.inf
        return
    if part[at.CONTENTION] > 0.0 or part[at.COHERENCY] > 0.0:
        others = (part[at.REPLICAS] - 1.0) * min(taken / servers, 1.0)
        station[at.STRETCH] = 1.0 + others * (part[at.CONTENTION] + part[at.COHERENCY] * (1.0 + others))
    if waiting > 0.0 or taken >= servers:
        behind = waiting + 1.0 - max(servers - taken, 0.0)
        if behind > 0.0:
            each = 1.0 / (servers * station[at.PACE])
            station[at.WAIT_S] += behind * each
            scv = part[at.SERVICE_SCV]
            station[at.WAIT_VAR] = behind * each * each * scv
            station[at.WAIT_THIRD] = 2.0 * behind * each * each * each * scv * scv
    if part[at.QUEUES] > 1.0:
        # Queues of their own wait even where together they have room.
        x = min(station[at.OFFERED], 1.0) * (at.POINTS - 1)
        k = min(int(x), at.POINTS - 2)
        power = 1.0
        for m in range(3):
            low, high = run.own_wait[c, k, m], run.own_wait[c, k + 1, m]
            power *= held
            station[at.OWN_S + m] = (low + (x - k) * (high - low)) * power


@internal
def serve(run: Run, c: int, stream: int, waiting: float, came: float) -> tuple[float, float]:
    """Lets servers end and begin.

    Args:
        run: The run.
        c: The component.
        stream: Its stream of random numbers.
        waiting: Calls that waited before.
        came: Calls that come in this step.

    Returns:
        Calls that begin to be served, and calls of those that came that are turned away.

    While there are calls for all servers, as many end in a step as its length allows, c dt / h, so that no
    capacity is lost to the length of the step; else each server that is taken ends with 1 - exp(-dt / h).
    """
    part, station = run.part[c], run.station[c]
    servers, held, step_s = part[at.SERVERS], station[at.HELD_S], run.x[at.STEP_S]
    taken, ready = station[at.TAKEN], waiting + came
    if servers == math.inf or (taken + ready <= servers and run.n[at.STEP] * step_s >= part[at.RESUMES_AT]):
        # A server for each.
        station[at.TAKEN] = _still(run, stream, taken, held) + _stay(run, stream, ready, held)
        return ready, 0.0
    places = part[at.PLACES]
    paused = part[at.RESUMES_AT] - run.n[at.STEP] * step_s
    if part[at.MAX_WAIT_S] < math.inf and servers > 0.0:
        places = min(places, max(part[at.MAX_WAIT_S] - max(paused, 0.0), 0.0) * servers / held)
    begun = 0.0
    if servers > 0.0:
        ends = 0.0
        if paused <= 0.0 and taken + ready > 0.0:
            mean = servers * step_s / held
            ends = _ends(run, stream, mean, part[at.SERVICE_SCV] if part[at.BLOCKS] == 0.0 else 1.0)
        free = max(servers - taken, 0.0) + ends
        begun = min(ready, free)
        if paused > 0.0:
            station[at.TAKEN] = taken + begun
        elif begun < ready:
            station[at.TAKEN] = min(servers, max(taken + begun - ends, 0.0))
        else:
            # The last that waited are begun in this step; no more can have ended than have had the time.
            x = step_s / held
            left = taken + begun - ends
            if taken * math.exp(-x) + begun * -math.expm1(-x) / x > taken + begun - servers * x:
                left = _still(run, stream, taken, held) + _stay(run, stream, begun, held)
            station[at.TAKEN] = min(max(left, 0.0), servers)
    left = ready - begun
    turned_away = min(max(math.floor(left - places), 0.0), came)
    return begun, turned_away


@internal
def _still(run: Run, stream: int, count: float, held: float) -> float:
    """Of those that are served at the beginning of a step, who is still served at its end."""
    return binomial(run, stream, count, math.exp(-run.x[at.STEP_S] / held)) if count > 0.0 else 0.0


@internal
def _stay(run: Run, stream: int, count: float, held: float) -> float:
    """Of those that begin somewhen in a step, who is still served at its end."""
    if count <= 0.0:
        return 0.0
    x = run.x[at.STEP_S] / held
    return binomial(run, stream, count, -math.expm1(-x) / x if x > 1e-9 else 1.0)


@internal
def _ends(run: Run, stream: int, mean: float, scv: float) -> float:
    """Services that end in a step in which no server is idle."""
    if abs(scv - 1.0) < 1e-9 or mean < 12.0:
        return poisson(run, stream, mean)
    return max(math.floor(mean + math.sqrt(mean * scv) * normal(run, stream) + 0.5), 0.0)
