"""How long a healthy state lasts that retries can turn over: the first time that chance makes a queue so long
that the attempts which give up, and come again, keep it long.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, gamma_upper, internal
from models.performance.mixture import collapse
from models.performance.program import Program, Work
from models.system import layout as at

#: The retries come a time-out, and a pause, after the queue that made them: until then it has become shorter.
#: How much longer the state lasts than if they came at once, and more of it for each time-out that the pause
#: lasts (fitted to simulation: 24 stations of 1 to 40 slots, time-outs of 2.5 to 9 services, scv 0.3 to 4).
LATER, PAUSES = 2.5, 6.0
#: A state that lasts longer than this, s, lasts for ever.
_FOR_EVER_S = 1e12
#: Levels at which attempts are worked out, and levels that are looked at, at the most.
_GRID, _MOST_LEVELS = 160, 200_000
_MS_PER_S = 1000.0


@internal
def lifetime_s(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray) -> float:
    """Mean time until the first station falls over by itself, s; infinite where none can.

    Args:
        program: The system.
        work: Room; the healthy state is known, with all its times.
        parts: Parameters of the components.
        calls: Parameters of the calls.

    Source: mean first passage of a birth and death process (Karlin and McGregor 1957) from an empty queue to
    the level from which on more attempts come than are served; births are the attempts that would come if the
    queue stayed as long as it is. Levels above the slots count as those of M/G/c: the ratio of the rates to
    the power 1/k, k = (1 + scv) / 2.
    """
    least = math.inf
    for c in range(program.kind.size):
        if program.kind[c] < of.EXTERNAL and work.station[c, of.ARRIVALS] > 0.0:
            least = min(least, _of_station(program, work, c, parts[c], calls))
    return least


@internal
def _of_station(program: Program, work: Work, c: int, part: np.ndarray, calls: np.ndarray) -> float:
    st = work.station[c]
    queues = part[at.SHARDS]
    if part[at.BALANCING] == at.RANDOM or part[at.BALANCING] == at.ROUND_ROBIN:
        queues *= part[at.REPLICAS]
    servers = st[of.SERVERS] * part[at.SHARDS] / queues
    service_s = st[of.HELD_S]
    if not 0.0 < service_s < math.inf or not math.isfinite(st[of.WAIT]):
        return math.inf
    patience, pause = _patience(program, c, calls)
    if not math.isfinite(patience):
        return math.inf
    k = 0.5 * (1.0 + part[at.SERVICE_SCV])
    places = (
        min(part[at.QUEUE_LIMIT], part[at.MAX_WAIT_S] * st[of.SERVERS] / service_s) / queues * part[at.SHARDS]
    )
    most = min(servers + places, servers + 4.0 * servers * patience / service_s + 60.0, _MOST_LEVELS)
    stride = max(int(most / _GRID), 1)
    capacity, births = servers / service_s, st[of.ARRIVALS] / queues
    passage, total = 0.0, 0.0
    for n in range(int(most)):
        if n % stride == 0:
            waits = max(n - servers + 1.0, 0.0) * service_s / servers
            births = _births(program, work, c, part, calls, waits) / queues
            if births > capacity:
                return LATER * (1.0 + PAUSES * pause / patience) * total / queues
        deaths = min(n, servers) / service_s
        ratio = deaths / births
        passage = 1.0 / births + (ratio ** (1.0 / k) if n > servers else ratio) * passage
        total += passage
        if total > _FOR_EVER_S:
            break
    return math.inf


@internal
def _patience(program: Program, c: int, calls: np.ndarray) -> tuple[float, float]:
    """The longest time-out whose late attempts come again at a component, s, and the shortest pause."""
    patience, pause = 0.0, math.inf
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        limit = math.inf
        while i >= 0:
            limit = min(limit, calls[i, at.TIMEOUT_MS] / _MS_PER_S)
            hedge_s = calls[i, at.HEDGE_AFTER_MS] / _MS_PER_S
            if hedge_s < limit and not _is_guarded(calls[i]):
                patience, pause = max(patience, hedge_s), 0.0
            if calls[i, at.RETRIES] > 0.0 and math.isfinite(limit) and not _is_guarded(calls[i]):
                patience = max(patience, limit)
                pause = min(pause, calls[i, at.BACKOFF_MS] / _MS_PER_S * (1.0 - 0.5 * calls[i, at.JITTER]))
            i = program.caller[i]
    return (patience, pause) if patience > 0.0 else (math.inf, 0.0)


@internal
def _is_guarded(call: np.ndarray) -> bool:
    return call[at.BREAKER] > 0.0 or math.isfinite(call[at.BULKHEAD_SLOTS])


@internal
def _births(program: Program, work: Work, c: int, part: np.ndarray, calls: np.ndarray, waits: float) -> float:
    """Attempts per second that come to a component if who comes to it waits so long."""
    total = 0.0
    for j in range(program.own_start[c], program.own_start[c + 1]):
        i = program.own[j]
        rate = work.call[i, of.FELT] * work.call[i, of.CALLS_PER_S]
        now = work.station[c, of.WAIT]
        longer = waits - now
        spread = (
            waits * part[at.SERVICE_SCV] * work.station[c, of.HELD_S] / max(work.station[c, of.SERVERS], 1.0)
        )
        spread -= work.station[c, of.WAIT + 1]
        fails, factor = 0.0, 1.0
        while i >= 0:
            call, own = calls[i], work.station[program.component[i]]
            under = collapse(work.steps[program.then[i]], work.steps_n[program.then[i]])
            late, sent = 0.0, 0.0
            limit, hedge_s = call[at.TIMEOUT_MS] / _MS_PER_S, call[at.HEDGE_AFTER_MS] / _MS_PER_S
            if math.isfinite(min(limit, hedge_s)):
                mean = max(own[of.RESPONSE] + under[0] + longer, 1e-12)
                variance = max(own[of.RESPONSE + 1] + under[1] + spread, 1e-6 * mean * mean)
                if math.isfinite(limit):
                    late = gamma_upper(mean * mean / variance, limit * mean / variance, 0)
                if hedge_s < limit:
                    sent = gamma_upper(mean * mean / variance, hedge_s * mean / variance, 0)
            fails = 1.0 - (1.0 - fails) * (1.0 - late)
            if hedge_s < limit and not call[at.RETRIES] > 0.0 and not _is_guarded(call):
                factor *= (1.0 + sent) / max(work.call[i, of.ATTEMPTS], 1.0)
            if call[at.RETRIES] > 0.0 and not _is_guarded(call):
                attempts = _repeats(fails, call[at.RETRIES])
                most = 1.0 + call[at.RETRY_BUDGET]
                if attempts > most:
                    attempts, fails = most, max(1.0 - (1.0 - fails) * most, 0.0)
                else:
                    fails = fails ** (call[at.RETRIES] + 1.0)
                factor *= attempts * (1.0 + sent) / max(work.call[i, of.ATTEMPTS], 1.0)
            if call[at.OPTIONAL] > 0.0 or call[at.FALLBACK_ENABLED] > 0.0:
                fails = 0.0
            longer, spread = min(longer, limit), max(spread, 0.0)
            i = program.caller[i]
        total += rate * factor
    return total


@compiled
def _repeats(fails: float, retries: float) -> float:
    """Mean attempts of a call: (1 - f^(r+1)) / (1 - f)."""
    return (1.0 - fails ** (retries + 1.0)) / (1.0 - fails) if fails < 1.0 - 1e-12 else retries + 1.0
