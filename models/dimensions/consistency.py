"""Step 5, consistency: the share of the answers that is up to date and whole."""

from __future__ import annotations

from collections.abc import Sequence

from models.dimensions.availability import over_requests
from models.dimensions.rounding import rounded_share
from models.evaluation import Array
from models.system.parameters import Parameters


def consistency(parameters: Parameters, fresh: Sequence[Array]) -> Array:
    """Share of up-to-date answers, times the fidelity of what they hold, `(n,)`.

    Args:
        parameters: The parameters of n designs.
        fresh: By flow: share of its answers that is up to date, `(n | 1, p | 1)` each.
    """
    whole = [share * parameters.of_flow(f, "fidelity") for f, share in enumerate(fresh)]
    return rounded_share(over_requests(parameters, whole))
