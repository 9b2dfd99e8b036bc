"""From one pass to the next: as far as the news say, or only a part of the way where they swing.

A call that is repeated more often can leave less load for the calls after it: then the passes swing around
the state in which the system rests, and only a part of each step leads there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from oracles.analytic.passes import Feedback

#: Where it swings: share of the last share of a step that is taken at the least, and at the most.
LEAST_STEP, SLOWER = 0.1, 0.9
#: What doesn't swing any more goes further with each step.
FASTER = 1.2
#: What has turned round so often goes no further than a mean does: this over the number of turns.
AVERAGES = 4.0
#: What creeps jumps in every so many passes, where a step is at least this share of the one before.
JUMP_EVERY, LEAST_RATIO, MOST_RATIO = 8, 0.5, 0.995


class Damping(NamedTuple):
    """How the last step went, by number of the state; arrays `(m | 1, 1)`.

    Attributes:
        distance: Between the state and the news.
        share: Share of that distance that was gone.
        swings: How often it turned round.
    """

    distance: tuple[Array, ...]
    share: tuple[Array, ...]
    swings: tuple[Array, ...]


def relaxed(
    state: Feedback, news: Feedback, before: Damping | None, *, passes: int, most: Sequence[Array]
) -> tuple[Feedback, Damping]:
    """The state of the next pass.

    Args:
        state: What the last pass began with.
        news: What came out of it.
        before: How the step before went; None = there was none.
        passes: Passes so far.
        most: Attempts of each call at the most.

    Source: each number by the secant through its last two steps (Aitken's relaxation, Irons and Tuck 1969),
    never further than the news themselves: so a load that climbs can't jump over the state where it rests.
    """
    calls = len(state.success)
    here = (*state.success, *state.attempts, *state.let_in)
    there = (*news.success, *news.attempts, *news.let_in)
    places, distances, shares, turns = [], [], [], []
    for i, (x, new) in enumerate(zip(here, there, strict=True)):
        if before is None:
            places.append(new)
            distances.append(np.where(np.isnan(x), 0.0, new - x))
            shares.append(np.ones((1, 1)))
            turns.append(np.zeros((1, 1)))
        else:
            distance, last, share = new - x, before.distance[i], before.share[i]
            swings = before.swings[i] + (last * distance < 0.0)
            bend = np.where(last == distance, 1.0, last - distance)
            secant = np.clip(share * last / bend, LEAST_STEP * share, SLOWER * share)
            share = np.where(last * distance < 0.0, secant, np.minimum(share * FASTER, 1.0))
            share = np.minimum(share, AVERAGES / np.maximum(swings, AVERAGES))
            place = np.where(share == 1.0, new, x + share * distance)
            if passes % JUMP_EVERY == 0:
                ratio = np.minimum(distance / np.where(last != 0.0, last, 1.0), MOST_RATIO)
                creeps = (share == 1.0) & (last * distance > 0.0) & (ratio > LEAST_RATIO)
                place = np.where(creeps, place + 0.5 * distance * ratio / (1.0 - ratio), place)
            if i < calls:
                place = np.clip(place, 0.0, 1.0)
            elif i < 2 * calls:
                place = np.clip(place, 1.0, most[i - calls])
            places.append(place)
            distances.append(distance)
            shares.append(share)
            turns.append(swings)
    success, attempts, let_in = places[:calls], places[calls : 2 * calls], places[2 * calls :]
    state = Feedback(tuple(success), tuple(attempts), news.valves, tuple(let_in))
    return state, Damping(tuple(distances), tuple(shares), tuple(turns))
