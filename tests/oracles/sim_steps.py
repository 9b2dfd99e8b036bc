"""What may stand around a call in the simulator: order, repetition, failure, time-outs, fallbacks.

Each takes what starts a call, `start(t, done)`, and gives something of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Protocol

from oracles.sim_stations import Clock, Done, Streams, Tally

Start = Callable[[float, Done], None]


class Watched(Protocol):
    """The counters of the component that a call goes to."""

    tally: Tally
    timed_out: int
    samples: list[float] | None


class Lookup(Protocol):
    """A cache: answers, or lets `load(t, done)` make the calls under it."""

    def look_up(self, t: float, done: Done, load: Start) -> None: ...


def nothing(t: float, done: Done) -> None:
    """Nothing left to do: it succeeds at once."""
    done(t, True)


def one_then(first: Start, rest: Start, t: float, done: Done) -> None:
    """The rest follows if the first succeeds."""

    def ended(t: float, succeeded: bool) -> None:
        if succeeded:
            rest(t, done)
        else:
            done(t, False)

    first(t, ended)


def together(branches: list[Start]) -> Start:
    """All at once; the slowest ends them, the first failure does so at once (the others go on unheard)."""

    def start(t: float, done: Done) -> None:
        missing = len(branches)

        def joined(t: float, succeeded: bool) -> None:
            nonlocal missing
            if missing == 0:
                return
            missing = missing - 1 if succeeded else 0
            if missing == 0:
                done(t, succeeded)

        for branch in branches:
            branch(t, joined)

    return start


def repeated(start: Start, times: float, streams: Streams) -> Start:
    """`times` calls one after the other; a fractional part is one more with that probability."""
    whole, part = int(times), times - int(times)
    if whole == 1 and part == 0:
        return start
    chance = streams.uniform() if part > 0 else repeat(1.0)

    def begin(t: float, done: Done) -> None:
        left = whole + (next(chance) < part)

        def ended(t: float, succeeded: bool) -> None:
            nonlocal left
            if not succeeded or left == 0:
                done(t, succeeded)
            else:
                left -= 1
                start(t, ended)

        ended(t, True)

    return begin


def failing(after: Start, chance: Iterator[float], share: float) -> Start:
    """A share fails before it goes on."""

    def start(t: float, done: Done) -> None:
        if next(chance) < share:
            done(t, False)
        else:
            after(t, done)

    return start


def cached(cache: Lookup, load: Start) -> Start:
    """A lookup; `load` only on a miss."""
    return lambda t, done: cache.look_up(t, done, load)


def delayed(after: Start, clock: Clock, delay: Iterator[float]) -> Start:
    """Goes on after a delay, s."""
    return lambda t, done: clock.at(t + next(delay), after, done)


def at_most(start: Start, slots: int) -> Start:
    """At most `slots` attempts that have not ended; a timed-out one counts until its work is done."""
    under_way = 0

    def begin(t: float, done: Done) -> None:
        nonlocal under_way
        if under_way >= slots:
            done(t, False)
            return
        under_way += 1

        def ended(t: float, succeeded: bool) -> None:
            nonlocal under_way
            under_way -= 1
            done(t, succeeded)

        start(t, ended)

    return begin


def with_timeout(start: Start, clock: Clock, longest: float, part: Watched) -> Start:
    """The caller goes on after `longest` (s); the attempt is worked on to its end."""

    def expire(t: float, caller: list[Done]) -> None:
        if caller:
            done = caller.pop()
            if part.tally.start <= t < part.tally.end:
                part.timed_out += 1
            done(t, False)

    def begin(t: float, done: Done) -> None:
        caller = [done]

        def ended(t: float, succeeded: bool) -> None:
            if caller:
                caller.pop()(t, succeeded)

        clock.at(t + longest, expire, caller)
        start(t, ended)

    return begin


def with_fallback(start: Start, clock: Clock, latency: float) -> Start:
    """A failure is answered after `latency` (s) all the same."""

    def give(t: float, done: Done) -> None:
        done(t, True)

    def begin(t: float, done: Done) -> None:
        def ended(t: float, succeeded: bool) -> None:
            if succeeded:
                done(t, True)
            else:
                clock.at(t + latency, give, done)

        start(t, ended)

    return begin


def optional(start: Start) -> Start:
    """A failure doesn't matter."""
    return lambda t, done: start(t, lambda t, _: done(t, True))


def sampled(visit: Callable, part: Watched) -> Callable:
    """Keeps the response times (s) of the attempts that succeed."""

    def measured(t: float, done: Done, after: Start) -> None:
        def ended(end: float, succeeded: bool) -> None:
            if succeeded and part.tally.start <= t < part.tally.end:
                part.samples.append(end - t)
            done(end, succeeded)

        visit(t, ended, after)

    return measured
