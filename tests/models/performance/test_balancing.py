"""Waits by balancing, against exact results and chains that are solved here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.performance.balancing import balanced_wait, two_choices
from models.performance.station_wait import station_wait
from models.system import layout as at

NO_LIMITS = (math.inf, math.inf)
ALL = (at.SHARED, at.LEAST_CONNECTIONS, at.TWO_CHOICES, at.ROUND_ROBIN, at.RANDOM)


def mean_wait(load, replicas, slots, balancing, scv=1.0):
    return balanced_wait(
        load * replicas * slots, (1.0, scv), 1.0, (replicas, slots, balancing), NO_LIMITS, math.nan
    )[1]


def shortest_queue(load, *, most=80):
    """Mean wait before two M/M/1 of which the shorter is joined, from the chain of both lengths."""
    size = most + 1
    place = {(i, j): i * size + j for i in range(size) for j in range(size)}
    rows = np.zeros((size * size, size * size))
    for (i, j), here in place.items():
        shorter = [(i + 1, j)] if i < j else [(i, j + 1)] if j < i else [(i + 1, j), (i, j + 1)]
        for to in shorter:
            if to in place:
                rows[here, place[to]] += 2.0 * load / len(shorter)
        if i:
            rows[here, place[i - 1, j]] += 1.0
        if j:
            rows[here, place[i, j - 1]] += 1.0
    rows -= np.diag(rows.sum(axis=1))
    rows[:, 0] = 1.0
    right = np.zeros(size * size)
    right[0] = 1.0
    share = np.linalg.solve(rows.T, right)
    return sum(share[here] * min(i, j) for (i, j), here in place.items())


@pytest.mark.parametrize("load", [0.3, 0.5, 0.7, 0.8])
def test_joining_the_shorter_of_two_queues(load):
    exact = shortest_queue(load, most=40)
    assert 1.0 + mean_wait(load, 2.0, 1.0, at.LEAST_CONNECTIONS) == pytest.approx(1.0 + exact, rel=0.02)


def test_two_of_two_are_all():
    args = (1.5, (1.0, 1.0), 1.0)
    both = [
        balanced_wait(*args, (2.0, 1.0, way), NO_LIMITS, math.nan)
        for way in (at.LEAST_CONNECTIONS, at.TWO_CHOICES)
    ]
    assert both[0] == both[1]


@pytest.mark.parametrize("load", [0.3, 0.7, 0.9])
def test_two_choices_among_endlessly_many(load):
    """Mitzenmacher (2001): the mean time is sum load^(2^i - 2), of which 1 is the service."""
    exact = sum(load ** (2.0**i - 2.0) for i in range(1, 30)) - 1.0
    blocked, mean, _, _ = two_choices(load, 1.0, math.inf)
    assert mean == pytest.approx(exact, rel=1e-6)
    assert blocked < 1e-12


@pytest.mark.parametrize(("replicas", "slots"), [(2.0, 1.0), (4.0, 3.0), (30.0, 8.0)])
def test_random_is_a_station_for_each_replica(replicas, slots):
    """Poisson arrivals, split at random, are Poisson: each replica is an M/M/m."""
    got = balanced_wait(
        0.8 * replicas * slots,
        (1.0, 1.0),
        1.0,
        (replicas, slots, at.RANDOM),
        (5.0 * replicas, math.inf),
        math.nan,
    )
    assert got == station_wait(0.8 * slots, 1.0, 1.0, 1.0, slots, 5.0, math.inf)


@pytest.mark.parametrize("load", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("replicas", [2, 3, 8])
def test_in_turn_is_erlang_arrivals(load, replicas):
    """E_k/M/1: wait sigma / (1 - sigma), sigma = (k load / (k load + 1 - sigma))^k (Kleinrock 1975)."""
    sigma = 0.5
    for _ in range(10_000):
        sigma = (replicas * load / (replicas * load + 1.0 - sigma)) ** replicas
    exact = sigma / (1.0 - sigma)
    assert 1.0 + mean_wait(load, float(replicas), 1.0, at.ROUND_ROBIN) == pytest.approx(1.0 + exact, rel=0.05)


@pytest.mark.parametrize("scv", [0.0, 1.0, 4.0])
@pytest.mark.parametrize(("replicas", "slots"), [(3.0, 1.0), (10.0, 1.0), (4.0, 8.0), (20.0, 4.0)])
def test_what_knows_more_waits_less(replicas, slots, scv):
    waits = [mean_wait(0.85, replicas, slots, way, scv) for way in ALL]
    shared, least, two, turn, chance = waits
    assert shared < least < two < chance
    assert turn < chance


@settings(max_examples=200, deadline=None)
@given(
    load=st.floats(0.0, 3.0),
    replicas=st.integers(1, 200),
    slots=st.integers(1, 60),
    way=st.sampled_from(ALL),
    scv=st.floats(0.0, 20.0),
    places=st.one_of(st.just(math.inf), st.integers(0, 500).map(float)),
    longest=st.one_of(st.just(math.inf), st.floats(0.0, 50.0)),
)
def test_any_station_has_a_wait(load, replicas, slots, way, scv, places, longest):
    rate = load * replicas * slots
    blocked, mean, variance, third = balanced_wait(
        rate, (1.0, scv), 1.0, (float(replicas), float(slots), way), (places, longest), math.nan
    )
    assert 0.0 <= blocked <= 1.0
    assert min(mean, variance) >= 0.0
    assert not math.isnan(third)
    is_limited = math.isfinite(places) or math.isfinite(longest)
    assert math.isfinite(mean) == (is_limited or load < 1.0 or rate == 0.0)
    # nobody answers more than all servers carry; formulas for other than exponential service are fits
    if load > 1.2 and is_limited:
        assert (1.0 - blocked) * load < 1.05
