"""Lost replicas and zones: their states against enumeration, and what is answered in them."""

from __future__ import annotations

import math

import pytest

from models.simulation.program import program_of
from models.simulation.runs import simulate_states
from models.simulation.settings import Settings
from models.simulation.states import likeliest
from simulated import external, is_known, station, store, system_of


def states_of(system, most):
    design = system.space.today
    return likeliest(program_of(system, design, 0), design, most)


def test_states_of_two_zones():
    parts = {
        "a": station(0.1) | {"replicas": 3, "zones": 2, "zone_availability": 0.9, "availability": 0.8},
        "b": station(0.1) | {"replicas": 2, "zones": 2, "zone_availability": 0.9},
    }
    found = {
        tuple(sorted(state.left.items())): state.probability
        for state in states_of(system_of(parts, "a", "b"), 99)
    }
    assert sum(found.values()) == pytest.approx(1.0)
    # Two copies of a stand in the first zone, one in the second.
    up = 0.9 * 0.9
    assert found[()] == pytest.approx(up * 0.8**3)
    assert found[((0, 2),)] == pytest.approx(up * 3 * 0.8**2 * 0.2)
    first_is_down, second_is_down = 0.1 * 0.9, 0.9 * 0.1
    assert found[((0, 1), (1, 1))] == pytest.approx(first_is_down * 0.8 + second_is_down * 2 * 0.8 * 0.2)
    assert found[((0, 0), (1, 0))] == pytest.approx(0.01)
    assert found[((0, 2), (1, 1))] == pytest.approx(second_is_down * 0.8**2)


def test_the_likeliest_come_first():
    parts = {f"s{i}": station(0.001) | {"replicas": 4, "availability": 0.9} for i in range(6)}
    found = states_of(system_of(parts, *parts), 30)
    chances = [state.probability for state in found]
    assert len(found) == 30
    assert chances == sorted(chances, reverse=True)
    assert found[0].probability == pytest.approx(0.9**24)


def test_what_nobody_calls_is_never_down():
    parts = {"a": station(0.1), "b": station(0.1) | {"availability": 0.5}}
    assert [state.left for state in states_of(system_of(parts, "a"), 9)] == [{}]


def test_success_over_the_states_of_a_required_dependency():
    parts = {"web": station(0.01), "x": external(0.01, availability=0.9)}
    system = system_of(parts, {"call": "web", "then": ["x"]}, rate=10.0)
    found = simulate_states(system, system.space.today, 0, Settings(events=20_000))
    assert found.unseen == pytest.approx(0.0, abs=1e-12)
    assert is_known(found.success[0], 0.9)
    assert found.states[1].lost.left == (("x", 0),)


def test_a_store_answers_while_its_quorum_is_up():
    db = store(0.01, replicas=3, read_quorum=2, availability=0.9)
    system = system_of({"db": db}, "db", rate=10.0)
    found = simulate_states(system, system.space.today, 0, Settings(events=20_000))
    enough = sum(math.comb(3, k) * 0.9**k * 0.1 ** (3 - k) for k in (2, 3))
    assert found.success[0].value == pytest.approx(enough)


def test_fewer_replicas_carry_what_they_can():
    # One of two lost: half of the load is refused at the door of a loss system without places.
    web = station(1.0) | {"replicas": 2, "queue_limit": 0, "availability": 0.8}
    system = system_of({"web": web}, "web", rate=1.0)
    found = simulate_states(system, system.space.today, 0, Settings(events=200_000, mean_precision=1e-3))
    by_left = {state.lost.left: state.found.flows[0].success.value for state in found.states}
    assert by_left[()] == pytest.approx(1.0 - 0.2, abs=0.01)  # Erlang B with 2 servers at 1
    assert by_left[(("web", 1),)] == pytest.approx(0.5, abs=0.01)
    assert by_left[(("web", 0),)] == 0.0


def test_states_that_were_not_reached_are_unseen():
    system = system_of({"x": external(0.01, availability=0.9)}, "x", rate=10.0)
    found = simulate_states(system, system.space.today, 0, Settings(events=20_000), most_states=1)
    assert found.unseen == pytest.approx(0.1)
    assert found.success[0].low == pytest.approx(0.9)
    assert found.success[0].high == 1.0
