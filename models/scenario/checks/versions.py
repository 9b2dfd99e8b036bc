"""What a file leaves to its schema: told as notes, and what migrating it to the newest one changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import Code, Finding
from models.scenario.checks import idle
from models.scenario.checks.effects import slots_of
from models.scenario.defaults import NEWEST, default_of
from models.scenario.paths import Slot
from models.scenario.scenario import Scenario

#: What a value means, for people.
_MEANINGS = {
    ("balancing", "shared"): "one queue for all copies",
    ("balancing", "least_connections"): "each copy has a queue, calls go to the copy with the fewest",
    ("balancing", "random"): "each copy has a queue, reads go to any copy",
    ("copy_work", 0.0): "one copy alone does the work of a call",
    ("copy_work", 1.0): "a write is work for every copy, a read for as many as its quorum",
}


@dataclass(frozen=True, slots=True)
class Left:
    """A parameter that a file leaves to its schema, where the newest one means something else by it.

    Attributes:
        component: Name of the component.
        parameter: Name of the parameter.
        value: What it means in the file's schema.
        newest: What it means in the newest.
    """

    component: str
    parameter: str
    value: Any
    newest: Any


def left_to_schema(scenario: Scenario, tree: Mapping[str, Any]) -> tuple[Left, ...]:
    """What a file doesn't say, matters in it, and isn't the same in all schemas.

    Args:
        scenario: The scenario.
        tree: What stands in its file.
    """
    changed = {slot for path in idle.changed_paths(scenario).values() for slot in slots_of(scenario, path)}
    parts = tree.get("components", {})
    found = []
    for name, component in scenario.components.items():
        for parameter, newest in component.newer_defaults.items():
            slot = Slot("component", name, parameter)
            if parameter not in parts.get(name, {}) and idle.reason_of(scenario, slot, changed) is None:
                value = default_of(type(component), parameter, scenario.schema_)
                found.append(Left(name, parameter, value, newest))
    return tuple(found)


def notes(scenario: Scenario, tree: Mapping[str, Any]) -> Iterator[Finding]:
    """Notes on what a file leaves to its schema: one for each meaning, with the components that have it."""
    told = "; ".join(_told(left_to_schema(scenario, tree)))
    if scenario.schema_ < NEWEST:
        means = f"reads it otherwise: here {told}" if told else "means the same by it"
        found = f"this file keeps its meaning; schema {NEWEST} {means}"
        yield Finding("schema", found, severity="note", code=Code.OLD_SCHEMA)
        free = [one.name or f"experiments[{i}]" for i, one in enumerate(scenario.experiments)]
        if free:
            found = f"{', '.join(free[:20])}: texts in schema {scenario.schema_}, computed by nobody"
            yield Finding("experiments", found, severity="note", code=Code.OLD_SCHEMA)
    elif told:
        yield Finding("components", f"by default {told}", severity="note", code=Code.BY_DEFAULT)


def _told(left: tuple[Left, ...]) -> list[str]:
    """What parameters mean, and for which components."""
    groups: dict[tuple[str, Any], list[str]] = {}
    for one in left:
        groups.setdefault((one.parameter, one.value), []).append(one.component)
    return [
        f"{_MEANINGS[key]} ({key[0]}: {_plain(key[1])}) for {', '.join(names)}"
        for key, names in groups.items()
    ]


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
