"""Copies of a store that all work on its calls: against exact results, with stated seeds."""

from __future__ import annotations

import pytest

from simulated import MS, erlang_c, is_known, played_in, store, system_with

COPIES = {"copy_work": 1.0, "balancing": "random"}


def played(rate, writes, **more):
    flows = {}
    if writes < 1.0:
        flows["read"] = {"share": 1.0 - writes, "trace": ["db"]}
    if writes > 0.0:
        flows["write"] = {"share": writes, "trace": [{"call": "db", "write": True}]}
    return played_in(system_with({"db": store(1.0, **COPIES | more)}, flows, rate=rate), seed=3)


def flow(found, name):
    return next(one for one in found.flows if one.name == name)


def test_two_copies_that_are_only_written_are_a_fork_and_join():
    """Mean (12 - load)/8 of one M/M/1 (Flatto and Hahn 1984)."""
    found = played(0.6, 1.0, replicas=2)
    assert is_known(flow(found, "write").mean_ms, (12.0 - 0.6) / 8.0 / 0.4 * MS)
    assert is_known(found.components[0].utilisation, 0.6)
    assert is_known(found.components[0].arrivals_per_s, 0.6)
    assert is_known(found.components[0].wait_ms, 0.6 / 0.4 * MS)


def test_a_read_meets_one_copy_with_all_writes():
    """An M/M/2 that gets all writes and its part of the reads."""
    found = played(2.4, 0.25, replicas=3, slots=2)
    erlangs = 0.6 + 1.8 / 3
    assert is_known(flow(found, "read").mean_ms, (1.0 + erlang_c(2, erlangs) / (2.0 - erlangs)) * MS)
    assert is_known(found.components[0].utilisation, erlangs / 2.0)


@pytest.mark.parametrize(
    ("quorum", "read", "write"), [(1, 1.0, 1 / 3), (2, 1.5, 1 / 3 + 1 / 2), (3, 11 / 6, 11 / 6)]
)
def test_idle_copies_answer_as_order_statistics(quorum, read, write):
    found = played(1e-3, 0.5, replicas=3, read_quorum=quorum, write_quorum=quorum)
    assert is_known(flow(found, "read").mean_ms, read * MS)
    assert is_known(flow(found, "write").mean_ms, write * MS)


def test_what_repairs_asks_all_and_writes_what_lags():
    """Of the two copies that no write waited for u L / (1 + u L) = 1/2 lag behind."""
    more = {"read_repair": 0.4, "write_quorum": 1, "replication_lag_ms": 1000, "writes_per_key_per_s": 1}
    found = played(0.3, 0.0, replicas=3, **more)
    assert is_known(found.components[0].utilisation, 0.3 * (1.0 + 0.4 * (2.0 + 2.0 * 0.5)) / 3.0)


def test_further_copies_may_cost_less_work():
    found = played(0.3, 1.0, replicas=4, copy_work=0.2)
    assert is_known(found.components[0].utilisation, 0.3 * (1.0 + 3 * 0.2) / 4.0)


def test_too_few_copies_accept():
    """Writes to two copies without places: one of which must accept."""
    found = played(0.5, 1.0, replicas=2, write_quorum=1, queue_limit=0)
    # Chain of the copies taken: 0 -> 2, 2 -> 1 -> 0, 1 -> 2; a write is lost where both are taken.
    # From 1 at rate 0.5 to 2, else at 1 to 0; from 2 at 2 to 1; from 0 at 0.5 to 2.
    two = 1.0 / (1.0 + 2.0 / 1.5 + 1.0 / 0.5 * 2.0 / 1.5)
    assert is_known(flow(found, "write").success, 1.0 - two)
