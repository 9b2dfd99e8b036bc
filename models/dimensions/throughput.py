"""Step 5, throughput: the rate of the mix of user requests at which the first component has no time left."""

from __future__ import annotations

import numpy as np

from models.dimensions.rounding import significant
from models.evaluation import Array
from models.performance.autoscaling import at_most, scaled_components
from models.performance.steady_state import Behaviour, behaviour, situations_of
from models.system.parameters import Parameters
from models.system.phases import in_phase


def throughput(parameters: Parameters, found: Behaviour) -> Array:
    """Rate that the mix can reach in the phase of the peak, requests/s, `(n,)`.

    Autoscalers let as many copies run as they may before anything is saturated.
    """
    peak = parameters.system.peak
    reachable = in_phase(found.reachable_per_s, peak)
    if scaled_components(parameters.system):
        most = at_most(parameters)
        reachable = in_phase(behaviour(most, situations_of(most, phase=peak)).reachable_per_s, peak)
    return significant(np.broadcast_to(reachable, (parameters.n,)))
