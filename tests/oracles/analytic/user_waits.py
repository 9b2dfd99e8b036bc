"""How long users wait: the response times over all their requests, and percentiles of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.system.effects import DUST
from oracles.analytic.parameters import Parameters
from oracles.analytic.responses import Answer
from oracles.formulas.mixtures import Entry, Mixture
from oracles.formulas.percentiles import percentile

MS_PER_S = 1000.0


class UserWaits(NamedTuple):
    """Response times over requests; arrays `(m, 1)`.

    Attributes:
        mixture: Outcomes, weighted by requests per second, s.
        answered: Their total weight.
        requests: All requests, answered or not, 1/s.
    """

    mixture: Mixture
    answered: Array
    requests: Array

    def padded(self, outcomes: int) -> UserWaits:
        """The same with outcomes of weight 0 up to a number."""
        zero = np.zeros_like(self.requests)
        more = (Entry(zero, zero, zero, zero),) * (outcomes - len(self.mixture))
        return UserWaits((*self.mixture, *more), self.answered, self.requests)


def user_waits(parameters: Parameters, users: Sequence[Array], answers: Sequence[Answer]) -> UserWaits:
    """Response times over all user requests as one mixture.

    A flow counts by its rate, its weight, and the share of its requests that gets an answer; the requests
    of a collapsed flow never get one: they count with an infinite response time.

    Args:
        parameters: The parameters.
        users: Requests let in by flow, 1/s.
        answers: What they get, by flow.
    """
    shape = (parameters.n, parameters.n_phases)
    entries: list[Entry] = []
    total: Array = np.zeros(shape)
    requests: Array = np.zeros(shape)
    for f, (rate, answer) in enumerate(zip(users, answers, strict=True)):
        weight = rate * parameters.of_flow(f, "weight")
        requests = requests + weight
        for entry in answer.response:
            answered = np.where(np.isinf(entry.mean), 1.0, answer.success)
            share = np.array(np.broadcast_to(weight * answered * entry.weight, shape))
            total = total + share
            parts = (np.array(np.broadcast_to(part, shape)) for part in entry[1:])
            entries.append(Entry(share, *parts))
    return UserWaits(tuple(entries), total, requests)


def flow_percentile_ms(
    parameters: Parameters, users_per_s: Array, answer: Answer, probability: float
) -> Array:
    """A percentile of one flow's response time, ms, `(m, 1)`; 0 where it has no requests."""
    shape = (parameters.n, parameters.n_phases)
    rate = np.array(np.broadcast_to(users_per_s, shape))
    mixture = tuple(
        Entry(*(np.array(np.broadcast_to(part, shape)) for part in entry)) for entry in answer.response
    )
    answered = rate * np.where(answer.success > 0.0, 1.0, 0.0)
    collapsed = np.isinf(answer.response[0].mean)
    return percentile_ms(UserWaits(mixture, np.where(collapsed, rate, answered), rate), probability)


def percentile_ms(waits: UserWaits, probability: float) -> Array:
    """A percentile in ms; 0 where there are no requests, infinite where there are but none is answered."""
    mixture = waits.mixture
    # A flow that collapses can have no outcome of any weight left: nobody is answered there either.
    nobody = (waits.answered <= 0.0) | (np.sum([entry.weight for entry in mixture], axis=0) <= 0.0)
    if bool(nobody.any()):
        first = mixture[0]
        mixture = (Entry(np.where(nobody, 1.0, first.weight), *first[1:]), *mixture[1:])
    # A fitted law may begin below 0; a response does not.
    found = percentile(mixture, probability)
    found = np.where(found > DUST, found, 0.0) * MS_PER_S
    return np.where(nobody, np.where(waits.requests > 0.0, np.inf, 0.0), found)
