"""Hedged calls: the first answer of two, by closed forms for exponential times, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.explanation.explain import explain
from models.performance.hedging import hedged
from simulated import external, is_known, played_in, station, system_of


def of(system):
    return explain(system, system.space.today)["phases"][0]


def asked(after_ms, mean_s=0.1, **more):
    part = external(mean_s, **{k: v for k, v in more.items() if k == "error_share"})
    call = {k: v for k, v in more.items() if k != "error_share"}
    return system_of({"x": part}, {"call": "x", "hedge_after_ms": after_ms, **call}, rate=50.0)


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.3])
def test_the_first_of_two_exponential_answers(after_s):
    """Without memory: after h what is left is the smaller of two, half as long as one."""
    told = of(asked(1e3 * after_s))
    late = math.exp(-after_s / 0.1)
    assert told["components"]["x"]["arrivals_per_s"] == pytest.approx(50.0 * (1.0 + late), rel=1e-6)
    assert told["flows"]["all"]["response_ms"] == pytest.approx(100.0 * (1.0 - 0.5 * late), rel=1e-4)
    # Of the tail: P(T > t) = late x exp(-2 (t - h) / m).
    expected = after_s + 0.05 * math.log(late / 0.01)
    assert told["flows"]["all"]["p99_ms"] == pytest.approx(1e3 * expected, rel=0.03)


def test_where_one_fails_the_other_is_waited_for():
    """Errors of 20 % each: those that get a second attempt fail with 4 %, the others with 20 %."""
    told = of(asked(50.0, error_share=0.2))
    late = math.exp(-0.5)
    fails = (1.0 - late) * 0.2 + late * 0.04
    assert told["flows"]["all"]["success_share"] == pytest.approx(1.0 - fails, rel=1e-6)


def test_moments_are_those_of_the_first_answer():
    rng = np.random.default_rng(1)
    first, second = (rng.gamma(0.5, 2.0, 400_000) for _ in range(2))
    fails = rng.random((2, 400_000)) < [[0.1], [0.3]]
    late = first > 0.8
    answers = np.minimum(np.where(fails[0], np.inf, first), np.where(late & ~fails[1], 0.8 + second, np.inf))
    answered = answers[np.isfinite(answers)]
    once, out, room = np.zeros((4, 4)), np.zeros((32, 4)), np.zeros((32, 4))
    once[0] = 1.0, 1.0, 2.0, 8.0
    sent, failed, n = hedged(once, 1, 0.8, (0.1, 0.3), out, room)
    mean = float(out[:n, 0] @ out[:n, 1])
    variance = float(out[:n, 0] @ (out[:n, 2] + (out[:n, 1] - mean) ** 2))
    assert sent == pytest.approx(late.mean(), abs=0.005)
    assert failed == pytest.approx(1.0 - answered.size / answers.size, abs=0.005)
    assert mean == pytest.approx(answered.mean(), rel=0.01)
    assert math.sqrt(variance) == pytest.approx(answered.std(), rel=0.02)


def test_a_hedge_behind_the_time_out_is_none():
    plain = of(system_of({"x": external(0.1)}, {"call": "x", "timeout_ms": 100}, rate=50.0))
    told = of(asked(100.0, timeout_ms=100))
    assert told["flows"]["all"]["success_share"] == pytest.approx(plain["flows"]["all"]["success_share"])
    assert told["components"]["x"]["arrivals_per_s"] == pytest.approx(50.0)


@pytest.mark.parametrize("more", [{}, {"timeout_ms": 150, "retries": 1}, {"error_share": 0.2}])
def test_the_simulation_hedges_too(more):
    system = asked(60.0, **more)
    told, found = of(system), played_in(system, events=200_000)
    assert is_known(found.components[0].arrivals_per_s, told["components"]["x"]["arrivals_per_s"])
    assert found.overall.success.value == pytest.approx(told["flows"]["all"]["success_share"], abs=0.01)
    assert told["flows"]["all"]["response_ms"] == pytest.approx(found.overall.mean_ms.value, rel=0.03)
    assert told["flows"]["all"]["p99_ms"] == pytest.approx(found.overall.p99_ms.value, rel=0.05)


def test_at_copies_with_a_queue_each_the_second_goes_to_another():
    """Twelve copies, each call in ten hedged: what it costs in load, and what it takes off the tail."""
    parts = {"x": station(0.1, 1, replicas=12, balancing="random")}
    call = {"call": "x", "hedge_after_ms": 350}
    system = system_of(parts, call, rate=40.0)
    told, found = of(system), played_in(system, events=400_000)
    assert told["components"]["x"]["arrivals_per_s"] == pytest.approx(
        found.components[0].arrivals_per_s.value, rel=0.03
    )
    assert told["flows"]["all"]["response_ms"] == pytest.approx(found.overall.mean_ms.value, rel=0.05)
    assert told["flows"]["all"]["p99_ms"] == pytest.approx(found.overall.p99_ms.value, rel=0.1)
