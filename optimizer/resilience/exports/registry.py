"""The tools that experiments are exported to: a new one is a file beside this, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from optimizer.resilience.exports.chaos_toolkit import chaos_toolkit
from optimizer.resilience.exports.drill import Drill


@dataclass(frozen=True, slots=True)
class Export:
    """How an experiment becomes files of a tool.

    Attributes:
        tool: What the tool is called.
        files: The files by name; refuses what the tool can't do (`NotExported`).
        run: How they are run, in a sentence.
    """

    tool: str
    files: Callable[[Drill], Mapping[str, str]]
    run: str


EXPORTS: Mapping[str, Export] = {
    "chaostoolkit": Export(
        "Chaos Toolkit",
        chaos_toolkit,
        "With chaostoolkit and chaostoolkit-addons: PYTHONPATH=. chaos run EXPERIMENT.json",
    ),
}
