"""Waits against published tables, birth-death chains and integrals in many digits."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formulas.waiting import Wait, limited_wait, station_wait
from oracles.cases import assert_within, cases
from oracles.formulas.waiting import deadline_wait, unlimited_wait

SERVERS = st.integers(1, 40)
LOADS = st.floats(0.05, 3.0)
SCVS = st.floats(0.0, 5.0)


def station(
    rate: Any,
    servers: float,
    *,
    service_s: float = 1.0,
    scv: float = 1.0,
    arrival_scv: float = 1.0,
    places: float = math.inf,
    longest_s: float = math.inf,
) -> Wait:
    return station_wait(
        np.asarray(rate, dtype=float),
        service_s=np.array(service_s),
        service_scv=np.array(scv),
        arrival_scv=np.array(arrival_scv),
        servers=np.array(float(servers)),
        queue_limit=np.array(places),
        max_wait_s=np.array(longest_s),
    )


def numbers(wait: Wait) -> list[float]:
    return [float(value) for value in wait]


def cumulants(first: Any, second: Any, third: Any) -> list[float]:
    return [float(x) for x in (first, second - first**2, third - 3 * second * first + 2 * first**3)]


def by_birth_and_death(rate: float, servers: int, places: int) -> list[float]:
    """M/M/c/K, service of 1 s: state probabilities one after the other, wait a sum of j + 1 exponentials."""
    lam = mpmath.mpf(rate)
    weights = [mpmath.mpf(1)]
    for k in range(1, servers + places + 1):
        weights.append(weights[-1] * lam / min(k, servers))
    total = mpmath.fsum(weights)
    accepted = total - weights[-1]
    moments = [mpmath.mpf(0)] * 3
    for j in range(places):
        share, n, unit = weights[servers + j] / accepted, j + 1, mpmath.mpf(1) / servers
        raw = (n * unit, n * (n + 1) * unit**2, n * (n + 1) * (n + 2) * unit**3)
        moments = [m + share * r for m, r in zip(moments, raw, strict=True)]
    return [float(weights[-1] / total), *cumulants(*moments)]


def by_integration(rate: float, servers: int, longest: float) -> list[float]:
    """M/M/c+D, service of 1 s: virtual wait of density rate p(c-1) e^(-(c - rate) t) up to the limit.

    Beyond the limit nobody joins, so that what is there only drains: density e^(-c t).
    """
    lam, tau = mpmath.mpf(rate), mpmath.mpf(longest)
    weights = [mpmath.mpf(1)]
    for k in range(1, servers):
        weights.append(weights[-1] * lam / k)

    front = lam * weights[-1]

    def tilt(t: Any) -> Any:
        return mpmath.exp(-(servers - lam) * t)

    def moment(power: int) -> Any:
        # The integral stops at an absolute error, so what is tiny stays outside.
        return front * mpmath.quad(lambda t: t**power * tilt(t), mpmath.linspace(0, tau, 9))

    served = mpmath.fsum(weights) + moment(0)
    lost = front * tilt(tau) / servers
    raw = [moment(power) / served for power in (1, 2, 3)]
    return [float(lost / (served + lost)), *cumulants(*raw)]


def mmck_answer(inputs: dict[str, Any]) -> list[float]:
    servers, rate = inputs["servers"], inputs["arrival_rate_per_s"]
    s = inputs["mean_service_s"] if "mean_service_s" in inputs else 1.0 / inputs["service_rate_per_s"]
    if "max_wait_s" in inputs:
        return numbers(station(rate, servers, service_s=s, longest_s=inputs["max_wait_s"]))[:1]
    places = inputs["places_waiting"]
    blocked, mean, variance, _ = numbers(station(rate, servers, service_s=s, places=float(places)))
    empty = blocked * math.factorial(servers) * servers**places / (rate * s) ** (servers + places)
    answers = {
        "P(block)": blocked,
        "P(empty)": empty,
        "mean response of accepted s": mean + s,
        "mean wait of accepted s": mean,
        "variance of wait of accepted s2": variance,
        "mean number in system": rate * (1.0 - blocked) * (mean + s),
    }
    outputs = inputs["output"] if isinstance(inputs["output"], list) else [inputs["output"]]
    return [answers[name] for name in outputs]


@pytest.mark.parametrize("case", cases("mmck"), ids=lambda case: case["id"])
def test_bounded_queues_agree_with_the_reference(case: dict[str, Any]) -> None:
    assert_within(case, mmck_answer(case["inputs"]))


@pytest.mark.parametrize("case", cases("mgc_wait"), ids=lambda case: case["id"])
def test_unlimited_queues_agree_with_the_reference(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    found = unlimited_wait(
        np.array(inputs["utilisation"] * inputs["servers"] / inputs["mean_service_s"]),
        service_s=np.array(inputs["mean_service_s"]),
        service_scv=np.array(inputs["service_scv"]),
        arrival_scv=np.array(1.0),
        servers=np.array(float(inputs["servers"])),
    )
    of_variance = inputs["output"] == "variance of wait s2"
    assert_within(case, float(found.variance_s2 if of_variance else found.mean_s))


@pytest.mark.parametrize("case", [x for x in cases("erlang_c") if x["id"].startswith("ec-var")], ids=str)
def test_exponential_wait_has_the_textbook_moments(case: dict[str, Any]) -> None:
    found = station(case["inputs"]["offered_erlangs"], case["inputs"]["servers"])
    for value, wanted in zip((found.mean_s, found.variance_s2), case["expected"], strict=False):
        assert value == pytest.approx(wanted, rel=case["tolerance_rel"])


def test_third_cumulant_of_one_exponential_server() -> None:
    """M/M/1: raw moments rho w, 2 rho w^2, 6 rho w^3 with w = 1 / (1 - rho)."""
    wanted = cumulants(0.75 * 4.0, 2.0 * 0.75 * 16.0, 6.0 * 0.75 * 64.0)
    np.testing.assert_allclose(numbers(station(0.75, 1))[1:], wanted, rtol=1e-13)


@settings(max_examples=80, deadline=None)
@given(servers=SERVERS, load=LOADS, places=st.integers(0, 60))
def test_places_equal_birth_and_death(servers: int, load: float, places: int) -> None:
    wanted = by_birth_and_death(load * servers, servers, places)
    found = numbers(station(load * servers, servers, places=float(places)))
    np.testing.assert_allclose(found[:3], wanted[:3], rtol=1e-9, atol=1e-300)
    # The third cumulant can be 0: what counts is its error against the spread.
    assert found[3] == pytest.approx(wanted[3], rel=1e-8, abs=1e-9 * wanted[2] ** 1.5)


@settings(max_examples=25, deadline=None)
@given(servers=SERVERS, load=LOADS, longest=st.floats(0.01, 5.0))
def test_longest_wait_equals_the_integral(servers: int, load: float, longest: float) -> None:
    wanted = by_integration(load * servers, servers, longest)
    found = numbers(station(load * servers, servers, longest_s=longest))
    np.testing.assert_allclose(found[:3], wanted[:3], rtol=1e-8, atol=1e-300)
    assert found[3] == pytest.approx(wanted[3], rel=1e-7, abs=1e-8 * wanted[2] ** 1.5)


@pytest.mark.parametrize("off", [0.0, 1e-12, -1e-9, 1e-6, -1e-3])
def test_no_digits_are_lost_next_to_a_utilisation_of_1(off: float) -> None:
    for servers, places in ((1, 3), (7, 50), (30, 200)):
        rate = servers * (1.0 + off)
        found = numbers(station(rate, servers, places=float(places)))
        np.testing.assert_allclose(found, by_birth_and_death(rate, servers, places), rtol=1e-9)
        found = numbers(station(rate, servers, longest_s=2.0))
        np.testing.assert_allclose(found, by_integration(rate, servers, 2.0), rtol=1e-9)


@given(servers=SERVERS, load=st.floats(0.05, 0.98), scv=SCVS, arrival_scv=st.floats(0.1, 3.0))
def test_ever_looser_limits_become_no_limit(
    servers: int, load: float, scv: float, arrival_scv: float
) -> None:
    kind = {"scv": scv, "arrival_scv": arrival_scv}
    wanted = numbers(station(load * servers, servers, **kind))
    for limit in ({"places": 1e7}, {"longest_s": 1e6}):
        found = numbers(station(load * servers, servers, **kind, **limit))
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-300)


@given(
    rates=st.lists(st.floats(0.0, 1e6), min_size=2, max_size=2).map(sorted),
    servers=st.floats(1.0, 200.0),
    limit=st.sampled_from(["places", "longest_s"]),
    size=st.floats(0.0, 50.0),
)
def test_more_requests_wait_longer_and_are_refused_more_often(
    rates: list[float], servers: float, limit: str, size: float
) -> None:
    # Places are whole and servers at least one, as in any scenario.
    found = station(rates, servers, **{limit: math.floor(size) if limit == "places" else size})
    for low, high in (found.blocked_share, found.mean_s):
        assert low <= high * (1.0 + 1e-9) + 1e-300  # below are no normal numbers
    unlimited = station(rates, servers)
    assert unlimited.mean_s[0] <= unlimited.mean_s[1] * (1.0 + 1e-9)
    assert (unlimited.blocked_share == 0.0).all()


@given(
    rate=st.floats(0.0, 1e9),
    service_s=st.floats(0.0, 1e3),
    scv=st.floats(0.0, 100.0),
    arrival_scv=st.floats(0.0, 100.0),
    servers=st.floats(0.1, 1e6),
    places=st.one_of(st.floats(0.0, 1e9), st.just(math.inf)),
    longest_s=st.one_of(st.floats(0.0, 1e9), st.just(math.inf)),
)
def test_every_station_has_a_wait(
    rate: float,
    service_s: float,
    scv: float,
    arrival_scv: float,
    servers: float,
    places: float,
    longest_s: float,
) -> None:
    found = station(
        rate,
        servers,
        service_s=service_s,
        scv=scv,
        arrival_scv=arrival_scv,
        places=places,
        longest_s=longest_s,
    )
    blocked, mean, variance, third = numbers(found)
    assert 0.0 <= blocked <= 1.0
    assert mean >= 0.0
    assert variance >= 0.0
    assert not math.isnan(third)
    collapsed = math.isinf(places) and math.isinf(longest_s) and rate * service_s >= servers
    assert (mean == math.inf) == collapsed
    if rate * service_s < 1e-300:
        assert numbers(found) == [0.0, 0.0, 0.0, 0.0]


@given(servers=SERVERS, load=st.floats(0.1, 1e6), longest=st.floats(1e-3, 100.0), scv=st.floats(0.0, 1.0))
def test_who_is_served_in_time_waited_less_than_the_limit(
    servers: int, load: float, longest: float, scv: float
) -> None:
    found = station(load * servers, servers, longest_s=longest, scv=scv)
    assert found.mean_s <= longest * (1.0 + 1e-9)


@given(servers=SERVERS, load=LOADS, places=st.floats(0.1, 50.0), longest=st.floats(0.01, 50.0))
def test_of_two_limits_the_tighter_counts(servers: int, load: float, places: float, longest: float) -> None:
    both = station(load * servers, servers, places=places, longest_s=longest)
    tighter = {"places": places} if places / servers <= longest else {"longest_s": longest}
    assert numbers(both) == numbers(station(load * servers, servers, **tighter))


def test_single_limits_have_functions_of_their_own() -> None:
    given_ = {
        "service_s": np.array(0.5),
        "service_scv": np.array(0.7),
        "arrival_scv": np.array(1.3),
        "servers": np.array(3.0),
    }
    kind = {"service_s": 0.5, "scv": 0.7, "arrival_scv": 1.3}
    places = limited_wait(np.array(5.0), queue_limit=np.array(4.0), **given_)
    assert numbers(places) == numbers(station(5.0, 3, places=4.0, **kind))
    longest = deadline_wait(np.array(5.0), max_wait_s=np.array(0.4), **given_)
    assert numbers(longest) == numbers(station(5.0, 3, longest_s=0.4, **kind))


def test_an_element_is_the_same_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(11)
    n = 10_000
    servers = np.ceil(np.exp(rng.uniform(0.0, 6.0, n)))
    service = np.exp(rng.uniform(-5.0, 1.0, n))
    rate = servers / service * np.exp(rng.uniform(-4.0, 1.5, n))
    places = np.where(rng.random(n) < 0.5, np.inf, np.exp(rng.uniform(-1.0, 8.0, n)))
    longest = np.where(rng.random(n) < 0.5, np.inf, service * np.exp(rng.uniform(-4.0, 4.0, n)))
    scv, arrival_scv = rng.uniform(0.0, 4.0, n), rng.uniform(0.5, 2.0, n)

    def of(i: slice) -> Wait:
        return station_wait(
            rate[i],
            service_s=service[i],
            service_scv=scv[i],
            arrival_scv=arrival_scv[i],
            servers=servers[i],
            queue_limit=places[i],
            max_wait_s=longest[i],
        )

    together = of(slice(None))
    for i in range(0, n, 13):
        for alone, value in zip(of(slice(i, i + 1)), together, strict=True):
            assert alone[0] == value[i]
    assert all(value.shape == (0,) for value in of(slice(0, 0)))


def test_designs_and_phases_broadcast() -> None:
    found = station(np.ones((4, 1)) * np.array([[0.0, 0.5, 2.0]]), 1)
    np.testing.assert_allclose(found.mean_s, np.tile([0.0, 1.0, np.inf], (4, 1)), rtol=1e-12)
    assert station(np.empty((0, 3)), 1).mean_s.shape == (0, 3)
