"""Random networks against the simulator in plain Python that shares nothing with this one but the format."""

from __future__ import annotations

import pytest

from models.simulation.batches import student
from models.system.compiler import compile_system
from oracles.networks import networks
from oracles.simulation import Estimate, simulate
from simulated import played_in

#: Requests that the slow one makes, and events of the fast one.
REQUESTS, EVENTS = 6_000, 250_000


def joint_errors(found, expected: Estimate) -> float:
    """Their difference in joint standard errors; intervals here are 99 % of at least twenty batches."""
    own = found.half / student(0.99, 24)
    return abs(found.value - expected.value) / max((own**2 + expected.error**2) ** 0.5, 1e-12)


@pytest.mark.parametrize("network", list(networks(30)), ids=lambda network: network.name)
def test_both_simulators_agree(network):
    scenario = network.scenario()
    # The slow one begins with empty caches: it takes the longest time to live, and more, to fill them.
    begins_cold = any(getattr(part, "keys", None) is not None for part in scenario.components.values())
    requests, warm_up = (5 * REQUESTS, 0.6) if begins_cold else (REQUESTS, 0.1)
    slow = simulate(scenario, requests=requests, warm_up=warm_up, seed=1, quorum="others")
    fast = played_in(compile_system(scenario), events=EVENTS, seed=1)
    assert joint_errors(fast.overall.mean_ms, slow.overall.mean_ms) < 3.0
    assert joint_errors(fast.overall.p50_ms, slow.overall.p50_ms) < 3.0
    assert joint_errors(fast.overall.p99_ms, slow.overall.p99_ms) < 3.0
    assert joint_errors(fast.overall.success, slow.overall.success) < 3.0
    for part in fast.components:
        expected = slow.components[part.name]
        noise = 4.0 / (expected.arrivals_per_s * slow.seconds) ** 0.5
        assert part.arrivals_per_s.value == pytest.approx(expected.arrivals_per_s, rel=0.02 + noise)
        if part.utilisation is not None:
            assert part.utilisation.value == pytest.approx(expected.utilisation, rel=0.1, abs=0.01)
