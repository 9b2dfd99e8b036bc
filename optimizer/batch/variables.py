"""The numbers of a scenario that a batch can vary, as people are offered them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.evaluation import DIMENSIONS
from models.explanation.assumptions import Assumption, assumptions_of
from models.scenario.reading.document import Node
from models.system.system import System

#: Parts of a file whose numbers are named by a path of their own rather than by their place.
_NAMED = ("components", "flows", "complexity")


@dataclass(frozen=True, slots=True)
class Variable:
    """A number that can be varied.

    Attributes:
        path: Its path, as `optimizer.batch.varied` takes it.
        value: What it is in the file.
        unit: Its unit; empty for plain numbers.
        meaning: What it is, in a sentence.
    """

    path: str
    value: float
    unit: str
    meaning: str


def variables_of(system: System, tree: Mapping[str, Node]) -> tuple[Variable, ...]:
    """The load, the limits and all numbers of a scenario that can be varied, in this order.

    Args:
        system: The compiled scenario.
        tree: What its text holds (`models.scenario.editing.edit.tree_of`).
    """
    scenario = system.scenario
    peak = max(phase.rate for phase in scenario.workload.phases)
    found = [
        Variable(
            "workload.rate",
            float(peak),
            "requests/s",
            "Requests in the busiest phase; the others are scaled alike.",
        )
    ]
    for dimension in DIMENSIONS:
        limit = getattr(scenario.dimensions, dimension.name).limit
        if limit is not None:
            path, words = f"dimensions.{dimension.name}.limit", f"The limit of {dimension.name}."
            found.append(Variable(path, float(limit), dimension.unit, words))
    for row in assumptions_of(system, tree):
        path = _path(row)
        value = row.value
        if path and isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(Variable(path, float(value), row.unit, row.meaning))
    return tuple({variable.path: variable for variable in found}.values())


def _path(row: Assumption) -> str:
    """How a change names a number; empty where it can't."""
    if row.group == "uncertainty" or any("." in str(step) for step in row.place):
        return ""  # bands, and effects of decisions: their keys are paths themselves
    is_named = row.group in _NAMED and ".calls." not in row.path
    return row.path if is_named else ".".join(str(step) for step in row.place)
