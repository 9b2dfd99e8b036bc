"""Step 5, latency: percentiles of the response time over all user requests, in the worst phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.formulas.mixtures import Entry, Mixture
from models.formulas.percentiles import percentile
from models.network import Network
from models.parameters import Parameters

MS_PER_S = 1000.0
_TAIL, _MEDIAN = 0.99, 0.50


@dataclass(frozen=True, slots=True, eq=False)
class Latency:
    """Latency of n designs.

    Attributes:
        by_phase_ms: The scenario's percentile over all user requests, `(n, p)`; infinite after a collapse.
        worst_ms: Its largest value over the phases, `(n,)`.
        worst_phase: The phase of that value, `(n,)`.
        tail_ratio: p99 / p50 in that phase, `(n,)`.
        flow_worst_ms: For each flow with a limit of its own its percentile in its worst phase, `(n,)`.
    """

    by_phase_ms: Array
    worst_ms: Array
    worst_phase: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    tail_ratio: Array
    flow_worst_ms: Mapping[str, Array]


def latency(parameters: Parameters, network: Network) -> Latency:
    """Percentiles of what users wait, s to ms, over the requests that get an answer."""
    system = parameters.system
    wanted = system.scenario.dimensions.latency.percentile
    mixture, total, requests = user_mixture(parameters, network)
    by_phase = _percentile_ms(mixture, total, requests, wanted)
    worst_phase = np.argmax(by_phase, axis=1)
    rows = np.arange(parameters.n)
    worst = by_phase[rows, worst_phase]
    there = tuple(
        Entry(*(np.ascontiguousarray(part[rows, worst_phase])[:, None] for part in entry))
        for entry in mixture
    )
    total_there, requests_there = (part[rows, worst_phase][:, None] for part in (total, requests))
    tail = worst if wanted == _TAIL else _percentile_ms(there, total_there, requests_there, _TAIL)[:, 0]
    median = _percentile_ms(there, total_there, requests_there, _MEDIAN)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.isinf(tail), np.inf, np.where(median > 0.0, tail / median, 1.0))
    flows = {}
    for f, (name, flow) in enumerate(system.scenario.flows.items()):
        if flow.limit_ms is not None:
            flows[name] = flow_percentile_ms(parameters, network, f, flow.percentile or wanted).max(axis=1)
    return Latency(by_phase, worst, worst_phase, ratio, flows)


def user_mixture(parameters: Parameters, network: Network) -> tuple[Mixture, Array, Array]:
    """Response times over all user requests as one mixture, its total weight, and all requests; `(n, p)`.

    A flow counts by its rate, its weight, and the share of its requests that gets an answer; the requests
    of a collapsed flow never get one: they count with an infinite response time.
    """
    shape = (parameters.n, parameters.system.hours.shape[1])
    entries: list[Entry] = []
    total: Array = np.zeros(shape)
    requests: Array = np.zeros(shape)
    for f, (rate, answer) in enumerate(zip(network.users, network.answers, strict=True)):
        weight = rate * parameters.of_flow(f, "weight")
        requests = requests + weight
        for entry in answer.response:
            answered = np.where(np.isinf(entry.mean), 1.0, answer.success)
            share = np.array(np.broadcast_to(weight * answered * entry.weight, shape))
            total = total + share
            parts = (np.array(np.broadcast_to(part, shape)) for part in entry[1:])
            entries.append(Entry(share, *parts))
    return tuple(entries), total, requests


def flow_percentile_ms(parameters: Parameters, network: Network, flow: int, probability: float) -> Array:
    """A percentile of one flow's response time, ms, `(n, p)`; 0 where it has no requests."""
    shape = (parameters.n, parameters.system.hours.shape[1])
    rate = np.array(np.broadcast_to(network.users[flow], shape))
    mixture = tuple(
        Entry(*(np.array(np.broadcast_to(part, shape)) for part in entry))
        for entry in network.answers[flow].response
    )
    answered = rate * np.where(network.answers[flow].success > 0.0, 1.0, 0.0)
    collapsed = np.isinf(network.answers[flow].response[0].mean)
    return _percentile_ms(mixture, np.where(collapsed, rate, answered), rate, probability)


def _percentile_ms(mixture: Mixture, answered: Array, requests: Array, probability: float) -> Array:
    """A percentile in ms; 0 where there are no requests, infinite where there are but none is answered."""
    nobody = answered <= 0.0
    if bool(nobody.any()):
        first = mixture[0]
        mixture = (Entry(np.where(nobody, 1.0, first.weight), *first[1:]), *mixture[1:])
    # A fitted law may begin below 0; a response does not.
    found = np.maximum(percentile(mixture, probability), 0.0) * MS_PER_S
    return np.where(nobody, np.where(requests > 0.0, np.inf, 0.0), found)
