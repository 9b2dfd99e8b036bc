"""Queues of messages that grow as long as a phase lasts have no steady state that could be simulated."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.performance.autoscaling import parameters_of
from models.performance.steady_state import situations_of, told_of
from models.simulation.refused import NotSimulated, Reason
from models.system.system import System


def refuse_what_grows(system: System, design: Array, phase: int) -> None:
    """Does nothing where the consumers of every queue can keep up in a phase.

    Raises:
        NotSimulated: Some can't.
    """
    if not any(part.traits.keeps_messages for part in system.parts):
        return
    X = system.space.canonical(np.asarray(design, dtype=np.float64).reshape(1, -1))
    parameters = parameters_of(system, X)
    for c, told in told_of(parameters, situations_of(parameters, phase=phase)).items():
        load = float(told.utilisation[0, 0])
        if system.parts[c].traits.keeps_messages and load >= 1.0:
            raise NotSimulated(
                Reason.GROWS,
                f"its consumers get {load:.3g} times what they can do in the phase {system.phases[phase]}: "
                "messages pile up as long as it lasts",
                where=f"components.{system.components[c]}",
                hint="evaluate tells the backlog; behaviour in time can be played",
            )
