"""A design in a phase, as faults find it: its parameters, and how often each call is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.refused import NotInjected, Why
from models.performance.autoscaling import parameters_of
from models.performance.program import layout_of
from models.scenario.paths import Slot
from models.system.parameters import Parameters
from models.system.phases import in_phase
from models.system.system import System


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A design in a phase.

    Attributes:
        system: The compiled scenario.
        parameters: The parameters of the design.
        phase: Position of the phase.
        calls_per_s: Calls as users make them, by call: without retries, and if no cache answered, `(i,)`.
    """

    system: System
    parameters: Parameters
    phase: int
    calls_per_s: Array

    def value(self, slot: Slot) -> float:
        """The value of a parameter."""
        return float(in_phase(self.parameters.values[slot], self.phase)[0])

    def of(self, component: int, parameter: str) -> float:
        """A parameter of the component at a position."""
        return self.value(Slot("component", self.system.components[component], parameter))

    def column(self, slot: Slot) -> int:
        """The column of a parameter in the row of a situation (`models.system.layout`)."""
        column = layout_of(self.system).column(slot)
        assert column is not None
        return column

    def per_s(self, component: int, *, writes: bool | None = None, link: str | None = None) -> float:
        """Calls of a component, 1/s; only writes (or only reads), or only those across a link."""
        return sum(
            float(self.calls_per_s[node.index])
            for node in self.system.nodes
            if node.component == component and writes in (None, node.writes) and link in (None, node.link)
        )

    def called(self, name: str, where: str) -> int:
        """Position of a component that the design calls.

        Raises:
            NotInjected: It doesn't.
        """
        c = self.system.components.index(name)
        if not self.per_s(c) > 0.0:
            phase = self.system.phases[self.phase]
            raise NotInjected(
                Why.NOT_CALLED,
                f"this design makes no call of {name} in the phase {phase}",
                where=where,
                hint="choose a design that has it, or another target",
            )
        return c


def moment_of(system: System, design: Array, phase: int) -> Moment:
    """A design in a phase.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.

    Raises:
        NotInjected: There is no such phase.
    """
    if not 0 <= phase < len(system.phases):
        raise NotInjected(Why.NO_SUCH_PHASE, f"there are {len(system.phases)} phases, not {phase + 1}")
    X = system.space.canonical(np.asarray(design, dtype=np.float64).reshape(1, -1))
    parameters = parameters_of(system, X)
    found = Moment(system, parameters, phase, np.zeros(len(system.nodes)))
    rate = found.value(Slot("workload", "", "rate"))
    for node in system.nodes:
        flow = system.flows[node.flow]
        times = 1.0
        for parameter in ("times", "enabled"):
            times *= found.value(Slot("call", flow, parameter, node.position))
        if node.caller is not None:
            above = float(found.calls_per_s[node.caller])
        else:
            share, shed = (found.value(Slot("flow", flow, name)) for name in ("share", "shed_share"))
            above = rate * share * (1.0 - shed)
        found.calls_per_s[node.index] = above * times * node.copies
    return found
