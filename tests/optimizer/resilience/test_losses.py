"""What may be lost: zones take all that stands in them, and quorums need their copies."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from optimizer.resilience.breaking_points import breaking_points
from optimizer.resilience.margins import REFUSED, margins
from scenarios import scenario
from small_cases import case, designs_of


def losses(system, X=None):
    X = system.space.today[None, :] if X is None else X
    return {(m.kind, m.component): m for m in margins(system, X)}


def test_a_zone_takes_what_has_only_one():
    """The service stands in three zones, the one store in the first: losing that refuses all work."""
    zone = losses(case("one-zone"))["zone", ""]
    assert zone.stands.tolist() == [0.0]
    assert zone.first == (REFUSED,)
    assert zone.bottleneck == ("db",)


def test_a_quorum_of_three_of_four_may_lose_one_copy_and_no_zone():
    """Two zones hold two copies each: two are left where three must answer."""
    found = losses(case("quorum-zone"))
    replicas, zone = found["replicas", "db"], found["zone", ""]
    assert replicas.stands.tolist() == [4.0 - 3.0]
    assert replicas.has.tolist() == [4.0]
    assert not replicas.is_all[0]
    assert zone.stands.tolist() == [0.0]
    assert {replicas.first, zone.first} == {(REFUSED,)}


@pytest.mark.parametrize(
    ("copies", "zones", "write_quorum", "stands"),
    [(6, 3, 4, 1.0), (6, 3, 5, 0.0), (5, 3, 3, 1.0), (4, 4, 3, 1.0), (3, 1, 2, 0.0), (3, 3, 2, 1.0)],
)
def test_a_zone_may_be_lost_where_the_quorum_is_left(copies, zones, write_quorum, stands):
    """The largest zone holds ceil(copies / zones); what is left must be no less than the quorum."""
    left = copies - -(-copies // zones)
    assert (left >= write_quorum) == bool(stands)
    db = {
        "kind": "store",
        "replicas": copies,
        "slots": 4,
        "service_ms": 1,
        "zones": zones,
        "zone_availability": 0.999,
        "write_quorum": write_quorum,
    }
    flows = {"req": {"share": 1.0, "trace": [{"call": "db", "write": True}]}}
    found = losses(compile_system(scenario(components={"db": db}, flows=flows)))
    assert found["zone", ""].stands.tolist() == [stands]
    assert found["replicas", "db"].stands.tolist() == [float(copies - write_quorum)]


def test_one_replica_may_not_be_lost():
    web = {"kind": "service", "replicas": 1, "slots": 64, "service_ms": 1}
    found = losses(compile_system(scenario(components={"web": web})))["replicas", "web"]
    assert (found.stands.tolist(), found.has.tolist(), found.is_all.tolist()) == ([0.0], [1.0], [False])
    assert found.first == (REFUSED,)


def test_what_nobody_needs_may_be_lost():
    """An optional call is left out where its component is gone, and the others go on."""
    parts = {
        "web": {"kind": "service", "replicas": 2, "slots": 64, "service_ms": 1},
        "extra": {"kind": "service", "replicas": 2, "slots": 64, "service_ms": 1},
    }
    flows = {"req": {"share": 1.0, "trace": [{"call": "web", "then": [{"call": "extra", "optional": True}]}]}}
    found = losses(compile_system(scenario(components=parts, flows=flows)))["replicas", "extra"]
    assert found.is_all.tolist() == [True]
    assert found.stands.tolist() == [2.0]


def test_the_first_to_break_is_who_limits():
    """70 % of the store's 20/s are 14/s: 15/s are over already; with 20 slots 28/s are the limit."""
    system = case("blame")
    X = np.vstack([designs_of(system), designs_of(system, db_slots=1.0)])
    points = breaking_points(system, X)
    assert [system.components[int(c)] for c in points.bottleneck] == ["db", "db"]
    assert points.margin == pytest.approx([14.0 / 15.0, 28.0 / 15.0], rel=1e-2)
    # Today is over its limit: of nothing can be said what it stands. With 20 slots one store is all there is.
    db = losses(system, X)["replicas", "db"]
    assert np.isnan(db.stands).tolist() == [True, False]
    assert db.bottleneck[1] == "db"
    # Three of four application servers may go: 50 threads are busy for 30 %.
    assert losses(system, X)["replicas", "app"].stands[1] == 3.0
