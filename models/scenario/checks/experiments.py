"""Checks of chaos experiments: targets that are there, amounts that can be, statements that can hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from models.errors import Code, Finding
from models.scenario.checks.effects import slots_of
from models.scenario.checks.flows import placed_calls
from models.scenario.checks.idle import changed_paths
from models.scenario.checks.regions import crossed_links
from models.scenario.checks.statements import contradicting, statement_findings
from models.scenario.experiment import AnyFault, Experiment, FreeExperiment
from models.scenario.experiments.contents import CacheFlush
from models.scenario.experiments.demand import Driver, Load
from models.scenario.experiments.network import Partition
from models.scenario.experiments.servers import SlowLeak, Terminate
from models.scenario.paths import Slot, call_name, nearest
from models.scenario.reading.findings import listed
from models.scenario.scenario import Scenario

_SECONDS_PER_HOUR = 3600.0


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in experiments."""
    names: set[str] = set()
    for i, experiment in enumerate(scenario.experiments):
        where = f"experiments[{i}]"
        if experiment.name is not None and experiment.name in names:
            found = f"a second experiment with the name {experiment.name!r}"
            allowed = "one name for each experiment"
            yield Finding(f"{where}.name", found, allowed, "rename it", code=Code.DUPLICATE)
        names.add(experiment.name or "")
        if isinstance(experiment, FreeExperiment):
            yield from _free_target(scenario, experiment, f"{where}.inject.target")
        else:
            yield from _typed(scenario, experiment, where)


def _free_target(scenario: Scenario, experiment: FreeExperiment, where: str) -> Iterator[Finding]:
    calls = {call_name(placed.call) for placed in placed_calls(scenario)}
    phases = [phase.name for phase in scenario.workload.phases]
    known = [*scenario.components, *scenario.flows, *phases, *scenario.decisions, "workload", "zone"]
    target = experiment.inject.target
    if target in known or target in calls or slots_of(scenario, target):
        return
    yield Finding(
        where,
        f"unknown target {target[:80]!r}",
        f"{listed(known)}, or a path such as component.parameter",
        nearest(target, known),
        code=Code.UNKNOWN_NAME,
        about=(
            *(f"{place}.{target}" for place in ("components", "flows", "decisions")),
            *("workload.phases.*.name", "flows.*.trace"),
        ),
    )


def _typed(scenario: Scenario, experiment: Experiment, where: str) -> Iterator[Finding]:
    phases = {phase.name: phase for phase in scenario.workload.phases}
    if experiment.phase is not None and experiment.phase not in phases:
        yield _unknown(f"{where}.phase", "phase", experiment.phase, list(phases), "workload.phases.*.name")
    peak = scenario.workload.peak
    phase = phases.get(experiment.phase or "")
    if experiment.phase is None and peak is not None:
        phase = scenario.workload.phases[peak]
    single = len(experiment.inject) == 1
    places = [f"{where}.inject" if single else f"{where}.inject[{k}]" for k in range(len(experiment.inject))]
    for fault, place in zip(experiment.inject, places, strict=True):
        yield from fault.contradictions(place)
        yield from _target(scenario, fault, place)
        yield from _amount(scenario, fault, place)
        if phase is not None:
            yield from _time(fault, phase.name, phase.hours * _SECONDS_PER_HOUR, place)
    for (one, _), (other, place) in combinations(zip(experiment.inject, places, strict=True), 2):
        shared = _touched(scenario, one) & _touched(scenario, other)
        if shared and _meet(one, other):
            what, whose = min(shared)
            found = f"a second fault of the {what} of {whose} at the same time"
            yield Finding(
                place, found, "one at a time", "let it begin later, or remove one", code=Code.CONFLICT
            )
    yield from statement_findings(scenario, experiment, where)
    yield from contradicting(experiment, where)


def _unknown(where: str, what: str, name: str, known: list[str], *about: str) -> Finding:
    return Finding(
        where,
        f"unknown {what} {name[:80]!r}",
        listed(known) if known else "nothing: there is none",
        nearest(name, known),
        code=Code.UNKNOWN_NAME,
        about=about,
    )


def _target(scenario: Scenario, fault: AnyFault, where: str) -> Iterator[Finding]:
    """Errors in the names of what a fault is done to."""
    if isinstance(fault, Driver):
        yield from _driver(scenario, fault, f"{where}.driver")
    elif isinstance(fault, Load):
        if fault.target is not None and fault.target not in scenario.flows:
            known, about = list(scenario.flows), f"flows.{fault.target}"
            yield _unknown(f"{where}.target", "flow", fault.target, known, about)
    else:
        yield from _way(scenario, fault, where)
        if fault.target is not None:
            yield from _component(scenario, fault, fault.target, f"{where}.target")


def _driver(scenario: Scenario, fault: Driver, where: str) -> Iterator[Finding]:
    if fault.driver not in scenario.drivers:
        yield _unknown(where, "driver", fault.driver, list(scenario.drivers), "drivers")
    elif not any(fault.driver in cost.drivers for cost in scenario.costs):
        found = f"no cost follows {fault.driver}: nothing changes with it"
        yield Finding(where, found, "a driver of costs", code=Code.CONFLICT, about=("costs",))


def _way(scenario: Scenario, fault: AnyFault, where: str) -> Iterator[Finding]:
    """Errors in links and regions."""
    link: str | None = getattr(fault, "link", None)
    if link is not None and link not in scenario.links:
        yield _unknown(f"{where}.link", "link", link, list(scenario.links), f"links.{link}")
    elif link is not None and link not in crossed_links(scenario):
        found, about = f"no call goes across {link}", ("flows.*.trace", "components")
        yield Finding(f"{where}.link", found, "a link in use", code=Code.CONFLICT, about=about)
    region: str | None = getattr(fault, "region", None)
    if region is not None:
        ours = (part for part in scenario.components.values() if fault.reach.fits(part))
        known = list(dict.fromkeys(part.region for part in ours if part.region is not None))
        if region not in known:
            yield _unknown(f"{where}.region", "region", region, known, "components")


def _component(scenario: Scenario, fault: AnyFault, target: str, where: str) -> Iterator[Finding]:
    part = scenario.components.get(target)
    known = [name for name, each in scenario.components.items() if fault.reach.fits(each)]
    about = f"components.{target}"
    if part is None:
        yield _unknown(where, "component", target, known, about)
    elif not fault.reach.fits(part):
        found = f"{target}, which is no such thing ({part.kind})"
        allowed = f"{fault.reach.what}: {listed(known) or 'there is none'}"
        yield Finding(where, found, allowed, code=Code.WRONG_TYPE, about=(about,))
    elif not any(placed.call.call == target for placed in placed_calls(scenario)):
        found = f"{target}, which no flow calls"
        yield Finding(where, found, "a component in use", code=Code.CONFLICT, about=("flows.*.trace",))


def _amount(scenario: Scenario, fault: AnyFault, where: str) -> Iterator[Finding]:
    """Errors in amounts: more than there is; what designs may change is judged with the design."""
    target: str | None = getattr(fault, "target", None)
    part = scenario.components.get(target) if target is not None else None
    if part is None or not fault.reach.fits(part):
        return
    changed = {slot for path in changed_paths(scenario).values() for slot in slots_of(scenario, path)}

    def is_fixed(parameter: str) -> bool:
        return Slot("component", str(target), parameter) not in changed

    if isinstance(fault, Terminate):
        for key, there in (("replicas", "replicas"), ("zones", "zones")):
            wanted, most = getattr(fault, key), getattr(part, there)
            if wanted is not None and wanted > most and is_fixed(there):
                yield _too_many(f"{where}.{key}", wanted, most, there, str(target))
    if isinstance(fault, Partition) and fault.copies is not None:
        if not part.traits.keeps_copies:
            found = f"copies of {target}, which keeps none ({part.kind})"
            yield Finding(f"{where}.copies", found, "copies of a store", code=Code.WRONG_TYPE)
        elif fault.copies >= getattr(part, "replicas", 1) and is_fixed("replicas"):
            most = getattr(part, "replicas", 1) - 1
            yield _too_many(f"{where}.copies", fault.copies, most, "replicas", str(target))
    if (
        isinstance(fault, CacheFlush)
        and getattr(part, "hit_ratio", None) is not None
        and is_fixed("hit_ratio")
    ):
        yield Finding(
            f"{where}.target",
            f"{target} has a hit_ratio: it holds no keys that could be forgotten",
            "a cache with keys",
            "give keys, zipf, ttl_s and capacity_keys instead of hit_ratio",
            code=Code.CONFLICT,
            about=(f"components.{target}.hit_ratio",),
        )
    now = getattr(part, "gc_share", 0.0)
    if isinstance(fault, SlowLeak) and fault.gc_share <= now and is_fixed("gc_share"):
        found = f"gc_share {fault.gc_share:g} where {target} has {now:g} already"
        yield Finding(f"{where}.gc_share", found, f"a share above {now:g}", code=Code.WRONG_ORDER)


def _too_many(where: str, wanted: int, most: int, what: str, target: str) -> Finding:
    allowed = f"a whole number from 1 to {most}" if most >= 1 else "nothing: one is all there is"
    return Finding(
        where,
        f"{wanted} of the {what} of {target}",
        allowed,
        "lower it",
        code=Code.OUT_OF_RANGE,
        about=(f"components.{target}.{what}",),
    )


def _time(fault: AnyFault, phase: str, length_s: float, where: str) -> Iterator[Finding]:
    ends = fault.ends_s if fault.ends_s is not None else fault.start_s
    if ends <= length_s:
        return
    key = "start_s" if fault.start_s >= length_s or not hasattr(fault, "duration_s") else "duration_s"
    yield Finding(
        f"{where}.{key}",
        f"it would last to {ends:g} s, and the phase {phase} lasts {length_s:g} s",
        f"an end within {length_s:g} s",
        "shorten it, or name another phase",
        code=Code.OUT_OF_RANGE,
        about=("workload.phases.*.hours", "workload.phases.*.peak", "workload.phases.*.rate"),
    )


def _touched(scenario: Scenario, fault: AnyFault) -> set[tuple[str, str]]:
    """What a fault changes, and of whom."""
    if isinstance(fault, Terminate) and fault.region is not None:
        parts = scenario.components.items()
        return {("servers", name) for name, part in parts if part.region == fault.region}
    found: set[tuple[str, str]] = set()
    for what, whose in fault.touches:
        everybody = scenario.flows if isinstance(fault, Load) else ()
        found |= {(what, name) for name in ([whose] if whose is not None else everybody)}
    return found


def _meet(one: AnyFault, other: AnyFault) -> bool:
    first, second = sorted((one, other), key=lambda fault: fault.start_s)
    return second.start_s < (math.inf if first.ends_s is None else first.ends_s)
