"""Checks of today's design: decisions and values that exist, phases only where a decision has them."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Finding
from models.scenario.check_decisions import value_problem
from models.scenario.decision import Choice, Decision, Integer, Real, Toggle
from models.scenario.paths import PathError, nearest, resolve, written_value
from models.scenario.scenario import Scenario


def today_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with `today`, and with numbers whose value of today nobody knows."""
    known = list(scenario.decisions)
    phases = [phase.name for phase in scenario.workload.phases]
    for name, written in scenario.today.items():
        where = f"today.{name}"
        decision = scenario.decisions.get(name)
        if decision is None:
            yield Finding(where, f"unknown decision {name!r}", ", ".join(known), nearest(name, known))
        elif isinstance(written, dict):
            if not decision.adaptive:
                yield Finding(where, "values by phase for a decision that isn't adaptive", "one value")
                continue
            for phase, value in written.items():
                if phase not in phases:
                    yield Finding(
                        f"{where}.{phase}",
                        f"unknown phase {phase!r}",
                        ", ".join(phases),
                        nearest(phase, phases),
                    )
                else:
                    yield from _value(f"{where}.{phase}", decision, value)
        else:
            yield from _value(where, decision, written)
    for name, decision in scenario.decisions.items():
        if name not in scenario.today and isinstance(decision, (Integer, Real)):
            yield from _unknown_today(scenario, name, decision)


def _value(where: str, decision: Decision, value: object) -> Iterator[Finding]:
    """A toggle or choice must have the value; a number of today may lie outside what is considered."""
    if isinstance(decision, (Toggle, Choice)):
        allowed = value_problem(decision, value)
        if allowed:
            yield Finding(where, f"found {value!r}", allowed)
    elif value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        yield Finding(where, f"found {value!r}", "a number, or null for none")


def _unknown_today(scenario: Scenario, name: str, decision: Integer | Real) -> Iterator[Finding]:
    """A number whose path holds "not given" has no value today."""
    try:
        slot = resolve(scenario, decision.sets[0])[0]
    except PathError:
        return
    if slot.owner in ("workload", "driver") or written_value(scenario, slot) is not None:
        return
    from models.scenario.paths import quantity_of

    if quantity_of(scenario, slot).none_value != float("inf"):
        where = f"decisions.{name}"
        yield Finding(
            where, f"{decision.sets[0]} has no value today", f"today: {{{name}: ...}}, or a value there"
        )
