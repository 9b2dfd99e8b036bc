"""The exercise of the source episode against a calculation by hand.

One platform of 20 x 10 slots at 140 ms serves 1,000 requests/s at 70 % utilisation and will see 50,000. The
five actions only multiply its service time or its replicas, so all expected values below are products.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from models.evaluator import evaluate, run
from models.scenario.load import load_scenario
from models.system.compiler import compile_system

FILE = Path(__file__).parents[2] / "data" / "scenarios" / "black_friday_exercise.yaml"
ACTIONS = {
    "A": "eventual_consistency",
    "B": "long_cache_ttl",
    "C": "more_servers",
    "D": "request_queue",
    "E": "shed_features",
}
FASTER = {"A": 0.1, "B": 0.2, "E": 0.333333333}
EFFORT = {"A": 3, "B": 1, "C": 1, "D": 2, "E": 1}
STALE = {"A": 0.02, "B": 0.05}
POINTS = {"A": 8, "B": 3, "C": 4, "D": 6, "E": 2}
PEAK, NORMAL = 50_000, 1_000


@pytest.fixture(scope="module")
def system():
    return compile_system(load_scenario(FILE))


@pytest.fixture(scope="module")
def designs():
    return ["".join(chosen) for k in range(6) for chosen in itertools.combinations("ABCDE", k)]


@pytest.fixture(scope="module")
def evaluation(system, designs):
    rows = [system.space.encode({ACTIONS[a]: True for a in design}) for design in designs]
    return evaluate(system, np.array(rows))


def service_ms(design):
    return 140 * math.prod(FASTER.get(action, 1.0) for action in design)


def replicas(design):
    return 200 if "C" in design else 20


def capacity(design):
    return replicas(design) * 10 / (service_ms(design) / 1000)


def column(evaluation, name):
    names = [dimension.name for dimension in evaluation.dimensions]
    return evaluation.values[:, names.index(name)]


def excess(evaluation, name):
    return evaluation.excess[:, evaluation.constraints.index(name)]


def test_there_are_32_designs(system):
    assert system.space.size == 2**5
    assert len(np.unique(system.space.designs(0, 32), axis=0)) == 32


def test_throughput_is_slots_over_service_time(evaluation, designs):
    assert column(evaluation, "throughput") == pytest.approx([capacity(d) for d in designs], rel=1e-9)


def test_the_sixteen_that_reach_the_peak_have_two_of_a_b_c(evaluation, designs):
    reached = {d for d, rate in zip(designs, column(evaluation, "throughput"), strict=True) if rate >= PEAK}
    assert reached == {d for d in designs if len(set(d) & set("ABC")) >= 2}
    assert len(reached) == 16


def test_nine_of_them_fit_into_five_days(evaluation, designs):
    survivors = {d for d, ok in zip(designs, evaluation.feasible, strict=True) if ok}
    by_hand = {
        d for d in designs if len(set(d) & set("ABC")) >= 2 and sum(EFFORT[action] for action in d) <= 5
    }
    assert survivors == by_hand
    assert len(survivors) == 9


@pytest.mark.parametrize("design", ["AB", "BC"])
def test_the_phase_boundary_counts_as_within_it(evaluation, designs, design):
    assert PEAK / capacity(design) == pytest.approx(0.70, abs=1e-12)
    assert excess(evaluation, "saturation")[designs.index(design)] == 0.0
    assert evaluation.feasible[designs.index(design)]


def test_saturation_excess_is_the_peak_utilisation_less_the_limit(evaluation, designs):
    by_hand = [PEAK / capacity(d) - 0.70 for d in designs]
    assert excess(evaluation, "saturation") == pytest.approx(by_hand, abs=1e-8)


def test_without_a_queue_every_other_design_collapses(evaluation, designs):
    for i, design in enumerate(designs):
        if "D" not in design and capacity(design) < PEAK:
            assert np.isinf(column(evaluation, "latency")[i])
            # in the peak nothing is answered; before it, all
            answered = NORMAL * 20 / (NORMAL * 20 + PEAK * 4)
            assert column(evaluation, "availability")[i] == pytest.approx(answered, rel=1e-9)


def test_with_a_queue_the_shortfall_is_turned_away_and_the_rest_waits_up_to_30_s(system, designs):
    checked = 0
    for design in designs:
        if "D" not in design or capacity(design) >= PEAK:
            continue
        steps = run(system, system.space.encode({ACTIONS[a]: True for a in design})[None, :])
        station = steps.network.stations[0]
        # deep in overload all servers are busy: they answer what they can, and the wait is just below 30 s
        assert station.blocked_share[0, 1] == pytest.approx(1 - capacity(design) / PEAK, rel=1e-6)
        assert 29.0 < station.wait.mean[0, 1] <= 30.0
        checked += 1
    assert checked == 8


def test_latency_of_a_roomy_platform_is_the_percentile_of_its_exponential_service(evaluation, designs):
    for i, design in enumerate(designs):
        if capacity(design) >= PEAK / 0.7 * (1 - 1e-9):
            # 200 servers at 70 % and below: nobody waits to speak of
            assert column(evaluation, "latency")[i] == pytest.approx(
                service_ms(design) * math.log(100), rel=1e-5
            )


def test_freshness_is_what_the_actions_leave(evaluation, designs):
    by_hand = [1 - sum(STALE.get(action, 0.0) for action in d) for d in designs]
    assert column(evaluation, "consistency") == pytest.approx(by_hand, rel=1e-9)


def test_cost_of_the_survivors_is_servers_spending_and_shed_sales(evaluation, designs):
    requests = (NORMAL * 20 + PEAK * 4) * 3600
    for i, design in enumerate(designs):
        if evaluation.feasible[i]:
            by_hand = replicas(design) * 0.40 * 24 + ("C" in design) * 100_000
            by_hand += ("E" in design) * requests * 0.001 * 0.2
            assert column(evaluation, "cost")[i] == pytest.approx(by_hand, rel=1e-6)


def test_complexity_is_utilisation_and_the_actions_points_of_a_budget_of_100(evaluation, designs):
    by_hand = [(100 * PEAK / capacity(d) + sum(POINTS[action] for action in d)) / 100 for d in designs]
    assert column(evaluation, "complexity") == pytest.approx(by_hand, rel=1e-8)


def test_availability_is_that_enough_of_the_replicas_are_up(evaluation, designs):
    """Twenty of 10 slots at 0.999 each: A and B together need 15 of them at the peak, 1 before it."""
    i = designs.index("AB")
    needed = {"peak": math.floor(PEAK * 0.0028 / 10) + 1, "normal": 1}
    assert needed["peak"] == 15

    def enough(m):
        return sum(math.comb(20, k) * 0.999**k * 0.001 ** (20 - k) for k in range(m, 21))

    weights = {"normal": NORMAL * 20, "peak": PEAK * 4}
    by_hand = sum(weights[p] * enough(needed[p]) for p in weights) / sum(weights.values())
    assert column(evaluation, "availability")[i] == pytest.approx(by_hand, abs=1e-12)
