"""Requests of the users by flow."""

from __future__ import annotations

from models.evaluation import Array
from models.system.parameters import Parameters


def at_the_door(parameters: Parameters) -> list[Array]:
    """Requests of each flow that arrive, 1/s, `(n | 1, p)` each; what is shed is still counted."""
    return [parameters.rate * parameters.of_flow(f, "share") for f in range(len(parameters.system.flows))]
