"""search-fan-out: forty leaves at once, the slowest decides: the law of a leaf and its tail by hand."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from models import evaluate
from models.system.system import System
from optimizer import front_of
from stories import bundled, told, values_of

#: Logarithm of a leaf's time: 10 ms in the middle, 100 ms at 99 %.
SIGMA = math.log(10.0) / NormalDist().inv_cdf(0.99)


def quicker(ms: float) -> float:
    return NormalDist(math.log(10.0), SIGMA).cdf(math.log(ms))


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("search_fan_out")


def test_a_third_of_the_searches_has_a_leaf_that_takes_100_ms() -> None:
    assert 1.0 - quicker(100.0) ** 40 == pytest.approx(1.0 / 3.0, abs=0.01)


def test_forty_leaves_are_asked_by_those_who_find_no_result(system: System) -> None:
    phase = told(system)["phases"]["normal"]
    assert phase["components"]["leaves"]["arrivals_per_s"] == pytest.approx(60.0 * 0.9 * 0.8 * 40.0, rel=1e-3)
    work_s = 0.01 * math.exp(0.5 * SIGMA**2)
    assert phase["components"]["leaves"]["utilisation"] == pytest.approx(1728.0 * work_s / 160.0, rel=1e-3)


def test_the_tail_is_that_of_the_slowest_of_forty(system: System) -> None:
    """0.2 + 0.8 F^40 = 0.99, with 6 to 9 ms for the frontend and the profiles before it."""
    slowest = (0.79 / 0.8) ** (1.0 / 40.0)
    ms = math.exp(NormalDist(math.log(10.0), SIGMA).inv_cdf(slowest))
    found = told(system, leaf_machines="n100")["phases"]["normal"]["flows"]["search"]["p99_ms"]
    assert found == pytest.approx(ms + 8.0, rel=0.06)


def test_a_second_attempt_after_the_95th_percentile_costs_five_percent(system: System) -> None:
    """Dean and Barroso 2013: 5 % more load, and a much shorter tail."""
    plain, hedged = (
        told(system, hedging=way, leaf_machines="n100")["phases"]["normal"] for way in ("none", "after_50")
    )
    more = hedged["components"]["leaves"]["arrivals_per_s"] / plain["components"]["leaves"]["arrivals_per_s"]
    assert more == pytest.approx(1.0 + 1.0 - quicker(50.0), abs=0.01)
    assert hedged["flows"]["search"]["p99_ms"] < 0.6 * plain["flows"]["search"]["p99_ms"]


def test_going_on_without_the_last_two_shortens_the_tail_and_costs_no_machine(system: System) -> None:
    plain, most = values_of(system), values_of(system, last_leaves="on")
    assert most["latency"] < 0.75 * plain["latency"]
    assert most["cost"] == plain["cost"]
    assert most["consistency"] < plain["consistency"]


def test_two_copies_are_fresher_and_repair_costs_the_third_some_work(system: System) -> None:
    """54 reads and 6 writes a second: two copies work on a read, three on a tenth of them and on a write."""
    near, two = (values_of(system, fresh_profiles=way)["consistency"] for way in ("near", "two"))
    assert two > near
    for way, copies in (("near", 1.0), ("two", 2.0), ("two_repaired", 2.1)):
        busy = told(system, fresh_profiles=way)["phases"]["normal"]["components"]["profiles"]["utilisation"]
        assert busy == pytest.approx((54.0 * copies + 6.0 * 3.0) * 0.003 / 24.0, rel=1e-3)


def test_today_is_too_slow_and_some_designs_are_not(system: System) -> None:
    found = evaluate(system, system.space.designs(0, system.space.size or 0))
    assert not evaluate(system, system.space.today[None, :]).feasible[0]
    assert 20 < int(found.feasible.sum()) < 0.8 * len(found)
    assert len(front_of(found)) >= 10
