"""Autoscalers: copies are started and stopped by how busy those were that run."""

from __future__ import annotations

import math

import numpy as np

from models.evaluation import Array
from models.performance.compiled import internal
from models.scenario.parameter_names import ComponentParameter
from models.steps import columns as at
from models.steps.run import Run
from models.system import layout
from models.system.parameters import Parameters
from models.system.phases import in_phase
from models.system.system import System

#: A busy share this near to the target, relative to it, changes nothing (what Kubernetes does unless told).
_TOLERANCE = 0.1
#: The parameters of an autoscaler, in the order of their columns.
_KEYS: tuple[ComponentParameter, ...] = (
    "autoscaling",
    "min_replicas",
    "max_replicas",
    "target_utilisation",
    "look_back_s",
    "start_up_s",
    "cool_down_s",
    "scale_in",
)


def scaling_of(system: System, parameters: Parameters, phase: int) -> Array:
    """What each component's autoscaler does in a phase, by design, `(n, c, keys)`; 0 without one."""
    found = np.zeros((parameters.n, len(system.components), len(_KEYS)))
    for c, part in enumerate(system.parts):
        if "autoscaling" in type(part).model_fields:
            for k, key in enumerate(_KEYS):
                found[:, c, k] = in_phase(parameters.of_component(c, key), phase)
    return found


def begin_scaling(parts: Array, scaling: Array) -> Array:
    """The autoscalers of a run at its beginning: as many copies run as in the long run, `(c, SCALER)`.

    Args:
        parts: The block of the components of the row with which it begins (`models.system.layout`).
        scaling: What the autoscalers do, `(c, len(keys))`.
    """
    found = np.zeros((scaling.shape[0], at.SCALER))
    found[:, : len(_KEYS)] = scaling
    found[:, at.COPIES] = found[:, at.ORDERED] = parts[:, layout.REPLICAS]
    found[:, at.EACH] = np.minimum(parts[:, layout.SLOTS], parts[:, layout.CPU_QUOTA])
    found[:, at.ALL_LEFT] = 1.0
    return found


@internal
def scale(run: Run, c: int) -> None:
    """A component's autoscaler at the beginning of a step: those that are ready serve; it may ask for more.

    Every look-back it asks for ceil(copies x busy share / target), whatever it has asked for before: no more
    is known of a queue than that all are busy; a share within a tenth of the target asks for as many as run.
    More are ready a start-up time later. Fewer are kept only when
    for the whole cool-down no more were asked for; then as many as were asked for at the most.

    Source: the horizontal pod autoscaler of Kubernetes, its stabilisation window included.
    """
    told, part, step_s = run.scaler[c], run.part[c], run.x[at.STEP_S]
    now = run.n[at.STEP] * step_s
    orders = run.orders[c]
    for k in range(at.ORDERS):
        if orders[k, 1] > 0.0 and orders[k, 0] <= now:
            told[at.COPIES] += orders[k, 1]
            orders[k, 1] = 0.0
    left = part[at.COPIES_LEFT]
    if left != told[at.ALL_LEFT]:
        # A fault takes copies of those that run; who is started later is none of them.
        gone = told[at.COPIES] - math.floor(told[at.COPIES] * left + 1e-9) if left < 1.0 else 0.0
        told[at.GONE], told[at.ALL_LEFT] = gone, left
    up = max(told[at.COPIES] - told[at.GONE], 0.0)
    part[at.SERVERS], part[at.REPLICAS] = up * told[at.EACH], max(up, 1.0)
    if up > 0.0:
        told[at.BUSY] += min(run.station[c, at.TAKEN] / part[at.SERVERS], 1.0) * step_s
    told[at.SINCE_S] += step_s
    if told[at.SINCE_S] < told[at.LOOK_BACK_S] - 0.5 * step_s:
        return
    ratio = told[at.BUSY] / told[at.SINCE_S] / told[at.TARGET]
    wanted = up if abs(ratio - 1.0) <= _TOLERANCE else math.ceil(up * ratio - 1e-9)
    wanted = min(max(wanted, told[at.LEAST]), max(told[at.MOST], told[at.LEAST]))
    told[at.BUSY], told[at.SINCE_S] = 0.0, 0.0
    ordered = told[at.ORDERED] - told[at.GONE]
    if wanted > ordered:
        _order(run, c, now + told[at.START_UP_S], wanted - ordered)
        told[at.ORDERED] += wanted - ordered
    if wanted >= ordered or told[at.STOPS] == 0.0:
        told[at.LOW_SINCE_S], told[at.HIGHEST] = -1.0, 0.0
        return
    if told[at.LOW_SINCE_S] < 0.0 or told[at.HIGHEST] == 0.0:
        told[at.LOW_SINCE_S] = now
    told[at.HIGHEST] = max(told[at.HIGHEST], wanted)
    if now - told[at.LOW_SINCE_S] >= told[at.COOL_DOWN_S] and told[at.ORDERED] == told[at.COPIES]:
        fewer = ordered - told[at.HIGHEST]
        told[at.COPIES] -= fewer
        told[at.ORDERED] -= fewer
        told[at.LOW_SINCE_S], told[at.HIGHEST] = -1.0, 0.0


@internal
def _order(run: Run, c: int, ready_s: float, copies: float) -> None:
    """Copies that will be ready at a time; where too many orders are open the last one takes them along."""
    orders = run.orders[c]
    place = at.ORDERS - 1
    for k in range(at.ORDERS - 1, -1, -1):
        if orders[k, 1] == 0.0:
            place = k
    orders[place, 0] = ready_s
    orders[place, 1] += copies
