"""Zones that fail as a whole, counted out state by state."""

from __future__ import annotations

import itertools

import pytest

from models import compile_system
from scenarios import scenario
from small_cases import evaluated


def answered(zone_web, zone_extra, *, optional=True, times=1.0):
    """Success of a flow that needs `web` in two zones and also calls `extra`."""
    components = {
        "web": {"kind": "service", "service_ms": 1, "replicas": 2, "zones": 2, "zone_availability": zone_web},
        "extra": {
            "kind": "service",
            "service_ms": 1,
            "replicas": 2,
            "zones": 2,
            "zone_availability": zone_extra,
        },
    }
    trace = [{"call": "web", "then": [{"call": "extra", "optional": optional, "times": times}]}]
    system = compile_system(
        scenario(
            components=components,
            flows={"shop": {"share": 1.0, "trace": trace}},
            phases=[{"name": "p", "rate": 10, "hours": 1}],
        )
    )
    return float(evaluated(system).success[0][0, 0])


def by_states(zone, zones=2):
    """Over all states of the zones whether one is left: replicas never fail by themselves."""
    total = 0.0
    for state in itertools.product([True, False], repeat=zones):
        probability = 1.0
        for is_up in state:
            probability *= zone if is_up else 1.0 - zone
        total += probability * any(state)
    return total


def test_zones_that_all_say_the_same():
    assert answered(0.9, 0.9) == pytest.approx(by_states(0.9), rel=1e-9)


@pytest.mark.parametrize("told", [0.5, 0.9, 0.99])
def test_an_optional_component_knows_of_the_zones_too(told):
    """Zones are shared: the lowest availability that any called component tells of holds for all in it."""
    assert answered(0.999, told) == pytest.approx(by_states(told), rel=1e-9)
    assert answered(0.999, told, optional=False) == pytest.approx(by_states(told), rel=1e-9)


def test_what_is_not_called_says_nothing():
    assert answered(0.999, 0.5, times=0.0) == pytest.approx(by_states(0.999), rel=1e-9)
