"""Situations: a design in a phase, as far as its traffic and its queues can tell.

Designs that differ only in prices, or only in another phase, put their components into the same situation:
it is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.scenario.paths import Slot
from oracles.analytic.parameters import Parameters
from oracles.analytic.sharing import kinds_of

#: What no component, call or flow feels: money, points, and what an answer is worth.
_UNFELT = {"price_usd_per_hour", "price_usd_per_million", "value_usd"}


@dataclass(frozen=True, slots=True, eq=False)
class Situations:
    """The situations of n designs in p phases.

    Attributes:
        parameters: The parameters of the m situations: rows are situations, one phase each.
        kind: The situation of each design in each phase, `(n, p)`.
    """

    parameters: Parameters
    kind: NDArray[np.intp]

    def spread(self, value: Array) -> Array:
        """What belongs to situations, `(m | 1, 1)`, by design and phase, `(n, p)` or `(1, 1)`."""
        return value if value.shape[0] == 1 and self.parameters.n > 1 else np.asarray(value[:, 0][self.kind])


def situations_of(parameters: Parameters) -> Situations:
    """Finds the situations that differ, with their parameters."""
    n, p = parameters.n, parameters.n_phases
    place = np.arange(n * p, dtype=np.intp)
    columns = [
        np.ascontiguousarray(np.broadcast_to(value, (n, p))).reshape(-1, 1)
        for slot, value in parameters.values.items()
        if value.size > 1 and _is_felt(slot)
    ]
    found = kinds_of(columns, n * p)
    if found.first is None or found.kind is None:
        return Situations(_at(parameters, place), place.reshape(n, p))
    return Situations(_at(parameters, found.first), found.kind.reshape(n, p))


def _is_felt(slot: Slot) -> bool:
    if slot.owner in ("driver", "complexity"):
        return False
    return slot.parameter not in _UNFELT and (slot.owner, slot.parameter) != ("flow", "fidelity")


def _at(parameters: Parameters, places: NDArray[np.intp]) -> Parameters:
    """The parameters at some places of the matrix (designs, phases), as rows."""
    design, phase = np.divmod(places, parameters.n_phases)
    values = {
        slot: value
        if value.size == 1
        else value[design if value.shape[0] != 1 else 0, phase if value.shape[1] != 1 else 0][:, None]
        for slot, value in parameters.values.items()
    }
    return Parameters(parameters.system, places.size, 1, values, parameters.beyond)
