"""Which pods a fault is done to: tools of Kubernetes know neither servers, nor zones of ours, nor calls."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.scenario.experiment import AnyFault
from models.scenario.experiments.servers import Terminate
from optimizer.resilience.exports.drill import Drill, callers_of, is_ours
from optimizer.resilience.exports.refused import NotExported, Why


@dataclass(frozen=True, slots=True)
class Pods:
    """Some pods.

    Attributes:
        component: Whose they are.
        percent: How many of a hundred, 1 to 100; None = `count` of them.
        count: How many.
        outside: The component outside that their traffic to is meant; None = they are the target themselves.
        notes: What that means, where it isn't what the scenario says.
    """

    component: str
    percent: int | None
    count: int = 0
    outside: str | None = None
    notes: tuple[str, ...] = ()


def refused(drill: Drill, fault: AnyFault, tool: str, why: str, hint: str = "") -> NotExported:
    """The error of a fault that a tool can't make."""
    where = f"experiments.{drill.name}.inject"
    return NotExported(Why.NO_SUCH_FAULT, f"{tool} {why} ({fault.kind})", where=where, hint=hint)


def lost_pods(drill: Drill, fault: Terminate) -> tuple[Pods, ...]:
    """The pods that are gone."""
    system = drill.system
    if fault.region is not None:
        inside = [
            name
            for name, part in zip(system.components, system.parts, strict=True)
            if part.traits.is_ours and part.region == fault.region
        ]
        note = f"A region is lost as all pods of {', '.join(inside)}; what else stands in it stays."
        return tuple(Pods(name, 100, notes=(note,)) for name in inside)
    name = str(fault.target)
    if fault.replicas is not None:
        return (Pods(name, None, int(fault.replicas)),)
    if fault.zones is not None:
        there = drill.of_design(name, "zones")
        note = f"{fault.zones:g} of {there:g} zones become that part of the pods, wherever they stand."
        return (Pods(name, _percent(float(fault.zones) / there), notes=(note,)),)
    assert fault.share is not None
    return (Pods(name, _percent(fault.share)),)


def called_pods(drill: Drill, fault: AnyFault, tool: str) -> tuple[Pods, ...]:
    """The pods whose calls are hit: those of the target, or who calls it where it is outside."""
    name = getattr(fault, "target", None)
    if name is None:
        raise refused(drill, fault, tool, "knows no links between regions", "name a component as target")
    share = float(getattr(fault, "share", 1.0))
    notes: tuple[str, ...] = ()
    if share < 1.0:
        percent = _percent(share)
        notes = (
            f"{100.0 * share:g} % of the calls become {percent} of 100 pods: who asks another pod sees "
            "nothing.",
        )
    if is_ours(drill.system, name):
        return (Pods(name, _percent(share), notes=notes),)
    callers = callers_of(drill.system, name)
    if not callers:
        raise refused(drill, fault, tool, f"has no pods of {name}, nor of anything of ours that calls it")
    note = f"{name} is outside: the traffic of {', '.join(callers)} to it is hit. Fill in its address."
    return tuple(Pods(one, _percent(share), outside=name, notes=(*notes, note)) for one in callers)


def _percent(share: float) -> int:
    return max(min(math.ceil(100.0 * share - 1e-9), 100), 1)


#: A network delay of pods isn't the servers' own time.
DELAY_NOTE = "Packets are late; the servers themselves stay as fast, and aren't held meanwhile."


def same_delay(drill: Drill, fault: AnyFault, tool: str) -> float:
    """The delay of all calls alike, ms; a factor is refused, since it ends otherwise."""
    added = getattr(fault, "added_ms", None)
    if added is None:
        raise refused(
            drill,
            fault,
            tool,
            "delays all calls alike, and this one stretches short and long answers by a factor",
            "give added_ms, and see whether it ends in the same way",
        )
    return float(added)
