"""Effects: what a value of a decision, or a phase, does to parameters."""

from __future__ import annotations

from models.scenario.part import Name, Number, Part, Path


class Effect(Part):
    """Changes to parameters; first all `set`, then all `multiply`, then all `add`, whatever the order."""

    set: dict[Path, Number | bool | Name | None] = {}
    """The parameter becomes this value: a number, true or false, one of its words; null = none (no limit)."""
    multiply: dict[Path, Number] = {}
    """The parameter is multiplied by this factor."""
    add: dict[Path, Number] = {}
    """This amount is added to the parameter."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is changed, in the order of the three parts."""
        return (*self.set, *self.multiply, *self.add)
