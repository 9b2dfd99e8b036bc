"""Parameters that change nothing, and why: as written, and as decisions, phases and guesses do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from models.errors import Code, Finding
from models.scenario.checks.effects import effects_of, slots_of
from models.scenario.checks.flows import placed_calls
from models.scenario.checks.regions import crossed_links
from models.scenario.component import Component
from models.scenario.decision import Integer, Real
from models.scenario.defaults import default_of
from models.scenario.flow import Call, calls
from models.scenario.paths import Slot
from models.scenario.prerequisite import Prerequisite
from models.scenario.scenario import Scenario

#: What a component costs although nobody calls it.
_PAID = ("replicas", "shards", "price_usd_per_hour")


class Reason(NamedTuple):
    """Why a parameter changes nothing, and what to do."""

    why: str
    hint: str


def changed_paths(scenario: Scenario) -> dict[str, str]:
    """Every path that a decision, a phase or an uncertainty names, by its place in the file."""
    found = {
        f"{where}.{part}.{path}": path
        for where, effect in effects_of(scenario)
        for part in ("set", "multiply", "add")
        for path in getattr(effect, part)
    }
    for name, decision in scenario.decisions.items():
        if isinstance(decision, (Integer, Real)):
            where = f"decisions.{name}.sets"
            several = [f"{where}[{i}]" for i in range(len(decision.sets))]
            places = several if len(several) > 1 else [where]
            found |= dict(zip(places, decision.sets, strict=True))
    return found | {f"uncertainty.{path}": path for path in scenario.uncertainty}


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Warnings about parameters that change nothing."""
    paths = changed_paths(scenario)
    changed = {slot for path in paths.values() for slot in slots_of(scenario, path)}
    for name, component in scenario.components.items():
        owner = Slot("component", name, "")
        defaults = {
            key: default_of(type(component), key, scenario.schema_) for key in component.newer_defaults
        }
        yield from _written(component, owner, f"components.{name}", changed, defaults)
    positions: dict[str, int] = {}
    for placed in placed_calls(scenario):
        flow = placed.where.split(".")[1]
        positions[flow] = positions.get(flow, -1) + 1
        yield from _written(placed.call, Slot("call", flow, "", positions[flow]), placed.where, changed, {})
    idle = {}
    for where, path in paths.items():
        reason = _idle(scenario, path, changed)
        if reason is not None:
            idle[where] = path, reason
    yield from _told(paths, idle)


def _written(
    part: Component | Call, owner: Slot, where: str, changed: set[Slot], defaults: Mapping[str, object]
) -> Iterator[Finding]:
    """Warnings about what stands in the file."""
    for name, field in type(part).model_fields.items():
        if getattr(part, name) == defaults.get(name, field.default):
            continue
        slot = owner._replace(parameter=name)
        reason = _unmet(part, slot, changed)
        if reason is not None and slot not in changed:
            yield _warning(f"{where}.{name}", f"has no effect: {reason.why}", reason.hint)


def _told(paths: Mapping[str, str], idle: Mapping[str, tuple[str, Reason]]) -> Iterator[Finding]:
    """Warnings about what changes parameters: one for a decision of which nothing else changes anything."""
    whole: set[str] = set()
    for where, (path, reason) in idle.items():
        steps = where.split(".")
        around = ".".join(steps[:2]) + "."
        ours = [place for place in paths if place.startswith(around)]
        if steps[0] != "decisions" or not all(place in idle for place in ours):
            yield _warning(where, f"{path} has no effect: {reason.why}", reason.hint)
        elif around not in whole:
            whole.add(around)
            reasons = dict.fromkeys(f"{idle[place][0]} has no effect: {idle[place][1].why}" for place in ours)
            found = f"this decision changes nothing that is computed: {'; '.join(reasons)}"
            yield _warning(around[:-1], found, reason.hint)


def _warning(where: str, found: str, hint: str) -> Finding:
    return Finding(where, found, "", hint, severity="warning", code=Code.ODD)


def _idle(scenario: Scenario, path: str, changed: set[Slot]) -> Reason | None:
    """Why nothing that a path stands for has an effect; None where something has."""
    reasons = [reason_of(scenario, slot, changed) for slot in slots_of(scenario, path)]
    return reasons[0] if reasons and None not in reasons else None


def reason_of(scenario: Scenario, slot: Slot, changed: set[Slot]) -> Reason | None:
    """Why a parameter changes nothing, whatever its value; None where it may change something.

    Args:
        scenario: The scenario.
        slot: The parameter.
        changed: What decisions, phases and guesses change: nothing is said that holds only without them.
    """
    if slot.owner == "component":
        component = scenario.components[slot.name]
        under = [placed.call for placed in placed_calls(scenario) if placed.call.call == slot.name]
        if not under and slot.parameter not in _PAID:
            return Reason(f"no flow calls {slot.name}", "add it to a trace, or remove it")
        if slot.parameter == "blocking" and not any(call.then for call in under):
            why = f"no call is made while {slot.name} serves one"
            return Reason(why, "add then to its call, or remove it")
        return _unmet(component, slot, changed)
    if slot.owner == "call":
        call = list(calls(scenario.flows[slot.name].trace))[slot.call]
        return _unmet(call, slot, changed)
    if slot.owner == "link" and slot.name not in crossed_links(scenario):
        return Reason("no call goes across this link", "give components regions, or remove it")
    if slot.owner == "flow" and slot.parameter == "weight" and len(scenario.flows) == 1:
        return Reason("there is one flow, and its weight is compared with nobody's", "remove it")
    if slot.owner == "driver" and not any(slot.name in cost.drivers for cost in scenario.costs):
        return Reason("no cost follows this driver", "name it in costs")
    return None


def _unmet(part: Component | Call, slot: Slot, changed: set[Slot]) -> Reason | None:
    rules: Sequence[Prerequisite] = part.prerequisites
    for rule in rules:
        if slot.parameter in rule.parameters and not rule.is_met(part):
            deciding = {slot._replace(parameter=name) for name in rule.by}
            if not deciding & changed:
                return Reason(rule.why, rule.hint)
    return None
