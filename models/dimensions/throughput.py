"""Step 5, throughput: the rate of the mix of user requests at which the first component has no time left."""

from __future__ import annotations

import numpy as np

from models.dimensions.rounding import significant
from models.evaluation import Array
from models.performance.steady_state import Behaviour
from models.system.parameters import Parameters
from models.system.phases import in_phase


def throughput(parameters: Parameters, found: Behaviour) -> Array:
    """Rate that the mix can reach in the phase of the peak, requests/s, `(n,)`."""
    reachable = in_phase(found.reachable_per_s, parameters.system.peak)
    return significant(np.broadcast_to(reachable, (parameters.n,)))
