"""Step 5, availability: the share of all requests that is answered, whatever turned the others away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.dimensions.rounding import rounded_share
from models.evaluation import Array
from models.performance.traffic import at_the_door
from models.system.parameters import Parameters


def availability(parameters: Parameters, success: Sequence[Array]) -> Array:
    """Share of the requests that is answered, `(n,)`.

    Args:
        parameters: The parameters of n designs.
        success: By flow: share of its requests that is answered, `(n | 1, p | 1)` each.
    """
    return rounded_share(over_requests(parameters, success))


def over_requests(parameters: Parameters, shares: Sequence[Array]) -> Array:
    """Mean of shares by flow over all requests of all phases, times the weights of the flows, `(n,)`.

    Phases are added one after the other, so that company changes no bit; 1 where nothing is asked.
    """
    hours = parameters.system.hours
    above: Array = np.zeros(parameters.n)
    below: Array = np.zeros(parameters.n)
    for f, (rate, share) in enumerate(zip(at_the_door(parameters), shares, strict=True)):
        weight = np.broadcast_to(
            rate * hours * parameters.of_flow(f, "weight"), (parameters.n, hours.shape[1])
        )
        full = np.broadcast_to(share, weight.shape)
        for p in range(hours.shape[1]):
            above = above + weight[:, p] * full[:, p]
            below = below + weight[:, p]
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), 1.0)
