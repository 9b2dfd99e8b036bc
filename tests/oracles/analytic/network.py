"""Steps 2 to 4 together: traffic down through all stations, answers back up, until both fit.

Within a pass components are worked out callers first, so that what one turns away never reaches the next, and
calls are answered callees first. What runs against this order (a failed request makes no further calls,
retries add calls, a slot is held for the calls under it) enters the next pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.performance.feedback import coupling_of
from oracles.analytic.givens import givens_of
from oracles.analytic.parameters import Parameters
from oracles.analytic.passes import Feedback, Pass, empty_state, full_state, one_pass
from oracles.analytic.responses import Answer
from oracles.analytic.rows import Rows, picked
from oracles.analytic.settling import all_settled, chosen, settle
from oracles.analytic.shared_work import answered_steps, load_share_of
from oracles.analytic.sharing import Kinds, Shared
from oracles.analytic.stations import Station
from oracles.analytic.traffic import admitted, calls_made

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
class SharedNetwork:
    """A network whose stations and answers are worked out once for each kind of situation (see `Network`).

    Attributes:
        unsettled: 1.0 where the state swings around and comes to no rest: its numbers are rough.
        component_kinds: By component: which situations have the same parameters.
    """

    users: tuple[Array, ...]
    calls_per_s: tuple[Array, ...]
    attempts_per_s: tuple[Array, ...]
    stations: tuple[Shared[Station], ...]
    calls: tuple[Shared[Answer], ...]
    answers: tuple[Shared[Answer], ...]
    metastable: Array
    retry_margin: Array
    unsettled: Array
    component_kinds: tuple[Kinds, ...]

    def spread(self) -> Network:
        """The network with a row for every situation."""
        return Network(
            users=self.users,
            calls_per_s=self.calls_per_s,
            attempts_per_s=self.attempts_per_s,
            stations=tuple(station.spread() for station in self.stations),
            calls=tuple(call.spread() for call in self.calls),
            answers=tuple(answer.spread() for answer in self.answers),
            metastable=self.metastable,
            retry_margin=self.retry_margin,
        )


def carry(parameters: Parameters) -> SharedNetwork:
    """Sends the users' requests through the system, to its healthy state where it has one.

    Args:
        parameters: The parameters of m situations, one row each (see `models.situations`).
    """
    users = tuple(admitted(parameters))
    coupling = coupling_of(parameters.system)
    givens = givens_of(parameters, coupling)
    shape = (parameters.n, parameters.n_phases)
    metastable, margin, unsettled = np.zeros(shape), np.full(shape, np.inf), np.zeros((1, 1))
    state, stations = empty_state(parameters), None
    if coupling.errors or coupling.refusals or coupling.valves or coupling.retries:
        healthy = settle(parameters, users, coupling, givens, state)
        state, stations, unsettled = healthy.state, healthy.stations, healthy.swings
        full = full_state(parameters)
        rows = _can_retry(full, parameters.n) if coupling.retries else np.empty(0, dtype=np.intp)
        if rows.size:
            some, asked, hopeful = parameters.rows(rows), picked(users, rows), healthy.some(rows)
            failed = settle(some, asked, coupling, givens_of(some, coupling), picked(full, rows), hopeful)
            others = np.setdiff1d(np.arange(parameters.n), rows)
            if others.size:
                failed = all_settled([failed, healthy.some(others)], [rows, others])
            state = chosen(healthy.runs_away > 0.0, failed.state, state)
    last = one_pass(parameters, users, coupling, givens, state, None, timed=True, stations=stations)
    if stations is not None and rows.size:
        margin = _retry_margin(parameters, users, last)
        # Where it is still on its way down from the full load it recovers.
        recovers = ((failed.runs_away > 0.0) & (healthy.runs_away <= 0.0)) | (failed.returns > 0.0)
        metastable = np.where(recovers, 0.0, _differ(last.stations, failed.stations, shape))
        retries = np.isin(np.arange(parameters.n), rows)[:, None]
        metastable = np.where(retries & (healthy.swings > 0.0), 1.0, metastable)
    calls = dict(enumerate(last.calls))
    traces = parameters.system.traces
    answers = tuple(answered_steps(parameters, givens, trace, calls) for trace in traces)
    return SharedNetwork(
        users=users,
        calls_per_s=last.calls_per_s,
        attempts_per_s=last.attempts_per_s,
        stations=last.stations,
        calls=last.calls,
        answers=answers,
        metastable=metastable,
        retry_margin=margin,
        unsettled=unsettled,
        component_kinds=givens.components,
    )


def _can_retry(full: Feedback, n: int) -> Rows:
    """The situations in which any call is repeated after a failure."""
    retries = np.zeros((n, 1), dtype=bool)
    for tries in full.attempts:
        retries |= tries > 1.0
    return np.flatnonzero(retries[:, 0])


def _differ(
    healthy: Sequence[Shared[Station]], failed: Sequence[Shared[Station]], shape: tuple[int, int]
) -> Array:
    """1.0 where the state that began with everything failing holds more load than the healthy, `(m, 1)`."""
    differs = np.zeros(shape)
    for a, b in zip(healthy, failed, strict=True):
        more = b.part(_arrivals) > ANOTHER_STATE * a.part(_arrivals)
        differs = np.maximum(differs, np.broadcast_to(more, shape))
    return differs


def _arrivals(station: Station) -> Array:
    return station.arrivals_per_s


def _capacity(station: Station) -> Array:
    return station.capacity_per_s


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
            passed_on[node.index] = made * healthy.stations[node.component].part(load_share_of)
        loads.append(arrivals)
    margin: Array = np.full(shape, np.inf)
    for station, full, plain in zip(healthy.stations, *loads, strict=True):
        grows = full > plain
        ratio = station.part(_capacity) / np.where(grows, full, 1.0)
        margin = np.minimum(margin, np.where(grows, ratio, np.inf))
    return margin
