"""The rows of parameters of designs in a phase, and how often components are called while all is well."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.performance.autoscaling import parameters_of
from models.performance.steady_state import behaviour, situations_of
from models.system.parameters import Parameters
from models.system.system import System


def rows_of(system: System, designs: Array, phase: int, parameters: Parameters | None = None) -> Array:
    """Rows of parameters (`models.system.layout`) of n designs in a phase, `(n, width)`.

    Args:
        system: The compiled scenario.
        designs: Rows of the decision matrix, `(n, d)`.
        phase: Position of the phase.
        parameters: Theirs, where they aren't those of the file.
    """
    X = system.space.canonical(np.atleast_2d(np.asarray(designs, dtype=np.float64)))
    found = situations_of(parameters or parameters_of(system, X), phase=phase)
    rows = np.tile(found.base, (X.shape[0], 1))
    rows[:, found.columns] = found.values[found.kind[:, 0]]
    return rows


def arrivals_of(
    system: System,
    designs: Array,
    phase: int,
    parameters: Parameters | None = None,
    *,
    threads: int | None = None,
) -> Array:
    """Calls of each component in the healthy state of n designs, 1/s, `(n, c)` (see `rows_of`)."""
    X = system.space.canonical(np.atleast_2d(np.asarray(designs, dtype=np.float64)))
    parameters = parameters or parameters_of(system, X)
    found = behaviour(parameters, situations_of(parameters, phase=phase), threads=threads)
    return np.column_stack([each[:, 0] for each in found.arrivals_per_s])
