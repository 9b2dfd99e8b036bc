"""Circuit breakers and bulkheads as valves: how far they open once they and the load have settled.

What is searched for is the number of attempts that get through for each call.
"""

from __future__ import annotations

import math

from models.performance.compiled import compiled, gamma_upper
from models.performance.erlang import erlang_b
from models.performance.retry import each_succeeds, tries_of

#: Share that a breaker lets through in the failed state from which the search for a fixed point begins.
PROBES = 0.02
#: Binomial tails of more trials than this are those of a normal law.
_MOST_TRIALS = 400
#: How much more often the threshold is met for each deviation that it is nearer than one.
_NEARER = 0.5
#: Siegmund's constant of a random walk with steps.
_STEPS = 0.583
#: Halvings of the range in which an opening is looked for.
_HALVINGS = 50
_TINY, _MOST = 1e-300, 1e15
#: Failures rarer than this never come together.
_RARE = 1e-12


@compiled
def opening_of(
    through: float, refused: tuple[float, float], others: float, stays: float, more: tuple[float, float]
) -> float:
    """Share of the attempts let through when so many get through for each call.

    Args:
        through: Attempts that get through for each call.
        refused: As in `retry.tries_of`, like `others`.
        stays: Share of the retries of attempts that the guard turned away that find it as it was.
        more: Further attempts, and the share of them that a budget allows.
    """
    retries, allowed = more
    s = max((1.0 - refused[0]) * (1.0 - others), 1e-12)
    succeeded = min(max(through * s, 0.0), 1.0)
    opening = min(max(each_succeeds(succeeded, retries) / s, 0.0), 1.0)
    if not retries > 0.0 or (stays == 0.0 and refused[0] == refused[1] and allowed == 1.0):
        return opening
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        if tries_of(refused, others, (opening, stays), more)[1] < through:
            low = opening
        else:
            high = opening
        opening = 0.5 * (low + high)
    return opening


@compiled
def breaker_opening(
    failure: float, attempts_per_s: float, call_s: float, trips: tuple[float, float, float], sleep_s: float
) -> float:
    """Share of the attempts that a circuit breaker lets through in the long run.

    Args:
        failure: Share of the attempts let through that fails, in [0, 1].
        attempts_per_s: Attempts that come to it, 1/s.
        call_s: Mean time of an attempt, s.
        trips: Share of failures at which it opens, fewest attempts for that, and length of the window, s.
        sleep_s: Time it stays open before one attempt tries, s.

    Returns:
        Share in [0, 1]; 1 where it never opens.

    The window rolls and begins empty when the breaker closes; attempts under way while it opens are let
    through.

    Source: renewal reward over a cycle (Ross 1996, section 3.6): closed until it opens, then open for
    `sleep_s` and one attempt, again and again until one succeeds.
    """
    if not attempts_per_s > 0.0 or not failure > _RARE:
        return 1.0
    threshold, volume, window_s = trips
    call_s = min(call_s, 1e9)
    seen = attempts_per_s * window_s
    enough = _at_least(volume, seen)
    soon = opens_in_window(failure, threshold, volume) * enough
    later = opens_later(failure, threshold, max(seen, volume)) * enough
    if not max(soon, later) > _TINY:
        return 1.0
    closed = min(volume + (1.0 - soon) * max(seen, volume) / max(later, _TINY), _MOST)
    under_way = attempts_per_s * call_s
    # Both times the share that succeeds, so that neither is infinite where everything fails.
    good = 1.0 - failure
    passed = (closed + under_way) * good + 1.0
    come = (closed + under_way) * good + attempts_per_s * (sleep_s + call_s)
    return min(passed / come, 1.0)


@compiled
def opens_later(failure: float, threshold: float, attempts: float) -> float:
    """How often a window of so many attempts that rolls on climbs to the threshold, in lengths of the window.

    The share of failures in it is a Gaussian process that forgets linearly, at u deviations below the
    threshold: it gets there u phi(u) times a window, less since it moves in steps of one attempt. Below one
    deviation the rate goes on linearly (fitted to a running breaker).

    Source: Slepian 1961; Pickands 1969 (the rate); Siegmund 1985, section X.2 (the steps).
    """
    if failure >= threshold or failure >= 1.0:
        return 1.0
    u = (threshold - failure) / math.sqrt(failure * (1.0 - failure) / attempts)
    near = max(u, 1.0)
    rate = near * math.exp(-0.5 * near * near) / math.sqrt(2.0 * math.pi)
    if u < 1.0:
        rate += _NEARER * (1.0 - u)
    return rate * math.exp(-_STEPS * near * math.sqrt(2.0 / attempts))


@compiled
def opens_in_window(failure: float, threshold: float, volume: float) -> float:
    """Probability that a breaker that has just closed opens in its first window.

    The failures of the first `volume` attempts are binomial. Where they are too few, the share may still
    climb to the threshold later: it is a random walk, and by its conjugate law the chance of that is the tail
    of another binomial.

    Source: Wald's identity (Wald 1944; Asmussen 2003, section XIII.3, Cramer-Lundberg).
    """
    if failure >= threshold:
        return 1.0
    conjugate = _conjugate(failure, threshold)
    least = math.ceil(threshold * volume - 1e-9)
    at_once = _binomial_tail(volume, failure, least)
    later = 1.0 - _binomial_tail(volume, conjugate, least)
    return min(at_once + later, 1.0)


@compiled
def _conjugate(failure: float, threshold: float) -> float:
    """Probability f' > threshold with f e^u + (1 - f) = e^(u threshold), f' = f e^(u (1 - threshold))."""
    if threshold >= 1.0:
        return 1.0
    low, high = 0.0, 1.0
    while failure * math.exp(high * (1.0 - threshold)) < 1.0 and high < 1e4:
        high *= 2.0
    low = 1e-12
    for _ in range(200):
        u = 0.5 * (low + high)
        grown = failure * math.exp(u * (1.0 - threshold)) + (1.0 - failure) * math.exp(-u * threshold)
        if grown < 1.0:
            low = u
        else:
            high = u
        if high - low < 1e-12 * high:
            break
    return min(failure * math.exp(low * (1.0 - threshold)), 1.0)


@compiled
def _binomial_tail(trials: float, share: float, least: float) -> float:
    """Probability of at least so many of independent trials; of many trials by the normal law."""
    if least <= 0.0 or share >= 1.0:
        return 1.0
    if not share > 0.0 or least > trials:
        return 0.0
    if trials > _MOST_TRIALS:
        deviation = math.sqrt(trials * share * (1.0 - share))
        return 0.5 * math.erfc((least - 0.5 - trials * share) / (deviation * math.sqrt(2.0)))
    n, first = int(trials), int(least)
    log_weight = math.lgamma(n + 1.0) - math.lgamma(first + 1.0) - math.lgamma(n - first + 1.0)
    weight = math.exp(log_weight + first * math.log(share) + (n - first) * math.log1p(-share))
    total = 0.0
    for k in range(first, n + 1):
        total += weight
        weight *= (n - k) / (k + 1.0) * share / (1.0 - share)
    return min(total, 1.0)


@compiled
def _at_least(count: float, mean: float) -> float:
    """Probability that a Poisson number of a mean is at least so large, for a count from 1 on."""
    return 1.0 - gamma_upper(count, mean, 0) if mean > 0.0 else 0.0


@compiled
def bulkhead_opening(calls_per_s: float, held_s: float, slots: float) -> float:
    """Share of the calls that finds a slot of a bulkhead free (Erlang's loss formula)."""
    if not slots >= 1.0:
        return 0.0
    load = calls_per_s * held_s if math.isfinite(held_s) else 1e12
    return 1.0 - erlang_b(load, slots)


@compiled
def stays_shut(pause_s: float, sleep_s: float) -> float:
    """Share of the retries of attempts that an open breaker turned away that find it open still."""
    return math.exp(-pause_s / sleep_s) if sleep_s > 0.0 else 0.0


@compiled
def moved(valve: tuple[float, float, float], asked: float, wanted: float) -> tuple[float, float, float]:
    """The valve (through, low, high) one pass later.

    Args:
        valve: As it is.
        asked: Attempts that would get through for each call at the wanted opening.
        wanted: The wanted opening.
    """
    through, low, high = valve
    climbs = asked >= through
    if climbs:
        low = through
    else:
        high = through
    through = asked if climbs and asked < high else 0.5 * (low + high)
    if not wanted > 0.0:
        through = 0.0
    return through, low, high
