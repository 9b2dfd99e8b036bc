"""Checks of the components: numbers of one component that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.component import Cache, Component, External, Store
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
        yield from _availability(where, component)
        if isinstance(component, Store):
            yield from _quorums(where, component)
        if isinstance(component, Cache) and component.hit_ratio is None and component.keys is None:
            yield Finding(
                where,
                "a cache with neither hit_ratio nor keys",
                "one of the two",
                "add hit_ratio",
                code=Code.MISSING_KEY,
            )


def _availability(where: str, component: Component) -> Iterator[Finding]:
    if isinstance(component, External):
        return
    times = {"mtbf_hours": component.mtbf_hours, "mttr_minutes": component.mttr_minutes}
    given = [key for key, value in times.items() if value is not None]
    if len(given) == 1:
        missing = next(key for key in times if key not in given)
        hint = f"add {missing}, or give availability instead"
        yield Finding(
            f"{where}.{given[0]}",
            f"{given[0]} without {missing}",
            "both or neither",
            hint,
            code=Code.MISSING_KEY,
        )
    if given and component.availability is not None:
        found = f"availability together with {' and '.join(given)}"
        yield Finding(
            f"{where}.availability", found, "one of the two ways", "remove one of them", code=Code.CONFLICT
        )
    if component.mtbf_hours == 0:
        yield Finding(
            f"{where}.mtbf_hours",
            "the number 0",
            "a number above 0",
            "it would never work",
            code=Code.OUT_OF_RANGE,
        )


def _quorums(where: str, store: Store) -> Iterator[Finding]:
    for key in ("read_quorum", "write_quorum"):
        quorum: int | None = getattr(store, key)
        if quorum is not None and quorum > store.replicas:
            found = f"a quorum of {quorum} among {store.replicas} replica{'s' if store.replicas > 1 else ''}"
            allowed = f"a whole number from 1 to {store.replicas}"
            yield Finding(
                f"{where}.{key}", found, allowed, "lower it, or raise replicas", code=Code.OUT_OF_RANGE
            )
