"""The reference station with retries by events: what tips it over, and at which load it comes back."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system
from models.faults.timed_change import Change, TimedChange
from models.scenario.load import scenario_from
from models.simulation.transient import transient

#: Steps of the load, 1/s, up and down again, and how long each lasts, s.
UP = [*range(10, 131, 10)]
LOADS = [*UP, *reversed(UP[:-1])]
STEP_S = 30.0


def station(*, rate, servers=10, breaker=False):
    tree = {
        "schema": 2,
        "name": "x",
        "workload": {"phases": [{"name": "all", "rate": rate, "hours": 1}]},
        "components": {
            "web": {
                "kind": "service",
                "service_ms": 100,
                "slots": servers,
                "queue_limit": 10 * servers,
                "balancing": "shared",
            },
        },
        "flows": {
            "all": {
                "share": 1,
                "trace": [{"call": "web", "timeout_ms": 500, "retries": 3, "breaker": breaker}],
            }
        },
    }
    return compile_system(scenario_from(tree))


def by_load(breaker):
    """Share of the answered at each step of the load, of some runs."""
    system = station(rate=10.0, breaker=breaker)
    steps = [
        TimedChange(Change.LOAD, -1, k * STEP_S, (k + 1) * STEP_S, amount=load / 10.0)
        for k, load in enumerate(LOADS)
    ]
    found = transient(
        system, system.space.today, 0, steps, horizon_s=STEP_S * len(LOADS), bin_s=STEP_S, seeds=range(1, 9)
    )
    return found.answered[..., 0] / (found.answered + found.failed)[..., 0]


def test_it_falls_near_its_capacity_and_comes_back_where_its_retries_fit():
    """Ten servers of 0.1 s carry 100/s, four attempts a request fit up to 25/s; a second of work may wait."""
    good = by_load(False) > 0.5
    top = UP.index(130)
    falls = [LOADS[int(np.argmin(run[: top + 1]))] for run in good]
    comes_back = [LOADS[top + int(np.argmax(run[top:]))] for run in good]
    assert all(80 <= load <= 100 for load in falls), falls
    assert all(20 <= load <= 30 for load in comes_back), comes_back


def test_with_a_breaker_it_is_back_as_soon_as_the_load_fits():
    success = by_load(True).mean(axis=0)
    down = success[UP.index(130) + 1 :]
    back = {load: share for load, share in zip(LOADS[UP.index(130) + 1 :], down, strict=True)}
    assert all(share > 0.95 for load, share in back.items() if load <= 60), back


@pytest.mark.parametrize("servers", [10, 100])
def test_a_pause_of_twice_the_time_out_is_not_survived(servers):
    system = station(rate=7.0 * servers, servers=servers)
    found = transient(
        system,
        system.space.today,
        0,
        [TimedChange(Change.PAUSED, 0, 10.0, 11.0)],
        horizon_s=60.0,
        bin_s=5.0,
        seeds=range(1, 5),
    )
    success = found.answered[..., 0] / np.maximum((found.answered + found.failed)[..., 0], 1.0)
    assert np.all(success[:, 0] > 0.99)
    assert np.all(success[:, -4:] < 0.1)
