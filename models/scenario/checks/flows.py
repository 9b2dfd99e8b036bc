"""Checks of the flows: components that exist, traces without cycles, shares that sum to 1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from models.errors import Code, Finding
from models.scenario.flow import AnyStep, Call, Parallel, within
from models.scenario.paths import nearest
from models.scenario.scenario import Scenario

#: How far the shares of the flows may sum to something else than 1: rounding of 1/3 to six digits.
SHARE_TOLERANCE = 1e-6
_SHARES = ("flows.*.share",)


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call, with its path in the file and the component that makes it (None: the user)."""

    where: str
    call: Call
    caller: str | None


def placed_calls(scenario: Scenario) -> Iterator[PlacedCall]:
    """Every call of every flow, callers before the calls under them."""
    for name, flow in scenario.flows.items():
        yield from _placed(flow.trace, f"flows.{name}.trace", None)


def _placed(steps: tuple[AnyStep, ...], where: str, caller: str | None) -> Iterator[PlacedCall]:
    for i, step in enumerate(steps):
        place = f"{where}[{i}]"
        if isinstance(step, Call):
            yield PlacedCall(place, step, caller)
        for inside, inner in within(step):
            above = step.call if isinstance(step, Call) else caller
            yield from _placed(inner, f"{place}.{inside}", above)


def placed_steps(steps: tuple[AnyStep, ...], where: str) -> Iterator[tuple[str, AnyStep]]:
    """Every step of some steps and under them, with its path in the file."""
    for i, step in enumerate(steps):
        place = f"{where}[{i}]"
        yield place, step
        for inside, inner in within(step):
            yield from placed_steps(inner, f"{place}.{inside}")


def _unequal(scenario: Scenario) -> Iterator[Finding]:
    """Groups of equal branches that contradict themselves."""
    for name, flow in scenario.flows.items():
        for where, group in placed_steps(flow.trace, f"flows.{name}.trace"):
            if not isinstance(group, Parallel):
                continue
            if group.each > 1 and len(group.parallel) > 1:
                yield Finding(
                    f"{where}.each",
                    f"each: {group.each} beside {len(group.parallel)} branches",
                    "one branch, which all others equal",
                    "write a group of its own for each of them",
                    code=Code.CONFLICT,
                )
            if group.needed is not None and group.needed > group.each:
                yield Finding(
                    f"{where}.needed",
                    f"needed: {group.needed} of {group.each}",
                    f"a whole number from 1 to {group.each}",
                    "needed counts equal branches: give as many with each" if group.each == 1 else "",
                    code=Code.CONFLICT,
                    about=(f"{where}.each",),
                )


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in shares and traces."""
    yield from _unequal(scenario)
    total = math.fsum(flow.share for flow in scenario.flows.values())
    if abs(total - 1.0) > SHARE_TOLERANCE:
        if len(scenario.flows) == 1:
            name = next(iter(scenario.flows))
            yield Finding(
                f"flows.{name}.share",
                f"the only flow has the share {total:.9g}",
                "1",
                "write 1",
                code=Code.WRONG_SUM,
                about=_SHARES,
            )
        else:
            sums = " + ".join(f"{flow.share:.9g}" for flow in list(scenario.flows.values())[:10])
            more = " + ..." if len(scenario.flows) > 10 else ""
            found = f"the shares sum to {total:.9g} ({sums}{more})"
            hint = f"{1 - total:+.9g} is to be shared out"
            yield Finding("flows", found, "a sum of 1", hint, code=Code.WRONG_SUM, about=_SHARES)
    for placed in placed_calls(scenario):
        name = placed.call.call
        if name not in scenario.components:
            known = list(scenario.components)
            found = f"a call of {name!r}, which is no component"
            yield Finding(
                f"{placed.where}.call",
                found,
                ", ".join(known[:40]),
                nearest(name, known),
                code=Code.UNKNOWN_NAME,
                about=(f"components.{name}",),
            )
        elif placed.call.then and not scenario.components[name].traits.is_ours:
            found = f"calls under {name!r}, which is somebody else's system"
            yield Finding(
                f"{placed.where}.then",
                found,
                hint=f"write them after the call of {name!r}",
                code=Code.CONFLICT,
                about=(f"components.{name}.kind",),
            )
    yield from _cycles(scenario)


def _cycles(scenario: Scenario) -> Iterator[Finding]:
    """One finding for each call that closes a circle."""
    called: dict[str, dict[str, str]] = {}
    for placed in placed_calls(scenario):
        if placed.caller is not None:
            called.setdefault(placed.caller, {}).setdefault(placed.call.call, placed.where)
    done: set[str] = set()
    for start in called:
        yield from _circles_from(start, called, [], done)


def _circles_from(
    name: str, called: dict[str, dict[str, str]], path: list[str], done: set[str]
) -> Iterator[Finding]:
    # At most as deep as there are components.
    if name in done:
        return
    path.append(name)
    for other, where in called.get(name, {}).items():
        if other in path:
            circle = " -> ".join([*path[path.index(other) :], other])
            hint = f"{other!r} would wait for itself: take one of these calls out"
            yield Finding(
                f"{where}.call",
                f"the calls go in a circle: {circle}",
                "calls without a circle",
                hint,
                code=Code.CIRCLE,
            )
        else:
            yield from _circles_from(other, called, path, done)
    path.pop()
    done.add(name)
