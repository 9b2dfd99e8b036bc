"""Step 5, latency: percentiles of the response time over all user requests, in the worst phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.behaviour import Behaviour
from models.evaluation import Array
from models.phases import over_phases
from models.rows import picked
from models.situations import Situations
from models.system import System
from models.user_waits import percentile_ms

_TAIL, _MEDIAN = 0.99, 0.50


@dataclass(frozen=True, slots=True, eq=False)
class Latency:
    """Latency of n designs.

    Attributes:
        by_phase_ms: The scenario's percentile over all user requests, `(n, p)`; infinite after a collapse.
        worst_ms: Its largest value over the phases, `(n,)`.
        worst_phase: The phase of that value, `(n,)`.
        tail_ratio: p99 / p50 in that phase, `(n,)`.
        flow_worst_ms: For each flow with a limit of its own its percentile in its worst phase, `(n,)`.
    """

    by_phase_ms: Array
    worst_ms: Array
    worst_phase: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    tail_ratio: Array
    flow_worst_ms: Mapping[str, Array]


def latency(system: System, situations: Situations, found: Behaviour) -> Latency:
    """Percentiles of what users wait, s to ms, over the requests that get an answer."""
    wanted = system.scenario.dimensions.latency.percentile
    n = situations.kind.shape[0]
    by_phase = np.broadcast_to(situations.spread(found.latency_ms), situations.kind.shape)
    worst_phase = np.argmax(by_phase, axis=1)
    rows = np.arange(n)
    worst = by_phase[rows, worst_phase]
    # The rest is asked only of the situations that are the worst phase of some design.
    there, kind = np.unique(situations.kind[rows, worst_phase], return_inverse=True)
    waits = picked(found.waits, there)

    def at_worst(probability: float) -> Array:
        # Where all situations wait alike there is a single row for all of them.
        by_situation = percentile_ms(waits, probability)[:, 0]
        return np.asarray(np.broadcast_to(by_situation, there.shape)[kind])

    tail = worst if wanted == _TAIL else at_worst(_TAIL)
    median = at_worst(_MEDIAN)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.isinf(tail), np.inf, np.where(median > 0.0, tail / median, 1.0))
    limited = [name for name, flow in system.scenario.flows.items() if flow.limit_ms is not None]
    flows = {
        name: over_phases(np.broadcast_to(situations.spread(latency_ms), situations.kind.shape))
        for name, latency_ms in zip(limited, found.flow_latency_ms, strict=True)
    }
    return Latency(by_phase, worst, worst_phase, ratio, flows)
