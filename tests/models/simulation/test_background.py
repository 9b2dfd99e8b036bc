"""Calls that nobody waits for, event by event: against the model, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluator import run
from models.faults.timed_change import Change, TimedChange
from models.simulation.refused import NotSimulated, Reason
from models.simulation.transient import transient
from simulated import erlang_c, is_known, played, played_in, station, system_of

MESSAGE = {"call": "jobs", "async": True}
WEB = station(0.005, 4)


def queue(service_s, slots=1, **more):
    return {"kind": "queue", "service_ms": service_s * 1e3, "slots": slots, **more}


def test_nobody_waits_for_messages_and_consumers_do_them_all():
    """Consumers as M/M/4 at 0.8: Erlang's wait is theirs; the answer is that of the web tier alone."""
    found = played({"web": WEB, "jobs": queue(0.04, 4)}, "web", MESSAGE, rate=80.0)
    wait = erlang_c(4, 3.2) * 0.04 / (4 - 3.2)
    mean = 0.005 * (1.0 + erlang_c(4, 0.4) / (4 - 0.4))
    assert is_known(found.flows[0].mean_ms, mean * 1e3)
    assert is_known(found.components[1].wait_ms, wait * 1e3, within=0.3)
    assert is_known(found.components[1].utilisation, 0.8)


def test_what_fails_is_received_again():
    """Three of ten fail, four receives at the most: (1 - 0.3^4) / 0.7 of each message."""
    found = played(
        {"web": WEB, "jobs": queue(0.01, 2, error_share=0.3, max_receives=4)}, "web", MESSAGE, rate=50.0
    )
    assert is_known(found.components[1].arrivals_per_s, 50.0 * (1.0 - 0.3**4) / 0.7)
    assert found.overall.success.value == 1.0


def test_the_visibility_time_begins_when_a_consumer_takes_a_message():
    """Exponential work of 0.05 s, seen again after 0.1 s: e^-2 of the messages twice, though all wait."""
    jobs = queue(0.05, 1, visibility_s=0.1, max_receives=2)
    found = played({"web": WEB, "jobs": jobs}, "web", MESSAGE, rate=16.0)
    assert is_known(found.components[1].arrivals_per_s, 16.0 * (1.0 + np.exp(-2.0)))
    assert found.components[1].wait_ms.value > 100.0


def test_the_model_says_the_same_of_a_store_that_consumers_call():
    parts = {"web": WEB, "jobs": queue(0.03, 3), "db": {"kind": "store", "service_ms": 4.0}}
    system = system_of(parts, {"call": "web", "then": ["db"]}, {**MESSAGE, "then": ["db"]}, rate=60.0)
    found, told = played_in(system), run(system, system.space.today[None, :])
    mean_ms = float(told.network.flows[0].mean_s[0, 0]) * 1e3
    assert found.flows[0].mean_ms.value == pytest.approx(mean_ms, rel=0.04)
    for c in (1, 2):
        busy = float(told.network.stations[c].utilisation[0, 0])
        assert found.components[c].utilisation.value == pytest.approx(busy, rel=0.04)


def test_a_queue_that_grows_has_no_steady_state():
    with pytest.raises(NotSimulated) as caught:
        played({"web": WEB, "jobs": queue(0.1)}, "web", MESSAGE, rate=20.0)
    assert (caught.value.code, caught.value.where) == (Reason.GROWS, "components.jobs")


def test_its_backlog_grows_and_drains_in_time():
    """10/s of messages for consumers of 20/s, tripled for 10 s: 100 wait, and are gone 10 s later."""
    system = system_of({"web": WEB, "jobs": queue(0.05, service_scv=0.0)}, "web", MESSAGE, rate=10.0)
    push = [TimedChange(Change.LOAD, -1, 10.0, 20.0, 3.0)]
    found = transient(system, system.space.today, 0, push, horizon_s=40.0, seeds=range(1, 9), threads=2)
    waits = found.waiting[:, :, 1].mean(axis=0)
    assert waits[19] == pytest.approx(100.0, rel=0.2)
    assert waits[33:].max() < 12.0
    assert np.nanmax(found.mean_ms[:, :, 0]) < 20.0
