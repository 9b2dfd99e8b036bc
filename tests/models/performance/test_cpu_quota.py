"""CPU quotas: a lone job by hand, the knee at the quota, and the formula against simulation."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import NotModelledError
from models.explanation.explain import explain
from scenarios import scenario
from simulated import is_known, played, played_in, station, system_of


def told(part, rate):
    system = system_of({"app": part}, "app", rate=rate)
    return system, explain(system, system.space.today)["phases"][0]


def test_a_lone_job_runs_half_of_each_period():
    """A quarter of a second of work at half a core: 450 ms, less what of 50 ms has passed of the period.

    Who comes u after a period began runs 50 ms of it where u < 50 ms, and the rest in four more: done after
    450 ms - u; else what is left of the period is so much less, and it is done after 450 ms.
    """
    part = station(0.25, 1, service_scv=0.0, cpu_quota=0.5)
    found = played({"app": part}, "app", rate=0.0004, events=20_000)
    assert is_known(found.overall.mean_ms, 450.0 - 12.5, within=0.01)
    assert is_known(found.components[0].utilisation, 0.0004 * 0.25 / 0.5, within=0.1)


def test_a_core_is_enough_for_one_thread():
    """A quota of a core never stops a thread that runs alone."""
    found = played(
        {"app": station(0.25, 4, service_scv=0.0, cpu_quota=1.0)}, "app", rate=0.0004, events=20_000
    )
    assert is_known(found.overall.mean_ms, 250.0, within=0.01)


def test_throughput_is_flat_beyond_the_quota():
    part = station(0.01, 8, cpu_quota=2.0, replicas=3, balancing="random")
    _, before = told(part, 590.0)
    assert before["components"]["app"]["utilisation"] == pytest.approx(590 * 0.01 / 6.0)
    assert before["flows"]["all"]["response_ms"] > 100.0
    _, beyond = told(part, 610.0)
    assert beyond["flows"]["all"]["success_share"] == 0.0
    assert played_in(system_of({"app": part}, "app", rate=900.0), events=300_000).runs_collapsed == 1


def test_a_quota_of_all_cores_is_none():
    plain, whole = (told(station(0.01, 4) | more, 300.0)[1] for more in ({}, {"cpu_quota": 4.0}))
    assert whole["flows"] == plain["flows"]


@pytest.mark.parametrize(
    ("service_s", "scv", "slots", "quota", "load"),
    [(0.005, 1.0, 4, 1.0, 0.85), (0.02, 0.5, 4, 1.0, 0.7), (0.002, 1.0, 16, 4.0, 0.9)],
)
def test_the_formula_against_simulation(service_s, scv, slots, quota, load):
    """Within 10 % of the mean, where cores alone would be half of it and less."""
    part = station(service_s, slots, service_scv=scv, cpu_quota=quota)
    system, phase = told(part, load * quota / service_s)
    found = played_in(system, events=1_500_000).overall.mean_ms
    assert phase["flows"]["all"]["response_ms"] == pytest.approx(found.value, rel=0.1)


@pytest.mark.parametrize("beside", [{"queue_limit": 5}, {"max_wait_s": 1.0}, {"blocking": True}])
def test_what_is_not_modelled_beside_a_quota_is_refused(beside):
    web = {"kind": "service", "service_ms": 10, "slots": 4, "cpu_quota": 1.0, **beside}
    trace = [{"call": "web", "then": ["web2"]}]
    components = {"web": web, "web2": {"kind": "service", "service_ms": 1}}
    with pytest.raises(NotModelledError, match=f"cpu_quota together with {next(iter(beside))}"):
        compile_system(scenario(components=components, flows={"all": {"share": 1.0, "trace": trace}}))
