"""Redundancy: published availabilities, exact fractions, and sums over every state of every copy."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.cases import assert_within, cases
from oracles.formulas.redundancy import carried_share, k_of_n, replicas_in, zone_states

#: Cases that nothing in this module covers.
NOT_COVERED = {
    "avail-nines": "a unit conversion to minutes of downtime; models/units.py prints nines",
    "avail-mtbf": "made from the times of a component: test_oracle_coverage.py",
}


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), float(x))


def binomial(n: int, j: int, p: Fraction) -> Fraction:
    return comb(n, j) * p**j * (1 - p) ** (n - j)


@pytest.mark.parametrize(
    "case", [c for c in cases("k_of_n") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_published_k_of_n(case: dict[str, Any]) -> None:
    i = case["inputs"]
    if "needed" in i:
        found = k_of_n(
            cell(i["needed"]), replicas=cell(i["replicas"]), availability=cell(i["replica_availability"])
        )
        assert_within(case, float(found[0, 0]))
        return
    chain = i["in_series"] if "in_series" in i else [i["in_series_with"]]
    found = np.prod([k_of_n(cell(1), replicas=cell(1), availability=cell(p)) for p in chain])
    if "redundant" in i:
        one, other = i["redundant"]
        assert one == other
        found = found * k_of_n(cell(1), replicas=cell(2), availability=cell(one))[0, 0]
    assert_within(case, float(found))


@pytest.mark.parametrize(
    "case", [c for c in cases("availability_zones") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_zones(case: dict[str, Any]) -> None:
    i = case["inputs"]
    zones = i["zones"]
    total = 0.0
    for state, probability in zone_states([cell(i["zone_availability"])] * zones):
        left = replicas_in(state, replicas=cell(zones * i["replicas_per_zone"]), zones=cell(zones))
        up = k_of_n(cell(i["needed"]), replicas=left, availability=cell(i["replica_availability"]))
        total += float((probability * up)[0, 0])
    assert_within(case, total)


@given(n=st.integers(0, 30), k=st.integers(-1, 32), p=st.floats(0.0, 1.0))
def test_k_of_n_is_the_binomial_tail(n: int, k: int, p: float) -> None:
    exact = sum((binomial(n, j, Fraction(p)) for j in range(max(k, 0), n + 1)), Fraction(0))
    found = float(k_of_n(cell(k), replicas=cell(n), availability=cell(p))[0, 0])
    assert found == pytest.approx(float(exact), rel=1e-11, abs=1e-300)


@given(n=st.integers(1, 20), offered=st.floats(0.01, 25.0), p=st.floats(0.0, 1.0))
def test_carried_share_is_its_expectation(n: int, offered: float, p: float) -> None:
    b = Fraction(offered)
    exact = sum(
        (binomial(n, j, Fraction(p)) * min(Fraction(1), Fraction(j) / b) for j in range(n + 1)), Fraction(0)
    )
    found = float(carried_share(cell(offered), replicas=cell(n), availability=cell(p))[0, 0])
    assert found == pytest.approx(float(exact), rel=1e-8, abs=1e-12)


def test_carried_share_at_its_ends() -> None:
    assert carried_share(cell(0.0), replicas=cell(3), availability=cell(1.0))[0, 0] == 1.0
    assert carried_share(cell(2.0), replicas=cell(0), availability=cell(0.9))[0, 0] == pytest.approx(
        0.0, abs=1e-12
    )


@given(availabilities=st.lists(st.floats(0.0, 1.0), max_size=5))
def test_zone_states_are_all_and_certain_together(availabilities: list[float]) -> None:
    found = list(zone_states([cell(p) for p in availabilities]))
    assert {state for state, _ in found} == set(itertools.product((True, False), repeat=len(availabilities)))
    assert sum(float(p[0, 0]) for _, p in found) == pytest.approx(1.0, rel=1e-12)
    for zone, availability in enumerate(availabilities):
        up = sum(float(p[0, 0]) for state, p in found if state[zone])
        assert up == pytest.approx(availability, abs=1e-12)


@given(replicas=st.integers(0, 20), zones=st.integers(1, 5), data=st.data())
def test_copies_are_dealt_one_by_one(replicas: int, zones: int, data: st.DataObject) -> None:
    state = data.draw(st.lists(st.booleans(), min_size=zones, max_size=5))
    dealt = [0] * len(state)
    for copy in range(replicas):
        dealt[copy % zones] += 1
    expected = sum(count for count, up in zip(dealt, state, strict=True) if up)
    assert replicas_in(state, replicas=cell(replicas), zones=cell(zones))[0, 0] == expected


@settings(deadline=None, max_examples=20)
@given(
    copies=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=2),
    zones=st.integers(1, 2),
    zone=st.floats(0.5, 1.0),
    copy=st.floats(0.5, 1.0),
)
def test_a_flow_over_shared_zones_is_a_sum_over_all_states_of_all_copies(
    copies: list[tuple[int, int]], zones: int, zone: float, copy: float
) -> None:
    found = 0.0
    for state, probability in zone_states([cell(zone)] * zones):
        both = probability
        for replicas, needed in copies:
            left = replicas_in(state, replicas=cell(replicas), zones=cell(zones))
            both = both * k_of_n(cell(needed), replicas=left, availability=cell(copy))
        found += float(both[0, 0])
    expected, count = 0.0, sum(replicas for replicas, _ in copies)
    for bits in itertools.product((True, False), repeat=zones + count):
        chance, at, good = 1.0, zones, True
        for i, up in enumerate(bits):
            p = zone if i < zones else copy
            chance *= p if up else 1.0 - p
        for replicas, needed in copies:
            alive = sum(bits[at + r] and bits[r % zones] for r in range(replicas))
            good, at = good and alive >= needed, at + replicas
        expected += chance if good else 0.0
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_shapes(n: int) -> None:
    copies, share = np.full((n, 1), 3.0), np.full((1, 2), 0.9)
    assert k_of_n(np.ones((n, 1)), replicas=copies, availability=share).shape == (n, 2)
    assert carried_share(np.ones((n, 1)), replicas=copies, availability=share).shape == (n, 2)
    assert replicas_in((True, False), replicas=copies, zones=np.full((1, 2), 2.0)).shape == (n, 2)


def test_bits_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(4)
    n = rng.integers(1, 40, (10_000, 1)).astype(float)
    m, p = np.ceil(n * rng.random((10_000, 1))), rng.random((10_000, 1))
    share = carried_share(m - 0.5, replicas=n, availability=p)
    enough = k_of_n(m, replicas=n, availability=p)
    for i in range(0, 10_000, 500):
        row = slice(i, i + 1)
        assert carried_share(m[row] - 0.5, replicas=n[row], availability=p[row])[0, 0] == share[i, 0]
        assert k_of_n(m[row], replicas=n[row], availability=p[row])[0, 0] == enough[i, 0]
