"""Shares of the branches of choices, as a design and a phase have them."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.system.system import ChoiceNode, System, all_choices


def shares_of(choice: ChoiceNode, told: Array) -> Array:
    """The share of each branch, `(k,)`, held to what those before it leave.

    Args:
        choice: The choice.
        told: What the file and the design say of all branches; NaN = what is left.
    """
    own = told[choice.first : choice.first + len(choice.branches)]
    given = np.nan_to_num(own, nan=0.0)
    up_to = np.minimum(np.cumsum(given), 1.0)
    return np.where(np.isnan(own), 1.0 - up_to[-1], np.diff(up_to, prepend=0.0))


def ways_of(system: System, told: Array) -> Array:
    """The shares of all branches, `(b,)`."""
    found = np.zeros(len(system.branches))
    for trace in system.traces:
        for choice in all_choices(trace):
            found[choice.first : choice.first + len(choice.branches)] = shares_of(choice, told)
    return found
