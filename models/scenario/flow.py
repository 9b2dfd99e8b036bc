"""Flows: classes of user requests, each written as the tree of calls that one request makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, create_model

from models.scenario.part import Name, Part, Text
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import (
    Count,
    CountFromZero,
    Factor,
    Milliseconds,
    Retries,
    Scv,
    Seconds,
    Share,
    SignedUsd,
    Times,
    Usd,
)

#: Equal branches of a fan-out.
MOST_EQUAL = 1000


def _named_call(value: Any) -> Any:
    """A step that is a word is a call of that component."""
    return {"call": value} if isinstance(value, str) else value


def _kind_of_step(value: Any) -> str:
    for kind, key in ((Parallel, "parallel"), (Exclusive, "choice")):
        if isinstance(value, kind) or (isinstance(value, dict) and key in value):
            return key
    return "call"


def _branch(value: Any) -> Any:
    """A branch is a list of steps; one step alone may stand without its brackets."""
    return value if isinstance(value, (tuple, list)) else (value,)


Step = Annotated[
    Annotated["Call", Tag("call")]
    | Annotated["Parallel", Tag("parallel")]
    | Annotated["Exclusive", Tag("choice")],
    Discriminator(_kind_of_step),
    BeforeValidator(_named_call),
]


class Fallback(Part):
    """The answer that is given instead when a call fails."""

    fidelity: Share = 1.0
    """How much of the full answer the user gets."""
    latency_ms: Milliseconds = 0.0
    """Time to give it, ms."""
    enabled: bool = True
    """False: there is none (for a decision that switches it)."""


if TYPE_CHECKING:

    class _Made(Part):
        """A call that is waited for, or not."""

else:
    # `async` is a word of Python, which no class can spell as a field of its own.
    _ASYNC = "Nobody waits for it: it goes on in the background, as what a queue's consumers do always does."
    _Made = create_model(
        "_Made", __base__=Part, __module__=__name__, **{"async": (bool, Field(False, description=_ASYNC))}
    )


class Call(_Made):
    """One call of a component, with the calls made while it serves."""

    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        Prerequisite(
            ("backoff_ms", "jitter", "retry_budget"),
            ("retries",),
            lambda part: part.retries > 0,
            "the call has no retries (retries is 0)",
            "add retries",
        ),
        Prerequisite(
            ("network_scv",),
            ("network_ms",),
            lambda part: part.network_ms > 0.0,
            "network_ms is 0: there is no way to go",
            "add network_ms",
        ),
        Prerequisite(
            ("jitter",),
            ("backoff_ms",),
            lambda part: part.backoff_ms > 0.0,
            "backoff_ms is 0: there is no pause to draw",
            "add backoff_ms",
        ),
        Prerequisite(
            ("breaker_threshold", "breaker_volume", "breaker_window_s", "breaker_sleep_s"),
            ("breaker",),
            lambda part: part.breaker,
            "the call has no breaker",
            "add breaker: true",
        ),
        Prerequisite(
            ("passes_deadline",),
            ("timeout_ms",),
            lambda part: part.timeout_ms is not None,
            "the call has no time-out to pass on (timeout_ms is null)",
            "add timeout_ms",
        ),
    )

    call: Name
    """The component that is called."""
    name: Name | None = None
    """Name of this call in paths; the component's name when not given."""
    then: tuple[Step, ...] = ()
    """Calls made one after the other while this one is served."""
    work: Factor = 1.0
    """Factor on the component's own time for this call: 2 = it takes twice as long as `service_ms` says."""
    network_ms: Milliseconds = 0.0
    """Mean time on the network for one attempt, there and back, ms; no slot of the callee is taken by it."""
    network_scv: Scv = 0.0
    """Squared coefficient of variation of that time."""
    times: Times = 1.0
    """How often it is made, one after the other; 0.3 = in three requests of ten."""
    optional: bool = False
    """Its failure doesn't fail the request."""
    write: bool = False
    """It changes data."""
    enabled: bool = True
    """False: a feature that is shed."""
    value_usd: Usd = 0.0
    """What an answer is worth, USD; lost with the request, and where the call is optional with the call."""
    timeout_ms: Milliseconds | None = None
    """The caller waits no longer than this, ms; null = as long as it takes."""
    passes_deadline: bool = False
    """The time-out is passed on as a deadline: when it is over nothing under the call is begun, waited for or
    tried again, and a component drops what it finds in its queue too late."""
    retries: Retries = 0
    """Further attempts after a failed one."""
    retry_budget: Annotated[float, Field(ge=0.0, le=20.0)] | None = None
    """Retries of all calls together are at most this share of the calls (0.1 = one for ten calls; a bucket of
    ten tokens, which each call fills by this much); null = any number."""
    hedge_after_ms: Milliseconds | None = None
    """After this time without an answer a second attempt is sent, to another copy where there is one, ms; the
    first answer counts, and the work of the other goes on; null = there is no second one."""
    backoff_ms: Milliseconds = 0.0
    """Pause before a retry, ms."""
    jitter: Share = 0.0
    """Share of the pause that is drawn at random."""
    breaker: bool = False
    """A circuit breaker guards the call."""
    breaker_threshold: Annotated[float, Field(ge=0.01, le=1.0)] = 0.5
    """It opens when at least this share of the attempts in its window fails."""
    breaker_volume: Count = 20
    """Fewest attempts in the window for it to open."""
    breaker_window_s: Seconds = 10.0
    """Length of the window, s."""
    breaker_sleep_s: Seconds = 5.0
    """Time it stays open before it lets one attempt through to try, s."""
    bulkhead_slots: CountFromZero | None = None
    """Calls of this kind of one flow that may be under way at the same time; null = any number."""
    fallback: Fallback | None = None
    """The answer given instead when the call fails."""

    @property
    def is_async(self) -> bool:
        """Whether nobody waits for it (`async`)."""
        return bool(getattr(self, "async"))


class Parallel(Part):
    """Branches that run at the same time; the slowest decides."""

    parallel: Annotated[
        tuple[Annotated[tuple[Step, ...], BeforeValidator(_branch)], ...], Field(min_length=1)
    ]
    """The branches: each a step, or a list of steps made one after the other."""
    each: Annotated[int, Field(ge=1, le=MOST_EQUAL)] = 1
    """Equal branches of the one that is listed, all begun at the same time."""
    needed: Annotated[int, Field(ge=1, le=MOST_EQUAL)] | None = None
    """Of the equal branches: answers that are enough; the others are no longer waited for; null = all."""

    @property
    def wanted(self) -> int:
        """Equal branches that must answer."""
        return self.each if self.needed is None else min(self.needed, self.each)


class Branch(Part):
    """One of several ways that a request may go."""

    name: Name | None = None
    """Name of this way in paths; that of its first call when not given."""
    share: Share | None = None
    """Share of the requests that go this way; null = all that are left."""
    calls: Annotated[tuple[Step, ...], BeforeValidator(_branch)] = ()
    """The steps that they make, one after the other; a step alone may stand without its brackets."""


class Exclusive(Part):
    """Branches of which a request goes one; it does nothing here where the shares leave it none."""

    choice: Annotated[tuple[Branch, ...], Field(min_length=1)]
    """The branches, each with its share."""


class Flow(Part):
    """A class of user requests."""

    label: Text | None = None
    source: Text | None = None
    region: Name | None = None
    """Where its users are; null = beside what they call. A `choice` between the regions' components splits
    their traffic, and its shares can be decided."""
    share: Share
    """Share of all user requests."""
    value_usd: SignedUsd = 0.0
    """What one answered request is worth, USD."""
    weight: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 1.0
    """How much a request of this flow counts in latency, consistency and availability."""
    fidelity: Share = 1.0
    """How much of the full answer the user gets; counts into consistency."""
    shed_share: Share = 0.0
    """Turned away at the door on purpose."""
    percentile: Annotated[float, Field(ge=0.5, le=0.9999)] | None = None
    """Percentile of this flow's own latency limit; null = that of the latency dimension."""
    limit_ms: Milliseconds | None = None
    """This flow's own latency limit at that percentile, in every phase, ms."""
    target_ms: Milliseconds | None = None
    """Wanted latency at that percentile, ms."""
    trace: Annotated[tuple[Step, ...], Field(min_length=1)]
    """The calls that one request makes."""


#: A step as it is read.
AnyStep = Call | Parallel | Exclusive


def within(step: AnyStep) -> list[tuple[str, tuple[AnyStep, ...]]]:
    """The sequences of steps that begin in a step, each with its place in it."""
    if isinstance(step, Parallel):
        return [(f"parallel[{k}]", branch) for k, branch in enumerate(step.parallel)]
    if isinstance(step, Exclusive):
        return [(f"choice[{k}].calls", branch.calls) for k, branch in enumerate(step.choice)]
    return [("then", step.then)]


def calls(steps: tuple[AnyStep, ...]) -> Iterator[Call]:
    """Every call in a trace, callers before the calls under them."""
    for step in steps:
        if isinstance(step, Call):
            yield step
        for _, inner in within(step):
            yield from calls(inner)


def branches(steps: tuple[AnyStep, ...]) -> Iterator[Branch]:
    """Every branch of a choice in a trace; those of one choice follow each other, outer ones first."""
    for step in steps:
        if isinstance(step, Exclusive):
            yield from step.choice
        for _, inner in within(step):
            yield from branches(inner)


def branch_name(branch: Branch) -> str:
    """The name by which paths know a branch; empty where it has none."""
    first = branch.calls[0] if branch.calls else None
    return branch.name or ((first.name or first.call) if isinstance(first, Call) else "")


Call.model_rebuild()
Parallel.model_rebuild()
Branch.model_rebuild()
Exclusive.model_rebuild()
Flow.model_rebuild()
