"""Connected clients by steps: a closed loop, and what becomes of those who are cut off together."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.faults.timed_change import Change, TimedChange
from models.steps.course import Leg
from models.steps.play import play
from models.steps.refused import NotPlayed, Why
from models.steps.returns import Return
from scenarios import scenario


def system_of(part, phases, *, call=None, **told):
    return compile_system(
        scenario(
            components={"part": {"kind": "service", **part}},
            flows={"all": {"share": 1.0, "trace": [{"call": "part", **(call or {})}]}},
            workload={"phases": phases, **({"clients": told} if told else {})},
        )
    )


def phase(clients, rate=0.0, name="p"):
    return {"name": name, "rate": rate, "hours": 1.0, "clients": clients}


def played(system, *seconds, runs=2, **more):
    legs = [Leg(k, each) for k, each in enumerate(seconds)]
    return play(system, system.space.today, legs, seeds=range(1, runs + 1), threads=2, **more)[0]


def test_users_without_think_time_wait_for_a_connection():
    """50 users, ten connections of half a second: 2.5 s, and 20 answers a second."""
    system = system_of({"service_ms": 500.0, "slots": 10, "service_scv": 0.0}, [phase(50)], think_s=0.0)
    found = played(system, 60.0)
    assert np.nanmean(found.mean_ms[:, 10:, 0]) == pytest.approx(2500.0, rel=0.06)
    assert found.answered[:, 10:, 0].mean() == pytest.approx(20.0, rel=0.05)


def test_clients_ask_as_often_as_they_think():
    system = system_of({"service_ms": 20.0, "slots": 8}, [phase(400), phase(100, name="q")], think_s=4.0)
    found = played(system, 60.0, 60.0)
    assert found.offered[:, 5:60, 0].mean() == pytest.approx(400 / 4.02, rel=0.03)
    assert found.offered[:, 75:, 0].mean() == pytest.approx(100 / 4.02, rel=0.06)


@pytest.mark.parametrize(("jitter", "peak", "is_up"), [(0.0, 1051.0, False), (1.0, 143.0, True)])
def test_a_thousand_clients_who_are_cut_off_together(jitter, peak, is_up):
    """A station of 150/s under 100/s. Without jitter 1,000 come at once; spread over 30 s, which is more than
    1,000 / (150 - 100) = 20 s, 33 a second come beside the others.
    """
    part = {"service_ms": 100.0, "slots": 15}
    system = system_of(part, [phase(0, rate=100.0)], call={"timeout_ms": 1000, "retries": 1})
    back = Return(0, 1000, 10.0, 30.0, jitter, is_cut_off=True)
    found = played(system, 120.0, runs=4, returns=(back,))
    most = found.offered[:, :, 0].max(axis=1).mean()
    assert most == pytest.approx(peak, rel=0.12)
    late = found.answered[:, -15:, 0].sum() / found.offered[:, -15:, 0].sum()
    assert bool(late > 0.9) is is_up


def test_a_push_where_only_clients_ask_is_refused():
    system = system_of({"service_ms": 20.0}, [phase(40)], think_s=4.0)
    with pytest.raises(NotPlayed) as caught:
        played(system, 30.0, changes=(TimedChange(Change.LOAD, -1, 5.0, 10.0, 3.0),))
    assert caught.value.code == Why.CLOSED
