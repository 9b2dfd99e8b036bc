"""Queues of messages: what waits from phase to phase, how old it gets, and what of it anybody feels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import compile_system
from models.dimensions.backlog import fluid
from models.errors import ScenarioError
from models.evaluator import evaluate, run
from models.explanation.explain import explain
from models.explanation.time_breakdown import flow_times
from scenarios import scenario

WEB = {"kind": "service", "service_ms": 5.0}
JOBS = {"kind": "queue", "service_ms": 120.0, "service_scv": 0.0}
DB = {"kind": "store", "service_ms": 2.0}
MESSAGE = {"call": "jobs", "async": True}
#: A burst of 1,200 messages a minute for 20 minutes, then 200 a minute.
BURST = [
    {"name": "burst", "rate": 20.0, "hours": 1.0 / 3.0},
    {"name": "after", "rate": 10.0 / 3.0, "hours": 2.0},
]


def system_of(jobs=JOBS, message=MESSAGE, *, phases=BURST, **more):
    trace = more.pop("trace", ["web", message])
    limits = {"saturation": None, "emergence": None, **more.pop("limits", {})}
    return compile_system(
        scenario(
            components={"web": WEB, "jobs": jobs, "db": DB},
            flows={"all": {"share": 1.0, "trace": trace}},
            phases=phases,
            limits=limits,
            **more,
        )
    )


def today(system):
    return evaluate(system, system.space.today[None, :])


def station(system, name, phase=0):
    return explain(system, system.space.today)["phases"][phase]["components"][name]


def test_a_burst_is_drained_after_it():
    """20 min x (1,200 - 500)/min = 14,000 messages; 14,000 / (500 - 200)/min = 46.7 min; the last of them
    waits 14,000 / 500/min = 28 min.
    """
    found = today(system_of())
    assert found.indicators["backlog"][0] == pytest.approx(14_000.0)
    assert found.indicators["drain_s"][0] == pytest.approx(14_000.0 / 300.0 * 60.0)
    assert found.indicators["message_age_s"][0] == pytest.approx(28.0 * 60.0)
    assert found.indicators["utilisation"][0] < 0.2  # nobody waits for consumers that are busy
    assert found.values[0, 1] == pytest.approx(500.0 / 60.0)  # but they limit what can be asked for ever


def test_nobody_waits_for_it():
    """Latency is that of the rest, and what comes after it in a trace comes at once."""
    with_it, without = system_of(), system_of(trace=["web"])
    assert today(with_it).values[0, 0] == today(without).values[0, 0]
    (times,) = flow_times(with_it, with_it.space.today)
    assert sum(part.total_ms for part in times.parts) == pytest.approx(times.mean_ms)
    after = system_of(trace=[MESSAGE, "web"])
    assert station(after, "web")["arrivals_per_s"] == 20.0


def test_consumers_bring_no_more_to_a_store_than_they_can():
    jobs = JOBS | {"service_ms": 118.0}
    system = system_of(jobs, MESSAGE | {"then": ["db"]})
    # 118 ms of their own and 2 of the store: 8.33/s in the burst, and 3.33/s after it.
    assert station(system, "jobs")["capacity_per_s"] == pytest.approx(500.0 / 60.0)
    assert station(system, "db")["arrivals_per_s"] == pytest.approx(500.0 / 60.0)
    assert station(system, "db", 1)["arrivals_per_s"] == pytest.approx(10.0 / 3.0)


def test_consumers_that_take_the_next_message_meanwhile_are_held_for_their_own_work_only():
    system = system_of(JOBS | {"blocking": False}, MESSAGE | {"then": ["db"]})
    assert station(system, "jobs")["capacity_per_s"] == pytest.approx(1.0 / 0.120)


def test_a_message_whose_work_fails_is_received_again():
    """Three of ten fail, four receives: (1 - 0.3^4) / 0.7 = 1.417 of each message; 0.8 % are dead letters."""
    system = system_of(JOBS | {"error_share": 0.3, "max_receives": 4, "replicas": 4})
    assert station(system, "jobs")["arrivals_per_s"] == pytest.approx(20.0 * (1.0 - 0.3**4) / 0.7)
    found = run(system, system.space.today[None, :])
    assert found.success[0].tolist() == [[1.0, 1.0]]  # no request fails by it


def test_who_takes_longer_than_the_visibility_time_works_beside_another():
    """Exponential work of 100 ms beyond 100 ms: e^-1 of the receives; 1 + e^-1 of two at the most."""
    jobs = {"kind": "queue", "service_ms": 100.0, "visibility_s": 0.1, "max_receives": 2, "replicas": 8}
    found = station(system_of(jobs), "jobs")
    assert found["arrivals_per_s"] == pytest.approx(20.0 * (1.0 + np.exp(-1.0)), rel=0.002)


def test_messages_that_come_together_are_taken_at_once():
    """Ten at a time: 20 ms of work each and a tenth of 500 ms of taking."""
    jobs = JOBS | {"service_ms": 20.0, "batch": 10, "batch_ms": 500.0}
    assert station(system_of(jobs), "jobs")["capacity_per_s"] == pytest.approx(1000.0 / 70.0)


def test_an_autoscaler_starts_consumers():
    jobs = JOBS | {
        "autoscaling": True,
        "max_replicas": 20,
        "target_utilisation": 0.8,
        "price_usd_per_hour": 1.0,
    }
    system = system_of(jobs)
    # 20/s x 0.12 s / 0.8 = 3; 3.33/s x 0.12 s / 0.8 = 0.5.
    told = [station(system, "jobs", phase)["replicas"] for phase in (0, 1)]
    assert told == [3.0, 1.0]
    assert today(system).values[0, 4] == pytest.approx(3.0 / 3.0 + 2.0)
    assert today(system).indicators["drain_s"][0] == 0.0


def test_work_that_nobody_waits_for_loads_a_service_too():
    """Without a queue between them a service that can't keep up collapses, but still nobody waits for it."""
    slow = {"call": "db", "async": True}
    fine = system_of(trace=["web", slow], phases=[{"name": "p", "rate": 100.0, "hours": 1.0}])
    assert today(fine).indicators["utilisation"][0] == 0.5
    assert (
        today(fine).values[0, 0]
        == today(system_of(trace=["web"], phases=[BURST[0] | {"rate": 100.0}])).values[0, 0]
    )
    over = system_of(
        trace=["web", {**slow, "times": 6.0}], phases=[{"name": "p", "rate": 100.0, "hours": 1.0}]
    )
    assert today(over).excess[0, 0] == pytest.approx(0.2)  # 600/s of 500/s
    assert np.isfinite(today(over).values[0, 0])


@pytest.mark.parametrize(
    ("limit", "over"), [("backlog", 4_000.0), ("drain_s", 2_790.0), ("message_age_s", 1_670.0)]
)
def test_limits(limit, over):
    least = {"backlog": 14_000.0, "drain_s": 2_800.0, "message_age_s": 1_680.0}[limit]
    found = today(system_of(limits={limit: least - over}))
    assert found.excess[0, found.constraints.index(limit)] == pytest.approx(over)
    assert today(system_of(limits={limit: least * 1.001})).feasible.all()


def test_messages_that_are_kept_too_short_are_lost():
    assert today(system_of(JOBS | {"retention_s": 1_700.0})).feasible.all()
    found = today(system_of(JOBS | {"retention_s": 1_600.0}))
    assert found.excess[0, found.constraints.index("retention_s")] == pytest.approx(0.05)


def test_a_queue_that_never_drains_says_so():
    found = today(system_of(phases=BURST[:1]))
    assert found.indicators["drain_s"][0] == np.inf
    assert found.indicators["backlog"][0] == pytest.approx(14_000.0)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"call": "jobs"}, "trace[1].call"),
        (MESSAGE | {"timeout_ms": 50.0}, "timeout_ms"),
        (MESSAGE | {"retries": 2}, "retries"),
        (MESSAGE | {"breaker": True}, "breaker"),
        (MESSAGE | {"optional": True}, "optional"),
        (MESSAGE | {"fallback": {}}, "fallback"),
    ],
)
def test_what_only_who_waits_can_do_is_refused(message, where):
    with pytest.raises(ScenarioError) as caught:
        system_of(JOBS | {"queue_limit": 5, "visibility_s": 0.0}, message)
    places = [finding.where for finding in caught.value.findings]
    assert any(place.endswith(where) for place in places)
    # Told with the other errors of the file.
    assert {"components.jobs.queue_limit", "components.jobs.visibility_s"} <= set(places)


@pytest.mark.parametrize(
    "path", ["calls.jobs.retries", "jobs.max_wait_s", "calls.jobs.async", "jobs.visibility_s"]
)
def test_no_decision_may_change_it_either(path):
    with pytest.raises(ScenarioError):
        system_of(decisions={"d": {"options": {"a": {"set": {path: 1}}, "b": {}}}})


def counted(comes, can, seconds, step=0.01):
    """The same by small steps: backlog at the ends of the phases, and the longest wait."""
    left, at_end, arrivals, done = 0.0, [], [0.0], [0.0]
    for rate, able, lasts in [*zip(comes, can, seconds, strict=True), (comes[-1], can[-1], 500.0)]:
        for _ in range(round(lasts / step)):
            arrivals.append(arrivals[-1] + rate * step)
            left = max(left + (rate - able) * step, 0.0)
            done.append(arrivals[-1] - left)
        at_end.append(left)
    times = np.arange(len(arrivals)) * step
    ends = np.searchsorted(np.array(done), np.array(arrivals) - 1e-7)
    waits = (np.minimum(ends, times.size - 1) * step - times)[np.diff(arrivals, prepend=-1.0) > 0.0]
    return np.array(at_end[:-1]), float(waits.max(initial=0.0))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 20)), min_size=1, max_size=4))
def test_the_fluid_is_what_small_steps_come_to(phases):
    comes, can, seconds = (np.array(x, dtype=float) for x in zip(*phases, (1, 9, 1), strict=True))
    found = fluid(comes, can, seconds)
    at_end, longest = counted(comes, can, seconds)
    np.testing.assert_allclose(found.at_end, at_end, atol=0.2)
    assert found.message_age_s == pytest.approx(longest, abs=0.15)
