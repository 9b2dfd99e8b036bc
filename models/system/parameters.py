"""Step 1: the parameters of each design, with all effects applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.scenario.parameter_names import CallParameter, ComponentParameter, FlowParameter
from models.scenario.paths import Slot
from models.system.effects import without_dust
from models.system.system import CallNode, System

#: Whole numbers are bought whole: 2.5 replicas are 3. Less than this above a whole number is rounding.
WHOLE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Values of every parameter; arrays that broadcast to `(n, p)`.

    Attributes:
        system: The system they belong to.
        n: Number of designs.
        n_phases: Number of phases p.
        values: Value by slot, `(n | 1, p | 1)`; "without limit" is infinity, "not given" NaN.
        beyond: By how much (relative) the worst parameter had to be held back to its bounds, `(n,)`.
        own: Slots that hold something else than the file says of every design.
    """

    system: System
    n: int
    n_phases: int
    values: Mapping[Slot, Array]
    beyond: Array
    own: tuple[Slot, ...] = ()

    def of_component(self, component: int, parameter: ComponentParameter) -> Array:
        """A parameter of the component at a position.

        Raises:
            KeyError: Its kind has no such parameter.
        """
        return self._value(Slot("component", self.system.components[component], parameter))

    def of_component_or(self, component: int, parameter: ComponentParameter, default: float) -> Array:
        """A parameter of a component, or a default where its kind has no such parameter."""
        slot = Slot("component", self.system.components[component], parameter)
        return self._value(slot) if slot in self.values else np.array([[default]])

    def of_flow(self, flow: int, parameter: FlowParameter) -> Array:
        """A parameter of the flow at a position."""
        return self._value(Slot("flow", self.system.flows[flow], parameter))

    def of_call(self, node: CallNode, parameter: CallParameter) -> Array:
        """A parameter of a call."""
        return self._value(Slot("call", self.system.flows[node.flow], parameter, node.position))

    def of_complexity(self, parameter: str) -> Array:
        """A coefficient of the complexity budget."""
        return self._value(Slot("complexity", "", parameter))

    def _value(self, slot: Slot) -> Array:
        return self.values[slot]

    @property
    def rate(self) -> Array:
        """User requests per second, `(n | 1, p)`."""
        return self._value(Slot("workload", "", "rate"))


def apply_decisions(
    system: System,
    X: Array,
    *,
    base: Mapping[Slot, Array] | None = None,
    stress: Mapping[Slot, Array] | None = None,
) -> Parameters:
    """Applies the effects of n designs and of the phases: all set, then all multiply, then all add.

    Args:
        system: The system.
        X: Canonical designs, `(n, d)`.
        base: Values that take the place of what the file says before effects are applied (uncertain
            numbers); arrays that broadcast to `(n, p)`.
        stress: Factors on what comes out, whatever decided it (a multiple of the load, a slow dependency);
            arrays that broadcast to `(n, p)`.

    Returns:
        The parameters, held to the bounds of their types; `beyond` says by how much.
    """
    exists = system.space.active(X)
    values: dict[Slot, Array] = dict(system.static)
    base = base or {}
    for slot in base:
        if slot not in system.plans:
            values[slot] = without_dust(np.asarray(base[slot]))
    beyond = np.zeros(X.shape[0])
    for slot, plan in system.plans.items():
        value = plan.value(X, exists, base.get(slot))
        if plan.can_leave_bounds or slot in base:
            lower, upper = plan.quantity.lower, plan.quantity.upper
            over = np.maximum(lower - value, np.where(np.isinf(value), 0.0, value - upper))
            over = np.where(np.isnan(over), 0.0, over)
            relative = over / max(1.0, abs(lower) if np.isfinite(lower) else 1.0)
            worst = np.broadcast_to(relative, (X.shape[0], relative.shape[1])).max(axis=1)
            beyond = np.maximum(beyond, np.where(worst > WHOLE_TOLERANCE, worst, 0.0))
            value = np.where(np.isinf(value) & (value > 0), value, np.clip(value, lower, upper))
        if plan.quantity.is_whole:
            value = np.ceil(
                value - WHOLE_TOLERANCE * np.maximum(1.0, np.abs(np.where(np.isinf(value), 0.0, value)))
            )
        values[slot] = without_dust(value)
    for slot, factor in (stress or {}).items():
        # What only a stress changes (the hits of a cache) is 1 without it.
        value = values.get(slot, np.ones((1, 1)))
        values[slot] = np.where(np.isinf(value), value, value * factor)
    across = _across_links(system, values)
    values.update(across)
    across |= _in_batches(system, values)
    values.update(across)
    own = tuple(dict.fromkeys((*system.plans, *base, *(stress or {}), *across)))
    return Parameters(system, X.shape[0], system.hours.shape[1], values, beyond, own)


def rows_of(parameters: Parameters, rows: NDArray[np.intp]) -> Parameters:
    """The parameters of some of the designs."""
    if rows.size == parameters.n:
        return parameters
    values = {
        slot: value[rows] if value.ndim == 2 and value.shape[0] > 1 else value
        for slot, value in parameters.values.items()
    }
    return replace(parameters, n=rows.size, values=values, beyond=parameters.beyond[rows])


def _in_batches(system: System, values: Mapping[Slot, Array]) -> dict[Slot, Array]:
    """The work for one message where a consumer takes several: its own, and a part of the taking."""
    found: dict[Slot, Array] = {}
    for name, part in zip(system.components, system.parts, strict=True):
        if not part.traits.keeps_messages:
            continue
        work, taking, batch = (Slot("component", name, key) for key in ("service_ms", "batch_ms", "batch"))
        if taking not in system.static or np.any(values[taking] > 0.0):
            found[work] = values[work] + values[taking] / values[batch]
    return found


def _across_links(system: System, values: Mapping[Slot, Array]) -> dict[Slot, Array]:
    """The time on the network of every call that leaves its region: its own, and the round trip of the link.

    Source: means and variances of independent durations add up.
    """
    found: dict[Slot, Array] = {}
    for node in system.nodes:
        if node.link is None:
            continue
        mean, scv = (
            Slot("call", system.flows[node.flow], name, node.position)
            for name in ("network_ms", "network_scv")
        )
        trip, trip_scv = (values[Slot("link", node.link, name)] for name in ("rtt_ms", "rtt_scv"))
        total = values[mean] + trip
        variance = values[scv] * values[mean] ** 2 + trip_scv * trip**2
        found[mean] = total
        found[scv] = np.where(total > 0.0, variance / np.where(total > 0.0, total, 1.0) ** 2, 0.0)
    return found
