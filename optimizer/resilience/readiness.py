"""How ready a team and its system are for experiments: detection, defense and culture, of 100 points.

The scenario answers what it can (defense, of a design); the rest a person answers with yes, partly or no.
What isn't
answered counts nothing, and is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.evaluation import Array
from models.faults.moment import Moment, moment_of
from models.scenario.experiment import AnyFault, Experiment
from models.scenario.experiments.servers import Terminate
from models.scenario.paths import Slot
from models.system.system import System
from optimizer.resilience.experiments import typed_experiments

#: Below the first share a system is vulnerable, above the second one it is ready.
VULNERABLE, READY = 0.70, 0.85


class Area(StrEnum):
    """What points are given for."""

    DETECTION = "detection"
    DEFENSE = "defense"
    CULTURE = "culture"


#: Points of each area.
POINTS: Mapping[Area, float] = {Area.DETECTION: 40.0, Area.DEFENSE: 30.0, Area.CULTURE: 30.0}
#: What a person answers, by area and name.
QUESTIONS: Mapping[Area, Mapping[str, str]] = {
    Area.DETECTION: {
        "steady_state": "Is there a dashboard of what users see, with its band on an ordinary day?",
        "alarms": "Do alarms fire at this design's own levels (`watch-rules`), and were they tested?",
        "retries": "Are attempts for each first call measured?",
        "tails": "Are p99 and p50 measured by flow, and their ratio watched?",
        "correlation": "Would somebody see services that begin to move together?",
        "tracing": "Can one slow request be followed through all services?",
        "collection": "Is time that is lost to garbage collection measured?",
        "minutes": "Is a fault noticed by an alarm, and not by users, within five minutes?",
    },
    Area.CULTURE: {
        "blameless": "Are post-mortems written without blame, and read?",
        "abort": "Has everybody who runs experiments ended one by hand?",
        "rollback": "Is the way back tested each week, within 30 s?",
        "game_days": "Is there a game day each month?",
        "owners": "Does every finding get an owner, a ticket and a date of its re-test?",
        "warned": "Do teams know beforehand when experiments are run, and in working hours only?",
    },
}
#: What steps of maturity need, the first first: answers of `yes`.
LEVELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("by hand, in a test environment", ()),
    ("by hand in production, one instance at a time", ("steady_state", "rollback")),
    ("on a calendar, with aborts that end a run by themselves", ("alarms", "abort", "game_days")),
    ("by themselves in working hours, a zone at a time", ("minutes", "blameless", "owners", "warned")),
    ("all the time, up to a region, with every release", ("tracing", "correlation", "retries", "tails")),
)


class Answer(StrEnum):
    """What a person answers."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


_WORTH: Mapping[Answer | None, float] = {Answer.YES: 1.0, Answer.PARTLY: 0.5, Answer.NO: 0.0, None: 0.0}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that counts.

    Attributes:
        area: Where it counts.
        name: Its name.
        share: How far it is so, 0 to 1.
        lacking: Where it lacks: calls and components.
        answer: What a person answered; None where the scenario does, or nobody did.
        is_open: Whether nobody answered.
    """

    area: Area
    name: str
    share: float
    lacking: tuple[str, ...] = ()
    answer: Answer | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a design is.

    Attributes:
        items: What counts.
        points: Points of each area.
        level: Step of maturity, from 1.
        stages: Experiments of the scenario for months 1 to 3, 4 to 9 and 10 to 18, small before large.
    """

    items: tuple[Item, ...]
    points: Mapping[Area, float]
    level: int
    stages: tuple[tuple[str, ...], ...]

    @property
    def share(self) -> float:
        """Points of all, as a share."""
        return sum(self.points.values()) / sum(POINTS.values())

    @property
    def word(self) -> str:
        """What the share comes to."""
        if self.share < VULNERABLE:
            return "vulnerable"
        return "ready" if self.share > READY else "on the way"


def readiness_of(system: System, x: Array, answers: Mapping[str, Answer]) -> Readiness:
    """How ready a design is.

    Args:
        system: The compiled scenario.
        x: The design, `(d,)`.
        answers: What a person answered, by the name of the question.
    """
    items = [*_defenses(moment_of(system, x, system.peak)), *_answered(answers)]
    points = {}
    for area, most in POINTS.items():
        own = [one.share for one in items if one.area is area]
        points[area] = most * sum(own) / len(own) if own else 0.0
    level = 0
    for _, needed in LEVELS:
        if not all(answers.get(name) is Answer.YES for name in needed):
            break
        level += 1
    return Readiness(tuple(items), points, level, _stages(system))


def _answered(answers: Mapping[str, Answer]) -> Iterator[Item]:
    for area, questions in QUESTIONS.items():
        for name in questions:
            answer = answers.get(name)
            yield Item(area, name, _WORTH[answer], (), answer, answer is None)


def _defenses(moment: Moment) -> Iterator[Item]:
    """What the scenario answers: each as the share of the calls or caches that have it."""
    system = moment.system
    made = [node for node in system.nodes if moment.calls_per_s[node.index] > 0.0 and node.caller is not None]

    def of_call(node: int, parameter: str) -> float:
        one = system.nodes[node]
        return moment.value(Slot("call", system.flows[one.flow], parameter, one.position))

    def item(name: str, having: Mapping[str, bool]) -> Iterator[Item]:
        if having:
            lacking = tuple(dict.fromkeys(key for key, there in having.items() if not there))
            yield Item(Area.DEFENSE, name, sum(having.values()) / len(having), lacking)

    def told(node: int) -> str:
        one = system.nodes[node]
        assert one.caller is not None
        caller = system.components[system.nodes[one.caller].component]
        return f"{system.flows[one.flow]}: {caller} -> {system.components[one.component]}"

    def may_fail(node: int) -> bool:
        has_other = system.nodes[node].has_fallback and of_call(node, "fallback.enabled") > 0.0
        return has_other or of_call(node, "optional") > 0.0

    required = [node.index for node in made if not of_call(node.index, "optional") > 0.0]
    yield from item("breakers on critical paths", {told(i): of_call(i, "breaker") > 0.0 for i in required})
    retried = [node.index for node in made if of_call(node.index, "retries") > 0.0]
    yield from item("jitter where calls are repeated", {told(i): of_call(i, "jitter") > 0.0 for i in retried})
    caches = {
        name: moment.of(c, "coalescing") > 0.0
        for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True))
        if part.traits.passes_on_misses and moment.per_s(c) > 0.0
    }
    yield from item("misses of one key share a load", caches)
    degrades = {told(node.index): may_fail(node.index) for node in made}
    yield from item("calls that may fail (optional, fallback)", degrades)


def _stages(system: System) -> tuple[tuple[str, ...], ...]:
    """The scenario's experiments in thirds: the smallest in the first months."""
    names = [name for name, _ in sorted(typed_experiments(system), key=lambda one: radius(one[1]))]
    first, second = -(-len(names) // 3), -(-2 * len(names) // 3)
    return tuple(names[:first]), tuple(names[first:second]), tuple(names[second:])


def radius(experiment: Experiment) -> float:
    """How much an experiment touches: share of calls or servers, in hours; a zone and a region count more."""
    return sum(_hit(fault) * _hours(fault) for fault in experiment.inject)


def _hit(fault: AnyFault) -> float:
    if isinstance(fault, Terminate):
        if fault.region is not None:
            return 10.0
        if fault.zones is not None:
            return 2.0 * fault.zones
        return fault.share if fault.share is not None else 0.1 * float(fault.replicas or 1)
    return float(getattr(fault, "share", None) or 1.0)


def _hours(fault: AnyFault) -> float:
    length = getattr(fault, "duration_s", None)
    return (600.0 if length is None else float(length)) / 3600.0
