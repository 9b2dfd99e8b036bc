"""Checks of the decisions: effects, and the numbers between which an integer or a real is chosen."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.checks.effects import effect_findings, effects_of, path_findings, slots_of, value_problem
from models.scenario.decision import Integer, Real
from models.scenario.paths import Slot, nearest, place_of, quantity_of, written_value
from models.scenario.reading.findings import described
from models.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in the effects of decisions and phases, and in decisions over numbers."""
    given = _given(scenario)
    for where, effect in effects_of(scenario):
        yield from effect_findings(scenario, effect, where, given)
    for name, decision in scenario.decisions.items():
        where = f"decisions.{name}"
        for key, known in (("component", scenario.components), ("flow", scenario.flows)):
            part = getattr(decision, key)
            if part is not None and part not in known:
                found = f"unknown {key} {part!r}"
                yield Finding(
                    f"{where}.{key}",
                    found,
                    ", ".join(list(known)[:40]),
                    nearest(part, known),
                    code=Code.UNKNOWN_NAME,
                    about=(f"{key}s.{part}",),
                )
        if isinstance(decision, Integer):
            yield from _number(scenario, where, "integer", decision)
        elif isinstance(decision, Real):
            yield from _number(scenario, where, "real", decision)


def _given(scenario: Scenario) -> set[Slot]:
    """Parameters to which a decision or a phase gives a value of its own."""
    paths = [
        path for _, effect in effects_of(scenario) for path, value in effect.set.items() if value is not None
    ]
    for decision in scenario.decisions.values():
        if isinstance(decision, (Integer, Real)):
            paths += decision.sets
    return {slot for path in paths for slot in slots_of(scenario, path)}


def _number(scenario: Scenario, where: str, kind: str, decision: Integer | Real) -> Iterator[Finding]:
    low, high = decision.integer if isinstance(decision, Integer) else decision.real
    found = f"from {described(low)} to {described(high)}"
    if low > high:
        yield Finding(f"{where}.{kind}", found, "[smallest, largest]", "swap them", code=Code.WRONG_ORDER)
    elif isinstance(decision, Real):
        if low == high:
            yield Finding(
                f"{where}.real",
                found,
                "two different numbers",
                "a number that is fixed is no decision",
                code=Code.WRONG_ORDER,
            )
        if decision.scale == "log" and low <= 0:
            hint = "raise the smallest, or use scale: linear"
            yield Finding(
                f"{where}.real", found, "numbers above 0 on a log scale", hint, code=Code.OUT_OF_RANGE
            )
    for i, path in enumerate(decision.sets):
        place = f"{where}.sets" if len(decision.sets) == 1 else f"{where}.sets[{i}]"
        yield from path_findings(scenario, path, place)
        yield from _set_number(scenario, path, place, f"{where}.{kind}", decision)


def _set_number(
    scenario: Scenario, path: str, place: str, bounds: str, decision: Integer | Real
) -> Iterator[Finding]:
    """Errors in one path that a number sets: at most one, as all its parameters are of one kind."""
    is_integer = isinstance(decision, Integer)
    low, high = decision.integer if isinstance(decision, Integer) else decision.real
    for slot in slots_of(scenario, path):
        quantity = quantity_of(scenario, slot)
        if not quantity.is_number:
            hint = f"use options: {{NAME: {{set: {{{path}: {(*quantity.words, 'true')[0]}}}}}}}"
            if quantity.is_switch:
                hint = "use a toggle: on: {set: {" + path + ": true}}"
            yield Finding(
                place,
                f"{path} is {quantity.allowed()}, not a number",
                "a parameter that is a number",
                hint,
                code=Code.WRONG_TYPE,
            )
            return
        if quantity.is_whole and not is_integer:
            yield Finding(
                place,
                f"{path} is a whole number",
                "a parameter that may be broken",
                "use integer",
                code=Code.WRONG_TYPE,
            )
            return
        for value in (low, high):
            if value_problem(quantity, value):
                found = f"{described(value)} for {path}"
                yield Finding(bounds, found, quantity.allowed(), code=Code.OUT_OF_RANGE)
                return
        is_fixed = slot.owner not in ("workload", "driver")
        if is_fixed and math.isnan(quantity.none_value) and written_value(scenario, slot) is None:
            found = f"{path} has no value today"
            yield Finding(
                place,
                found,
                "a parameter with a value",
                "write today's value into its component",
                code=Code.NO_VALUE,
                about=(place_of(slot),),
            )
            return
