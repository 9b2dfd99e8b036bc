"""A scenario file rewritten in the newest schema, with its comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import ScenarioError
from models.scenario.checks.versions import Left, left_to_schema
from models.scenario.defaults import NEWEST
from models.scenario.editing.edit import EditError, New, Place, edited, tree_of
from models.scenario.editing.typed_experiments import retyped
from models.scenario.load import scenario_from_text
from models.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file in the newest schema.

    Attributes:
        text: Its text.
        was: Its schema before.
        left: What it left to its schema, and the newest one means something else by.
        adopted: Whether it has what the newest schema means by that; else what it meant is written.
        assumed: Sentences of experiments that no model can judge: they stay as assumptions, by their places.
    """

    text: str
    was: int
    left: tuple[Left, ...]
    adopted: bool
    assumed: Mapping[str, str] = field(default_factory=dict)


def migrated(
    text: str, *, adopt: bool = False, source: str = "scenario", folder: Path | None = None
) -> Migrated:
    """The text of a scenario in the newest schema; the same text where it is in that already.

    It means what it meant: what the newest schema means otherwise is written into it. What comes out is read
    again and compared.

    Args:
        text: The text of a file.
        adopt: Take over what the newest schema means instead.
        source: Where it comes from, for messages.
        folder: Where the files lie that it names.

    Raises:
        ScenarioError: It is refused as it stands.
        EditError: It is written in a way that can't be changed safely.
    """
    scenario = scenario_from_text(text, source=source, folder=folder)
    if scenario.schema_ >= NEWEST:
        return Migrated(text, scenario.schema_, (), adopt)
    tree = tree_of(text, source=source)
    left = left_to_schema(scenario, tree)
    typed = retyped(scenario)
    if typed.left:
        why = "; ".join(f"{place}: {what}" for place, what in typed.left.items())
        raise EditError(f"{source}: these experiments have to be written anew by hand, or taken out: {why}")
    changes: dict[Place, New] = {("schema",): NEWEST, **typed.changes}
    if not adopt:
        changes |= {("components", one.component, one.parameter): one.value for one in left}
    new = edited(text, changes, source=source)
    after = _read_again(new, source, folder, has_experiments=bool(scenario.experiments))
    if not adopt and _meaning(after, tree, left) != _meaning(scenario, tree, left):
        raise EditError(f"{source}: it would mean something else in schema {NEWEST}; change it by hand")
    return Migrated(new, scenario.schema_, left, adopt, typed.assumed)


def _read_again(new: str, source: str, folder: Path | None, *, has_experiments: bool) -> Scenario:
    """The scenario that was written; what experiments of schema 1 could say and others can't is told."""
    try:
        return scenario_from_text(new, source=source, folder=folder)
    except ScenarioError as error:
        if not has_experiments or not all(f.where.startswith("experiments") for f in error.findings):
            raise
        why = "; ".join(str(finding) for finding in error.findings)
        told = "these experiments have to be written anew by hand, or taken out"
        raise EditError(f"{source}: {told}: {why}") from None


def _meaning(scenario: Scenario, tree: Mapping[str, Any], left: tuple[Left, ...]) -> dict[str, Any]:
    """Everything in a scenario but its schema, and what is left to that and changes nothing."""
    told = scenario.model_dump(by_alias=True, exclude={"schema_", "experiments"})
    felt = {(one.component, one.parameter) for one in left}
    for name, component in scenario.components.items():
        for parameter in component.newer_defaults:
            if parameter not in tree["components"][name] and (name, parameter) not in felt:
                del told["components"][name][parameter]
    return told
