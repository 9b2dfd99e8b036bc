"""Checks of today's design: values that the decisions of the running system can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.errors import Code, Finding
from models.scenario.checks.conditions import unknown_decision, value_finding, value_today
from models.scenario.checks.effects import slots_of, value_problem
from models.scenario.checks.overlaps import normal, values_of
from models.scenario.decision import Choice, Toggle
from models.scenario.paths import nearest, quantity_of
from models.scenario.reading.findings import described
from models.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in `today`."""
    phases = [phase.name for phase in scenario.workload.phases]
    for name, written in scenario.today.items():
        where = f"today.{name}"
        if name not in scenario.decisions:
            yield unknown_decision(scenario, name, where)
            continue
        if not isinstance(written, dict):
            yield from _value(scenario, name, written, where)
        elif not scenario.decisions[name].adaptive:
            found = f"a value for each phase of {name!r}, which is not adaptive"
            yield Finding(
                where,
                found,
                "one value",
                f"write one value, or decisions.{name}.adaptive: true",
                code=Code.WRONG_LENGTH,
                about=(f"decisions.{name}.adaptive",),
            )
        else:
            for phase, value in written.items():
                if phase not in phases:
                    hint = nearest(phase, phases)
                    yield Finding(
                        f"{where}.{phase}",
                        f"unknown phase {phase!r}",
                        ", ".join(phases),
                        hint,
                        code=Code.UNKNOWN_NAME,
                        about=("workload.phases.*.name",),
                    )
                yield from _value(scenario, name, value, f"{where}.{phase}")
        yield from _inactive(scenario, name, where)


def _value(scenario: Scenario, name: str, value: object, where: str) -> Iterator[Finding]:
    decision = scenario.decisions[name]
    if isinstance(decision, (Toggle, Choice)):
        found = value_finding(scenario, name, value, where)
        if found is not None:
            yield found
        return
    # The running system may lie outside of what is considered, but not outside of what can be.
    for path in decision.sets:
        for slot in slots_of(scenario, path):
            quantity = quantity_of(scenario, slot)
            if value_problem(quantity, value):
                yield Finding(
                    where, described(value), f"{quantity.allowed()} ({path})", code=Code.OUT_OF_RANGE
                )
                return


def _inactive(scenario: Scenario, name: str, where: str) -> Iterator[Finding]:
    """An error for a value of a decision that doesn't exist today."""
    decision = scenario.decisions[name]
    for other, values in decision.when.items():
        if other == name or other not in scenario.decisions:
            continue
        if _today(scenario, other) & values_of(values):
            continue
        default = normal(value_today(scenario, decision))
        if _today(scenario, name) != {default}:
            wanted = " or ".join(sorted(str(value) for value in values_of(values)))
            found = f"a value of {name!r}, which doesn't exist today: {other!r} is not {wanted}"
            yield Finding(
                where,
                found,
                f"{default}",
                f"remove it, or set today.{other}",
                code=Code.CONFLICT,
                about=(f"decisions.{name}", f"today.{other}", f"decisions.{other}"),
            )
        return


def _today(scenario: Scenario, name: str) -> frozenset[object]:
    """The values that a decision has today, one or one for each phase."""
    default = normal(value_today(scenario, scenario.decisions[name]))
    written = scenario.today.get(name, default)
    if isinstance(written, Mapping):
        phases = [phase.name for phase in scenario.workload.phases]
        return frozenset(normal(written.get(phase, default)) for phase in phases)
    return frozenset([normal(written)])
