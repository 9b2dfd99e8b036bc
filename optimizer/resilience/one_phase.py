"""What one phase tells already: a design that breaks a limit in it breaks it, whatever the others do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.dimensions.limits import LIMIT_TOLERANCE, TIPS_OVER_FROM, ends_within
from models.evaluation import Array
from models.performance.autoscaling import parameters_of
from models.performance.steady_state import behaviour, situations_of
from models.scenario.paths import Slot
from models.system.system import System


def breaks_at_peak(
    system: System, X: Array, multiple: Array, *, leave_out: Collection[str] = ()
) -> NDArray[np.bool_]:
    """Which designs break a limit in the peak phase alone, `(n,)`; the others may break one all the same.

    Saturation, collapse and metastability are asked. Each is the worst of all phases, and a phase is worked
    out from its own numbers: what is over the limit in one of them is over it in all together. Sums over
    phases (availability, cost) need every phase, and are not asked.

    Args:
        system: The system.
        X: The designs, `(n, d)`.
        multiple: Multiple of the planned load for each, `(n,)`.
        leave_out: Limits that are not asked.
    """
    limits = system.scenario.limits
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        stress = {Slot("workload", "", "rate"): multiple[:, None]}
        parameters = parameters_of(system, system.space.canonical(X), stress=stress)
        all_phases = situations_of(parameters)
        which, kind = np.unique(all_phases.kind[:, system.peak], return_inverse=True)
        found = behaviour(
            parameters, replace(all_phases, values=all_phases.values[which], kind=kind.reshape(-1, 1))
        )
        breaks = np.zeros(X.shape[0], dtype=bool)
        if limits.saturation is None:
            if "collapse" not in leave_out:
                breaks |= found.collapse[:, 0] > LIMIT_TOLERANCE
        elif "saturation" not in leave_out:
            rounding = LIMIT_TOLERANCE * max(1.0, limits.saturation)
            breaks |= found.utilisation[:, 0] - limits.saturation > rounding
        if not limits.metastable and "metastable" not in leave_out:
            breaks |= found.metastable[:, 0] > 0.5
        if not limits.metastable and "tips_over" not in leave_out:
            hours = system.hours[:, system.peak : system.peak + 1]
            breaks |= ends_within(hours, found.lifetime_s)[:, 0] > TIPS_OVER_FROM
    return breaks
