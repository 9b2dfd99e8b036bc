"""Where repeated passes lead to: each situation is followed until it stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.performance.feedback import Coupling
from oracles.analytic.givens import Givens, givens_of
from oracles.analytic.parameters import Parameters
from oracles.analytic.passes import Feedback, feedback_of, one_pass
from oracles.analytic.relaxation import relaxed
from oracles.analytic.responses import valve_share
from oracles.analytic.rows import Rows, joined, picked
from oracles.analytic.sharing import Shared, put_together
from oracles.analytic.stations import Station
from oracles.analytic.valves import Valve
from oracles.formulas.attempts import settled

#: Passes at the most.
MOST_PASSES = 100
#: What changes by less than this, relative to 1 at least, stands still.
STILL = 1e-9
#: A state on its way down has returned when no call needs this many more attempts than in the healthy one.
NEXT_TO = 0.005
#: Situations that stand still are dropped from the passes when no more than this share still moves.
WORTH_DROPPING = 0.7
#: A state whose numbers still change by this much after so many passes swings without end.
SWINGS = 0.05


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
    stations: tuple[Shared[Station], ...]

    def some(self, rows: Rows) -> Settled:
        """The same for some of the situations."""
        return Settled(
            *picked((self.state, self.runs_away, self.swings, self.returns), rows),
            tuple(station.some(rows) for station in self.stations),
        )


def all_settled(parts: Sequence[Settled], places: Sequence[Rows]) -> Settled:
    """Several parts as one (see `rows.joined`)."""
    states = [(part.state, part.runs_away, part.swings, part.returns) for part in parts]
    stations = zip(*(part.stations for part in parts), strict=True)
    return Settled(*joined(states, places), tuple(put_together(each, places) for each in stations))


def chosen(choose: NDArray[np.bool_], first: Feedback, second: Feedback) -> Feedback:
    """The first state where `choose` holds, else the second."""

    def mixed(a: Sequence[Array], b: Sequence[Array]) -> tuple[Array, ...]:
        return tuple(np.where(choose, x, y) for x, y in zip(a, b, strict=True))

    return Feedback(
        mixed(first.success, second.success),
        mixed(first.attempts, second.attempts),
        tuple(
            Valve(*(np.where(choose, x, y) for x, y in zip(a, b, strict=True)))
            for a, b in zip(first.valves, second.valves, strict=True)
        ),
        mixed(first.let_in, second.let_in),
    )


def settle(
    parameters: Parameters,
    users: tuple[Array, ...],
    coupling: Coupling,
    givens: Givens,
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
        last = one_pass(parameters, users, coupling, givens, state, previous, timed=False)
        news = feedback_of(last, givens, state)
        history = [*history[-2:], news]
        moves = is_open & _moves(state, news, previous is None, coupling, parameters.n)
        if healthy is not None:
            back = moves & _is_back(news, healthy, parameters.n)
            if back.any():
                near = np.flatnonzero(back)
                final = tuple(station.some(near) for station in last.stations)
                found.append(Settled(picked(news, near), zero, zero, one, final))
                places.append(rows[near])
                is_open, moves = is_open & ~back, moves & ~back
        still = np.flatnonzero(is_open & ~moves)
        if still.size:
            final = tuple(station.some(still) for station in last.stations)
            found.append(Settled(picked(news, still), zero, zero, zero, final))
            places.append(rows[still])
        going = np.flatnonzero(moves)
        if not going.size:
            break
        if going.size < WORTH_DROPPING * rows.size or k == MOST_PASSES - 1:
            rows, parameters, moves = rows[going], parameters.rows(going), moves[going]
            users, state, news, damping = picked((users, state, news, damping), going)
            last, givens = last.some(going), givens_of(parameters, coupling)
            history = [picked(step, going) for step in history]
            healthy = None if healthy is None else healthy.some(going)
        is_open, previous = moves, last
        if k == MOST_PASSES - 1:
            limit, away = _limit(parameters, history)
            swings = _moves(state, news, False, coupling, parameters.n, by=SWINGS)[:, None] & (away <= 0.0)
            limit = chosen(swings, state, limit)
            found.append(Settled(limit, away, swings.astype(np.float64), zero, last.stations))
            places.append(rows)
            break
        most = [_full_attempts(parameters, i) for i in range(len(news.attempts))]
        state, damping = relaxed(state, news, damping, passes=k + 1, most=most)
    return all_settled(found, places)


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
