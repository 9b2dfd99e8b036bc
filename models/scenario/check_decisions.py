"""Checks of decisions and rules: bounds, conditions on what exists, no conditions in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.errors import Finding
from models.scenario.decision import Choice, Decision, Integer, OneOf, Real, Toggle
from models.scenario.paths import nearest
from models.scenario.scenario import Scenario


def decision_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with decisions and rules, their effects left aside."""
    for name, decision in scenario.decisions.items():
        where = f"decisions.{name}"
        yield from _bounds(where, decision)
        yield from _conditions(scenario, f"{where}.when", decision.when, own=name)
        if decision.component is not None and decision.component not in scenario.components:
            known = list(scenario.components)
            hint = nearest(decision.component, known)
            yield Finding(
                f"{where}.component", f"unknown component {decision.component!r}", ", ".join(known), hint
            )
        if decision.flow is not None and decision.flow not in scenario.flows:
            known = list(scenario.flows)
            yield Finding(
                f"{where}.flow",
                f"unknown flow {decision.flow!r}",
                ", ".join(known),
                nearest(decision.flow, known),
            )
    yield from _circles(scenario)
    for i, rule in enumerate(scenario.rules):
        where = f"rules[{i}]"
        if bool(rule.not_) == bool(rule.then):
            yield Finding(where, "neither requires nor excludes", "{if, then} or {not}")
        for key, conditions in (("if", rule.if_), ("then", rule.then), ("not", rule.not_)):
            yield from _conditions(scenario, f"{where}.{key}", conditions)


def value_problem(decision: Decision, value: object) -> str:
    """What is wrong with a value of a decision in writing; nothing when it fits."""
    if isinstance(decision, Toggle):
        fits = isinstance(value, bool) or value in ("on", "off")
        return "" if fits else "on, off"
    if isinstance(decision, Choice):
        return "" if value in decision.options else ", ".join(decision.options)
    low, high = decision.integer if isinstance(decision, Integer) else decision.real
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(decision, Integer):
        fits = is_number and low <= value <= high and (value - low) % decision.step == 0  # type: ignore[operator]
        return "" if fits else f"a whole number from {low:g} to {high:g} in steps of {decision.step}"
    fits = is_number and low <= value <= high  # type: ignore[operator]
    return "" if fits else f"a number from {low:g} to {high:g}"


def _bounds(where: str, decision: Decision) -> Iterator[Finding]:
    if isinstance(decision, Integer) and decision.integer[0] > decision.integer[1]:
        low, high = decision.integer
        yield Finding(f"{where}.integer", f"found [{low}, {high}]", "[lowest, highest]")
    if (
        isinstance(decision, Integer)
        and (decision.integer[1] - decision.integer[0]) // decision.step >= 10**7
    ):
        yield Finding(f"{where}.integer", "more than ten million values", "fewer, or a larger step")
    if isinstance(decision, Real):
        low_, high_ = decision.real
        if low_ >= high_:
            yield Finding(f"{where}.real", f"found [{low_:g}, {high_:g}]", "[lowest, highest]")
        elif decision.scale == "log" and low_ <= 0.0:
            yield Finding(
                f"{where}.real", f"a logarithm of {low_:g}", "a lowest value above 0, or scale: linear"
            )


def _conditions(
    scenario: Scenario, where: str, conditions: Mapping[str, OneOf], *, own: str | None = None
) -> Iterator[Finding]:
    known = list(scenario.decisions)
    for name, values in conditions.items():
        here = f"{where}.{name}"
        if name == own:
            yield Finding(here, "a decision that depends on itself", "another decision")
            continue
        if name not in scenario.decisions:
            yield Finding(here, f"unknown decision {name!r}", ", ".join(known), nearest(name, known))
            continue
        for value in values if isinstance(values, tuple) else (values,):
            allowed = value_problem(scenario.decisions[name], value)
            if allowed:
                options = getattr(scenario.decisions[name], "options", {})
                yield Finding(here, f"found {value!r}", allowed, nearest(str(value), options))


def _circles(scenario: Scenario) -> Iterator[Finding]:
    """Decisions whose existence depends on each other in a circle."""
    settled: set[str] = set()
    waiting = dict(scenario.decisions)
    while waiting:
        ready = [
            name
            for name, decision in waiting.items()
            if all(other in settled or other not in scenario.decisions for other in decision.when)
        ]
        if not ready:
            if not any(name in decision.when for name, decision in waiting.items()):
                names = ", ".join(waiting)
                yield Finding(
                    "decisions", f"decisions depend on each other in a circle: {names}", "a first one"
                )
            return
        settled.update(ready)
        waiting = {name: decision for name, decision in waiting.items() if name not in settled}
