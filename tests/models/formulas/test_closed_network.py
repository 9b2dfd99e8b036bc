"""Closed networks of threads: exact where service is exponential, within their bounds everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.performance.closed_network import MOST_CUSTOMERS, flows, taken

Stations = list[tuple[float, float, float, int]]


def found_flows(customers: int, think_s: float, stations: Stations) -> np.ndarray:
    """X(0), ..., X(n); stations as servers, demand, s, scv, copies."""
    out, room = np.zeros(customers + 1), np.zeros((2, 2 * customers + 2))
    flows(think_s, np.array(stations, dtype=float).reshape(-1, 4), out, room[0], room[1])
    return out


def by_mean_values(customers: int, think_s: float, stations: list[tuple[int, float]]) -> list[float]:
    """Mean value analysis with all marginal probabilities (Reiser and Lavenberg 1980)."""
    there = [[1.0] + [0.0] * customers for _ in stations]
    found = [0.0]
    for n in range(1, customers + 1):
        times = [
            sum(j * (s / min(j, m)) * there[k][j - 1] for j in range(1, n + 1))
            for k, (m, s) in enumerate(stations)
        ]
        flow = n / (think_s + sum(times))
        for k, (m, s) in enumerate(stations):
            new = [0.0] * (customers + 1)
            for j in range(1, n + 1):
                new[j] = flow * s / min(j, m) * there[k][j - 1]
            new[0] = max(1.0 - sum(new), 0.0)
            there[k] = new
        found.append(flow)
    return found


@pytest.mark.parametrize(
    ("customers", "think_s", "stations"),
    [
        (1, 0.5, [(1, 1.0)]),
        (12, 2.0, [(1, 1.0)]),
        (9, 0.3, [(2, 1.0), (3, 1.4)]),
        (8, 0.0, [(1, 0.4), (1, 0.4)]),
        (20, 3.0, [(1, 0.2), (4, 1.5), (8, 2.0), (2, 0.1)]),
    ],
)
def test_flows_are_those_of_mean_value_analysis(
    customers: int, think_s: float, stations: list[tuple[int, float]]
) -> None:
    exact = by_mean_values(customers, think_s, stations)
    rows = [(float(m), s, 1.0, 1) for m, s in stations]
    assert found_flows(customers, max(think_s, 1e-15), rows) == pytest.approx(exact, rel=1e-9)


def test_balanced_single_servers_have_a_closed_form() -> None:
    """n customers at k equal stations and nowhere else: X(n) = n / (s (n + k - 1))."""
    exact = [n / (0.2 * (n + 4.0)) for n in range(1, 513)]
    assert found_flows(MOST_CUSTOMERS, 1e-15, [(1.0, 0.2, 1.0, 5)])[1:] == pytest.approx(exact, rel=1e-9)


station = st.tuples(
    st.floats(0.1, 300.0),
    st.floats(1e-3, 1e3),
    st.sampled_from([0.0, 0.3, 1.0, 4.0, 20.0]),
    st.integers(1, 3),
)


@settings(deadline=None, max_examples=60)
@given(customers=st.integers(1, 80), think_s=st.floats(1e-6, 1e4), stations=st.lists(station, max_size=4))
def test_flows_grow_and_stay_within_every_bound(customers: int, think_s: float, stations: Stations) -> None:
    got = found_flows(customers, think_s, stations)
    free_s = think_s + sum(s * copies for _, s, _, copies in stations)
    most = min([m / s for m, s, _, _ in stations], default=math.inf)
    count = np.arange(customers + 1)
    assert np.all(np.diff(got) >= -1e-9 * got[-1])
    assert np.all(got <= np.minimum(count / free_s, most) * (1.0 + 1e-9))
    assert got[1] > 0.0


@pytest.mark.parametrize("load", [0.2, 0.8, 0.99, 1.3])
@pytest.mark.parametrize("places", [0.0, 3.0, 40.0])
def test_customers_who_queue_nowhere_are_the_servers_of_a_station(load: float, places: float) -> None:
    """M/M/c/K: found all taken, and held for the service time."""
    servers, service_s = 5, 0.25
    a = load * servers
    weights = [a**n / math.factorial(n) for n in range(servers + 1)]
    weights += [weights[-1] * load**i for i in range(1, int(places) + 1)]
    full, waits, held_s = taken(a / service_s, found_flows(servers, service_s, []), places)
    assert full == pytest.approx(weights[servers] / sum(weights[: servers + 1]), rel=1e-9)
    assert waits == pytest.approx(sum(weights[servers:]) / sum(weights), rel=1e-9)
    assert held_s == pytest.approx(service_s, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    customers=st.integers(1, 60),
    think_s=st.floats(1e-3, 10.0),
    stations=st.lists(station, max_size=3),
    load=st.floats(1e-6, 5.0),
    places=st.one_of(st.just(math.inf), st.floats(0.0, 1e4)),
)
def test_a_customer_is_held_at_least_for_its_work_and_no_longer_than_when_all_are(
    customers: int,
    think_s: float,
    stations: Stations,
    load: float,
    places: float,
) -> None:
    got = found_flows(customers, think_s, stations)
    full, waits, held_s = taken(load * got[-1], got, places)
    assert 0.0 <= full <= 1.0
    assert 0.0 <= waits <= 1.0
    assert 1.0 / got[1] * (1.0 - 1e-6) <= held_s <= customers / got[-1] * (1.0 + 1e-6)
