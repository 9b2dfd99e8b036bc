"""What all kinds of components have, and what those have that run on machines of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from models.errors import Code, Finding
from models.formulas.service_law import fitted
from models.scenario.part import Name, Part, Text
from models.scenario.prerequisite import Prerequisite
from models.scenario.quantity import (
    Balancing,
    Coefficient,
    Cores,
    Count,
    CountFromZero,
    CpuPeriod,
    Hours,
    LostShare,
    Milliseconds,
    Minutes,
    Scv,
    Seconds,
    ServiceLaw,
    Share,
    Usd,
    ZoneCount,
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What the rest of the program asks of a kind.

    Attributes:
        code: Its number in the compiled model (`models.performance.program`); from 100 on it is nothing that
            users wait at and that can be too busy for them.
        slowed_by: The parameter that is larger when it is slow.
        capacity: The parameters of which more carries more.
        losses: The parameters that turn calls away when they are given.
        is_ours: It runs in copies of ours, which can be busy and can be lost.
        passes_on_misses: It answers some calls itself; only the others go on to the calls under it.
        keeps_copies: Its answers are those of a quorum, and a write must reach one.
        keeps_messages: What is to be done waits in it, however long, and nobody waits for that.
    """

    code: int
    slowed_by: str = "service_ms"
    capacity: tuple[str, ...] = ("replicas", "slots")
    losses: tuple[str, ...] = ("queue_limit", "max_wait_s")
    is_ours: bool = True
    passes_on_misses: bool = False
    keeps_copies: bool = False
    keeps_messages: bool = False


#: The 99th percentile is at most so many times the median.
MOST_SPREAD = 500.0


class Described(Part):
    """What every component has."""

    settings: ClassVar[frozenset[str]] = frozenset()
    """Numbers that parameters follow from, which are none themselves."""

    traits: ClassVar[Traits]
    prerequisites: ClassVar[tuple[Prerequisite, ...]] = ()
    newer_defaults: ClassVar[Mapping[str, str | float]] = MappingProxyType({})
    """Defaults of schema 2, where they aren't those of schema 1."""

    label: Text | None = None
    """Name for people."""
    source: Text | None = None
    """Where this component's numbers come from; `guess` is an answer too."""
    price_usd_per_hour: Usd = 0.0
    """Price of one replica for one hour, USD."""
    price_usd_per_million: Usd = 0.0
    """Price of a million calls, USD."""
    region: Name | None = None
    """Where it runs; a call from another region takes the way of the link between them."""
    error_share: Share = 0.0
    """Share of calls that fail for a transient reason; retries cure these."""
    stale_share: Share = 0.0
    """Share of answers that are known to be out of date."""
    availability: Share | None = None
    """Availability of one replica; or give `mtbf_hours` and `mttr_minutes`; 1 when neither is given."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """What can't be true together in one component that stands at a place of the file."""
        yield from ()

    @property
    def may_miss(self) -> bool:
        """Whether it passes calls on that it can't answer itself."""
        return False


class Station(Described):
    """What runs on machines of ours, in copies, and lets calls wait."""

    newer_defaults: ClassVar[Mapping[str, str | float]] = MappingProxyType({"balancing": "least_connections"})
    settings: ClassVar[frozenset[str]] = frozenset(["service_p50_ms", "service_p99_ms"])
    prerequisites: ClassVar[tuple[Prerequisite, ...]] = (
        Prerequisite(
            ("service_law",),
            ("service_scv",),
            lambda part: part.service_scv > 0.0,
            "service_scv is 0: its work always takes the same time",
        ),
        Prerequisite(
            ("zones",),
            ("zone_availability",),
            lambda part: part.zone_availability < 1.0,
            "zone_availability isn't given, so no zone is ever lost",
            "add zone_availability",
        ),
        Prerequisite(
            ("contention", "coherency"),
            ("replicas", "autoscaling"),
            lambda part: part.may_have_copies,
            "replicas is 1: they slow down replicas of each other",
        ),
        Prerequisite(
            ("max_wait_s",),
            ("queue_limit",),
            lambda part: part.queue_limit != 0,
            "queue_limit is 0: nobody waits",
        ),
        Prerequisite(
            ("cpu_period_ms",),
            ("cpu_quota",),
            lambda part: part.cpu_quota is not None,
            "cpu_quota isn't given: no time is rationed",
            "add cpu_quota",
        ),
        Prerequisite(
            ("failure_threshold", "dns_ttl_s", "takeover_s"),
            ("health_check_s",),
            lambda part: part.health_check_s is not None,
            "health_check_s isn't given: a lost copy is known at once",
            "add health_check_s",
        ),
        Prerequisite(
            ("balancing",),
            ("replicas", "autoscaling"),
            lambda part: part.may_have_copies,
            "replicas is 1: there is one queue",
        ),
        Prerequisite(
            ("service_scv", "service_law", "gc_share"),
            ("service_ms",),
            lambda part: part.service_ms > 0.0,
            "service_ms is 0: there is no work",
        ),
    )

    replicas: Count = 1
    """Copies that run at the same time."""
    slots: Count = 1
    """Requests that one copy serves at the same time."""
    balancing: Balancing = "shared"
    """How calls come to a copy: from one `shared` queue; or each copy has a queue of its own, and a call goes
    to the copy with the fewest calls (`least_connections`), to the better of `two_choices`, in turn
    (`round_robin`) or to any (`random`)."""
    service_ms: Milliseconds
    """Mean time of its own work for one call, ms."""
    service_scv: Scv = 1.0
    """Squared coefficient of variation of its own work; 1 = exponential, 0 = always the same."""
    service_law: ServiceLaw = "gamma"
    """Law of its own work, with that mean and scv."""
    service_p50_ms: Milliseconds | None = None
    """Median of its own work, ms, where it was measured; with `service_p99_ms` it takes the place of
    `service_scv` and `service_law`: the law that has both percentiles, and whose mean is nearer to
    `service_ms` (lognormal where that isn't given)."""
    service_p99_ms: Milliseconds | None = None
    """99th percentile of its own work, ms."""
    arrival_scv: Scv = 1.0
    """Squared coefficient of variation of the time between arrivals; 1 = Poisson."""
    blocking: bool = False
    """Keeps its slot while the calls under it run (a thread for each request)."""
    queue_limit: CountFromZero | None = None
    """Places to wait in; null = unbounded."""
    max_wait_s: Seconds | None = None
    """Longest wait: who would wait longer is turned away at once; null = any wait."""
    contention: Coefficient = 0.0
    """Sigma of the Universal Scalability Law over replicas."""
    coherency: Coefficient = 0.0
    """Kappa of the Universal Scalability Law over replicas."""
    mtbf_hours: Hours | None = None
    """Mean time between failures of one replica, h."""
    mttr_minutes: Minutes | None = None
    """Mean time to repair one replica, min."""
    health_check_s: Seconds | None = None
    """Time between two health checks of a copy, s; null = a lost copy is known at once."""
    failure_threshold: Count = 3
    """Checks that must fail one after the other before a copy counts as lost."""
    dns_ttl_s: Seconds = 0.0
    """How long callers go on asking an old address, s."""
    takeover_s: Seconds = 0.0
    """Time that another copy takes to take over, s: to be promoted, to open and warm its connections."""
    zones: ZoneCount = 1
    """Zones over which the replicas are spread evenly; zones are shared by all components."""
    zone_availability: Share = 1.0
    """Availability of one zone; 1 = zones are not considered for this component."""
    cpu_quota: Cores | None = None
    """Cores' worth of time that the threads of one copy may use in a period together (a CPU limit of
    Kubernetes); `slots` of them run at the same time until it is used up, and then all stand still; null =
    no limit."""
    cpu_period_ms: CpuPeriod = 100.0
    """Length of that period, ms."""
    gc_share: LostShare = 0.0
    """Share of time lost to garbage collection; stretches the work by 1/(1 - share)."""

    @property
    def may_have_copies(self) -> bool:
        """Whether more than one copy may run."""
        return self.replicas > 1

    def contradictions(self, where: str) -> Iterator[Finding]:
        """Two ways to say how often a copy fails, or half of one."""
        times = {"mtbf_hours": self.mtbf_hours, "mttr_minutes": self.mttr_minutes}
        given = [key for key, value in times.items() if value is not None]
        if len(given) == 1:
            missing = next(key for key in times if key not in given)
            found = f"{given[0]} without {missing}"
            hint = f"add {missing}, or give availability instead"
            yield Finding(f"{where}.{given[0]}", found, "both or neither", hint, code=Code.MISSING_KEY)
        if given and self.availability is not None:
            found = f"availability together with {' and '.join(given)}"
            place = f"{where}.availability"
            yield Finding(place, found, "one of the two ways", "remove one of them", code=Code.CONFLICT)
        yield from self._percentiles(where)
        if self.mtbf_hours == 0:
            place, hint = f"{where}.mtbf_hours", "it would never work"
            yield Finding(place, "the number 0", "a number above 0", hint, code=Code.OUT_OF_RANGE)

    def _percentiles(self, where: str) -> Iterator[Finding]:
        """One percentile without the other, two that no law has, or a scv beside them."""
        two = {"service_p50_ms": self.service_p50_ms, "service_p99_ms": self.service_p99_ms}
        given = [key for key, value in two.items() if value is not None]
        if len(given) == 1:
            missing = next(key for key in two if key not in given)
            found, hint = f"{given[0]} without {missing}", f"add {missing}, or write service_scv instead"
            yield Finding(f"{where}.{given[0]}", found, "both or neither", hint, code=Code.MISSING_KEY)
        if self.service_p50_ms is None or self.service_p99_ms is None:
            return
        if not 0.0 < self.service_p50_ms < self.service_p99_ms <= MOST_SPREAD * self.service_p50_ms:
            found = f"a median of {self.service_p50_ms:g} and a 99th percentile of {self.service_p99_ms:g} ms"
            allowed = f"a median above 0, and a percentile from it up to {MOST_SPREAD:g} times it"
            yield Finding(f"{where}.service_p99_ms", found, allowed, code=Code.WRONG_ORDER)
            return
        law = fitted(self.service_p50_ms, self.service_p99_ms, self.service_ms)
        if abs(law.scv - self.service_scv) > 1e-9 * law.scv:
            found = f"service_scv beside both percentiles, which say {law.scv:.3g}"
            yield Finding(
                f"{where}.service_scv", found, "one of the two ways", "remove it", code=Code.CONFLICT
            )
