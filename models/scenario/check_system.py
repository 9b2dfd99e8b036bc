"""Checks of components and flows: calls of what exists, no circles, shares that add up."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.errors import Finding
from models.scenario.component import Cache, External, Store
from models.scenario.flow import Call, Parallel, calls
from models.scenario.paths import nearest
from models.scenario.scenario import RESERVED, Scenario

SHARE_TOLERANCE = 1e-6


def system_errors(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with components and flows."""
    yield from _components(scenario)
    yield from _flows(scenario)
    if all(call.call in scenario.components for f in scenario.flows.values() for call in calls(f.trace)):
        yield from _circles(scenario)


def _components(scenario: Scenario) -> Iterator[Finding]:
    for name, part in scenario.components.items():
        where = f"components.{name}"
        if name in RESERVED:
            yield Finding(where, f"the name {name!r} begins other paths", "another name")
        mtbf, mttr = getattr(part, "mtbf_hours", None), getattr(part, "mttr_minutes", None)
        if (mtbf is None) != (mttr is None):
            yield Finding(where, "one of mtbf_hours and mttr_minutes is missing", "both or none")
        if part.availability is not None and mtbf is not None:
            yield Finding(where, "availability and mtbf_hours are both given", "one of them")
        if mtbf == 0.0:
            yield Finding(f"{where}.mtbf_hours", "found 0", "a time above 0")
        if isinstance(part, Cache) and part.hit_ratio is None and part.keys is None:
            yield Finding(where, "has neither hit_ratio nor keys", "hit_ratio, or keys with zipf and ttl_s")
        if isinstance(part, Store):
            for quorum in ("read_quorum", "write_quorum"):
                wanted = getattr(part, quorum)
                if wanted is not None and wanted > part.replicas:
                    yield Finding(
                        f"{where}.{quorum}",
                        f"found {wanted}, more than its {part.replicas} replicas",
                        "fewer",
                    )


def _flows(scenario: Scenario) -> Iterator[Finding]:
    total = math.fsum(flow.share for flow in scenario.flows.values())
    if abs(total - 1.0) > SHARE_TOLERANCE:
        hint = "shares are fractions of 1, not percent" if 2.0 < total <= 100.5 else ""
        yield Finding("flows", f"the shares add up to {total:g}", "1", hint)
    known = list(scenario.components)
    for name, flow in scenario.flows.items():
        for where, call in _placed(flow.trace, f"flows.{name}.trace"):
            part = scenario.components.get(call.call)
            if part is None:
                yield Finding(
                    where,
                    f"calls the unknown component {call.call!r}",
                    ", ".join(known),
                    nearest(call.call, known),
                )
            elif isinstance(part, External) and call.then:
                yield Finding(
                    where, f"calls under {call.call!r}, which is somebody else's system", "no `then`"
                )
            if call.optional is False and call.value_usd:
                yield Finding(
                    where,
                    "value_usd on a call that isn't optional",
                    "optional: true",
                    "give the flow the value",
                )


def _placed(steps: tuple[Call | Parallel, ...], where: str) -> Iterator[tuple[str, Call]]:
    """Every call of a trace with its place in the file."""
    for i, step in enumerate(steps):
        here = f"{where}[{i}]"
        if isinstance(step, Parallel):
            for b, branch in enumerate(step.parallel):
                yield from _placed(branch, f"{here}.parallel[{b}]")
        else:
            yield here, step
            yield from _placed(step.then, f"{here}.then")


def _circles(scenario: Scenario) -> Iterator[Finding]:
    """Components that wait for each other in a circle, over all flows together."""
    below: dict[str, set[str]] = {name: set() for name in scenario.components}
    for flow in scenario.flows.values():
        for call in calls(flow.trace):
            below[call.call] |= {inner.call for inner in _made_by(call.then)}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return None
        for inner in sorted(below[name]):
            circle = follow(inner, (*path, name))
            if circle:
                return circle
        done.add(name)
        return None

    for name in scenario.components:
        circle = follow(name, ())
        if circle:
            yield Finding("flows", f"calls go in a circle: {' -> '.join(circle)}", "calls that end somewhere")
            return


def _made_by(steps: tuple[Call | Parallel, ...]) -> Iterator[Call]:
    for step in steps:
        if isinstance(step, Parallel):
            for branch in step.parallel:
                yield from _made_by(branch)
        else:
            yield step
