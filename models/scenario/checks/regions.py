"""Checks of the regions: links that lead from one region to another, and calls that have one to go across."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.flow import AnyStep, Call, within
from models.scenario.region import crossed
from models.scenario.scenario import Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in links, and calls between regions that no link connects."""
    seen: dict[frozenset[str], str] = {}
    for name, link in scenario.links.items():
        where, ends = f"links.{name}.between", frozenset(link.between)
        if len(ends) == 1:
            found = f"{link.between[0]} and itself"
            yield Finding(where, found, "two different regions", code=Code.CONFLICT)
        elif ends in seen:
            found = f"{' and '.join(link.between)}, between which {seen[ends]} is already"
            yield Finding(
                where, found, "one link for two regions", "take one of them out", code=Code.DUPLICATE
            )
        seen.setdefault(ends, name)
    for name, flow in scenario.flows.items():
        yield from _unlinked(scenario, flow.trace, f"flows.{name}.trace", flow.region)


def crossed_links(scenario: Scenario) -> set[str]:
    """The links that some call goes across."""
    found: set[str] = set()

    def look(steps: tuple[AnyStep, ...], here: str | None) -> None:
        for step in steps:
            if not isinstance(step, Call):
                for _, inner in within(step):
                    look(inner, here)
                continue
            part = scenario.components.get(step.call)
            there = part.region if part is not None else None
            link = crossed(scenario.links, here, there)
            found.update(() if link is None else (link,))
            look(step.then, there or here)

    for flow in scenario.flows.values():
        look(flow.trace, flow.region)
    return found


def _unlinked(
    scenario: Scenario, steps: tuple[AnyStep, ...], where: str, here: str | None
) -> Iterator[Finding]:
    for i, step in enumerate(steps):
        place = f"{where}[{i}]"
        if not isinstance(step, Call):
            for inside, inner in within(step):
                yield from _unlinked(scenario, inner, f"{place}.{inside}", here)
            continue
        if step.call not in scenario.components:
            continue
        there = scenario.components[step.call].region
        is_across = here is not None and there is not None and here != there
        if is_across and crossed(scenario.links, here, there) is None:
            yield Finding(
                f"{place}.call",
                f"a call from the region {here} to {step.call} in {there}",
                "a call within a region, or one across a link",
                f"add to links: {{between: [{here}, {there}], rtt_ms: ...}}",
                code=Code.UNKNOWN_NAME,
                about=(f"components.{step.call}.region",),
            )
        yield from _unlinked(scenario, step.then, f"{place}.then", there or here)
