"""photo-uploads: a burst that workers drain for the rest of the evening, and what shortens it."""

from __future__ import annotations

import numpy as np
import pytest

from models import System, evaluate
from stories import assert_well_described, bundled, told


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("photo_uploads")


def design_of(system: System, **chosen: object) -> np.ndarray:
    return system.space.encode({**system.space.decode(system.space.today), **chosen})


def indicators(system: System, **chosen: object) -> dict[str, float]:
    found = evaluate(system, design_of(system, **chosen)[None, :])
    return {name: float(value[0]) for name, value in found.indicators.items()}


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)


def test_the_backlog_can_be_worked_out(system: System) -> None:
    """20 messages/s and 1 % of them again; a worker needs 590 ms, twice 40 of the object store and 5 of the
    database: five do 7.4/s. What is left over after 20 minutes is drained at the evening's 5/s.
    """
    can, comes, later = 5.0 / (0.590 + 2 * 0.040 + 0.005), 20.0 * 1.0101, 60.0 * 0.083333 * 1.0101
    found = indicators(system)
    # 120/s of others, and 800 apps whose turns take 10 s and their answer: within 1 % of 200/s.
    assert told(system)["phases"]["after"]["rate"] == pytest.approx(200.0, rel=0.01)
    assert found["backlog"] == pytest.approx(1200.0 * (comes - can), rel=0.01)
    assert found["drain_s"] == pytest.approx(found["backlog"] / (can - later), rel=0.03)
    assert found["message_age_s"] == pytest.approx(found["backlog"] / can, rel=0.01)


def test_users_don_t_feel_it(system: System) -> None:
    after = told(system)["phases"]["after"]
    assert after["components"]["jobs"]["utilisation"] > 2.0
    assert after["flows"]["upload"]["p99_ms"] < 200.0
    assert after["flows"]["upload"]["success_share"] > 0.99


def test_an_autoscaler_keeps_up_and_pays_for_twenty_minutes(system: System) -> None:
    found = indicators(system, autoscaled=True)
    assert found["drain_s"] == 0.0
    most = told(system, autoscaled=True)["phases"]
    assert (
        most["after"]["components"]["jobs"]["replicas"] > 3 * most["night"]["components"]["jobs"]["replicas"]
    )
    many = evaluate(system, np.stack([design_of(system, workers=17), design_of(system, autoscaled=True)]))
    assert many.values[1, 4] < many.values[0, 4]
