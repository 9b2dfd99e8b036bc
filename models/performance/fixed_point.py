"""Where repeated passes lead to: each situation is followed until it stands still."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.extrapolation import settled
from models.performance.first_state import PASSES, TRIES, acts_back, known_before, known_now, note
from models.performance.network import one_pass
from models.performance.program import Program, Work
from models.performance.retry import most_attempts
from models.system import layout as at

#: Passes at the most.
MOST_PASSES = 100
#: What creeps jumps every so many passes, where a step is at least this share of the one before; a step that
#: shrinks less than the second counts as shrinking so.
_JUMP_EVERY, _LEAST_RATIO, _MOST_RATIO = 8, 0.5, 0.995
#: What changes by less than this, relative to 1 at least, stands still.
STILL = 1e-9
#: A state on its way down has returned when no call needs this many more attempts than in the healthy one.
NEXT_TO = 0.005
#: A state whose numbers still change by this much after so many passes swings without end.
SWINGS = 0.05
#: Where it swings: share of the last share of a step that is taken at the least and at the most, how much
#: further what doesn't swing any more goes, and what is divided by the turns of what has turned round often.
_LEAST_STEP, _SLOWER, _FASTER, _AVERAGES = 0.1, 0.9, 1.2, 4.0

#: Steps that have shrunk at least so much, so many times in a row, are drawn out to where they lead, by so
#: many of their lengths at the most; after so many times that they didn't shrink then no more.
_SHRINKS, _IN_A_ROW, _MOST_LENGTHS, _MOST_FAILURES = 0.75, 2, 4.0, 2
#: Two steps whose square sine is below this are one direction.
_PARALLEL = 1e-4


@internal
def settle(
    program: Program,
    work: Work,
    parts: np.ndarray,
    calls: np.ndarray,
    users: np.ndarray,
    state: np.ndarray,
    healthy: np.ndarray,
    knows_healthy: bool,
) -> tuple[bool, bool, bool]:
    """Passes from a first state to the fixed point it leads to; the state is left in `state` and `work`.

    Args:
        program: The system.
        work: Room.
        parts: Parameters of the components.
        calls: Parameters of the calls.
        users: Requests let in by flow, 1/s.
        state: The first state, `(i, 2)`.
        healthy: The healthy state, `(i, 2)`.
        knows_healthy: Whether to stop as soon as the state is next to the healthy one.

    Returns:
        Whether it is still running away, swings without end, has returned to the healthy state.
    """
    i_n, c_n = program.component.size, program.kind.size
    width = 2 * i_n + c_n
    here, news = np.zeros(width), np.zeros(width)
    distance, share, turns = np.zeros(width), np.ones(width), np.zeros(width)
    ways = np.empty((7, width))
    in_a_row, failures, draws_out = 0, 0, False
    history = np.zeros((3, i_n))
    through = np.zeros(i_n)
    for k in range(MOST_PASSES):
        for i in range(i_n):
            here[i], here[i_n + i], through[i] = state[i, PASSES], state[i, TRIES], work.valve[i, 0]
        for c in range(c_n):
            here[2 * i_n + c] = known_before(work, c)
        work.passes[0] += 1
        one_pass(program, work, parts, calls, users, state, k == 0, False)
        _clear(work)
        for i in range(i_n):
            news[i], news[i_n + i] = work.call[i, of.PASSES], work.call[i, of.ATTEMPTS]
            history[k % 3, i] = work.call[i, of.ATTEMPTS]
        for c in range(c_n):
            news[2 * i_n + c] = known_now(program, work, calls, c)
        has_moved = k == 0 and program.flags[of.LATE_NEWS] > 0
        has_moved = has_moved or _moved(program, work, calls, here, news, through, STILL)
        if knows_healthy and has_moved and _is_back(work, i_n, news, healthy):
            _keep(program, work, state, news)
            return False, False, True
        if not has_moved:
            _keep(program, work, state, news)
            return False, False, False
        if k == MOST_PASSES - 1:
            swings = _moved(program, work, calls, here, news, through, SWINGS)
            away = _limit(program, calls, state, news, history, k, swings)
            if swings and not away:
                for i in range(i_n):
                    work.valve[i, 0] = through[i]
                for c in range(c_n):
                    note(work, c, here[2 * i_n + c])
            else:
                for c in range(c_n):
                    note(work, c, news[2 * i_n + c])
            return away, swings and not away, False
        _remember(program, work, here, news, ways, k)
        # Around a cliff steps shrink by chance: only what shrinks again and again is on a smooth way.
        shrinks = k > 0 and _shrinks(ways)
        in_a_row = in_a_row + 1 if shrinks else 0
        failures += 1 if draws_out and not shrinks else 0
        draws_out = in_a_row >= _IN_A_ROW and failures < _MOST_FAILURES
        draws_out = draws_out and not _valves_move(program, work, calls, through) and _leads_on(ways)
        if draws_out:
            for j in range(width):
                here[j] = here[j] + ways[6, j] if here[j] == here[j] else news[j]
                distance[j] = 0.0
        else:
            _relax(here, news, distance, share, turns, (k + 1) % _JUMP_EVERY == 0)
        for i in range(i_n):
            here[i] = min(max(here[i], 0.0), 1.0)
            here[i_n + i] = min(max(here[i_n + i], 1.0), most_attempts(calls[i]))
        for i in range(i_n):
            state[i, PASSES], state[i, TRIES] = here[i], here[i_n + i]
        for c in range(c_n):
            note(work, c, here[2 * i_n + c])
    return False, False, False


@internal
def _remember(
    program: Program, work: Work, here: np.ndarray, news: np.ndarray, ways: np.ndarray, k: int
) -> None:
    """Notes a pass: where it began, its step, and how both differ from the pass before and that one's before.

    They go to rows 0 to 5 of `ways`, for the numbers that act back; of others, and where it isn't known, 0.
    """
    i_n = program.component.size
    for j in range(here.size):
        x, step = here[j], news[j] - here[j]
        if step != step or (j >= 2 * i_n and not acts_back(program, work, j - 2 * i_n)):
            x, step = 0.0, 0.0
        if k > 0:
            ways[4, j], ways[5, j] = ways[2, j], ways[3, j]
            ways[2, j], ways[3, j] = x - ways[0, j], step - ways[1, j]
        else:
            ways[2, j], ways[3, j] = 0.0, 0.0
        ways[0, j], ways[1, j] = x, step


@internal
def _shrinks(ways: np.ndarray) -> bool:
    """Whether the last step is much smaller than the one before."""
    now, before = 0.0, 0.0
    for j in range(ways.shape[1]):
        step, last = ways[1, j], ways[1, j] - ways[3, j]
        now += step * step
        before += last * last
    return now <= _SHRINKS * _SHRINKS * before


@internal
def _leads_on(ways: np.ndarray) -> bool:
    """Where the last steps lead to together, as a way from where the pass began in row 6 of `ways`.

    Where the passes are on a smooth way to a state of rest the same one is reached sooner.

    Returns:
        False where it would be far away.

    Source: Anderson 1965, with a memory of two steps.
    """
    now = 0.0
    a, b, c, u, v = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(ways.shape[1]):
        step, d1, d2 = ways[1, j], ways[3, j], ways[5, j]
        now += step * step
        a, b, c = a + d1 * d1, b + d1 * d2, c + d2 * d2
        u, v = u + d1 * step, v + d2 * step
    if not a > 0.0:
        return False
    free = a * c - b * b
    first, second = u / a, 0.0
    if free > _PARALLEL * a * c:
        first, second = (u * c - v * b) / free, (v * a - u * b) / free
    length = 0.0
    for j in range(ways.shape[1]):
        way = ways[1, j] - first * (ways[2, j] + ways[3, j]) - second * (ways[4, j] + ways[5, j])
        ways[6, j] = way
        length += way * way
    return length <= _MOST_LENGTHS * _MOST_LENGTHS * now


@internal
def _valves_move(program: Program, work: Work, calls: np.ndarray, through: np.ndarray) -> bool:
    for i in range(program.component.size):
        is_guarded = calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < np.inf
        if is_guarded and abs(through[i] - work.valve[i, 0]) > STILL * max(abs(work.valve[i, 0]), 1.0):
            return True
    return False


@internal
def _clear(work: Work) -> None:
    for j in range(work.is_new.size):
        work.is_new[j] = 0


@internal
def _keep(program: Program, work: Work, state: np.ndarray, news: np.ndarray) -> None:
    i_n = program.component.size
    for i in range(i_n):
        state[i, PASSES], state[i, TRIES] = news[i], news[i_n + i]
    for c in range(program.kind.size):
        note(work, c, news[2 * i_n + c])


@internal
def _moved(
    program: Program,
    work: Work,
    calls: np.ndarray,
    here: np.ndarray,
    news: np.ndarray,
    through: np.ndarray,
    by: float,
) -> bool:
    i_n = program.component.size
    for j in range(2 * i_n):
        if abs(here[j] - news[j]) > by * max(abs(news[j]), 1.0):
            return True
    for i in range(i_n):
        is_guarded = calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < np.inf
        if is_guarded and abs(through[i] - work.valve[i, 0]) > by * max(abs(work.valve[i, 0]), 1.0):
            return True
    for c in range(program.kind.size):
        j = 2 * i_n + c
        if acts_back(program, work, c) and abs(here[j] - news[j]) > by * max(abs(news[j]), 1.0):
            return True
    return False


@internal
def _is_back(work: Work, i_n: int, news: np.ndarray, healthy: np.ndarray) -> bool:
    for c in range(work.filled.size):
        if work.filled[c] == work.filled[c] and not work.kept[i_n + c, 4] - news[2 * i_n + c] <= NEXT_TO:
            return False
    for i in range(i_n):
        if not news[i_n + i] - healthy[i, TRIES] <= NEXT_TO:
            return False
        if not healthy[i, PASSES] - news[i] <= NEXT_TO:
            return False
    return True


@internal
def _relax(
    here: np.ndarray,
    news: np.ndarray,
    distance: np.ndarray,
    share: np.ndarray,
    turns: np.ndarray,
    jumps: bool,
) -> None:
    """Moves `here` to the state of the next pass: as far as the news say, or less where it swings.

    Args:
        here: The numbers with which the last pass began.
        news: What came out of it.
        distance: Between the two in the pass before; 0 where there was none.
        share: Share of that distance that was gone.
        turns: How often each number has turned round.
        jumps: Whether what creeps on in steps that hardly shrink is moved half the way to where they lead.

    Source: each number by the secant through its last two steps (Irons and Tuck 1969), never further than the
    news; where it creeps half of Aitken's extrapolation (1926), so that a load that climbs doesn't jump over
    the state where it rests.
    """
    for j in range(here.size):
        x, new = here[j], news[j]
        gone, last = new - x, distance[j]
        part = share[j]
        if last * gone < 0.0:
            turns[j] += 1.0
            part = min(max(part * last / (last - gone), _LEAST_STEP * part), _SLOWER * part)
        else:
            part = min(part * _FASTER, 1.0)
        part = min(part, _AVERAGES / max(turns[j], _AVERAGES))
        if x != x:
            part, gone = 1.0, 0.0
        here[j] = new if part == 1.0 else x + part * gone
        if jumps and part == 1.0 and last * gone > 0.0:
            ratio = min(gone / last, _MOST_RATIO)
            if ratio > _LEAST_RATIO:
                here[j] += 0.5 * gone * ratio / (1.0 - ratio)
        distance[j], share[j] = gone, part


@internal
def _limit(
    program: Program,
    calls: np.ndarray,
    state: np.ndarray,
    news: np.ndarray,
    history: np.ndarray,
    k: int,
    swings: bool,
) -> bool:
    """Where passes that have not arrived lead to (Aitken), left in `state`; whether they run away."""
    i_n = program.component.size
    away = False
    limits = np.zeros(i_n)
    for i in range(i_n):
        third, second, first = history[k % 3, i], history[(k - 1) % 3, i], history[(k - 2) % 3, i]
        limits[i] = third
        if calls[i, at.BREAKER] > 0.0 or calls[i, at.BULKHEAD_SLOTS] < np.inf:
            limits[i] = min(max(third, 1.0), most_attempts(calls[i]))
            continue
        limit, runs_away = settled(first, second, third)
        away = away or runs_away
        limits[i] = min(max(limit, 1.0), most_attempts(calls[i]))
    if not (swings and not away):
        for i in range(i_n):
            state[i, PASSES], state[i, TRIES] = news[i], limits[i]
    return away
