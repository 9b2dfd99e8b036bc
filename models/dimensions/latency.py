"""Step 5, latency: percentiles of the response time over all user requests, in the worst phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.performance.steady_state import Behaviour
from models.system.phases import over_phases
from models.system.system import System


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


def latency(system: System, found: Behaviour) -> Latency:
    """Percentiles of what users wait over the requests that get an answer, in the worst phase."""
    by_phase = found.latency_ms
    worst_phase = np.argmax(by_phase, axis=1)
    rows = np.arange(by_phase.shape[0])
    tail, median = found.p99_ms[rows, worst_phase], found.p50_ms[rows, worst_phase]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.isinf(tail), np.inf, np.where(median > 0.0, tail / median, 1.0))
    limited = [name for name, flow in system.scenario.flows.items() if flow.limit_ms is not None]
    flows = {
        name: over_phases(latency_ms) for name, latency_ms in zip(limited, found.flow_latency_ms, strict=True)
    }
    return Latency(by_phase, by_phase[rows, worst_phase], worst_phase, ratio, flows)
