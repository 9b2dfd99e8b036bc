"""Copies of a store that all work on its calls: capacity by arithmetic, answers against exact results."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy import stats

from models import compile_system, load_scenario
from models.evaluator import run
from models.explanation.explain import explain
from models.performance.copies import at_least
from models.performance.copy_delays import enough_of
from models.scenario.load import scenario_from

CASES = Path(__file__).parents[2] / "cases"


def store(rate, writes, **more):
    """A store in schema 2 that is called by itself, its work 1 s for a call."""
    flows = {}
    if writes < 1.0:
        flows["read"] = {"share": 1.0 - writes, "trace": ["db"]}
    if writes > 0.0:
        flows["write"] = {"share": writes, "trace": [{"call": "db", "write": True}]}
    return scenario_from(
        {
            "schema": 2,
            "name": "copies",
            "workload": {"phases": [{"name": "all", "rate": rate, "hours": 1}]},
            "components": {"db": {"kind": "store", "service_ms": 1000} | more},
            "flows": flows,
        }
    )


def explained(rate, writes, **more):
    system = compile_system(store(rate, writes, **more))
    return explain(system, system.space.today)["phases"][0]


def mean_s(phase, flow):
    return phase["flows"][flow]["response_ms"] / 1000.0


def harmonic(n):
    return sum(1.0 / k for k in range(1, n + 1))


def test_more_copies_carry_no_more_writes():
    system = compile_system(load_scenario(CASES / "write-capacity.yaml"))
    found = run(system, system.space.designs(0, system.space.size))
    assert found.values[:, 1] == pytest.approx(200.0)
    assert found.utilisation == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("more", "busy"),
    [
        ({}, 0.2 * (0.25 + 0.75 / 4)),
        ({"read_quorum": 3}, 0.2 * (0.25 + 0.75 * 3 / 4)),
        ({"read_quorum": 2, "read_repair": 0.5}, 0.2 * (0.25 + 0.75 * 3 / 4)),
        ({"copy_work": 0.5}, 0.2 * (0.25 * (1 + 3 * 0.5) / 4 + 0.75 / 4)),
        ({"copy_work": 0}, 0.2 / 4),
        ({"shards": 2}, 0.1 * (0.25 + 0.75 / 4)),
    ],
)
def test_each_copy_is_busy_with_what_it_is_asked(more, busy):
    found = explained(0.2, 0.25, replicas=4, **more)
    assert found["components"]["db"]["utilisation"] == pytest.approx(busy)


@pytest.mark.parametrize("quorum", [1, 3, 5])
def test_idle_copies_answer_as_order_statistics_of_exponential_work(quorum):
    """The r-th smallest of n takes H_n - H_(n-r); all that were asked take H_r."""
    found = explained(1e-6, 0.5, replicas=5, write_quorum=quorum, read_quorum=quorum)
    assert mean_s(found, "write") == pytest.approx(harmonic(5) - harmonic(5 - quorum), rel=2e-3)
    assert mean_s(found, "read") == pytest.approx(harmonic(quorum), rel=2e-3)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_two_copies_that_are_only_written_are_a_fork_and_join(load):
    """Mean (12 - load)/8 of one M/M/1 (Flatto and Hahn 1984; Nelson and Tantawi 1988)."""
    found = explained(load, 1.0, replicas=2)
    assert mean_s(found, "write") == pytest.approx((12.0 - load) / 8.0 / (1.0 - load), rel=0.03)


@pytest.mark.parametrize("copies", [3, 5, 9])
def test_more_copies_that_are_only_written(copies):
    """The approximation of Nelson and Tantawi (1988), itself up to 3 % below simulation here."""
    load = 0.7
    rest = 4.0 * load / 11.0
    two = (12.0 - load) / 8.0 / (1.0 - load)
    more = harmonic(copies) / harmonic(2)
    found = explained(load, 1.0, replicas=copies)
    assert mean_s(found, "write") == pytest.approx((more + (1.0 - more) * rest) * two, rel=0.08)


def test_a_read_waits_as_at_one_copy():
    """With Poisson reads and writes one copy is an M/M/1 of what reaches it."""
    found = explained(1.2, 0.25, replicas=3)
    reaches = 0.3 + 0.9 / 3
    assert mean_s(found, "read") == pytest.approx(1.0 / (1.0 - reaches))


def test_the_near_copy_needs_no_trip():
    found = explained(
        1e-6, 0.5, replicas=3, read_quorum=1, write_quorum=3, rtt_ms=1e6, rtt_scv=0, service_scv=0
    )
    assert mean_s(found, "read") == pytest.approx(1.0, rel=1e-3)
    assert mean_s(found, "write") == pytest.approx(1001.0, rel=1e-3)


@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_at_least_is_the_binomial_tail(n):
    for r in range(n + 2):
        for p in (0.0, 1e-9, 0.3, 0.9, 1.0):
            assert at_least(n, r, p) == pytest.approx(float(stats.binom.sf(r - 1, n, p)), abs=1e-12)


def test_copies_that_turn_away_leave_the_others():
    """Of two copies each accepts half: who is accepted by one alone waits for that one."""
    one = (1.0, 1.0, 2.0)
    found = enough_of(one, one, (2.0, 1.0, 1.0, 0.5))
    both, alone = 0.25 / 0.75, 0.5 / 0.75
    assert found[0] == pytest.approx(both * 0.5 + alone * 1.0, rel=2e-3)


def test_what_copies_may_be_lost():
    """Writes cost what is left as much as before; only reads move there."""
    system = compile_system(store(0.9, 1.0, replicas=3, write_quorum=1, availability=0.9))
    found = run(system, system.space.today[None, :])
    assert float(found.success[0][0, 0]) == pytest.approx(1.0 - 0.1**3)
    assert math.isfinite(found.values[0, 0])
