"""Checks of `when` and `rules`: decisions that exist, values that they have, no circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.errors import Code, Finding
from models.scenario.checks.effects import slots_of
from models.scenario.decision import Choice, Decision, Integer, OneOf, Real, Toggle
from models.scenario.paths import nearest, written_value
from models.scenario.reading.findings import described, listed
from models.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in `when` and in the conditions of rules."""
    for name, decision in scenario.decisions.items():
        where = f"decisions.{name}.when"
        yield from _conditions(scenario, decision.when, where)
        if name in decision.when:
            yield Finding(
                f"{where}.{name}",
                f"{name!r} depends on itself",
                hint="remove this condition",
                code=Code.CIRCLE,
            )
    yield from _circles(scenario)
    for i, rule in enumerate(scenario.rules):
        where = f"rules[{i}]"
        for key, conditions in (("if", rule.if_), ("then", rule.then), ("not", rule.not_)):
            yield from _conditions(scenario, conditions, f"{where}.{key}")
        if not rule.then and not rule.not_:
            allowed = "if and then (requires), or not (excludes)"
            yield Finding(
                where, "a rule with neither then nor not", allowed, "add one of them", code=Code.MISSING_KEY
            )
        elif rule.if_ and rule.not_:
            yield Finding(
                where,
                "if together with not",
                "if and then, or not alone",
                "write two rules",
                code=Code.CONFLICT,
            )


def unknown_decision(scenario: Scenario, name: str, where: str) -> Finding:
    """An error for a name that is no decision."""
    known = list(scenario.decisions)
    allowed = listed(known) or "nothing: there are no decisions"
    return Finding(
        where,
        f"unknown decision {name!r}",
        allowed,
        nearest(name, known),
        code=Code.UNKNOWN_NAME,
        about=(f"decisions.{name}",),
    )


def value_finding(scenario: Scenario, name: str, value: object, where: str) -> Finding | None:
    """An error when a decision doesn't have a value."""
    decision = scenario.decisions[name]
    if isinstance(decision, Toggle):
        if isinstance(value, bool) or value in ("on", "off"):
            return None
        return Finding(
            where,
            f"{described(value)} for the toggle {name!r}",
            "on, off (true, false)",
            code=Code.UNKNOWN_VALUE,
            about=(f"decisions.{name}.on",),
        )
    if isinstance(decision, Choice):
        return _option_finding(name, decision, value, where)
    if _is_value(decision, value) or value_today(scenario, decision) == _number(value):
        return None
    return Finding(
        where,
        f"{described(value)} for {name!r}",
        allowed_values(decision),
        code=Code.UNKNOWN_VALUE,
        about=(f"decisions.{name}.integer", f"decisions.{name}.real"),
    )


def _option_finding(name: str, decision: Choice, value: object, where: str) -> Finding | None:
    if isinstance(value, str) and value in decision.options:
        return None
    written = str(value).lower() if isinstance(value, bool) else str(value)[:80]
    hint = nearest(written, decision.options)
    if written in decision.options:
        hint = f'put it in quotes: "{written}"'
    return Finding(
        where,
        f"{described(value)} for {name!r}",
        listed(list(decision.options)),
        hint,
        code=Code.UNKNOWN_VALUE,
        about=(f"decisions.{name}.options",),
    )


def allowed_values(decision: Integer | Real) -> str:
    """Says in words which values a number has."""
    if isinstance(decision, Real):
        return f"a number from {decision.real[0]:.12g} to {decision.real[1]:.12g}"
    steps = f" in steps of {decision.step}" if decision.step > 1 else ""
    return f"a whole number from {decision.integer[0]} to {decision.integer[1]}{steps}"


def value_today(scenario: Scenario, decision: Decision) -> object:
    """What a decision is today when `today` says nothing: off, the first option, what the path holds."""
    if isinstance(decision, Toggle):
        return "off"
    if isinstance(decision, Choice):
        return next(iter(decision.options))
    for slot in slots_of(scenario, decision.sets[0])[:1]:
        if slot.owner == "workload":
            return max((phase.rate for phase in scenario.workload.phases), default=None)
        if slot.owner == "driver":
            return next((phase.drivers.get(slot.name) for phase in scenario.workload.phases), None)
        return written_value(scenario, slot)
    return ...  # the path leads nowhere: equal to no value


def _number(value: object) -> object:
    return ... if isinstance(value, (bool, str)) else value


def _is_value(decision: Integer | Real, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    low, high = decision.integer if isinstance(decision, Integer) else decision.real
    if not low <= value <= high:
        return False
    return isinstance(decision, Real) or (value - low) % decision.step == 0


def _conditions(scenario: Scenario, conditions: Mapping[str, OneOf], where: str) -> Iterator[Finding]:
    for name, written in conditions.items():
        place = f"{where}.{name}"
        if name not in scenario.decisions:
            yield unknown_decision(scenario, name, place)
            continue
        values = written if isinstance(written, tuple) else (written,)
        if not values:
            yield Finding(place, "no value", "a value, or a list of values", code=Code.NO_VALUE)
        for i, value in enumerate(values):
            found = value_finding(scenario, name, value, f"{place}[{i}]" if len(values) > 1 else place)
            if found is not None:
                yield found


def _circles(scenario: Scenario) -> Iterator[Finding]:
    """Decisions that exist only while others exist that exist only while they do."""
    told: set[str] = set()
    for start in scenario.decisions:
        path = _way_back(scenario, start)
        if path and not told & set(path):
            told.update(path)
            circle = " -> ".join([*path, start])
            found = f"decisions depend on each other in a circle: {circle}"
            yield Finding(
                f"decisions.{start}.when", found, hint="remove one of these conditions", code=Code.CIRCLE
            )


def _way_back(scenario: Scenario, start: str) -> list[str]:
    """The shortest way from a decision over `when` to itself through others; empty when there is none."""
    ways: dict[str, list[str]] = {start: [start]}
    waiting = [start]
    for name in waiting:
        for other in scenario.decisions[name].when:
            if other == start and name != start:
                return ways[name]
            if other in scenario.decisions and other not in ways:
                ways[other] = [*ways[name], other]
                waiting.append(other)
    return []
