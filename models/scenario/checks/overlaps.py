"""Checks that no parameter is set by two decisions at the same time, or by a decision and a phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from models.errors import Code, Finding
from models.scenario.checks.effects import slots_of
from models.scenario.decision import Choice, Decision, OneOf, Toggle
from models.scenario.paths import Slot
from models.scenario.scenario import Scenario

#: Decision -> the values of which it must have one.
Conditions = Mapping[str, frozenset[object]]


@dataclass(frozen=True, slots=True)
class _Setter:
    """One decision that sets a parameter, with the values under which it does."""

    decision: str
    path: str
    where: str
    values: frozenset[object] | None


def normal(value: object) -> object:
    """A value in one spelling: true is on, 2 is 2.0, and true is not 1."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value


def values_of(written: OneOf) -> frozenset[object]:
    """The values of a condition, each in one spelling."""
    return frozenset(map(normal, written if isinstance(written, tuple) else (written,)))


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors where one parameter is set from two places."""
    setters: dict[Slot, list[_Setter]] = {}
    for name, decision in scenario.decisions.items():
        for setter in _setters(name, decision):
            for slot in slots_of(scenario, setter.path):
                setters.setdefault(slot, []).append(setter)
    told: set[tuple[str, str]] = set()
    for slot_setters in setters.values():
        for first, second in combinations(slot_setters, 2):
            pair = (first.decision, second.decision)
            if pair in told or first.decision == second.decision or _exclusive(scenario, first, second):
                continue
            told.add(pair)
            found = f"sets {second.path}, which decisions.{first.decision} sets too"
            hint = "make them one choice, or let `when` keep them apart; multiply and add may meet"
            yield Finding(
                second.where, found, "one decision that sets a parameter", hint, code=Code.DUPLICATE
            )
    yield from _phases(scenario, setters)


def _setters(name: str, decision: Decision) -> Iterator[_Setter]:
    where = f"decisions.{name}"
    if isinstance(decision, Toggle):
        for path in decision.on.set:
            yield _Setter(name, path, f"{where}.on.set.{path}", frozenset(["on"]))
    elif isinstance(decision, Choice):
        for option, effect in decision.options.items():
            for path in effect.set:
                yield _Setter(name, path, f"{where}.options.{option}.set.{path}", frozenset([option]))
    else:
        for i, path in enumerate(decision.sets):
            place = f"{where}.sets" if len(decision.sets) == 1 else f"{where}.sets[{i}]"
            yield _Setter(name, path, place, None)


def _exclusive(scenario: Scenario, first: _Setter, second: _Setter) -> bool:
    """Whether two setters never act together, because they want different values of one decision."""
    ours, theirs = _conditions(scenario, first), _conditions(scenario, second)
    for name in ours.keys() & theirs.keys():
        if ours[name] & theirs[name]:
            continue
        # Of an adaptive decision different phases may have both values: only what follows it phase by
        # phase is kept apart.
        pair = (scenario.decisions[first.decision], scenario.decisions[second.decision])
        if not scenario.decisions[name].adaptive or all(decision.adaptive for decision in pair):
            return True
    return False


def _conditions(scenario: Scenario, setter: _Setter) -> Conditions:
    """All that must hold for a setter to act: its own value, and what its existence depends on."""
    found: dict[str, frozenset[object]] = {}
    if setter.values is not None:
        found[setter.decision] = setter.values
    waiting, seen = [setter.decision], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in scenario.decisions:
            continue
        seen.add(name)
        for other, values in scenario.decisions[name].when.items():
            if other in scenario.decisions:
                found[other] = found.get(other, values_of(values)) & values_of(values)
                waiting.append(other)
    return found


def _phases(scenario: Scenario, setters: Mapping[Slot, list[_Setter]]) -> Iterator[Finding]:
    for i, phase in enumerate(scenario.workload.phases):
        for path in phase.effect.set:
            for slot in slots_of(scenario, path):
                if slot in setters:
                    found = f"sets {path}, which decisions.{setters[slot][0].decision} sets too"
                    where = f"workload.phases[{i}].effect.set.{path}"
                    yield Finding(
                        where,
                        found,
                        "one place that sets a parameter",
                        "use multiply or add here",
                        code=Code.DUPLICATE,
                    )
                    break
