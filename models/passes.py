"""Steps 2 to 4, one pass: traffic down through all stations, answers back up, news for the next pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.dependence import Coupling
from models.evaluation import Array
from models.holds import hold_of, load_time_s, pool_threads
from models.parameters import Parameters
from models.responses import Answer, answer_call, answer_steps, valve_share
from models.stations import Station, serve
from models.system import CallNode
from models.traffic import calls_made
from models.valves import Valve, open_valve, probing_valve


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
        timed: By call: whether the response time is part of its answer.
    """

    calls_per_s: tuple[Array, ...]
    attempts_per_s: tuple[Array, ...]
    stations: tuple[Station, ...]
    calls: tuple[Answer, ...]
    timed: tuple[bool, ...]


def _open_valves(parameters: Parameters) -> tuple[Valve, ...]:
    return tuple(open_valve(parameters.of_call(node, "retries")) for node in parameters.system.nodes)


def empty_state(parameters: Parameters) -> Feedback:
    """Nothing fails yet."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    return Feedback(one, one, _open_valves(parameters))


def full_state(parameters: Parameters) -> Feedback:
    """Every attempt has failed and is repeated to the end: as much load as there can be."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    attempts = tuple(parameters.of_call(node, "retries") + 1.0 for node in parameters.system.nodes)
    valves = tuple(
        probing_valve(parameters.of_call(node, "retries"), breaker=parameters.of_call(node, "breaker"))
        for node in parameters.system.nodes
    )
    return Feedback(one, attempts, valves)


def feedback_of(found: Pass) -> Feedback:
    """What a pass tells the next."""
    return Feedback(
        tuple(answer.passes for answer in found.calls),
        tuple(np.ones((1, 1)) if a.outcome is None else a.outcome.attempts for a in found.calls),
        tuple(answer.valve for answer in found.calls if answer.valve is not None),
    )


def one_pass(
    parameters: Parameters,
    users: Sequence[Array],
    shared: Sequence[Array | None],
    coupling: Coupling,
    state: Feedback,
    previous: Pass | None,
    *,
    timed: bool,
) -> Pass:
    """Traffic down, answers up.

    Args:
        parameters: The parameters.
        users: Requests let in by flow.
        shared: By component: columns that decide about its station; None = its own for each design.
        coupling: What can change from pass to pass: what can't is taken from the previous pass.
        state: What the calls did in the pass before.
        previous: The pass before; None = there is none.
        timed: Whether all response times are worked out; else only those that act back on the load.
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
        elif coupling.blocks[c]:
            # Held for what is below: known only on the way up; refusals are those of the pass before.
            stations[c] = previous.stations[c] if previous is not None else _provisional(parameters, c, total)
        else:
            load_s = load_time_s(parameters, coupling.calls_of[c]) if coupling.loads_slowly[c] else None
            stations[c] = serve(parameters, c, total, shared[c], callers=threads[c], load_s=load_s)
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
        if again and coupling.blocks[c]:
            hold = hold_of(parameters, stations, attempts_per_s, coupling.calls_of[c], below)
            load_s = load_time_s(parameters, coupling.calls_of[c]) if coupling.loads_slowly[c] else None
            stations[c] = serve(
                parameters, c, arrivals[c], None, callers=threads[c], hold=hold, load_s=load_s
            )
        for node in coupling.calls_of[c]:
            i = node.index
            wanted = timed or coupling.timed[i]
            if previous is not None and not coupling.answer_moves[i] and previous.timed[i] >= wanted:
                calls[i] = previous.calls[i]
                continue
            calls[i] = answer_call(
                parameters,
                stations[c],
                node,
                below[i],
                calls_per_s=calls_per_s[i],
                valve=state.valves[i],
                timed=wanted,
            )
    return Pass(
        tuple(calls_per_s),
        tuple(attempts_per_s),
        tuple(stations[c] for c in range(len(system.components))),
        tuple(calls[i] for i in range(len(system.nodes))),
        tuple(timed or flag for flag in coupling.timed),
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
