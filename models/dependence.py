"""Which decisions can matter where: so that designs that agree in them share the work."""

from __future__ import annotations

from models.scenario.paths import Slot
from models.system import System

_LOSSES = ("queue_limit", "max_wait_s", "rate_limit_per_s")


def can_refuse(system: System) -> bool:
    """Whether any component of any design turns calls away."""
    return any(_is_set(system, Slot("component", name, p)) for name in system.components for p in _LOSSES)


def can_fail(system: System) -> bool:
    """Whether any call of any design can fail, by errors or by being turned away."""
    errors = any(_is_set(system, Slot("component", name, "error_share")) for name in system.components)
    return errors or can_refuse(system)


def _is_set(system: System, slot: Slot) -> bool:
    """Whether a parameter is anything but 0 or "without limit" in some design."""
    if slot in system.plans:
        return True
    value = system.static.get(slot)
    return value is not None and bool((value > 0.0).any()) and bool((value < float("inf")).any())


def station_columns(system: System) -> list[list[int] | None]:
    """For each component the columns that decide about its station; None = all of them may.

    Where nothing can fail, a station depends on its own parameters and on those of the traffic that reaches
    it; where something can, on everything that can change what is lost on the way.
    """
    if can_fail(system):
        return [None for _ in system.components]
    common = _columns(system, [Slot("workload", "", "rate")])
    reaching: list[set[int]] = [set(common) for _ in system.components]
    above: list[set[int]] = []
    for node in system.nodes:
        name = system.flows[node.flow]
        slots = [Slot("call", name, parameter, node.position) for parameter in ("times", "enabled")]
        if node.caller is None:
            slots += [Slot("flow", name, parameter) for parameter in ("share", "shed_share")]
            columns = _columns(system, slots)
        else:
            columns = _columns(system, slots) | above[node.caller]
        above.append(columns)
        reaching[node.component] |= columns
    for c, name in enumerate(system.components):
        own = [slot for slot in system.plans if slot.owner == "component" and slot.name == name]
        reaching[c] |= _columns(system, own)
    return [sorted(columns) for columns in reaching]


def _columns(system: System, slots: list[Slot]) -> set[int]:
    """Columns that change some parameters, with those on which the existence of these decisions depends."""
    found: set[int] = set()
    for slot in slots:
        plan = system.plans.get(slot)
        for change in (*plan.sets, *plan.multiplies, *plan.adds) if plan else ():
            found |= set(change.columns)
            waiting = [change.decision]
            while waiting:
                for condition in system.space.decisions[waiting.pop()].when:
                    found |= set(condition.columns)
                    waiting.append(condition.decision)
    return found
