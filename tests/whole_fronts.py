"""Every design of a small bundled scenario, and its exact front, for the tests of what it tells."""

from __future__ import annotations

import numpy as np

from models import Evaluation, System, evaluate
from optimizer import front_of


def every_design(system: System) -> Evaluation:
    """All designs of a system, evaluated."""
    size = system.space.size
    assert size is not None
    assert size <= 100_000
    return evaluate(system, system.space.designs(0, size))


def assert_every_decision_is_a_trade_off(system: System, found: Evaluation) -> None:
    """On the exact front: five designs or more, every dimension differs, and so does every decision."""
    front = front_of(found)
    assert len(front.X) >= 5
    assert np.all(np.ptp(front.evaluation.values, axis=0) > 0)
    constant = [c.name for j, c in enumerate(system.space.columns) if np.ptp(front.X[:, j]) == 0]
    assert constant == []
    assert 0 < np.count_nonzero(found.feasible) < len(found)
