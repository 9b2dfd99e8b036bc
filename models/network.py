"""Steps 2 to 4 together: traffic down through all stations, answers back up, until both fit.

Within a pass components are worked out callers first, so that what one turns away never reaches the next, and
calls are answered callees first. What runs against this order (a failed request makes no further calls,
retries add calls, a slot is held for the calls under it) enters the next pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.dependence import Coupling, coupling_of
from models.evaluation import Array
from models.formulas.attempts import settled
from models.parameters import Parameters
from models.passes import Feedback, Pass, empty_state, feedback_of, full_state, one_pass
from models.responses import Answer, answer_steps, valve_share
from models.stations import Station
from models.traffic import admitted, calls_made
from models.valves import Valve

#: Passes where components turn calls away, where calls fail whatever the load, and where retries meet both.
PASSES_WITH_REFUSALS, PASSES_WITH_ERRORS, PASSES_WITH_RETRIES = 5, 2, 6
#: Passes where breakers and bulkheads open and close: each halves what is left of their movement.
PASSES_WITH_VALVES = 16
#: The failed state counts as another one when some component sees this much more than in the healthy one.
ANOTHER_STATE = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The system under its load; arrays broadcast to `(n, p)`.

    Attributes:
        users: Requests let in, by flow, 1/s.
        calls_per_s: By call: how often it is made, retries not counted.
        attempts_per_s: By call: attempts that the caller starts.
        stations: By component.
        calls: By call: what it answers.
        answers: By flow: what the user sees.
        metastable: 1.0 where the system that is down stays down, `(n, p)`.
        retry_margin: Load multiple below which a failed state can't sustain itself, `(n, p)`; infinite
            without retries.
    """

    users: tuple[Array, ...]
    calls_per_s: tuple[Array, ...]
    attempts_per_s: tuple[Array, ...]
    stations: tuple[Station, ...]
    calls: tuple[Answer, ...]
    answers: tuple[Answer, ...]
    metastable: Array
    retry_margin: Array


def carry(parameters: Parameters, X: Array) -> Network:
    """Sends the users' requests through the system, to its healthy state where it has one.

    Args:
        parameters: The parameters of n designs.
        X: The designs, `(n, d)`: those that agree in what decides about a station share its calculation.
    """
    system = parameters.system
    users = admitted(parameters)
    coupling = coupling_of(system)
    shared = [None if columns is None else X[:, columns] for columns in coupling.station_columns]
    shape = (parameters.n, system.hours.shape[1])
    metastable, margin = np.zeros(shape), np.full(shape, np.inf)
    if coupling.retries:
        healthy, runs_away, up = _settle(parameters, users, shared, coupling, empty_state(parameters))
        failed, recovers, down = _settle(parameters, users, shared, coupling, full_state(parameters))
        state = _where(runs_away, failed, healthy)
        last = one_pass(parameters, users, shared, coupling, state, up, timed=True)
        margin = _retry_margin(parameters, users, last)
        # Where it is still on its way down from the full load it recovers.
        stays = np.where((recovers > 0.0) & (runs_away <= 0.0), 0.0, 1.0)
        metastable = _differ(last, down, shape) * stays
    else:
        passes = _passes(coupling)
        last = one_pass(parameters, users, shared, coupling, empty_state(parameters), None, timed=passes == 1)
        for k in range(1, passes):
            final = k == passes - 1
            last = one_pass(parameters, users, shared, coupling, feedback_of(last), last, timed=final)
    calls = dict(enumerate(last.calls))
    answers = tuple(answer_steps(parameters, trace, calls) for trace in system.traces)
    return Network(
        users=tuple(users),
        calls_per_s=last.calls_per_s,
        attempts_per_s=last.attempts_per_s,
        stations=last.stations,
        calls=last.calls,
        answers=answers,
        metastable=metastable,
        retry_margin=margin,
    )


def _passes(coupling: Coupling) -> int:
    if coupling.valves:
        return PASSES_WITH_VALVES
    if coupling.refusals:
        return PASSES_WITH_REFUSALS
    return PASSES_WITH_ERRORS if coupling.errors else 1


def _where(choose: Array, first: Feedback, second: Feedback) -> Feedback:
    """The first state where `choose` holds, else the second."""

    def mixed(a: Sequence[Array], b: Sequence[Array]) -> tuple[Array, ...]:
        return tuple(np.where(choose > 0.0, x, y) for x, y in zip(a, b, strict=True))

    return Feedback(
        mixed(first.success, second.success),
        mixed(first.attempts, second.attempts),
        tuple(
            Valve(*(np.where(choose > 0.0, x, y) for x, y in zip(a, b, strict=True)))
            for a, b in zip(first.valves, second.valves, strict=True)
        ),
    )


def _settle(
    parameters: Parameters,
    users: Sequence[Array],
    shared: Sequence[Array | None],
    coupling: Coupling,
    state: Feedback,
) -> tuple[Feedback, Array, Pass]:
    """Passes from a first state to the fixed point it leads to.

    Returns:
        The state, 1.0 where it is still running away, `(n, p)`, and the last pass.
    """
    last = one_pass(parameters, users, shared, coupling, state, None, timed=False)
    history = [state, feedback_of(last)]
    for _ in range((PASSES_WITH_VALVES if coupling.valves else PASSES_WITH_RETRIES) - 1):
        last = one_pass(parameters, users, shared, coupling, history[-1], last, timed=False)
        history.append(feedback_of(last))
    runs_away: Array = np.zeros((1, 1))
    attempts = []
    for i in range(len(state.attempts)):
        limit, away = settled(*(step.attempts[i] for step in history[-3:]))
        guarded = valve_share(parameters, parameters.system.nodes[i])
        if guarded is not None:
            # A valve bounds what gets through: nothing runs away there, nothing is extrapolated.
            limit = np.where(guarded > 0.0, history[-1].attempts[i], limit)
            away = np.where(guarded > 0.0, 0.0, away)
        attempts.append(np.clip(limit, 1.0, _full_attempts(parameters, i)))
        runs_away = np.maximum(runs_away, away)
    return Feedback(history[-1].success, tuple(attempts), history[-1].valves), runs_away, last


def _full_attempts(parameters: Parameters, i: int) -> Array:
    return parameters.of_call(parameters.system.nodes[i], "retries") + 1.0


def _differ(healthy: Pass, failed: Pass, shape: tuple[int, int]) -> Array:
    """1.0 where the state that began with everything failing holds more load than the healthy, `(n, p)`."""
    differs = np.zeros(shape)
    for a, b in zip(healthy.stations, failed.stations, strict=True):
        more = b.arrivals_per_s > ANOTHER_STATE * a.arrivals_per_s
        differs = np.maximum(differs, np.broadcast_to(more, shape))
    return differs


def _retry_margin(parameters: Parameters, users: Sequence[Array], healthy: Pass) -> Array:
    """Capacity over the load of the state in which every attempt fails, the least over the components.

    What components and caches let through is taken from the healthy state.

    Source: capacity / (retries + 1) is the rate below which retries alone can't keep a component down
    (Bronson et al. 2021).
    """
    system = parameters.system
    shape = (parameters.n, system.hours.shape[1])
    nothing = np.zeros((1, 1))
    loads: list[list[Array]] = []
    for state in (full_state(parameters), empty_state(parameters)):
        passed_on = [nothing for _ in system.nodes]
        arrivals = [nothing for _ in system.components]
        for node in system.nodes:
            made = calls_made(parameters, node, users=users, passed_on=passed_on, success=None)
            made = made * state.attempts[node.index]
            arrivals[node.component] = arrivals[node.component] + made
            cache = healthy.stations[node.component].cache
            passed_on[node.index] = made if cache is None else made * cache.load_share
        loads.append(arrivals)
    margin: Array = np.full(shape, np.inf)
    for station, full, plain in zip(healthy.stations, *loads, strict=True):
        grows = full > plain
        ratio = station.capacity_per_s / np.where(grows, full, 1.0)
        margin = np.minimum(margin, np.where(grows, ratio, np.inf))
    return margin
