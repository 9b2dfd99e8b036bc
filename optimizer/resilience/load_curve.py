"""How busy is each part, and what do users see, as the load grows: one design over multiples of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import DIMENSIONS, Array, Dimension
from models.evaluator import run
from models.scenario.paths import Slot
from models.system.system import System
from optimizer.resilience.breaking_points import BreakingPoints

#: Multiples of the plan for a look over all loads: from a 64th to 64 times, eight to a doubling; 1 is one.
LOADS = tuple(2.0 ** (k / 8.0) for k in range(-48, 49))


@dataclass(frozen=True, slots=True, eq=False)
class LoadCurve:
    """One design under multiples of the planned load.

    Attributes:
        multiples: The multiples, `(s,)`; 1 = the plan.
        rate: User requests/s in the busiest phase, `(s,)`.
        components: Names of the c components.
        utilisation: Of each component in its busiest phase, `(s, c)`: at 1 there is no time left.
        values: The dimensions, `(s, m)`; may be infinite.
        limits: Names of the k limits.
        excess: Amount over each limit, `(s, k)`; <= 0 is within it.
        dimensions: What the values are.
    """

    multiples: Array
    rate: Array
    components: tuple[str, ...]
    utilisation: Array
    values: Array
    limits: tuple[str, ...]
    excess: Array
    dimensions: tuple[Dimension, ...] = DIMENSIONS

    @property
    def planned_rate(self) -> float:
        """User requests/s in the busiest phase as planned."""
        return float(self.rate[0] / self.multiples[0])

    def broken(self, i: int) -> tuple[tuple[str, float], ...]:
        """The limits that are broken at a multiple, by its position, with the amount over each."""
        return tuple(
            (name, float(over)) for name, over in zip(self.limits, self.excess[i], strict=True) if over > 0.0
        )

    def busiest(self, i: int, most: int) -> tuple[int, ...]:
        """Positions of the busiest components at a multiple, the busiest first; what is idle is left out."""
        busy = self.utilisation[i]
        order = np.argsort(-busy, kind="stable")[:most]
        return tuple(int(c) for c in order if busy[c] > 0.0)


def load_curve(system: System, x: Array, multiples: Sequence[float]) -> LoadCurve:
    """Puts one design under multiples of the planned load, in all phases alike.

    Args:
        system: The system.
        x: The design, `(d,)`.
        multiples: Multiples of the planned load, above 0.

    Raises:
        ValueError: There are no multiples, or one of them is not above 0 or not finite.
    """
    tried = np.asarray(multiples, dtype=np.float64)
    if tried.ndim != 1 or not tried.size or not np.isfinite(tried).all() or (tried <= 0.0).any():
        raise ValueError(f"multiples of the load must be finite numbers above 0, but got {multiples}")
    s, phases = len(tried), len(system.phases)
    stress = {Slot("workload", "", "rate"): tried[:, None]}
    steps = run(system, np.repeat(x[None, :], s, axis=0), stress=stress)
    busy = [
        np.broadcast_to(station.utilisation, (s, phases)).max(axis=1) for station in steps.network.stations
    ]
    return LoadCurve(
        multiples=tried,
        rate=np.broadcast_to(steps.parameters.rate, (s, phases)).max(axis=1),
        components=tuple(system.components),
        utilisation=np.column_stack(busy),
        values=steps.values,
        limits=tuple(steps.excess),
        excess=np.column_stack([np.broadcast_to(over, (s,)) for over in steps.excess.values()]),
    )


def dips(curve: LoadCurve, points: BreakingPoints, i: int) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Limits that are broken for a stretch of the load, below the place where they are said to fall.

    A breaking point is looked for at loads 1.4 times apart; a limit that falls and holds again in between is
    seen only by a closer look.

    Args:
        curve: A design over the load.
        points: Breaking points under load, of the same limits.
        i: The design, by its row of these.

    Returns:
        By limit the multiples of the curve at which it is broken though it was said to hold.
    """
    found = []
    for j, name in enumerate(points.limits):
        is_over = (curve.multiples <= points.holds[i, j]) & (curve.excess[:, curve.limits.index(name)] > 0.0)
        if is_over.any():
            found.append((name, tuple(float(multiple) for multiple in curve.multiples[is_over])))
    return tuple(found)
