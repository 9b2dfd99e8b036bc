"""Who stops a simulation of many runs gets what was found, and soon."""

from __future__ import annotations

import pytest

from models.simulation import runs as runs_module
from models.simulation.runs import simulate
from models.simulation.settings import Settings
from simulated import cache, external, played, played_in, station, system_of

LONG = {"events": 10**9, "mean_precision": 1e-4}


def test_runs_that_never_began_are_left_out():
    system = system_of({"web": station(1.0)}, "web", rate=0.5)
    told = []
    found = simulate(
        system,
        system.space.today,
        0,
        Settings(**LONG, runs=50, workers=1),
        progress=told.append,
        stop=lambda: bool(told),
    )
    assert found.ended == "stopped"
    assert found.runs == 1
    assert found.events == 100_000


def test_who_stops_at_once_gets_no_numbers():
    system = system_of({"web": station(1.0)}, "web", rate=0.5)
    for workers in (1, 2):
        settings = Settings(**LONG, runs=5, workers=workers)
        found = simulate(system, system.space.today, 0, settings, stop=lambda: True)
        assert found.ended == "stopped"
        assert found.runs == found.events == 0
        assert found.overall.mean_ms is None
        assert found.components[0].utilisation is None


def test_a_pilot_is_stopped_too(monkeypatch):
    system = system_of({"c": cache(keys=10, ttl_s=1.0)}, "c", rate=100.0)
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    found = simulate(system, system.space.today, 0, Settings(**LONG), stop=stop)
    assert found.runs == 0
    assert len(asked) == 2  # before the pilot, and after its first chunk


@pytest.mark.parametrize("workers", [2, 3])
def test_an_interrupt_begins_no_more_runs(monkeypatch, workers):
    begun = []

    def one_run(program, settings, lookups, run, watch):
        begun.append(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(runs_module, "one_run", one_run)
    with pytest.raises(KeyboardInterrupt):
        played({"web": station(1.0)}, "web", rate=0.5, runs=1000, workers=workers)
    assert len(begun) < 1000


def test_intervals_hold_nothing_that_cannot_be():
    # Few and long calls: intervals of 99.99 % of a few hundred requests are wider than what they are about.
    call = {"call": "x", "timeout_ms": 3000.0}
    parts = {"web": station(2.0, service_scv=30.0), "x": external(0.5)}
    found = played_in(system_of(parts, "web", call, rate=0.4), events=3000, confidence=0.9999)
    assert found.components[0].utilisation.high <= 1.0
    told = [
        *(getattr(part, name) for part in found.components for name in
          ("utilisation", "arrivals_per_s", "refused_share", "wait_ms", "timed_out_per_s")),
        found.overall.mean_ms,
        found.overall.success,
    ]  # fmt: skip
    assert all(one is None or 0.0 <= one.low <= one.value <= one.high for one in told)
    assert any(one is not None and one.low == 0.0 < one.value for one in told)
