"""Deadlines that are passed on: closed forms, and simulation of what is dropped, cut and not repeated."""

from __future__ import annotations

import math

import pytest

from models.explanation.explain import explain
from simulated import external, is_known, played_in, station, system_of


def of(system):
    return explain(system, system.space.today)["phases"][0]


def in_time(rate, service_s, deadline_s):
    """Shares served and answered in time of an M/M/1 whose customers leave the queue after so long a wait.

    The wait that a customer would have has the density P0 l e^((l - m) w) up to the deadline D and
    P0 l e^(l D - m w) beyond it (Baccelli and Hebuterne 1981): who would wait longer is not served.
    """
    m, d = 1.0 / service_s, deadline_s
    grows = rate - m
    below = rate * (math.expm1(grows * d) / grows if grows else d)
    p0 = 1.0 / (1.0 + below + rate / m * math.exp(grows * d))
    # Served at w, and done within d - w: 1 - e^(-m (d - w)).
    late = rate * math.exp(-m * d) * math.expm1(rate * d) / rate
    return p0 * (1.0 + below), p0 * (-math.expm1(-m * d) + below - late)


@pytest.mark.parametrize("rate", [5.0, 9.0, 12.0, 20.0])
def test_a_queue_that_drops_what_is_too_late(rate):
    system = system_of(
        {"x": station(0.1)}, {"call": "x", "timeout_ms": 400.0, "passes_deadline": True}, rate=rate
    )
    served, answered = in_time(rate, 0.1, 0.4)
    told, found = of(system), played_in(system, events=300_000)
    assert found.overall.success.value == pytest.approx(answered, abs=0.01)
    assert found.components[0].utilisation.value == pytest.approx(min(rate * 0.1 * served, 1.0), abs=0.015)
    assert told["components"]["x"]["blocked_share"] == pytest.approx(1.0 - served, abs=1e-6)
    assert told["flows"]["all"]["success_share"] == pytest.approx(answered, abs=0.02)


def test_without_a_deadline_the_work_goes_on_for_who_has_gone():
    """Twice of what it can do: dead without the deadline, some are answered with it."""
    call = {"call": "x", "timeout_ms": 400.0}
    dead = of(system_of({"x": station(0.1)}, call, rate=20.0))
    assert dead["flows"]["all"]["success_share"] == 0.0


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (5, 2)])
def test_nothing_is_tried_again_when_the_time_is_over(retries, attempts):
    """Each attempt fails after 60 ms, and after 100 ms nobody asks: a second one begins, a third doesn't."""
    parts = {"a": external(0.0), "b": external(0.06, latency_scv=0.0, error_share=1.0)}
    inner = {"call": "b", "retries": retries}
    call = {"call": "a", "timeout_ms": 100.0, "passes_deadline": True, "then": [inner]}
    system = system_of(parts, call, rate=50.0)
    found = played_in(system, events=50_000)
    assert of(system)["components"]["b"]["arrivals_per_s"] == pytest.approx(50.0 * attempts, rel=1e-9)
    assert is_known(found.components[1].arrivals_per_s, 50.0 * attempts)


def test_who_was_late_tries_no_more():
    """Half of the time is gone before the inner call begins: it waits for the rest, and isn't repeated."""
    parts = {"a": external(0.05, latency_scv=0.0), "b": external(0.1)}
    inner = {"call": "b", "retries": 3}
    call = {"call": "a", "timeout_ms": 100.0, "passes_deadline": True, "then": [inner]}
    system = system_of(parts, call, rate=50.0)
    told, found = of(system), played_in(system, events=200_000)
    assert told["components"]["b"]["arrivals_per_s"] == pytest.approx(50.0, rel=1e-9)
    assert told["flows"]["all"]["success_share"] == pytest.approx(-math.expm1(-0.5), rel=0.02)
    assert is_known(found.components[1].arrivals_per_s, 50.0)
    assert found.overall.success.value == pytest.approx(-math.expm1(-0.5), abs=0.01)


def test_a_thread_is_free_again_when_the_deadline_is_over():
    """A pool whose store answers after seconds: its threads are held for as long as anybody waits."""
    parts = {"pool": station(1e-6, slots=100, blocking=True), "db": external(5.0, latency_scv=0.0)}
    call = {"call": "pool", "timeout_ms": 500.0, "passes_deadline": True, "then": ["db"]}
    system = system_of(parts, call, rate=100.0)
    told, found = of(system), played_in(system, events=50_000)
    assert told["components"]["pool"]["utilisation"] == pytest.approx(0.5, rel=1e-3)
    assert found.components[0].utilisation.value == pytest.approx(0.5, rel=0.05)


def test_a_deadline_that_nobody_meets_changes_nothing():
    call = {"call": "x", "timeout_ms": 1e6}
    plain, passed = (
        of(system_of({"x": station(0.1, slots=4)}, call | {"passes_deadline": on}, rate=20.0))
        for on in (False, True)
    )
    assert passed["flows"] == plain["flows"]
