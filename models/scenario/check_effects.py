"""Checks of effects: paths that exist, values that fit, no two that set the same parameter."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Finding
from models.scenario.decision import Choice, Decision, Integer, Real, Toggle
from models.scenario.effect import Effect
from models.scenario.paths import PathError, Slot, quantity_of, resolve, written_value
from models.scenario.quantity import Quantity
from models.scenario.scenario import Scenario


def effect_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with effects, with the paths that numbers set, and with the paths of uncertainty."""
    for where, effect in effects_of(scenario):
        yield from _effect(scenario, where, effect)
    for name, decision in scenario.decisions.items():
        if isinstance(decision, (Integer, Real)):
            yield from _number(scenario, f"decisions.{name}", decision)
    for path in scenario.uncertainty:
        yield from _unknown(scenario, f"uncertainty.{path}", path)
    yield from _two_that_set(scenario)


def effects_of(scenario: Scenario) -> Iterator[tuple[str, Effect]]:
    """Every effect of a scenario with its place in the file."""
    for name, decision in scenario.decisions.items():
        if isinstance(decision, Toggle):
            yield f"decisions.{name}.on", decision.on
        elif isinstance(decision, Choice):
            for option, effect in decision.options.items():
                yield f"decisions.{name}.options.{option}", effect
    for i, phase in enumerate(scenario.workload.phases):
        yield f"workload.phases[{i}].effect", phase.effect


def _unknown(scenario: Scenario, where: str, path: str) -> Iterator[Finding]:
    try:
        resolve(scenario, path)
    except PathError as error:
        yield Finding(where, f"the path {path!r} leads nowhere: {error}", error.allowed, error.hint)


def _effect(scenario: Scenario, where: str, effect: Effect) -> Iterator[Finding]:
    for part in ("set", "multiply", "add"):
        for path, value in getattr(effect, part).items():
            here = f"{where}.{part}.{path}"
            try:
                slots = resolve(scenario, path)
            except PathError as error:
                yield Finding(here, f"the path {path!r} leads nowhere: {error}", error.allowed, error.hint)
                continue
            for slot in slots[:1]:
                quantity = quantity_of(scenario, slot)
                if part == "set":
                    yield from _fits(here, quantity, value)
                elif quantity.is_switch:
                    yield Finding(here, f"{part} of a switch", "set: true or false")
                elif part == "multiply" and value < 0.0:
                    yield Finding(here, f"multiplied by {value:g}", "a factor of 0 or more")
                elif _is_none(scenario, slot) and not _is_set_somewhere(scenario, slot):
                    yield Finding(
                        here, f"{part} of a parameter that has no value", "set", "give it a value first"
                    )


def _fits(where: str, quantity: Quantity, value: float | bool | None) -> Iterator[Finding]:
    fits = True
    if value is None:
        fits = quantity.can_be_none
    elif isinstance(value, bool) or quantity.is_switch:
        fits = isinstance(value, bool) and quantity.is_switch
    elif not quantity.lower <= value <= quantity.upper or (
        quantity.is_whole and not float(value).is_integer()
    ):
        fits = False
    if not fits:
        shown = "null" if value is None else str(value).lower() if isinstance(value, bool) else f"{value:g}"
        yield Finding(where, f"found {shown}", quantity.allowed())


def _number(scenario: Scenario, where: str, decision: Integer | Real) -> Iterator[Finding]:
    bounds = decision.integer if isinstance(decision, Integer) else decision.real
    for path in decision.sets:
        found = list(_unknown(scenario, f"{where}.sets", path))
        yield from found
        if found:
            continue
        quantity = quantity_of(scenario, resolve(scenario, path)[0])
        if quantity.is_switch or (quantity.is_whole and isinstance(decision, Real)):
            kind = "a switch" if quantity.is_switch else "a whole number"
            yield Finding(
                f"{where}.sets", f"{path} is {kind}", "a toggle" if quantity.is_switch else "integer"
            )
        elif not all(quantity.lower <= bound <= quantity.upper for bound in bounds):
            shown = f"[{bounds[0]:g}, {bounds[1]:g}]"
            yield Finding(where, f"{shown} goes beyond what {path} may be", quantity.allowed())


def _is_none(scenario: Scenario, slot: Slot) -> bool:
    if slot.owner in ("workload", "driver"):
        return False
    return written_value(scenario, slot) is None


def _is_set_somewhere(scenario: Scenario, slot: Slot) -> bool:
    for path, _, _ in _setters(scenario):
        try:
            if slot in resolve(scenario, path):
                return True
        except PathError:
            continue
    return False


def _setters(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Every path that is set, with the place and the decision (or phase) that sets it."""
    for where, effect in effects_of(scenario):
        owner = ".".join(where.split(".")[:2])
        for path in effect.set:
            yield path, f"{where}.set.{path}", owner
    for name, decision in scenario.decisions.items():
        if isinstance(decision, (Integer, Real)):
            for path in decision.sets:
                yield path, f"decisions.{name}.sets", f"decisions.{name}"


def _two_that_set(scenario: Scenario) -> Iterator[Finding]:
    """Two decisions, or a decision and a phase, that set one parameter: the order must not decide."""
    setters: dict[Slot, dict[str, str]] = {}
    for path, where, owner in _setters(scenario):
        try:
            slots = resolve(scenario, path)
        except PathError:
            continue
        for slot in slots:
            others = setters.setdefault(slot, {})
            for other in others:
                if owner != other and not _apart(scenario, owner, other):
                    yield Finding(
                        where,
                        f"{path} is set by {other} too",
                        "one decision that sets it",
                        "multiply or add instead, or let `when` keep them apart",
                    )
                    return
            others[owner] = where


def _apart(scenario: Scenario, one: str, other: str) -> bool:
    """Whether two owners never act together: two phases, or decisions that exist for different values."""
    both_phases = one.startswith("workload") and other.startswith("workload")
    if both_phases or one.startswith("workload") or other.startswith("workload"):
        return both_phases
    first, second = (_when(scenario.decisions[owner.split(".", 1)[1]]) for owner in (one, other))
    return any(first[name].isdisjoint(second[name]) for name in first.keys() & second.keys())


def _when(decision: Decision) -> dict[str, set[object]]:
    said = {True: "on", False: "off"}
    found: dict[str, set[object]] = {}
    for name, values in decision.when.items():
        listed = values if isinstance(values, tuple) else (values,)
        found[name] = {said[v] if isinstance(v, bool) else v for v in listed}
    return found
