"""Changes that suggest themselves: more of the component that is tight."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array, Evaluation
from models.scenario.paths import Slot
from models.system.system import System


def more_where_it_is_tight(system: System, evaluation: Evaluation) -> Array:
    """Designs with one step more of what makes their busiest component carry more, and with one step less.

    Args:
        system: The system.
        evaluation: Designs of it, with the indicator `bottleneck`.

    Returns:
        Changed designs, `(m, d)`, not yet canonical.
    """
    found = [np.empty((0, system.space.n_columns))]
    busiest = evaluation.indicators["bottleneck"]
    for c in range(len(system.components)):
        X = evaluation.X[busiest == c]
        if not X.shape[0]:
            continue
        for j in sorted(_columns(system, c)):
            column = system.space.columns[j]
            width = column.step if column.step > 0.0 else 0.1 * (column.upper - column.lower)
            for steps in (1.0, 2.0, -1.0):
                changed = X.copy()
                changed[:, j] = column.clip(X[:, j] + steps * width)
                found.append(changed)
    return np.concatenate(found)


def _columns(system: System, component: int) -> set[int]:
    """Columns that change what a component can carry."""
    name, capacity = system.components[component], system.parts[component].traits.capacity
    slots = [Slot("component", name, parameter) for parameter in capacity]
    return {j for slot in slots if slot in system.plans for j in system.plans[slot].columns}
