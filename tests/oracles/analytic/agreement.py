"""The kernel held against the array evaluation: what they say differently of the same designs."""

from __future__ import annotations

import numpy as np

import models.system.parameters
from models.performance.percentile import CLOSE
from models.performance.steady_state import Behaviour as Told
from models.performance.steady_state import behaviour as told_by_kernel
from models.performance.steady_state import situations_of as situations_for_kernel
from models.system.system import System
from oracles.analytic.behaviour import Behaviour, behaviour
from oracles.analytic.parameters import apply_decisions
from oracles.analytic.situations import situations_of


def disagreements(system: System, X: np.ndarray, *, within: float) -> list[str]:
    """Names of what differs, with the design, the phase and both values.

    Situations that come to no rest in either are left out: where a swing is broken off is nobody's number.

    Args:
        system: The system.
        X: Canonical designs, `(n, d)`.
        within: Relative difference that is allowed; of percentiles the one that their search proves.
    """
    parameters = models.system.parameters.apply_decisions(system, X)
    new = told_by_kernel(parameters, situations_for_kernel(parameters))
    situations = situations_of(apply_decisions(system, X))
    with np.errstate(all="ignore"):
        old, _ = behaviour(situations, keep=False)

    def spread(value: np.ndarray) -> np.ndarray:
        return np.broadcast_to(situations.spread(value), new.unsettled.shape)

    rests = (new.unsettled <= 0.0) & (spread(old.unsettled) <= 0.0)
    found = []
    for name, mine, its in _pairs(new, old):
        theirs = spread(its)
        with np.errstate(all="ignore"):
            off = np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-9)
        off = np.where(mine == theirs, 0.0, np.where(np.isnan(off), np.inf, off))
        allowed = max(within, 2.0 * CLOSE) if "latency" in name else within
        for i, p in np.argwhere((off > allowed) & rests):
            found.append(f"{name} of design {i} in phase {p}: {mine[i, p]!r}, before {theirs[i, p]!r}")
    return found


def _pairs(new: Told, old: Behaviour) -> list[tuple[str, np.ndarray, np.ndarray]]:
    single = ("utilisation", "bottleneck", "collapse", "reachable_per_s", "retry_share", "metastable")
    found = [
        (name, getattr(new, name), getattr(old, name)) for name in (*single, "retry_margin", "latency_ms")
    ]
    for name in ("success", "fresh", "call_success", "arrivals_per_s", "flow_latency_ms"):
        for k, (mine, its) in enumerate(zip(getattr(new, name), getattr(old, name), strict=True)):
            found.append((f"{name} {k}", mine, its))
    return found
