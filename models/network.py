"""Steps 2 to 4 together: traffic through all stations, and what the flows answer.

Components are worked out callers first, so that what one turns away never reaches the next. Only that a
request which failed makes no further calls runs against this order: it is repeated until it doesn't matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.dependence import can_fail, can_refuse, station_columns
from models.evaluation import Array
from models.parameters import Parameters
from models.responses import Answer, answer_steps, call_success
from models.stations import Station, serve
from models.system import System
from models.traffic import admitted, calls_made

#: Passes where components can turn calls away: the share lost is squared with each pass.
PASSES_WITH_REFUSALS = 5
#: Passes where calls can only fail by themselves, whatever the load.
PASSES_WITH_ERRORS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The system under its load; arrays broadcast to `(n, p)`.

    Attributes:
        users: Requests let in, by flow, 1/s.
        calls_per_s: By call: how often it is made.
        stations: By component.
        calls: By call: what it answers.
        answers: By flow: what the user sees.
    """

    users: tuple[Array, ...]
    calls_per_s: tuple[Array, ...]
    stations: tuple[Station, ...]
    calls: tuple[Answer, ...]
    answers: tuple[Answer, ...]


def carry(parameters: Parameters, X: Array) -> Network:
    """Sends the users' requests through the system.

    Args:
        parameters: The parameters of n designs.
        X: The designs, `(n, d)`: those that agree in what decides about a station share its calculation.
    """
    system = parameters.system
    users = admitted(parameters)
    shared = [X[:, columns] if columns is not None else None for columns in station_columns(system)]
    success: Sequence[Array] | None = None
    for _ in range(_passes(system)):
        calls_per_s, stations = _one_pass(parameters, users, success, shared)
        success = call_success(parameters, stations)
    record: dict[int, Answer] = {}
    answers = tuple(answer_steps(parameters, stations, trace, record) for trace in system.traces)
    calls = tuple(record[node.index] for node in system.nodes)
    return Network(tuple(users), tuple(calls_per_s), tuple(stations), calls, answers)


def _passes(system: System) -> int:
    if can_refuse(system):
        return PASSES_WITH_REFUSALS
    return PASSES_WITH_ERRORS if can_fail(system) else 1


def _one_pass(
    parameters: Parameters,
    users: Sequence[Array],
    success: Sequence[Array] | None,
    shared: Sequence[Array | None],
) -> tuple[list[Array], list[Station]]:
    """Every station under the traffic that the stations above it let through."""
    system = parameters.system
    nothing = np.zeros((1, 1))
    calls_per_s = [nothing for _ in system.nodes]
    passed_on = [nothing for _ in system.nodes]
    stations: dict[int, Station] = {}
    for c in system.callers_first:
        own = [node for node in system.nodes if node.component == c]
        arrivals = nothing
        for node in own:
            calls_per_s[node.index] = calls_made(
                parameters, node, users=users, passed_on=passed_on, success=success
            )
            arrivals = arrivals + calls_per_s[node.index]
        stations[c] = serve(parameters, c, arrivals, shared[c])
        error = parameters.of_component(c, "error_share")
        for node in own:
            passed_on[node.index] = calls_per_s[node.index] * stations[c].served_share * (1.0 - error)
    return calls_per_s, [stations[c] for c in range(len(system.components))]
