"""Connected clients: how many requests they make, as each waits for its answer and thinks before the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.scenario.paths import Slot
from models.system.parameters import Parameters, rows_of
from models.system.system import System

#: Reason for which numbers may be further off (as those of `models.performance.unsure`): clients wait in
#: queues for so much of their time that who comes isn't as likely whoever waits already.
CLOSED = 2048
#: Share of a client's turn that it waits for answers, and load of the busiest station, from which on that
#: shows.
_OF_A_TURN, _BUSY = 0.2, 0.5
_RATE = Slot("workload", "", "rate")
#: Rounds in which the rate is looked for, and how exactly.
_ROUNDS, _EXACTLY = 40, 1e-7
#: A client that is alone meets nobody; but what nobody asks has no numbers.
_LEAST_MET = 0.5
#: Where nobody else asks the first client meets this many requests, 1/s.
_NOBODY_PER_S = 1e-9


def has_clients(system: System) -> bool:
    """Whether any phase has connected clients."""
    return any(phase.clients for phase in system.scenario.workload.phases)


def with_clients(
    parameters: Parameters, mean_s: Callable[[Parameters], Array], *, others: Array | None = None
) -> Parameters:
    """The same with the requests of connected clients in the rate of each phase.

    Args:
        parameters: The parameters of n designs.
        mean_s: Tells the mean response over all requests, s, `(n, p)`.
        others: Requests beside those of clients, 1/s; None = the rate that the parameters have.

    N clients that think for Z between an answer and the next request make X = N / (R + Z) requests (Little
    1961), and each meets those of the others: R is the mean response at the rate of everybody else and
    X (N - 1) / N (arrival theorem: Reiser and Lavenberg 1980; the share of the others: Schweitzer 1979). That
    rate is what the phase is worked out with.
    """
    system = parameters.system
    if not has_clients(system):
        return parameters
    shape = (parameters.n, parameters.n_phases)
    count = np.broadcast_to([[float(phase.clients) for phase in system.scenario.workload.phases]], shape)
    think_s = system.scenario.workload.behaviour.think_s
    others = np.array(np.broadcast_to(parameters.rate if others is None else others, shape))
    met_share = np.where(count > 0.0, np.maximum((count - 1.0) / np.maximum(count, 1.0), _LEAST_MET), 0.0)

    def asked(rows: NDArray[np.intp], met: Array) -> Array:
        """Requests that the clients of some designs make where they meet so many of the others, 1/s."""
        rate = np.maximum(others[rows] + met, _NOBODY_PER_S)
        now = with_rate(rows_of(parameters, rows), rate)
        turn_s = mean_s(now) + think_s
        return np.asarray(np.where(turn_s > 0.0, count[rows] / np.where(turn_s > 0.0, turn_s, 1.0), np.inf))

    every = np.arange(parameters.n)
    low = np.zeros(shape)
    high = np.minimum(met_share * asked(every, low), _MOST_PER_S)
    rows = np.flatnonzero((high > low).any(axis=1))
    for _ in range(_ROUNDS):
        if not rows.size:
            break
        middle = 0.5 * (low[rows] + high[rows])
        is_low = met_share[rows] * asked(rows, middle) > middle
        low[rows], high[rows] = np.where(is_low, middle, low[rows]), np.where(is_low, high[rows], middle)
        rows = rows[(high[rows] - low[rows] > _EXACTLY * np.maximum(high[rows], _NOBODY_PER_S)).any(axis=1)]
    found = with_rate(parameters, others + low)
    own = np.where(low > 0.0, others / np.where(low > 0.0, others + low, 1.0), 1.0)
    slots = [Slot("flow", name, "open_share") for name in system.flows]
    values = {**found.values, **dict.fromkeys(slots, own)}
    return replace(found, values=values, own=tuple(dict.fromkeys((*found.own, *slots))))


#: Requests of clients at the most, 1/s: those of clients that neither think nor wait for anything.
_MOST_PER_S = 1e9


def unsure_of_clients(parameters: Parameters, mean_s: Array, utilisation: Array) -> Array:
    """`CLOSED` where few clients who wait for each other decide about waits, else 0, `(n, p)`."""
    system = parameters.system
    if not has_clients(system):
        return np.zeros((1, 1))
    is_asked = np.array([[phase.clients > 0 for phase in system.scenario.workload.phases]])
    turn_s = mean_s + system.scenario.workload.behaviour.think_s
    waits = np.where(np.isfinite(mean_s), mean_s / np.where(turn_s > 0.0, turn_s, 1.0), 1.0)
    return np.where(is_asked & (waits > _OF_A_TURN) & (utilisation > _BUSY), float(CLOSED), 0.0)


def with_rate(parameters: Parameters, rate: Array) -> Parameters:
    """The same at another rate, `(n, p)`."""
    values = {**parameters.values, _RATE: rate}
    return replace(parameters, values=values, own=tuple(dict.fromkeys((*parameters.own, _RATE))))
