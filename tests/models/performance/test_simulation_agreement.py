"""The model against the tests' own simulator, on a few networks of each kind.

More families, by the simulation of the product: `python -m benchmarks.model_against_simulation`.
"""

from __future__ import annotations

import pytest

from oracles.comparison import PROMISED, PROMISED_TIGHT, TIGHT, compare
from oracles.networks import KINDS, network

#: Simulated requests of each network.
REQUESTS = 60_000
#: Standard errors of the simulation (batch means) that are allowed on top of what is promised.
NOISES = 3.0
#: Success is a share; what the model promises of it.
OF_SUCCESS = 0.03


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_model_agrees_with_the_simulation(kind, number):
    rows = compare(network(kind, number), requests=REQUESTS, seed=number + 1)
    assert rows
    for row in rows:
        assert row.refused is None
        for name, measure in row.measures.items():
            most = PROMISED_TIGHT[name] if kind == TIGHT else PROMISED[name]
            room = most + NOISES * measure.noise
            told = f"{row.flow} {name}: {measure.model:.4g} ms, simulated {measure.simulation:.4g} ms"
            assert abs(measure.error) <= room, f"{told}, off by {measure.error:+.3f}, room {room:.3f}"
        assert abs(row.success_model - row.success_simulation) <= OF_SUCCESS


def test_the_noise_is_small_enough_to_notice_an_error():
    """A measure whose room is half of itself would hold whatever the model says."""
    noises = [
        measure.noise
        for kind in sorted(KINDS)
        for row in compare(network(kind, 0), requests=REQUESTS, seed=1)
        for measure in row.measures.values()
    ]
    noises.sort()
    assert noises[len(noises) // 2] < 0.02
    assert noises[-1] < 0.12
