"""Step 4: what a caller gets back: how long it takes, whether it succeeds, how fresh it is.

Calls are answered callees first: what is under a call is known before the call itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.system.system import CallNode, ParallelNode, StepNode
from oracles.analytic.outcomes import Attempt, Outcome, Policy, outcome, with_failures
from oracles.analytic.parameters import Parameters
from oracles.analytic.stations import MS_PER_S, Station
from oracles.analytic.valves import Valve, breaker_opening, bulkhead_opening, moved, opening_of
from oracles.formulas.attempts import attempts
from oracles.formulas.cumulants import Cumulants
from oracles.formulas.mixtures import Mixture, collapse, either, merge, product, repeat, single
from oracles.formulas.parallel import maximum

#: Entries of a mixture at the most; more are merged through raw moments.
MOST_ENTRIES = 4
_ONE = np.ones((1, 1))
_ZERO = np.zeros((1, 1))
_AT_ONCE = Cumulants(_ZERO, _ZERO, _ZERO)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What some steps, or all calls of one kind, give back; arrays that broadcast to `(n, p)`.

    Attributes:
        response: Response time of what succeeds, s.
        held: Time until the caller can go on, failed or not, s.
        success: Share that succeeds, hard failures of components left aside.
        fresh: Share of the successes that is up to date, times its fidelity.
        passes: Share after which the caller goes on: an optional call that fails doesn't stop it.
        ends: Share that comes to an end, well or badly.
        outcome: Attempts of a single call; None for steps together.
        valve: What the caller's breaker and bulkhead let through in the next pass.
    """

    response: Mixture
    held: Mixture
    success: Array
    fresh: Array
    passes: Array
    ends: Array
    outcome: Outcome | None = None
    valve: Valve | None = None


def answer_steps(parameters: Parameters, steps: tuple[StepNode, ...], calls: Mapping[int, Answer]) -> Answer:
    """What a sequence of steps gives back, one after the other.

    Args:
        parameters: The parameters.
        steps: The steps.
        calls: What each call gives back, by its index.
    """
    response = held = single(_AT_ONCE)
    success, fresh, ends = _ONE, _ONE, _ONE
    for step in steps:
        if isinstance(step, ParallelNode):
            answer = _branches([answer_steps(parameters, branch, calls) for branch in step.branches])
        else:
            answer = calls[step.index]
            if bool((parameters.of_call(step, "optional") > 0.0).any()):
                optional = parameters.of_call(step, "optional") > 0.0
                went_on = np.where(optional, 1.0, answer.success)
                answer = Answer(answer.response, answer.held, went_on, answer.fresh, went_on, answer.ends)
        same = answer.held is answer.response and held is response
        response = _after(response, answer.response)
        held = response if same else _after(held, answer.held)
        success = success * answer.success
        fresh = fresh * answer.fresh
        ends = ends * answer.ends
    return Answer(response, held, success, fresh, success, ends)


def _after(first: Mixture, second: Mixture) -> Mixture:
    return merge(product(first, second), MOST_ENTRIES)


def _branches(answers: Sequence[Answer]) -> Answer:
    """Steps that run at the same time: the slowest decides, and all must succeed."""
    success, fresh, ends = _ONE, _ONE, _ONE
    for answer in answers:
        success = success * answer.success
        fresh = fresh * answer.fresh
        ends = ends * answer.ends
    response = merge(maximum([answer.response for answer in answers]), MOST_ENTRIES)
    held = response
    if any(answer.held is not answer.response for answer in answers):
        held = merge(maximum([answer.held for answer in answers]), MOST_ENTRIES)
    return Answer(response, held, success, fresh, success, ends)


def answer_call(
    parameters: Parameters,
    station: Station,
    node: CallNode,
    below: Answer,
    *,
    calls_per_s: Array,
    valve: Valve,
    timed: bool,
) -> Answer:
    """What a call gives back with all its attempts, made as often as it is made.

    Args:
        parameters: The parameters.
        station: The component it calls, under its load.
        node: The call.
        below: What the calls under it give back.
        calls_per_s: How often it is made, 1/s.
        valve: What the caller's breaker and bulkhead let through.
        timed: Whether the response time is worked out; where nothing waits for it it can be left out.
    """
    attempt, fresh_once = _attempt(parameters, station, node, below, timed=timed)
    policy = policy_of(parameters, node)
    found = outcome(attempt, policy)
    guarded_rows = valve_share(parameters, node)
    if guarded_rows is not None:
        opening = np.where(guarded_rows > 0.0, opening_of(valve, found.seen, retries=policy.retries), 1.0)
        wanted = _wanted_opening(parameters, node, found, calls_per_s, opening)
        valve = moved(valve, found.seen, wanted=wanted, retries=policy.retries)
        refused = 1.0 - (1.0 - attempt.refused) * opening
        guarded = Attempt(attempt.response, refused, attempt.fails, attempt.noticed)
        found = outcome(guarded, policy)
    fallback = fallback_share(parameters, node)
    lenient = (parameters.of_call(node, "optional") > 0.0) | (fallback > 0.0)
    instead_s = parameters.of_call(node, "fallback.latency_ms") / MS_PER_S * fallback
    response = held = found.answered
    if timed and bool((found.success < 1.0).any()):
        held = with_failures(found, instead=Cumulants(instead_s, _ZERO, _ZERO))
        if bool(lenient.all()):
            response = held
        elif bool(lenient.any()):
            weight = lenient.astype(np.float64)
            response = merge(either([1.0 - weight, weight], [found.answered, held]), MOST_ENTRIES)
    success = found.success
    fresh = fresh_once
    if bool((fallback > 0.0).any()):
        fidelity = parameters.of_call(node, "fallback.fidelity")
        fresh = np.where(fallback > 0.0, success * fresh_once + (1.0 - success) * fidelity, fresh_once)
        success = np.where(fallback > 0.0, 1.0, success)
    made = parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
    many = repeat(response, made) if timed else response
    return Answer(
        response=many,
        held=many if held is response else repeat(held, made),
        success=each_time(success, made),
        fresh=each_time(fresh, made),
        passes=np.where(parameters.of_call(node, "optional") > 0.0, 1.0, each_time(success, made)),
        ends=each_time(found.ends, made),
        outcome=found,
        valve=valve,
    )


def _attempt(
    parameters: Parameters, station: Station, node: CallNode, below: Answer, *, timed: bool
) -> tuple[Attempt, Array]:
    """One attempt of a call, and the share of its answers that is up to date."""
    error = parameters.error_share(node.component)
    stale = parameters.of_component(node.component, "stale_share")
    own = single(station.response if timed else _AT_ONCE)
    if station.quorum is not None:
        wait = station.quorum.write_wait if node.writes else station.quorum.read_wait
        own = product(own, single(wait)) if timed else own
        stale = 1.0 - (1.0 - stale) * (1.0 - station.quorum.stale_share)
    if node.writes:
        stale = _ZERO  # freshness is asked of reads
    response = _after(own, below.response)
    fails = 1.0 - (1.0 - error) * below.success
    passed_on: Array = _ONE
    fresh = (1.0 - stale) * below.fresh
    if station.cache is not None:
        hit = station.cache.hit_share
        if timed:
            response = merge(either([hit, 1.0 - hit], [own, response]), MOST_ENTRIES)
        passed_on = 1.0 - hit
        fails = 1.0 - (1.0 - error) * (hit + (1.0 - hit) * below.success)
        fresh = (1.0 - stale) * (hit * (1.0 - station.cache.stale_share) + (1.0 - hit) * below.fresh)
    # A queue without end refuses nobody: its calls wait until they are given up, or for ever.
    noticed = np.maximum(fails - (1.0 - error) * passed_on * (1.0 - below.ends), 0.0)
    collapsed = np.isinf(station.wait.mean)
    noticed = np.where(collapsed, noticed / np.maximum(station.load_ratio, 1.0), noticed)
    fails = np.where(collapsed, 1.0, fails)
    return Attempt(response, station.blocked_share, fails, noticed), fresh


def policy_of(parameters: Parameters, node: CallNode) -> Policy:
    """How the caller treats a call. The pause is drawn evenly from its last `jitter` share."""
    pause_s = parameters.of_call(node, "backoff_ms") / MS_PER_S
    jitter = parameters.of_call(node, "jitter")
    pause = Cumulants(pause_s * (1.0 - jitter / 2.0), (pause_s * jitter) ** 2 / 12.0, _ZERO)
    return Policy(
        timeout_s=parameters.of_call(node, "timeout_ms") / MS_PER_S,
        retries=parameters.of_call(node, "retries"),
        pause=pause,
    )


def fallback_share(parameters: Parameters, node: CallNode) -> Array:
    """1.0 where another answer is given when the call fails."""
    if not node.has_fallback:
        return _ZERO
    return parameters.of_call(node, "fallback.enabled")


def valve_share(parameters: Parameters, node: CallNode) -> Array | None:
    """1.0 where the caller guards a call with a breaker or a bulkhead; None where no design does."""
    breaker = parameters.of_call(node, "breaker") > 0.0
    bulkhead = np.isfinite(parameters.of_call(node, "bulkhead_slots"))
    if not bool(breaker.any()) and not bool(bulkhead.any()):
        return None
    return (breaker | bulkhead).astype(np.float64)


def _wanted_opening(
    parameters: Parameters, node: CallNode, found: Outcome, calls_per_s: Array, opening: Array
) -> Array:
    """Share of the attempts that the caller's breaker and bulkhead would let through."""
    breaker = parameters.of_call(node, "breaker")
    slots = parameters.of_call(node, "bulkhead_slots")
    held_s = collapse(with_failures(found, instead=_AT_ONCE)).mean / found.attempts
    retries = parameters.of_call(node, "retries")
    asked = calls_per_s * attempts(1.0 - opening * (1.0 - found.seen), retries=retries)
    names = ("breaker_threshold", "breaker_volume", "breaker_window_s", "breaker_sleep_s")
    numbers = [parameters.of_call(node, name) for name in names]
    wanted = np.where(breaker > 0.0, breaker_opening(found.seen, asked, held_s, *numbers), 1.0)
    return wanted * bulkhead_opening(asked * wanted, held_s=held_s, slots=slots)


def each_time(share: Array, times: Array) -> Array:
    """Probability that every one of `times` independent calls has a property that one has with `share`.

    A fractional number of calls is one call more in that share of the requests.
    """
    whole = np.floor(times)
    return np.asarray(share**whole * (1.0 - (times - whole) * (1.0 - share)))
