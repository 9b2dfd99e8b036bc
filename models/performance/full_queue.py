"""Retries at a queue that was full: how likely it still is, and how they fill it.

Who was turned away and tries again after a short pause meets nearly the same queue. And all who were turned
away in one bad moment come back together after the same pause, so that the queue is full more often than by
the same number of calls that come evenly.
"""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, internal
from models.performance.copies import refused_share, works_at_copies
from models.performance.program import Program, Work
from models.performance.retry import tries_of
from models.performance.station_wait import LEAST_VARIABILITY
from models.system import layout as at

#: Levels below a full queue that are followed; a queue that is emptier than that has nothing to do with them.
MOST_LEVELS = 48
#: Stages of a pause at the most: eight vary by a third, and are not worth more.
MOST_STAGES = 8
#: Rounds in which rates and the state of the queue are brought together, and the part of each step taken.
_ROUNDS, _STEP = 3, 0.8
#: Steps in which a number is looked for, and how exactly.
_STEPS, _EXACTLY = 40, 1e-12
#: What is turned away more rarely is not looked at.
_RARE = 1e-9
#: Tokens of a rate limit beyond which it is not empty.
_TOKENS = 10.0
#: Share of the attempts that comes at the least, however empty the queue is.
_LEAST_SHARE = 0.01
_MS_PER_S = 1000.0


@compiled
def stages_of(backoff_s: float, jitter: float) -> tuple[float, int]:
    """Mean of a pause, s, and how many exponential stages of equal length vary as little as it does."""
    mean = backoff_s * (1.0 - 0.5 * jitter)
    scv = (backoff_s * jitter) ** 2 / 12.0 / (mean * mean) if mean > 0.0 else 0.0
    return mean, int(min(max(round(1.0 / scv), 1.0), MOST_STAGES)) if scv > 0.0 else MOST_STAGES


@compiled
def still_full(
    queue: tuple[float, float, float],
    share: float,
    rates: tuple[float, float],
    again: float,
    pause: tuple[float, int],
) -> tuple[float, float]:
    """How likely a queue that turned an attempt away does so again after a pause, and how much more often.

    Args:
        queue: Servers, places to wait in, and mean service time, s.
        share: Share of the retries that come to the same queue; less than 1 where each replica has its own.
        rates: Calls whose refused attempts come again, and all attempts as the queue feels them, 1/s.
        again: Retries of a call.
        pause: Mean pause before each, s, and its stages (`stages_of`).

    Returns:
        Share of the retries of attempts that were turned away that meet the same full queue, the others meet
        it as any attempt does; and how much more often a first attempt is turned away than where all came
        evenly.

    Source: own. M/M/c/K whose arrivals at n calls are more than the average by a (P(full a pause ago | n now)
    - P(full)), a the rate at which attempts are turned away while it is full; in reversed time (Kelly 1979,
    section 1.2) that is the probability to be full a pause later. The pause is a sum of exponential stages,
    each the solution of a tridiagonal system.
    """
    servers, places, service_s = queue
    calls, felt = rates
    pause_s, stages = pause
    levels = int(min(max(round(servers + places), 1.0), MOST_LEVELS))
    first = max(servers + places, 1.0) - levels
    down, up = np.empty(levels + 1), np.full(levels + 1, felt)
    later, room = np.empty(levels + 1), np.empty((2, levels + 1))
    for n in range(levels + 1):
        down[n] = min(first + n, servers) / service_s
    down[0] = 0.0
    evenly = _full_share(up, down)
    is_full, back = evenly, evenly
    for _ in range(_ROUNDS):
        _full_later(up, down, pause_s / stages, stages, later, room)
        is_full = _full_share(up, down)
        same = share * later[levels] + (1.0 - share) * is_full
        # How many attempts come per second while it is full: each turned away that comes again meets it so.
        times, left = 1.0, 1.0
        for _ in range(int(again) - 1):
            left *= same
            times += left
        for n in range(levels + 1):
            come = max(felt + calls * times * share * (later[n] - is_full), _LEAST_SHARE * felt)
            up[n] += _STEP * (come - up[n])
        back = same
    more = is_full / evenly if evenly > 0.0 else 1.0
    return min(max((back - is_full) / max(1.0 - is_full, _RARE), 0.0), 1.0), more


@compiled
def _full_share(up: np.ndarray, down: np.ndarray) -> float:
    """Share of time that a birth and death process is at its top (Karlin and McGregor 1957)."""
    total, weight = 1.0, 1.0
    for n in range(up.size - 1, 0, -1):
        weight *= down[n] / up[n - 1]
        total += weight
        if not total < 1e300:
            return 0.0
    return 1.0 / total


@compiled
def _full_later(
    up: np.ndarray, down: np.ndarray, stage_s: float, stages: int, later: np.ndarray, room: np.ndarray
) -> None:
    """By level: the probability to be at the top after a pause of so many exponential stages, in `later`."""
    share, rising = room[0], room[1]
    top = up.size - 1
    for n in range(top + 1):
        later[n] = 1.0 if n == top else 0.0
        rises = stage_s * up[n] if n < top else 0.0
        falls = stage_s * down[n]
        share[n] = 1.0 / (1.0 + rises + falls * (1.0 - (rising[n - 1] if n > 0 else 0.0)))
        rising[n] = rises * share[n]
    for _ in range(stages):
        # (1 + stage (up + down)) x_n - stage up x_(n+1) - stage down x_(n-1) = what it was.
        later[0] *= share[0]
        for n in range(1, top + 1):
            later[n] = (later[n] + stage_s * down[n] * later[n - 1]) * share[n]
        for n in range(top - 1, -1, -1):
            later[n] += rising[n] * later[n + 1]


@internal
def refused_again(
    program: Program, work: Work, i: int, part: np.ndarray, call: np.ndarray
) -> tuple[float, float]:
    """Share of a call's first attempts that its component turns away, and of retries of those turned away.

    Args:
        program: The system.
        work: Room; the station is known.
        i: The call.
        part: Parameters of its component.
        call: Its own.
    """
    st = work.station[program.component[i]]
    refused, retries = st[of.BLOCKED], call[at.RETRIES]
    if works_at_copies(program, program.component[i], part):
        refused = refused_share(part, st, program.writes[i] > 0)
        return refused, refused
    if not retries > 0.0 or not refused > _RARE or refused >= 1.0:
        return refused, refused
    share = 1.0
    if part[at.REPLICAS] > 1.0 and program.kind[program.component[i]] != of.EXTERNAL:
        if part[at.BALANCING] == at.RANDOM or part[at.BALANCING] == at.ROUND_ROBIN:
            share = 1.0 / part[at.REPLICAS]
        elif part[at.BALANCING] == at.TWO_CHOICES:
            share = min(2.0 / part[at.REPLICAS], 1.0)
    pause = stages_of(call[at.BACKOFF_MS] / _MS_PER_S, call[at.JITTER])
    if not pause[0] > 0.0:
        return refused, share + (1.0 - share) * refused
    parts = part[at.SHARDS]
    own = work.call[i, of.CALLS_PER_S]
    felt = max(st[of.ARRIVALS], _RARE)
    if program.kind[program.component[i]] == of.EXTERNAL:
        queue = (1.0, _TOKENS, 1.0 / part[at.RATE_LIMIT])
    else:
        parts = parts / share
        servers, service_s = st[of.SERVERS] * share, st[of.HELD_S]
        k = max(0.5 * (part[at.ARRIVAL_SCV] + part[at.SERVICE_SCV]), LEAST_VARIABILITY)
        places = min(part[at.QUEUE_LIMIT] * share, part[at.MAX_WAIT_S] * servers / service_s) / k
        queue = (servers, min(places, 1e9), service_s)
    rates = (own / parts, felt / parts)
    back, more = still_full(queue, share, rates, retries, pause)
    first = min(refused * more, 1.0)
    return first, min(max(first + (1.0 - first) * back, first), 1.0)


@internal
def felt_attempts(
    program: Program,
    work: Work,
    i: int,
    part: np.ndarray,
    refused: tuple[float, float],
    others: float,
    shut: tuple[float, float],
    more: tuple[float, float],
) -> float:
    """Attempts of a call as its component feels them: as many that come evenly are let in as often.

    The fewer come the fewer are turned away, and the more of the retries are let in. Both are brought
    together here, by how the share let in follows the attempts nearby: with at most K calls there and L on
    average d ln(1 - B) / d ln(rate) = -B (K - L) / (1 - B) (M/M/c/K). Alone, each would throw the other to
    and fro.
    """
    c = program.component[i]
    st, done = work.station[c], work.call[i]
    blocked = st[of.BLOCKED]
    slope = 1.0
    if program.kind[c] != of.EXTERNAL:
        per = part[at.SHARDS]
        let_in = st[of.ARRIVALS] * (1.0 - blocked) / per
        places = min(part[at.QUEUE_LIMIT], part[at.MAX_WAIT_S] * st[of.SERVERS] / st[of.HELD_S])
        free = st[of.SERVERS] + places - let_in * (st[of.WAIT] + st[of.HELD_S])
        slope = min(max(blocked * free / (1.0 - blocked), 0.0), 1.0)
    now = done[of.FELT]
    if st[of.ARRIVALS] > 0.0:
        slope *= min(now * done[of.CALLS_PER_S] / st[of.ARRIVALS], 1.0)
    oftener, stays = refused[0] / blocked, (refused[1] - refused[0]) / (1.0 - refused[0])
    low, high = shut[0], shut[0] * (more[0] + 1.0)
    felt, at_low, at_high = min(max(now, low), high), 1.0, -1.0
    for k in range(_STEPS):
        let_in = (1.0 - blocked) * (now / felt) ** slope if now > 0.0 else 1.0 - blocked
        let_in = min(let_in, 1.0)
        first = min((1.0 - let_in) * oftener, 1.0)
        again = first + (1.0 - first) * stays
        lacks = tries_of((first, again), others, shut, more)[2] - felt * let_in
        if lacks > 0.0:
            low, at_low = felt, lacks
            at_high *= 0.5 if k > 0 else 1.0
        else:
            high, at_high = felt, lacks
            at_low *= 0.5 if k > 0 else 1.0
        if high - low <= _EXACTLY * high or lacks == 0.0:
            break
        # Regula falsi, in which the end that stays loses half of its weight (Dowell and Jarratt 1971).
        felt = low + (high - low) * at_low / (at_low - at_high)
    return felt
