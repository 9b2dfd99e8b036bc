"""Failover: how long a lost copy is asked on, what that costs users, and which writes are gone with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import compile_system
from models.evaluator import evaluate, run
from models.system.system import System
from scenarios import scenario

CHECKED = {"health_check_s": 5.0, "failure_threshold": 3, "mtbf_hours": 1.0, "mttr_minutes": 10.0}


def system_of(part: dict[str, Any], *calls: dict[str, Any], limits: dict[str, Any] | None = None) -> System:
    kind = {"kind": "service", "service_ms": 1.0, "slots": 64, **part}
    return compile_system(
        scenario(
            components={"app": kind},
            flows={"all": {"share": 1.0, "trace": list(calls) or [{"call": "app"}]}},
            phases=[{"name": "p", "rate": 100.0, "hours": 1.0}],
            limits={"emergence": None, **(limits or {})},
        )
    )


def told(system: System, name: str) -> float:
    return float(evaluate(system, system.space.today[None, :]).indicators[name][0])


def success(part: dict[str, Any], *calls: dict[str, Any]) -> float:
    """Share of the requests that no unnoticed loss turns into a failure."""
    unchecked = {
        key: value for key, value in part.items() if key not in ("health_check_s", "failure_threshold")
    }
    with_checks, without = (
        run(system, system.space.today[None, :]).success[0]
        for system in (system_of(part, *calls), system_of(unchecked, *calls))
    )
    return float((with_checks / without)[0, 0])


def test_the_payment_service_of_two_coasts():
    """Three checks of 5 s, 10 s of old names, 22 s of cold connections; then 2 s and 7 s: 47 s and 23 s."""
    part = {"replicas": 2, "health_check_s": 5.0, "dns_ttl_s": 10.0, "takeover_s": 22.0}
    assert told(system_of(part), "failover_s") == 47.0
    assert told(system_of(part | {"health_check_s": 2.0, "takeover_s": 7.0}), "failover_s") == 23.0


def test_nothing_is_said_without_health_checks():
    assert told(system_of({"replicas": 2}), "failover_s") == 0.0
    assert success({"replicas": 2, "mtbf_hours": 1.0, "mttr_minutes": 10.0}) == 1.0


@pytest.mark.parametrize(("copies", "retries"), [(2, 0), (2, 1), (4, 0), (4, 2)])
def test_what_users_meet_until_a_loss_is_noticed(copies, retries):
    """Played: copies fail and are repaired at random; each try asks any that isn't known as lost."""
    rng = np.random.default_rng(5)
    up, down = (rng.exponential(mean, 40_000) for mean in (3600.0, 600.0))
    first = rng.uniform(0.0, 5.0, up.size)
    noticed = np.minimum(first + 2 * 5.0, down)
    tries = rng.integers(copies, size=(first.size, 1 + retries))
    failed = noticed[np.all(tries == 0, axis=1)].sum() / (up + down).sum()
    part = {"replicas": copies, **CHECKED}
    found = success(part, {"call": "app", "retries": retries, "timeout_ms": 1000})
    assert 1.0 - found == pytest.approx(copies * failed, rel=0.15)


def test_a_loss_is_met_at_the_most_until_it_is_repaired():
    slow = {"replicas": 2, **CHECKED, "health_check_s": 1e6}
    assert success(slow) == pytest.approx(1.0 - 600.0 / (3600.0 + 600.0))


def test_a_call_that_may_fail_fails_nobody():
    part = {"replicas": 2, **CHECKED}
    assert success(part, {"call": "app", "optional": True}) == 1.0
    assert success(part, {"call": "app", "fallback": {"fidelity": 0.9}}) == 1.0


def test_two_calls_of_a_request_meet_the_same_loss():
    """Of two copies one is gone: both calls get through with probability 1/4, so 3/4 fail instead of 1/2."""
    part = {"replicas": 2, **CHECKED}
    once, twice = success(part), success(part, {"call": "app"}, {"call": "app", "name": "again"})
    assert (1.0 - twice) == pytest.approx(1.5 * (1.0 - once))


STORE = {
    "kind": "store",
    "replicas": 3,
    "replication_lag_ms": 300.0,
    "writes_per_key_per_s": 0.01,
    "health_check_s": 1.0,
}
WRITE = {"call": "app", "write": True, "times": 2}


@pytest.mark.parametrize(("quorum", "shards", "lost"), [(1, 1, 60.0), (1, 4, 15.0), (2, 1, 0.0), (3, 1, 0.0)])
def test_writes_of_the_last_lag_are_gone_with_the_copy_that_took_them(quorum, shards, lost):
    """200 writes/s x 0.3 s, where a write is answered by one copy."""
    part = {**STORE, "write_quorum": quorum, "shards": shards}
    if quorum > 1:
        part = {**part, "read_quorum": 1}
    assert told(system_of(part, WRITE), "lost_writes") == pytest.approx(lost)


def test_writes_to_one_copy_wait_for_its_successor_whatever_is_retried():
    part = {**STORE, **CHECKED, "write_quorum": 1}
    unnoticed = 12.5 / (3600.0 + 600.0)
    for times, retries in ((1, 0), (1, 3), (2, 0)):
        call = {"call": "app", "write": True, "times": times, "retries": retries, "timeout_ms": 1000}
        assert 1.0 - success(part, call) == pytest.approx(unnoticed, rel=1e-6)


def test_reads_that_ask_all_copies_miss_nothing():
    """Two of four copies are asked, the lost one by half of the reads; who asks all takes what is there."""
    part = {**STORE, **CHECKED, "replicas": 4, "read_quorum": 2, "write_quorum": 2, "copy_work": 1.0}
    asked, repaired = (1.0 - success({**part, "read_repair": share}, {"call": "app"}) for share in (0.0, 0.5))
    unnoticed = 12.5 / (3600.0 + 600.0)
    assert asked == pytest.approx(4 * unnoticed * 0.5, rel=1e-6)
    assert repaired == pytest.approx(0.5 * asked, rel=1e-6)


@pytest.mark.parametrize(("limit", "value", "over"), [("failover_s", 10.0, 5.0), ("lost_writes", 50.0, 10.0)])
def test_they_are_limits(limit, value, over):
    part = {**STORE, "write_quorum": 1, "health_check_s": 5.0}
    system = system_of(part, WRITE, limits={limit: value})
    found = evaluate(system, system.space.today[None, :])
    excess = found.excess[0, found.constraints.index(limit)]
    assert excess == pytest.approx(over)
