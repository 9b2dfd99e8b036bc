"""Checks of the components: numbers of one component that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.scenario import RESERVED, Scenario


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in components."""
    for name, component in scenario.components.items():
        where = f"components.{name}"
        if name in RESERVED:
            found = f"a component with the name {name!r}"
            yield Finding(
                where,
                found,
                f"any name but {', '.join(RESERVED)}",
                "paths begin with it: rename it",
                code=Code.BAD_NAME,
            )
        yield from component.contradictions(where)
