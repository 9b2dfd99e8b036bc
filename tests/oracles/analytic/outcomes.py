"""What the caller sees of one call: attempts, time-outs, retries, a fallback.

An attempt fails when it is turned away, meets an error, is late, or a required call under it fails. Retries
start over after a pause. The caller's slot is held for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.formulas.cumulants import Cumulants, scale_count
from models.formulas.mixtures import Mixture, collapse, either, merge, product, single
from oracles.formulas.truncation import split_at

MOST_ENTRIES = 4
#: Attempts that are kept apart by their number; more are counted with their mean.
APART = 4


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One attempt of a call; arrays that broadcast to `(n, p)`.

    Attributes:
        response: Response when it is served, s.
        refused: Share that is turned away at once.
        fails: Share of the served attempts that fails: errors, and required calls under it.
        noticed: The part of `fails` that comes to an end without a time-out.
    """

    response: Mixture
    refused: Array
    fails: Array
    noticed: Array


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """How a caller treats a call; arrays that broadcast to `(n, p)`.

    Attributes:
        timeout_s: The caller waits no longer, s; infinity = as long as it takes.
        retries: Further attempts after a failed one.
        pause: Cumulants of the pause before a retry, s.
    """

    timeout_s: Array
    retries: Array
    pause: Cumulants


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A call with all its attempts; arrays that broadcast to `(n, p)`.

    Attributes:
        success: Share of the calls that succeeds in the end.
        attempts: Mean number of attempts.
        late: Share of the served attempts that is given up as late.
        failure: Share of the attempts that fails.
        seen: Share of the attempts that the caller sees fail.
        ends: Share of the calls that come to an end.
        answered: Response of the calls that succeed, s.
        given_up: Time until a call that fails is given up, s.
    """

    success: Array
    attempts: Array
    late: Array
    failure: Array
    seen: Array
    ends: Array
    answered: Mixture
    given_up: Mixture


def outcome(attempt: Attempt, policy: Policy) -> Outcome:
    """What becomes of a call.

    Source: truncated geometric attempts; (1 - f^(r+1)) / (1 - f) of them on average, and 1 - f^(r+1) succeed.
    """
    limited = bool(np.isfinite(policy.timeout_s).any())
    late: Array = np.zeros((1, 1))
    in_time = attempt.response
    if limited:
        late, in_time = split_at(attempt.response, policy.timeout_s)
    served = 1.0 - attempt.refused
    success_once = served * (1.0 - late) * (1.0 - attempt.fails)
    failure = 1.0 - success_once
    retries = policy.retries
    noticed = np.where(np.isfinite(policy.timeout_s), attempt.fails, attempt.noticed)
    seen = 1.0 - served * (1.0 - late) * (1.0 - noticed)
    lost = failure ** (retries + 1.0)
    repeated = seen ** (retries + 1.0)
    attempts = np.where(seen < 1.0, (1.0 - repeated) / np.where(seen < 1.0, 1.0 - seen, 1.0), retries + 1.0)
    success = np.where(seen < failure, (1.0 - failure) * attempts, 1.0 - lost)
    ends = 1.0 - np.maximum(failure - seen, 0.0) * attempts
    failed = _failed_attempt(attempt, policy, late, in_time, failure)
    answered, given_up = in_time, failed
    if bool((retries > 0.0).any()):
        answered = _after_retries(in_time, failed, policy, failure)
        again = collapse(product(failed, single(policy.pause)))
        given_up = product(failed, single(scale_count(again, retries)))
    return Outcome(success, attempts, late, failure, seen, ends, answered, given_up)


def _failed_attempt(
    attempt: Attempt, policy: Policy, late: Array, in_time: Mixture, failure: Array
) -> Mixture:
    """Time until a failed attempt is known to have failed: at once, at its answer, or at the time-out."""
    zero = np.zeros((1, 1))
    some = np.where(failure > 0.0, failure, 1.0)
    served = 1.0 - attempt.refused
    refused = np.where(failure > 0.0, attempt.refused / some, 1.0)
    timed_out = np.where(failure > 0.0, served * late / some, 0.0)
    answered_badly = np.maximum(1.0 - refused - timed_out, 0.0)
    limit = np.where(np.isfinite(policy.timeout_s), policy.timeout_s, 0.0)
    answered = collapse(in_time)
    with np.errstate(invalid="ignore"):
        answered = Cumulants(*(np.where(answered_badly > 0.0, part, 0.0) for part in answered))
    return either(
        [refused, timed_out, answered_badly],
        [single(Cumulants(zero, zero, zero)), single(Cumulants(limit, zero, zero)), single(answered)],
    )


def _after_retries(in_time: Mixture, failed: Mixture, policy: Policy, failure: Array) -> Mixture:
    """Response of a call that succeeds, by the number of attempts that failed before."""
    retries = policy.retries
    before = collapse(product(failed, single(policy.pause)))
    most = int(np.max(np.where(np.isfinite(retries), retries, 0.0), initial=0.0))
    weights, parts = [], []
    for count in range(min(most, APART) + 1):
        possible = (retries >= count).astype(np.float64)
        weight = failure**count * possible
        number: Array = np.full((1, 1), float(count))
        if count == APART:
            # All that takes this many failed attempts or more, at its mean number.
            weight = (failure**count - failure ** (retries + 1.0)) * possible
            weight = weight / np.maximum(1.0 - failure, 1e-12)
            number = _mean_failed(failure, retries, count)
        weights.append(weight)
        parts.append(single(scale_count(before, number)))
    total: Array = np.zeros((1, 1))
    for weight in weights:
        total = total + weight
    shares = [weight / total for weight in weights]
    return merge(product(in_time, either(shares, parts)), MOST_ENTRIES)


def _mean_failed(failure: Array, retries: Array, least: int) -> Array:
    """Mean number of failed attempts given that there are at least `least` and at most `retries`."""
    above: Array = np.zeros((1, 1))
    below: Array = np.zeros((1, 1))
    most = int(np.max(retries, initial=0.0))
    for count in range(least, most + 1):
        weight = np.where(retries >= count, failure ** (count - least), 0.0)
        above = above + count * weight
        below = below + weight
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), float(least))


def with_failures(found: Outcome, *, instead: Cumulants) -> Mixture:
    """Response of a call whose failure is no failure for the caller: answered, or given up and replaced.

    Args:
        found: What becomes of the call.
        instead: Time that the answer given instead takes, s.
    """
    replaced = single(collapse(product(found.given_up, single(instead))))
    return merge(either([found.success, 1.0 - found.success], [found.answered, replaced]), MOST_ENTRIES)
