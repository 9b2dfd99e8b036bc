"""Parameters of which some rows can be meant: what the arrays need beyond `models.system.parameters`."""

from __future__ import annotations

from dataclasses import dataclass

import models.system.parameters
from models.evaluation import Array
from models.scenario.paths import Slot
from models.system.system import System
from oracles.analytic.rows import Rows, picked
from oracles.analytic.sharing import Kinds


@dataclass(frozen=True, slots=True, eq=False)
class Parameters(models.system.parameters.Parameters):
    """Values of every parameter; arrays that broadcast to `(n, p)`.

    Attributes:
        places: The rows of `values` that are meant; None = all.
    """

    places: Rows | None = None

    def error_share(self, component: int) -> Array:
        """Share of the calls of a component that fail by themselves; all of them where it is down."""
        up = self.of_component_or(component, "up_factor", 1.0)
        return 1.0 - (1.0 - self.of_component(component, "error_share")) * up

    def _value(self, slot: Slot) -> Array:
        value = self.values[slot]
        return value if self.places is None or value.shape[0] == 1 else value[self.places]

    def seen_by(self, kinds: Kinds) -> Parameters:
        """The parameters of one row of each kind, each picked when it is asked for."""
        if kinds.first is None:
            return self
        return Parameters(
            self.system, kinds.first.size, self.n_phases, self.values, self.beyond, places=kinds.first
        )

    def rows(self, rows: Rows) -> Parameters:
        """The parameters of some of the designs (or situations)."""
        values = {slot: picked(value, rows) for slot, value in self.values.items()}
        return Parameters(self.system, rows.size, self.n_phases, values, self.beyond)


def apply_decisions(system: System, X: Array) -> Parameters:
    """The parameters of n canonical designs (see `models.system.parameters.apply_decisions`)."""
    found = models.system.parameters.apply_decisions(system, X)
    return Parameters(found.system, found.n, found.n_phases, found.values, found.beyond)
