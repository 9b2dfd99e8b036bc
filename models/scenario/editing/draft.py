"""Changes to a scenario that are thought of and not taken over yet, and the text that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.scenario.editing.edit import New, Place, edited, same
from models.scenario.editing.fixing import with_fixed, without_fixed
from models.scenario.reading.scalar import Scalar
from models.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be different in a scenario.

    Attributes:
        changes: New values, by the place where they stand.
        fixed: Decisions that are taken out of play, with the value that is left of them.
        freed: Decisions that are put back into play.
    """

    changes: Mapping[Place, New] = field(default_factory=dict)
    fixed: Mapping[str, Scalar] = field(default_factory=dict)
    freed: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.changes) + len(self.fixed) + len(self.freed)

    def with_change(self, place: Place, new: New, old: New) -> Draft:
        """The draft with a value in a place; where that is what stands there already, nothing is changed."""
        changes = {other: value for other, value in self.changes.items() if other != place}
        return replace(self, changes=changes if same(new, old) else {**changes, place: new})

    def with_decision(self, name: str, value: Scalar, held: Scalar) -> Draft:
        """The draft with a decision out of play, or in it.

        Args:
            name: The decision.
            value: The value that is left of it; None = it is in play.
            held: The value that the file leaves of it; None = it is in play there.
        """
        fixed = {other: inner for other, inner in self.fixed.items() if other != name}
        freed = tuple(other for other in self.freed if other != name)
        if same(value, held):
            return replace(self, fixed=fixed, freed=freed)
        if held is not None:
            freed = (*freed, name)
        if value is not None:
            fixed[name] = value
        return replace(self, fixed=fixed, freed=freed)

    def text(self, base: str, scenario: Scenario, *, source: str = "scenario") -> str:
        """The text of the scenario with all changes, comments kept.

        Args:
            base: The text that is changed.
            scenario: What it holds.
            source: Where it comes from, for messages.

        Raises:
            EditError: A change can't be made in the text.
        """
        text = base
        for name in self.freed:
            has_rule = any(set(rule.not_) == {name} for rule in scenario.rules)
            if name in self.fixed and not has_rule:
                continue  # its range is written anew
            text = without_fixed(text, scenario, name, source=source)
        if self.changes:
            text = edited(text, self.changes, source=source)
        return with_fixed(text, scenario, self.fixed, source=source) if self.fixed else text
