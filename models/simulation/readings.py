"""What a simulation found: each number with its interval, or nothing where too little was seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

#: Why a run ended: every flow is as exact as was asked for; the events, the simulated seconds or the time on
#: the wall are used up; somebody stopped it; its healthy state has ended and doesn't come back; more is under
#: way, or kept in caches, than there is room for (a collapse only where `lived_s` says so).
Ended = Literal["precision", "events", "seconds", "time", "stopped", "collapsed", "crowded"]


class NoteCode(StrEnum):
    """What a reader of the numbers should know."""

    FEW_SECONDS = "few_seconds"
    """So little time was simulated (`value`, s) that what happens more slowly isn't seen."""
    CACHES_STATIONARY = "caches_stationary"
    """The caches of `where` began in their stationary state; `value` is its longest time to live, s."""
    FEW_REQUESTS = "few_requests"
    """The flow `where` had only `value` answered requests after the warm-up."""
    UNEVEN = "uneven"
    """The flow `where` had `value` answered requests, but good and bad times, of which too few were seen."""
    STILL_WARMING = "still_warming"
    """No end of the warm-up was found in the first half; `value` is the time that was simulated, s."""
    GROWING = "growing"
    """The requests under way grow without end, by `value` a second."""
    COLLAPSED = "collapsed"
    """The healthy state ended by itself after `value` s."""
    RATE_LIMIT_BURST = "rate_limit_burst"
    """The rate limit of `where` lets bursts of `value` calls through."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know about the numbers.

    Attributes:
        code: What it is.
        where: The component or flow it is about; empty = all.
        value: The number that belongs to it.
    """

    code: NoteCode
    where: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and the interval that holds it with the confidence of the settings."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies within the interval."""
        return self.low <= value <= self.high

    @property
    def half(self) -> float:
        """Half of its width."""
        return 0.5 * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class FlowReading:
    """What the users of a flow saw; times are those of answered requests.

    Attributes:
        name: The flow; empty = all flows together, each with its weight.
        requests: Requests that ended after the warm-up, those turned away at the door included.
        mean_ms: Mean response.
        p50_ms: Median response.
        p90_ms: 90th percentile.
        p99_ms: 99th percentile.
        p999_ms: 99.9th percentile.
        own_ms: The percentile of the flow's own limit (of the scenario's latency for all flows together).
        success: Share of the requests that is answered. None everywhere: too little was seen.
    """

    name: str
    requests: int
    mean_ms: Interval | None
    p50_ms: Interval | None
    p90_ms: Interval | None
    p99_ms: Interval | None
    p999_ms: Interval | None
    own_ms: Interval | None
    success: Interval | None


@dataclass(frozen=True, slots=True)
class ComponentReading:
    """What a component saw.

    Attributes:
        name: The component.
        utilisation: Share of its slots that is taken (slots kept during calls are); of a rate limit the share
            used, None where it has neither.
        arrivals_per_s: Attempts, those turned away included.
        refused_share: Share of the attempts that is turned away, or leaves the queue; None without attempts.
        wait_ms: Mean wait for a slot of those that were served.
        timed_out_per_s: Attempts whose caller went on without them.
        hit_share: Of a cache: share of the lookups that is answered; None elsewhere.
    """

    name: str
    utilisation: Interval | None
    arrivals_per_s: Interval | None
    refused_share: Interval | None
    wait_ms: Interval | None
    timed_out_per_s: Interval | None
    hit_share: Interval | None


@dataclass(frozen=True, slots=True)
class Simulated:
    """A design in a phase, simulated.

    Attributes:
        flows: The flows in the order of the scenario.
        overall: All flows together, each request with the weight of its flow.
        components: The components in the order of the scenario.
        seconds: Simulated time of a run, warm-up included, s (the mean over the runs).
        warm_up_s: What of it was left out, s (the mean).
        events: Events of all runs.
        ended: Why it ended (of several runs: the reason that settled least).
        lived_s: For each run whose healthy state ended by itself: after how long, s.
        runs_collapsed: Runs whose healthy state ended, or never was.
        runs: Runs that were made, whole or in part: one that was stopped before it began isn't one.
        notes: What to know about the numbers.
    """

    flows: tuple[FlowReading, ...]
    overall: FlowReading
    components: tuple[ComponentReading, ...]
    seconds: float
    warm_up_s: float
    events: int
    ended: Ended
    lived_s: tuple[float, ...]
    runs_collapsed: int
    runs: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """What is down in a state.

    Attributes:
        left: The components that lost replicas, by name, and how many are left (0 = none; somebody else's
            system has one).
    """

    left: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class StateReading:
    """One state of replicas and zones, simulated.

    Attributes:
        lost: What is down in it; empty = everything is up.
        probability: How likely it is.
        found: The simulation given the state.
    """

    lost: Lost
    probability: float
    found: Simulated


@dataclass(frozen=True, slots=True)
class Availability:
    """The states of replicas and zones together.

    Attributes:
        states: The likeliest states, the likeliest first.
        unseen: Probability of all other states.
        success: By flow the share of answered requests as in the states that were seen, and its bounds with
            `unseen` counted as all failed and as all answered. None: too little was seen.
    """

    states: tuple[StateReading, ...]
    unseen: float
    success: tuple[Interval | None, ...]
