"""Steps 2 to 4, one pass: traffic down through all stations, answers back up, news for the next pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.performance.feedback import Coupling
from oracles.analytic.givens import Givens
from oracles.analytic.parameters import Parameters
from oracles.analytic.responses import Answer
from oracles.analytic.rows import Rows, picked
from oracles.analytic.shared_work import (
    answered_call,
    answered_steps,
    holding_station,
    load_share_of,
    open_station,
)
from oracles.analytic.sharing import Shared
from oracles.analytic.stations import Station
from oracles.analytic.traffic import calls_made
from oracles.analytic.valves import Valve, open_valve, probing_valve


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """What one pass tells the next; arrays that broadcast to `(m, 1)`.

    Attributes:
        success: By call: share of the calls that succeeds, made as often as they are made.
        attempts: By call: attempts for each call.
        valves: By call: what the caller's breaker and bulkhead let through.
        let_in: By component: share of its calls that it lets in. Asked only where a slot is kept for the
            calls below, so that it is known on the way up; NaN before the first pass.
    """

    success: tuple[Array, ...]
    attempts: tuple[Array, ...]
    valves: tuple[Valve, ...]
    let_in: tuple[Array, ...]


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
    stations: tuple[Shared[Station], ...]
    calls: tuple[Shared[Answer], ...]
    timed: tuple[bool, ...]

    def some(self, rows: Rows) -> Pass:
        """The same for some of the situations."""
        return Pass(
            calls_per_s=picked(self.calls_per_s, rows),
            attempts_per_s=picked(self.attempts_per_s, rows),
            stations=tuple(station.some(rows) for station in self.stations),
            calls=tuple(call.some(rows) for call in self.calls),
            timed=self.timed,
        )


def _open_valves(parameters: Parameters) -> tuple[Valve, ...]:
    return tuple(open_valve(parameters.of_call(node, "retries")) for node in parameters.system.nodes)


def _unknown(parameters: Parameters) -> tuple[Array, ...]:
    return tuple(np.full((1, 1), np.nan) for _ in parameters.system.components)


def empty_state(parameters: Parameters) -> Feedback:
    """Nothing fails yet."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    return Feedback(one, one, _open_valves(parameters), _unknown(parameters))


def full_state(parameters: Parameters) -> Feedback:
    """Every attempt has failed and is repeated to the end: as much load as there can be."""
    one = tuple(np.ones((1, 1)) for _ in parameters.system.nodes)
    attempts = tuple(parameters.of_call(node, "retries") + 1.0 for node in parameters.system.nodes)
    valves = tuple(
        probing_valve(parameters.of_call(node, "retries"), breaker=parameters.of_call(node, "breaker"))
        for node in parameters.system.nodes
    )
    return Feedback(one, attempts, valves, _unknown(parameters))


def feedback_of(found: Pass, givens: Givens, state: Feedback) -> Feedback:
    """What a pass tells the next.

    Args:
        found: The pass.
        givens: What no pass changes.
        state: What it began with.
    """
    return Feedback(
        tuple(call.part(lambda answer: answer.passes) for call in found.calls),
        tuple(call.part(_attempts_of) for call in found.calls),
        tuple(
            before if guard is None else _valve_of(call)
            for call, guard, before in zip(found.calls, givens.guards, state.valves, strict=True)
        ),
        tuple(station.part(lambda each: each.served_share) for station in found.stations),
    )


def _attempts_of(answer: Answer) -> Array:
    return np.ones((1, 1)) if answer.outcome is None else answer.outcome.attempts


def _valve_of(call: Shared[Answer]) -> Valve:
    valve = call.held.valve
    assert valve is not None
    return Valve(*Shared(tuple(valve), call.kinds).spread())


def one_pass(
    parameters: Parameters,
    users: Sequence[Array],
    coupling: Coupling,
    givens: Givens,
    state: Feedback,
    previous: Pass | None,
    *,
    timed: bool,
    stations: Sequence[Shared[Station]] | None = None,
) -> Pass:
    """Traffic down, answers up.

    Args:
        parameters: The parameters.
        users: Requests let in by flow.
        coupling: What can change from pass to pass: what can't is taken from the previous pass.
        givens: What no pass changes.
        state: What the calls did in the pass before.
        previous: The pass before; None = there is none.
        stations: The stations of the pass before, where nothing else of it is known.
        timed: Whether all response times are worked out; else only those that act back on the load.
    """
    known = stations if previous is None else previous.stations
    traffic = _down(parameters, users, coupling, givens, state, known)
    calls = _up(parameters, coupling, givens, state, previous, traffic, timed=timed, known=known is not None)
    return Pass(
        calls_per_s=tuple(traffic.calls_per_s),
        attempts_per_s=tuple(traffic.attempts_per_s),
        stations=tuple(traffic.stations[c] for c in range(len(parameters.system.components))),
        calls=tuple(calls[i] for i in range(len(parameters.system.nodes))),
        timed=tuple(timed or flag for flag in coupling.timed),
    )


@dataclass(slots=True)
class _Traffic:
    """What the way down brings to the way up."""

    calls_per_s: list[Array]
    attempts_per_s: list[Array]
    arrivals: dict[int, Array]
    stations: dict[int, Shared[Station]]


def _down(
    parameters: Parameters,
    users: Sequence[Array],
    coupling: Coupling,
    givens: Givens,
    state: Feedback,
    known: Sequence[Shared[Station]] | None,
) -> _Traffic:
    """Callers first: how often each call is made, and each station under what reaches it."""
    system = parameters.system
    nothing = np.zeros((1, 1))
    passed_on = [nothing for _ in system.nodes]
    through = [nothing for _ in system.nodes]
    found = _Traffic([nothing for _ in system.nodes], [nothing for _ in system.nodes], {}, {})
    for c in system.callers_first:
        total = nothing
        for node in coupling.calls_of[c]:
            i = node.index
            found.calls_per_s[i] = calls_made(
                parameters, node, users=users, passed_on=passed_on, success=state.success
            )
            found.attempts_per_s[i] = found.calls_per_s[i] * state.attempts[i]
            through[i] = found.calls_per_s[i] * _through(givens.guards[i], state, i)
            total = total + through[i]
        found.arrivals[c] = total
        if known is not None and (coupling.blocks[c] or not coupling.moves[c]):
            # What is held for the calls below is known only on the way up: till then as in the pass before.
            found.stations[c] = known[c]
        else:
            found.stations[c] = open_station(
                parameters, givens, c, total, known, lets_go=not coupling.blocks[c]
            )
        station = found.stations[c]
        let_in = station.part(lambda each: each.served_share)
        if coupling.blocks[c]:
            let_in = np.where(np.isnan(state.let_in[c]), let_in, state.let_in[c])
        share = let_in * (1.0 - parameters.error_share(c))
        if station.held.cache is not None:
            share = share * station.part(load_share_of)
        for node in coupling.calls_of[c]:
            passed_on[node.index] = through[node.index] * share
    return found


def _up(
    parameters: Parameters,
    coupling: Coupling,
    givens: Givens,
    state: Feedback,
    previous: Pass | None,
    traffic: _Traffic,
    *,
    timed: bool,
    known: bool,
) -> dict[int, Shared[Answer]]:
    """Callees first: what each call answers, and the stations that keep their slots for what is below."""
    calls: dict[int, Shared[Answer]] = {}
    for c in reversed(parameters.system.callers_first):
        own = coupling.calls_of[c]
        anew = {node.index for node in own if not _is_known(coupling, previous, node.index, timed=timed)}
        holds_anew = coupling.blocks[c] and (not known or coupling.moves[c])
        below = {
            node.index: answered_steps(parameters, givens, node.then, calls)
            for node in own
            if holds_anew or node.index in anew
        }
        if holds_anew:
            traffic.stations[c] = holding_station(
                parameters,
                givens,
                own,
                below,
                traffic.stations,
                arrivals_per_s=traffic.arrivals[c],
                attempts_per_s=traffic.attempts_per_s,
            )
        for node in own:
            i = node.index
            if previous is not None and i not in anew:
                calls[i] = previous.calls[i]
            else:
                wanted = timed or coupling.timed[i]
                rate, valve = traffic.calls_per_s[i], state.valves[i]
                calls[i] = answered_call(
                    parameters, givens, traffic.stations[c], node, below[i], rate, valve, timed=wanted
                )
    return calls


def _is_known(coupling: Coupling, previous: Pass | None, i: int, *, timed: bool) -> bool:
    """Whether the answer to a call is that of the pass before."""
    wanted = timed or coupling.timed[i]
    return previous is not None and not coupling.answer_moves[i] and previous.timed[i] >= wanted


def _through(guard: Array | None, state: Feedback, i: int) -> Array:
    """Attempts for each call that reach the component: all, or what the caller's valve lets through."""
    if guard is None:
        return state.attempts[i]
    return np.where(guard > 0.0, state.valves[i].through, state.attempts[i])
