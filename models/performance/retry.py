"""The retry law: attempts of a call that may fail, how many, and what comes of them.

Each attempt fails with the same probability f, in [0, 1], and at most r further ones follow: truncated
geometric attempts.
"""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, internal
from models.system import layout as at

#: Attempts that are kept apart by their number; more are counted with their mean.
APART = 4
#: Halvings of the range in which a share is looked for.
_HALVINGS = 40

#: What comes of the attempts of a call: attempts, those that a guard lets through, those that its component
#: lets in; probability that all fail; share turned away of all attempts; attempts let in after 0, 1, 2, 3
#: and more failures, and how many failures "more" are.
Tries = tuple[float, float, float, float, float, tuple[float, float, float, float, float], float]


@compiled
def all_fail(failure: float, retries: float) -> float:
    """Probability that every attempt fails, f^(r+1); 1 less it is the share of the calls that succeed."""
    if retries == 0.0 or failure <= 0.0:
        return failure
    if retries <= APART and retries == int(retries):
        together = failure
        for _ in range(int(retries)):
            together *= failure
        return together
    return failure ** (retries + 1.0)


@compiled
def mean_attempts(failure: float, retries: float) -> float:
    """Mean number of attempts of a call: (1 - f^(r+1)) / (1 - f); r + 1 where all fail."""
    if retries == 0.0 or failure <= 0.0:
        return 1.0
    if failure < 1.0:
        return (1.0 - all_fail(failure, retries)) / (1.0 - failure)
    return retries + 1.0


@compiled
def any_succeeds(each: float, retries: float) -> float:
    """Probability that one of the attempts succeeds, 1 - (1 - s)^(r+1), where each does with s.

    It keeps the digits of a small s, which 1 less `all_fail` doesn't.
    """
    return -math.expm1((retries + 1.0) * math.log1p(-each)) if each < 1.0 else 1.0


@compiled
def each_succeeds(any_of_them: float, retries: float) -> float:
    """Probability s with which each attempt succeeds where one of them does with a probability in [0, 1]."""
    return -math.expm1(math.log1p(-any_of_them) / (retries + 1.0)) if any_of_them < 1.0 else 1.0


@compiled
def mean_failed(failure: float, retries: float, least: int) -> float:
    """Mean number of failed attempts given that there are at least `least` and at most `retries`."""
    above, below = 0.0, 0.0
    for count in range(least, int(retries) + 1):
        weight = failure ** (count - least)
        above += count * weight
        below += weight
    return above / below if below > 0.0 else float(least)


@internal
def most_attempts(call: np.ndarray) -> float:
    """Attempts of a call at the most: each may have a second one beside it."""
    return (call[at.RETRIES] + 1.0) * (2.0 if call[at.HEDGE_AFTER_MS] < call[at.TIMEOUT_MS] else 1.0)


@internal
def allowed_attempts(call: np.ndarray) -> float:
    """The same, with as many retries as a budget leaves of them."""
    made = min(call[at.RETRIES], call[at.RETRY_BUDGET]) + 1.0
    return most_attempts(call) * made / (call[at.RETRIES] + 1.0)


@internal
def repeats(call: np.ndarray) -> bool:
    """Whether a call may make more than one attempt."""
    return call[at.RETRIES] > 0.0 or call[at.HEDGE_AFTER_MS] < call[at.TIMEOUT_MS]


@compiled
def each_time(share: float, times: float) -> float:
    """Probability that each of `times` calls has what one has with `share`; a fraction is one call more."""
    if share == 1.0 or times == 1.0:
        return share
    whole = float(int(times))
    return share**whole * (1.0 - (times - whole) * (1.0 - share))


@compiled
def answered_times(share: float, times: float) -> float:
    """How often the answered made a call that is made so often and succeeds with `share`.

    A fraction is one call more for some: of them a smaller part is answered.
    """
    whole = float(int(times))
    more = times - whole
    if more == 0.0 or share == 1.0:
        return times
    answered = 1.0 - more + more * share
    return whole + (more * share / answered if answered > 0.0 else more)


@compiled
def tries_of(
    refused: tuple[float, float], others: float, shut: tuple[float, float], more: tuple[float, float]
) -> Tries:
    """What comes of the attempts of a call where who was turned away meets the same bad moment again.

    Args:
        refused: Share of the attempts that the component turns away, and of those the retry after having been
            turned away by it.
        others: Share of the attempts let in that fail.
        shut: Share that a guard lets through, and of those it turned away the share whose retry finds it as
            it was.
        more: Further attempts, a whole number, and the share of them that a budget allows.

    Source: a Markov chain over the attempts of one call; with equal shares it is the truncated geometric law.
    """
    first, again = refused
    opening, stays = shut
    retries, allowed = more
    through, given_up = opening, 0.0
    at_guard, at_door = 1.0 - opening, opening * first
    let_in = opening * (1.0 - first)
    failed = let_in * others
    attempts, admitted, turned = 1.0, let_in, at_guard + at_door
    kept = (let_in, 0.0, 0.0, 0.0, 0.0)
    above = 0.0
    for k in range(1, int(retries) + 1):
        if allowed < 1.0:
            given_up += (1.0 - allowed) * (at_guard + at_door + failed)
            at_guard, at_door, failed = at_guard * allowed, at_door * allowed, failed * allowed
        attempts += at_guard + at_door + failed
        # Who was turned away by the guard finds it shut again, or as anybody does.
        freed, met = (at_guard * (1.0 - stays) + failed) * opening, at_door * opening
        at_guard = at_guard * (1.0 - (1.0 - stays) * opening) + (at_door + failed) * (1.0 - opening)
        at_door, let_in = met * again + freed * first, met * (1.0 - again) + freed * (1.0 - first)
        failed = let_in * others
        through += freed + met
        admitted += let_in
        turned += at_guard + at_door
        if k == 1:
            kept = (kept[0], let_in, 0.0, 0.0, 0.0)
        elif k == 2:
            kept = (kept[0], kept[1], let_in, 0.0, 0.0)
        elif k == 3:
            kept = (kept[0], kept[1], kept[2], let_in, 0.0)
        else:
            kept = (kept[0], kept[1], kept[2], kept[3], kept[4] + let_in)
            above += k * let_in
    number = above / kept[4] if kept[4] > 0.0 else float(APART)
    return (
        attempts,
        through,
        admitted,
        at_guard + at_door + failed + given_up,
        turned / attempts,
        kept,
        number,
    )


@compiled
def allowed_share(
    refused: tuple[float, float],
    others: float,
    shut: tuple[float, float],
    retries: float,
    budget: float,
) -> float:
    """Share of the retries that a budget allows: so many that they are at most that share of the calls.

    Args:
        refused: As in `tries_of`, like `others` and `shut`.
        others: As there.
        shut: As there.
        retries: Further attempts of a call.
        budget: Retries for each call, on average.

    Source: a bucket of tokens, filled by calls and emptied by retries: in the long run either it is never
    empty, or it lets through what fills it.
    """
    if not retries > 0.0 or tries_of(refused, others, shut, (retries, 1.0))[0] - 1.0 <= budget:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if tries_of(refused, others, shut, (retries, middle))[0] - 1.0 > budget:
            high = middle
        else:
            low = middle
    return low
