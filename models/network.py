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
from models.holds import hold_of, pool_threads
from models.parameters import Parameters
from models.responses import Answer, answer_call, answer_steps, valve_share
from models.stations import Station, serve
from models.system import CallNode
from models.traffic import admitted, calls_made
from models.valves import Valve, open_valve, probing_valve

#: Passes where components turn calls away, where calls fail whatever the load, and where retries meet both.
PASSES_WITH_REFUSALS, PASSES_WITH_ERRORS, PASSES_WITH_RETRIES = 5, 2, 6
#: Passes where the way up brings news for the way down (the time to load a cache's entry).
PASSES_WITH_LATE_NEWS = 3
#: Passes where breakers and bulkheads open and close: each halves what is left of their movement.
PASSES_WITH_VALVES = 16
#: The failed state counts as another one when some component sees this much more than in the healthy one.
ANOTHER_STATE = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """What one pass tells the next, by call; arrays that broadcast to `(n, p)`.

    Attributes:
        success: Share of the calls that succeeds, made as often as they are made.
        attempts: Attempts for each call.
        valves: What the caller's breaker and bulkhead let through.
    """

    success: tuple[Array, ...]
    attempts: tuple[Array, ...]
    valves: tuple[Valve, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass through the system.

    Attributes:
        calls_per_s: By call: how often it is made, retries not counted.
        attempts_per_s: By call: attempts that the caller starts.
        stations: By component.
        calls: By call: what it answers.
    """

    calls_per_s: tuple[Array, ...]
    attempts_per_s: tuple[Array, ...]
    stations: tuple[Station, ...]
    calls: tuple[Answer, ...]


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
        healthy, runs_away = _settle(parameters, users, shared, coupling, _empty(parameters))
        failed, recovers = _settle(parameters, users, shared, coupling, _full(parameters))
        state = _where(runs_away, failed, healthy)
        # Still on its way down from the full load: it recovers.
        failed = _where(recovers * (1.0 - runs_away), healthy, failed)
        last = _one_pass(parameters, users, shared, coupling, state, None)
        margin = _retry_margin(parameters, users, shared, coupling)
        upper = _one_pass(parameters, users, shared, coupling, failed, None)
        metastable = _differ(last, upper, shape)
    else:
        last = _one_pass(parameters, users, shared, coupling, _empty(parameters), None)
        for _ in range(_passes(coupling) - 1):
            last = _one_pass(parameters, users, shared, coupling, _feedback(last), last)
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
    if coupling.late:
        return PASSES_WITH_LATE_NEWS
    return PASSES_WITH_ERRORS if coupling.errors else 1


def _open_valves(parameters: Parameters) -> tuple[Valve, ...]:
    return tuple(open_valve(parameters.of_call(node, "retries")) for node in parameters.system.nodes)


def _empty(parameters: Parameters) -> Feedback:
    """Nothing fails yet."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    return Feedback(one, one, _open_valves(parameters))


def _full(parameters: Parameters) -> Feedback:
    """Every attempt has failed and is repeated to the end: as much load as there can be."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    attempts = tuple(parameters.of_call(node, "retries") + 1.0 for node in parameters.system.nodes)
    valves = tuple(
        probing_valve(parameters.of_call(node, "retries"), breaker=parameters.of_call(node, "breaker"))
        for node in parameters.system.nodes
    )
    return Feedback(one, attempts, valves)


def _feedback(found: Pass) -> Feedback:
    return Feedback(
        tuple(answer.success for answer in found.calls),
        tuple(np.ones((1, 1)) if a.outcome is None else a.outcome.attempts for a in found.calls),
        tuple(answer.valve for answer in found.calls if answer.valve is not None),
    )


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
) -> tuple[Feedback, Array]:
    """Passes from a first state to the fixed point it leads to.

    Returns:
        The state, and 1.0 where it is still running away, `(n, p)`.
    """
    history = [state]
    last: Pass | None = None
    for _ in range(PASSES_WITH_VALVES if coupling.valves else PASSES_WITH_RETRIES):
        last = _one_pass(parameters, users, shared, coupling, history[-1], last)
        history.append(_feedback(last))
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
    return Feedback(history[-1].success, tuple(attempts), history[-1].valves), runs_away


def _full_attempts(parameters: Parameters, i: int) -> Array:
    return parameters.of_call(parameters.system.nodes[i], "retries") + 1.0


def _differ(healthy: Pass, failed: Pass, shape: tuple[int, int]) -> Array:
    """1.0 where the state that began with everything failing holds more load than the healthy, `(n, p)`."""
    differs = np.zeros(shape)
    for a, b in zip(healthy.stations, failed.stations, strict=True):
        more = b.arrivals_per_s > ANOTHER_STATE * a.arrivals_per_s
        differs = np.maximum(differs, np.broadcast_to(more, shape))
    return differs


def _retry_margin(
    parameters: Parameters, users: Sequence[Array], shared: Sequence[Array | None], coupling: Coupling
) -> Array:
    """Capacity over the load of the state in which every attempt fails, the least over the components.

    Source: capacity / (retries + 1) is the rate below which retries alone can't keep a component down
    (Bronson et al. 2021).
    """
    shape = (parameters.n, parameters.system.hours.shape[1])
    margin: Array = np.full(shape, np.inf)
    full = _one_pass(parameters, users, shared, coupling, _full(parameters), None)
    plain = _one_pass(parameters, users, shared, coupling, _empty(parameters), None)
    for a, b in zip(full.stations, plain.stations, strict=True):
        grows = a.arrivals_per_s > b.arrivals_per_s
        ratio = a.capacity_per_s / np.where(grows, a.arrivals_per_s, 1.0)
        margin = np.minimum(margin, np.where(grows, ratio, np.inf))
    return margin


def _one_pass(
    parameters: Parameters,
    users: Sequence[Array],
    shared: Sequence[Array | None],
    coupling: Coupling,
    state: Feedback,
    previous: Pass | None,
) -> Pass:
    """Traffic down, answers up.

    Args:
        parameters: The parameters.
        users: Requests let in by flow.
        shared: By component: columns that decide about its station; None = its own for each design.
        coupling: What can change from pass to pass: what can't is taken from the previous pass.
        state: What the calls did in the pass before.
        previous: The pass before; None = there is none.
    """
    system = parameters.system
    nothing = np.zeros((1, 1))
    calls_per_s = [nothing for _ in system.nodes]
    attempts_per_s = [nothing for _ in system.nodes]
    passed_on = [nothing for _ in system.nodes]
    through = [nothing for _ in system.nodes]
    arrivals: dict[int, Array] = {}
    stations: dict[int, Station] = {}
    threads = pool_threads(parameters)
    for c in system.callers_first:
        total = nothing
        for node in coupling.calls_of[c]:
            i = node.index
            calls_per_s[i] = calls_made(
                parameters, node, users=users, passed_on=passed_on, success=state.success
            )
            attempts_per_s[i] = calls_per_s[i] * state.attempts[i]
            through[i] = calls_per_s[i] * _through(parameters, node, state)
            total = total + through[i]
        arrivals[c] = total
        if previous is not None and not coupling.moves[c]:
            stations[c] = previous.stations[c]
        elif coupling.blocks[c] or (coupling.loads_slowly[c] and previous is not None):
            # Held for what is below: known only on the way up; refusals are those of the pass before.
            stations[c] = previous.stations[c] if previous is not None else _provisional(parameters, c, total)
        else:
            stations[c] = serve(parameters, c, total, shared[c], callers=threads[c])
        error = parameters.of_component(c, "error_share")
        share = stations[c].served_share * (1.0 - error)
        cache = stations[c].cache
        if cache is not None:
            share = share * cache.load_share
        for node in coupling.calls_of[c]:
            passed_on[node.index] = through[node.index] * share
    calls: dict[int, Answer] = {}
    for c in reversed(system.callers_first):
        below = {node.index: answer_steps(parameters, node.then, calls) for node in coupling.calls_of[c]}
        again = previous is None or coupling.moves[c]
        if again and (coupling.blocks[c] or coupling.loads_slowly[c]):
            hold, load_s = hold_of(parameters, stations, attempts_per_s, coupling.calls_of[c], below)
            stations[c] = serve(
                parameters,
                c,
                arrivals[c],
                None,
                callers=threads[c],
                hold=hold if coupling.blocks[c] else None,
                load_s=load_s,
            )
        for node in coupling.calls_of[c]:
            i = node.index
            calls[i] = answer_call(
                parameters,
                stations[c],
                node,
                below[i],
                calls_per_s=calls_per_s[i],
                valve=state.valves[i],
            )
    return Pass(
        tuple(calls_per_s),
        tuple(attempts_per_s),
        tuple(stations[c] for c in range(len(system.components))),
        tuple(calls[i] for i in range(len(system.nodes))),
    )


def _through(parameters: Parameters, node: CallNode, state: Feedback) -> Array:
    """Attempts for each call that reach the component: all, or what the caller's valve lets through."""
    guarded = valve_share(parameters, node)
    if guarded is None:
        return state.attempts[node.index]
    return np.where(guarded > 0.0, state.valves[node.index].through, state.attempts[node.index])


def _provisional(parameters: Parameters, c: int, arrivals: Array) -> Station:
    """A first guess at a component that holds its slots: as if nothing were below it."""
    return serve(parameters, c, arrivals, None)
