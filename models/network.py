"""Steps 2 to 4 together: traffic down through all stations, answers back up, until both fit.

Within a pass components are worked out callers first, so that what one turns away never reaches the next, and
calls are answered callees first. What runs against this order (a failed request makes no further calls,
retries add calls, a slot is held for the calls under it) enters the next pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.dependence import Coupling, coupling_of
from models.evaluation import Array
from models.formulas.attempts import settled
from models.parameters import Parameters
from models.passes import Feedback, Pass, empty_state, feedback_of, full_state, one_pass
from models.relaxation import relaxed
from models.responses import Answer, answer_steps, valve_share
from models.rows import Rows, joined, picked
from models.stations import Station
from models.traffic import admitted, calls_made
from models.valves import Valve

#: Passes at the most.
MOST_PASSES = 16
#: What changes by less than this, relative to 1 at least, stands still.
STILL = 1e-9
#: A state on its way down has returned when no call needs this many more attempts than in the healthy one.
NEXT_TO = 0.005
#: Situations that stand still are dropped from the passes when no more than this share still moves.
WORTH_DROPPING = 0.7
#: A state whose numbers still change by this much after so many passes swings without end.
SWINGS = 0.05
#: The failed state counts as another one when some component sees this much more than in the healthy one.
ANOTHER_STATE = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The system under its load; arrays broadcast to `(m, 1)`, m situations.

    Attributes:
        users: Requests let in, by flow, 1/s.
        calls_per_s: By call: how often it is made, retries not counted.
        attempts_per_s: By call: attempts that the caller starts.
        stations: By component.
        calls: By call: what it answers.
        answers: By flow: what the user sees.
        metastable: 1.0 where the system that is down stays down, or swings without end, `(m, 1)`.
        retry_margin: Load multiple below which a failed state can't sustain itself, `(m, 1)`; infinite
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


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Where passes from a first state lead to; arrays that broadcast to `(m, 1)`.

    Attributes:
        state: The state.
        runs_away: 1.0 where it is still running away.
        swings: 1.0 where it swings around and comes to no rest.
        returns: 1.0 where it came so near to the healthy state that it was followed no further.
        stations: The components in the last pass.
    """

    state: Feedback
    runs_away: Array
    swings: Array
    returns: Array
    stations: tuple[Station, ...]


def carry(parameters: Parameters) -> Network:
    """Sends the users' requests through the system, to its healthy state where it has one.

    Args:
        parameters: The parameters of m situations, one row each (see `models.situations`).
    """
    users = tuple(admitted(parameters))
    coupling = coupling_of(parameters.system)
    shape = (parameters.n, parameters.n_phases)
    metastable, margin = np.zeros(shape), np.full(shape, np.inf)
    state, stations = empty_state(parameters), None
    if coupling.errors or coupling.refusals or coupling.valves or coupling.retries:
        healthy = _settle(parameters, users, coupling, state)
        state, stations = healthy.state, healthy.stations
        full = full_state(parameters)
        rows = _can_retry(full, parameters.n) if coupling.retries else np.empty(0, dtype=np.intp)
        if rows.size:
            some, asked, hopeful = parameters.rows(rows), picked(users, rows), picked(healthy, rows)
            failed = _settle(some, asked, coupling, picked(full, rows), hopeful)
            others = np.setdiff1d(np.arange(parameters.n), rows)
            if others.size:
                failed = joined([failed, picked(healthy, others)], [rows, others])
            state = _where(healthy.runs_away, failed.state, state)
    last = one_pass(parameters, users, coupling, state, None, timed=True, stations=stations)
    if stations is not None and rows.size:
        margin = _retry_margin(parameters, users, last)
        # Where it is still on its way down from the full load it recovers.
        recovers = ((failed.runs_away > 0.0) & (healthy.runs_away <= 0.0)) | (failed.returns > 0.0)
        metastable = np.where(recovers, 0.0, _differ(last.stations, failed.stations, shape))
        retries = np.isin(np.arange(parameters.n), rows)[:, None]
        metastable = np.where(retries & (healthy.swings > 0.0), 1.0, metastable)
    calls = dict(enumerate(last.calls))
    answers = tuple(answer_steps(parameters, trace, calls) for trace in parameters.system.traces)
    return Network(
        users=users,
        calls_per_s=last.calls_per_s,
        attempts_per_s=last.attempts_per_s,
        stations=last.stations,
        calls=last.calls,
        answers=answers,
        metastable=metastable,
        retry_margin=margin,
    )


def _can_retry(full: Feedback, n: int) -> Rows:
    """The situations in which any call is repeated after a failure."""
    retries = np.zeros((n, 1), dtype=bool)
    for tries in full.attempts:
        retries |= tries > 1.0
    return np.flatnonzero(retries[:, 0])


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
        mixed(first.let_in, second.let_in),
    )


def _settle(
    parameters: Parameters,
    users: tuple[Array, ...],
    coupling: Coupling,
    state: Feedback,
    healthy: Settled | None = None,
) -> Settled:
    """Passes from a first state to the fixed point it leads to; each situation until it stands still.

    With a healthy state only as far as is needed to tell whether it returns there.
    """
    rows, is_open = np.arange(parameters.n), np.ones(parameters.n, dtype=bool)
    previous, damping = None, None
    history: list[Feedback] = []
    found: list[Settled] = []
    places: list[Rows] = []
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    for k in range(MOST_PASSES):
        last = one_pass(parameters, users, coupling, state, previous, timed=False)
        news = feedback_of(last)
        history = [*history[-2:], news]
        moves = is_open & _moves(state, news, previous is None, coupling, parameters.n)
        if healthy is not None:
            back = moves & _is_back(news, healthy, parameters.n)
            if back.any():
                near = np.flatnonzero(back)
                there, final = picked((news, last.stations), near)
                found.append(Settled(there, zero, zero, one, final))
                places.append(rows[near])
                is_open, moves = is_open & ~back, moves & ~back
        still = np.flatnonzero(is_open & ~moves)
        if still.size:
            there, final = picked((news, last.stations), still)
            found.append(Settled(there, zero, zero, zero, final))
            places.append(rows[still])
        going = np.flatnonzero(moves)
        if not going.size:
            break
        if going.size < WORTH_DROPPING * rows.size or k == MOST_PASSES - 1:
            rows, parameters, moves = rows[going], parameters.rows(going), moves[going]
            users, last, state, news, damping = picked((users, last, state, news, damping), going)
            history = [picked(step, going) for step in history]
            healthy = picked(healthy, going)
        is_open, previous = moves, last
        if k == MOST_PASSES - 1:
            limit, away = _limit(parameters, history)
            swings = _moves(state, news, False, coupling, parameters.n, by=SWINGS)[:, None] & (away <= 0.0)
            found.append(Settled(limit, away, swings.astype(np.float64), zero, last.stations))
            places.append(rows)
            break
        state, damping = relaxed(state, news, damping)
    return joined(found, places)


def _moves(
    before: Feedback, after: Feedback, is_first: bool, coupling: Coupling, n: int, *, by: float = STILL
) -> NDArray[np.bool_]:
    """Which situations still change from pass to pass, `(m,)`."""
    moved = np.full((n, 1), is_first and coupling.late)
    pairs = [
        *zip(before.success, after.success, strict=True),
        *zip(before.attempts, after.attempts, strict=True),
    ]
    pairs += [(a.through, b.through) for a, b in zip(before.valves, after.valves, strict=True)]
    let_in = zip(before.let_in, after.let_in, coupling.blocks, strict=True)
    pairs += [(a, b) for a, b, counts in let_in if counts]
    for a, b in pairs:
        if a is not b:
            moved |= np.abs(a - b) > by * np.maximum(np.abs(b), 1.0)
    return moved[:, 0]


def _is_back(news: Feedback, healthy: Settled, n: int) -> NDArray[np.bool_]:
    """Which situations on their way down are next to a healthy state that stands still, `(m,)`."""
    near = np.broadcast_to((healthy.runs_away <= 0.0) & (healthy.swings <= 0.0), (n, 1)).copy()
    for now, then in zip(news.attempts, healthy.state.attempts, strict=True):
        near &= now - then <= NEXT_TO
    for now, then in zip(news.success, healthy.state.success, strict=True):
        near &= then - now <= NEXT_TO
    return near[:, 0]


def _limit(parameters: Parameters, history: Sequence[Feedback]) -> tuple[Feedback, Array]:
    """Where three passes that have not arrived lead to, and 1.0 where they run away."""
    runs_away: Array = np.zeros((1, 1))
    attempts = []
    for i in range(len(history[-1].attempts)):
        limit, away = settled(*(step.attempts[i] for step in history[-3:]))
        guarded = valve_share(parameters, parameters.system.nodes[i])
        if guarded is not None:
            # A valve bounds what gets through: nothing runs away there, nothing is extrapolated.
            limit = np.where(guarded > 0.0, history[-1].attempts[i], limit)
            away = np.where(guarded > 0.0, 0.0, away)
        attempts.append(np.clip(limit, 1.0, _full_attempts(parameters, i)))
        runs_away = np.maximum(runs_away, away)
    last = history[-1]
    return Feedback(last.success, tuple(attempts), last.valves, last.let_in), runs_away


def _full_attempts(parameters: Parameters, i: int) -> Array:
    return parameters.of_call(parameters.system.nodes[i], "retries") + 1.0


def _differ(healthy: Sequence[Station], failed: Sequence[Station], shape: tuple[int, int]) -> Array:
    """1.0 where the state that began with everything failing holds more load than the healthy, `(m, 1)`."""
    differs = np.zeros(shape)
    for a, b in zip(healthy, failed, strict=True):
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
    shape = (parameters.n, parameters.n_phases)
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
