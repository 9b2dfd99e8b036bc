"""Step 4: what the user sees of each flow: how long it takes, whether it succeeds, how fresh it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.formulas.cumulants import Cumulants
from models.formulas.mixtures import Mixture, merge, product, repeat, single
from models.parameters import Parameters
from models.stations import Station
from models.system import CallNode, ParallelNode, StepNode

#: Entries of a flow's mixture at the most; more are merged through raw moments.
MOST_ENTRIES = 12
_ONE = np.ones((1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What some steps give back; arrays that broadcast to `(n, p)`.

    Attributes:
        response: Response time, s, as a mixture.
        success: Share that succeeds, hard failures of components left aside.
        fresh: Share that is up to date.
    """

    response: Mixture
    success: Array
    fresh: Array


def answer_steps(
    parameters: Parameters, stations: Sequence[Station], steps: tuple[StepNode, ...], calls: dict[int, Answer]
) -> Answer:
    """What a sequence of steps gives back, one after the other.

    Args:
        parameters: The parameters.
        stations: The components under their load.
        steps: The steps.
        calls: Filled with the answer of each single call, by its index (the caller's record).
    """
    nothing = np.zeros((1, 1))
    response = single(Cumulants(nothing, nothing, nothing))
    success, fresh = _ONE, _ONE
    for step in steps:
        if isinstance(step, ParallelNode):
            raise NotImplementedError("parallel calls are refused before this step")
        answer = _answer_call(parameters, stations, step, calls)
        response = merge(product(response, answer.response), MOST_ENTRIES)
        optional = parameters.of_call(step, "optional") > 0.0
        success = success * np.where(optional, 1.0, answer.success)
        fresh = fresh * answer.fresh
    return Answer(response, success, fresh)


def _answer_call(
    parameters: Parameters, stations: Sequence[Station], node: CallNode, calls: dict[int, Answer]
) -> Answer:
    """What one call gives back, made as often as it is made; nothing where it is switched off."""
    station = stations[node.component]
    below = answer_steps(parameters, stations, node.then, calls)
    response = merge(product(single(station.response), below.response), MOST_ENTRIES)
    fresh = (1.0 - parameters.of_component(node.component, "stale_share")) * below.fresh
    made = parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
    answer = Answer(
        repeat(response, made),
        _call_success(parameters, stations, node, below.success),
        _each_time(fresh, made),
    )
    calls[node.index] = answer
    return answer


def call_success(parameters: Parameters, stations: Sequence[Station]) -> list[Array]:
    """Share of each call that succeeds, made as often as it is made, by call (as in `Answer.success`)."""
    system = parameters.system
    success: list[Array] = [_ONE for _ in system.nodes]
    for node in reversed(system.nodes):
        below = _steps_success(parameters, node.then, success)
        success[node.index] = _call_success(parameters, stations, node, below)
    return success


def _steps_success(parameters: Parameters, steps: tuple[StepNode, ...], success: Sequence[Array]) -> Array:
    together = _ONE
    for step in steps:
        if isinstance(step, ParallelNode):
            for branch in step.branches:
                together = together * _steps_success(parameters, branch, success)
        else:
            optional = parameters.of_call(step, "optional") > 0.0
            together = together * np.where(optional, 1.0, success[step.index])
    return together


def _call_success(parameters: Parameters, stations: Sequence[Station], node: CallNode, below: Array) -> Array:
    error = parameters.of_component(node.component, "error_share")
    once = (1.0 - stations[node.component].lost_share) * (1.0 - error) * below
    return _each_time(once, parameters.of_call(node, "times") * parameters.of_call(node, "enabled"))


def _each_time(share: Array, times: Array) -> Array:
    """Probability that every one of `times` independent calls has a property that one has with `share`.

    A fractional number of calls is one call more in that share of the requests.
    """
    whole = np.floor(times)
    return np.asarray(share**whole * (1.0 - (times - whole) * (1.0 - share)))
