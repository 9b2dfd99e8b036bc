"""The levels at which somebody should know: those of this design, and those of the field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.dimensions.emergence import DANGER, IMMINENT, THRESHOLDS
from models.evaluation import Array
from models.evaluator import run
from models.faults.moment import moment_of
from models.system.system import System
from optimizer.resilience.escape import NOT_ASKED, first_break, rates_of
from optimizer.resilience.runbook import Switch, runbook

#: Attempts for each first one from which on retries are a storm of their own.
AMPLIFICATION = 3.0
#: Correlation of two services from which on they move together.
CORRELATION = 0.7
#: Share of the load of its first break at which a design is near it.
NEAR = 0.8
#: Multiple of the planned load below which a limit doesn't fall by load: it never holds.
_ANY_LOAD = 0.01
#: How long a level must be exceeded, s: a minute of what is urgent, five of what is slow.
SOON_S, SLOW_S = 60.0, 300.0


class Signal(StrEnum):
    """What is measured."""

    LOAD = "offered_per_s"
    UTILISATION = "utilisation"
    AMPLIFICATION = "attempts_per_call"
    TAIL = "p99_over_p50"
    CORRELATION = "correlation"
    GC = "gc_share"
    SCORE = "emergence_score"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One level.

    Attributes:
        name: Its name, of letters and digits.
        signal: What is measured.
        level: From which number on it is raised.
        off_below: Below which it is taken back; None = at the same number.
        for_s: How long it must be exceeded, s.
        is_urgent: Whether somebody is woken.
        says: What it means, in words of ours and names of the scenario.
    """

    name: str
    signal: Signal
    level: float
    off_below: float | None
    for_s: float
    is_urgent: bool
    says: str


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """All levels of a design.

    Attributes:
        alarms: They.
        coupling: Its coupling, which doesn't change while it runs.
        services: Its components on machines of ours that are called, the bottleneck first.
        breaks_at: Requests/s at which its first limit falls; infinite where none does, NaN where one never
            holds.
    """

    alarms: tuple[Alarm, ...]
    coupling: float
    services: tuple[str, ...]
    breaks_at: float


def levels_of(system: System, x: Array) -> Levels:
    """The levels of a design.

    Args:
        system: The compiled scenario.
        x: The design, `(d,)`.
    """
    found = run(system, x[None, :])
    peak = float(rates_of(system, x)[system.peak])
    fails, _ = first_break(system, x[None, :], leave_out=NOT_ASKED)
    breaks_at = float(fails[0]) * peak if fails[0] > _ANY_LOAD else math.nan
    margin = float(found.retry_margin[0]) * peak
    alarms = (*_load(breaks_at, margin), *_field(), *_switches(runbook(system, x)))
    moment = moment_of(system, x, system.peak)
    first = int(found.bottleneck[0])
    called = [c for c in range(len(system.components)) if moment.per_s(c) > 0.0]
    ours = sorted((c for c in called if system.parts[c].traits.is_ours), key=lambda c: (c != first, c))
    services = tuple(system.components[c] for c in ours)
    coupling = float(found.emergence.terms["coupling"][0]) * THRESHOLDS["coupling"]
    return Levels(alarms, coupling, services, breaks_at)


def _load(breaks_at: float, margin: float) -> Iterator[Alarm]:
    if math.isfinite(breaks_at):
        yield Alarm(
            "NearItsBreakingPoint",
            Signal.LOAD,
            NEAR * breaks_at,
            NEAR * NEAR * breaks_at,
            SLOW_S,
            False,
            f"the load is at {100 * NEAR:g} % of that at which the first limit falls ({breaks_at:.6g}/s)",
        )
        yield Alarm(
            "AtItsBreakingPoint",
            Signal.LOAD,
            breaks_at,
            NEAR * breaks_at,
            SOON_S,
            True,
            "the first limit falls at this load",
        )
    if math.isfinite(margin) and margin > 0.0:
        yield Alarm(
            "DoesNotComeBackByItself",
            Signal.LOAD,
            margin,
            NEAR * margin,
            SLOW_S,
            False,
            "from this load on retries keep a failed state alive: after a fall the load must come below it",
        )


def _field() -> Iterator[Alarm]:
    busy = THRESHOLDS["utilisation"]
    for name, signal, level, for_s, is_urgent, says in (
        (
            "BusyBottleneck",
            Signal.UTILISATION,
            busy,
            SLOW_S,
            False,
            "the busiest service nears its saturation",
        ),
        (
            "RetryAmplification",
            Signal.AMPLIFICATION,
            AMPLIFICATION,
            SOON_S,
            True,
            "retries multiply the load",
        ),
        (
            "LongTail",
            Signal.TAIL,
            THRESHOLDS["p99_over_p50"],
            SLOW_S,
            False,
            "few requests wait for very long",
        ),
        ("ServicesMoveTogether", Signal.CORRELATION, CORRELATION, SLOW_S, False, "services move together"),
        ("CollectsGarbage", Signal.GC, THRESHOLDS["gc_share"], SLOW_S, True, "time is lost to collection"),
        ("EmergenceDanger", Signal.SCORE, DANGER, SOON_S, False, "the emergence score says danger"),
        ("EmergenceImminent", Signal.SCORE, IMMINENT, SOON_S, True, "a phase transition is imminent"),
    ):
        yield Alarm(name, signal, level, None, for_s, is_urgent, says)


def _switches(switches: tuple[Switch, ...]) -> Iterator[Alarm]:
    for k, switch in enumerate(switches):
        what = ", ".join(change.decision for change in switch.step.what)
        yield Alarm(
            f"Switch{k + 1}",
            Signal.LOAD,
            switch.on_above,
            switch.off_below,
            SOON_S,
            True,
            f"switch {what} now: {switch.step.limit} falls without it; back below {switch.off_below:.6g}/s",
        )
