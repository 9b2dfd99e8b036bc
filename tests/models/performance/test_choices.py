"""Exclusive branches: mixtures with closed forms, in model and simulation."""

from __future__ import annotations

import math

import pytest

from models.errors import ScenarioError
from models.evaluator import evaluate
from models.explanation.explain import explain
from models.explanation.time_breakdown import flow_times
from models.scenario.load import scenario_from
from models.system.choices import shares_of
from models.system.compiler import compile_system
from models.system.system import ChoiceNode
from simulated import external, is_known, played_in, station, system_of

CARD_S, BANK_S = 0.05, 0.4


def choice(*shares, calls=("card", "bank")):
    return {"choice": [{"share": share, "calls": call} for share, call in zip(shares, calls, strict=True)]}


def of(system):
    return explain(system, system.space.today)["phases"][0]


def paid(*shares, **more):
    parts = {"card": external(CARD_S), "bank": external(BANK_S, **more), "log": external(0.0)}
    return system_of(parts, choice(*shares), "log", rate=10.0)


def exceeded(percentile, shares):
    """Percentile of a mixture of two exponential laws and of nothing, ms, by halving."""
    low, high = 0.0, 10.0
    for _ in range(80):
        t = 0.5 * (low + high)
        over = shares[0] * math.exp(-t / CARD_S) + shares[1] * math.exp(-t / BANK_S)
        low, high = (t, high) if over > 1.0 - percentile else (low, t)
    return high * 1e3


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.2, 0.8), (0.5, 0.2), (1.0, 0.0)])
def test_a_response_is_a_mixture_of_the_branches(shares):
    found = of(paid(*shares))["flows"]["all"]
    assert found["response_ms"] == pytest.approx(1e3 * (shares[0] * CARD_S + shares[1] * BANK_S), rel=1e-9)
    for name, percentile in (("p50_ms", 0.5), ("p99_ms", 0.99)):
        if exceeded(percentile, shares) > 1.0:
            assert found[name] == pytest.approx(exceeded(percentile, shares), rel=2e-3)
    assert found["success_share"] == pytest.approx(1.0)


def test_each_branch_has_its_share_of_the_load_and_of_what_fails():
    told = of(paid(0.5, 0.3, error_share=0.2))
    rates = {name: part["arrivals_per_s"] for name, part in told["components"].items()}
    assert rates["card"] == pytest.approx(5.0)
    assert rates["bank"] == pytest.approx(3.0)
    # What comes after it is asked by all who come through: 0.3 x 0.2 of them don't.
    assert rates["log"] == pytest.approx(10.0 * (1.0 - 0.3 * 0.2))
    assert told["flows"]["all"]["success_share"] == pytest.approx(1.0 - 0.3 * 0.2)


def test_the_answered_are_those_of_branches_that_answer():
    """Of the slow branch half fail: the mean of what is answered has that much less of it."""
    told = of(paid(0.5, 0.5, error_share=0.5))["flows"]["all"]
    assert told["response_ms"] == pytest.approx(1e3 * (0.5 * CARD_S + 0.25 * BANK_S) / 0.75, rel=1e-9)


def test_a_branch_without_a_share_gets_what_is_left():
    assert of(paid(0.3, None)) == of(paid(0.3, 0.7))


def test_shares_are_held_to_what_is_left():
    import numpy as np

    node = ChoiceNode(((), (), ()), number=0, first=1)
    found = shares_of(node, np.array([9.0, 0.7, 0.5, np.nan]))
    assert found == pytest.approx([0.7, 0.3, 0.0])


def test_what_a_flow_requires_is_what_its_branches_do():
    """Nothing fails but whole copies: a is needed by 30 %, b by 70 %, c by all."""
    parts = {name: station(0.001, 4, availability=up) for name, up in (("a", 0.9), ("b", 0.99), ("c", 0.999))}
    system = system_of(parts, choice(0.3, 0.7, calls=("a", ["b", "c"])), "c", rate=1.0)
    available = evaluate(system, system.space.today[None, :]).values[0, 3]
    assert available == pytest.approx(0.3 * 0.9 * 0.999 + 0.7 * 0.99 * 0.999, rel=1e-9)


def test_a_choice_within_a_choice():
    inner = {"choice": [{"share": 0.5, "calls": "b"}]}
    parts = {name: station(0.001, 4, availability=0.9) for name in "ab"}
    system = system_of(parts, {"choice": [{"share": 0.4, "calls": "a"}, {"calls": ["a", inner]}]}, rate=10.0)
    told = of(system)
    assert told["components"]["b"]["arrivals_per_s"] == pytest.approx(3.0)
    available = evaluate(system, system.space.today[None, :]).values[0, 3]
    assert available == pytest.approx(0.7 * 0.9 + 0.3 * 0.81, rel=1e-9)


def test_parts_of_the_time_add_up_to_the_mean():
    system = paid(0.5, 0.3, error_share=0.2)
    (times,) = flow_times(system, system.space.today)
    assert sum(float(part.total_ms[0]) for part in times.parts) == pytest.approx(float(times.mean_ms[0]))


def test_a_thread_is_held_by_the_branch_that_is_taken():
    """Erlang's formula holds for any law of the hold: 8 threads and the mixture's mean."""
    parts = {
        "web": station(0.0, 8, blocking=True, queue_limit=0),
        "card": external(0.1),
        "bank": external(1.0),
    }
    system = system_of(parts, {"call": "web", "then": [choice(0.5, 0.5)]}, rate=10.0)
    load, blocked = 10.0 * 0.55, 1.0
    for k in range(1, 9):
        blocked = load * blocked / (k + load * blocked)
    assert of(system)["components"]["web"]["blocked_share"] == pytest.approx(blocked, rel=1e-6)


def test_the_simulation_goes_the_same_ways():
    parts = {"a": station(0.05, 2, error_share=0.1), "b": station(0.2, 4), "c": station(0.02, 2)}
    system = system_of(parts, choice(0.4, 0.5, calls=("a", ["b", "c"])), "c", rate=20.0)
    told, found = of(system), played_in(system, events=200_000)
    for part in found.components:
        assert is_known(part.arrivals_per_s, told["components"][part.name]["arrivals_per_s"])
    (flow,) = found.flows
    assert flow.success.value == pytest.approx(1.0 - 0.4 * 0.1, abs=0.005)
    assert told["flows"]["all"]["response_ms"] == pytest.approx(flow.mean_ms.value, rel=0.05)
    assert told["flows"]["all"]["p99_ms"] == pytest.approx(flow.p99_ms.value, rel=0.1)


def with_shares(first, second, **more):
    return {
        "schema": 2,
        "name": "x",
        "workload": {"phases": [{"name": "p", "rate": 1, "hours": 1}]},
        "components": {"a": {"kind": "external", "latency_ms": 1}},
        "flows": {
            "f": {
                "share": 1,
                "trace": [
                    {
                        "choice": [
                            {"name": "one", "share": first, "calls": "a"},
                            {"share": second, "calls": "a"},
                        ]
                    }
                ],
            }
        },
        **more,
    }


@pytest.mark.parametrize(
    ("tree", "where", "found"),
    [
        (with_shares(0.7, 0.4), "flows.f.trace[0].choice", "sum to 1.1"),
        (with_shares(None, None), "flows.f.trace[0].choice[1]", "2 branches without a share"),
        (
            with_shares(0.5, 0.5, decisions={"d": {"on": {"set": {"branches.one.share": 0.6}}}}),
            "decisions.d.on.set.branches.one.share",
            "sum to 1.1",
        ),
        (
            with_shares(0.5, 0.5, decisions={"d": {"real": [0.1, 0.8], "sets": "branches.one.share"}}),
            "decisions.d.real",
            "sum to 1.3",
        ),
        (
            with_shares(0.5, 0.5, decisions={"d": {"real": [0.1, 0.8], "sets": "branches.two.share"}}),
            "decisions.d.sets",
            "unknown branch 'two'",
        ),
    ],
)
def test_shares_that_are_no_shares_are_refused(tree, where, found):
    with pytest.raises(ScenarioError) as caught:
        scenario_from(tree)
    assert [(one.where, found in one.found) for one in caught.value.findings] == [(where, True)]


def test_a_decision_moves_a_share():
    tree = with_shares(0.5, None, decisions={"d": {"real": [0.1, 0.8], "sets": "flows.f.branches.one.share"}})
    tree["components"]["b"] = {"kind": "external", "latency_ms": 3}
    tree["flows"]["f"]["trace"][0]["choice"][1]["calls"] = "b"
    system = compile_system(scenario_from(tree))
    for share in (0.1, 0.8):
        told = explain(system, system.space.today * 0 + share)["phases"][0]
        assert told["flows"]["f"]["response_ms"] == pytest.approx(share * 1.0 + (1.0 - share) * 3.0)


def test_too_many_ways_are_refused():
    tree = with_shares(0.5, 0.5)
    tree["flows"]["f"]["trace"] *= 4
    with pytest.raises(ScenarioError, match="81 ways"):
        scenario_from(tree)


def test_how_long_a_load_takes_is_that_of_its_own_shares():
    """Misses that come meanwhile load too: how many depends on which way loads go, in this design."""
    tree = {
        "schema": 1,
        "name": "ways",
        "workload": {"phases": [{"name": "p", "rate": 100, "hours": 1}]},
        "components": {
            "kept": {"kind": "cache", "keys": 20, "ttl_s": 1, "service_ms": 0.1, "slots": 64},
            "quick": external(0.001),
            "slow": external(0.9),
        },
        "flows": {
            "all": {
                "share": 1.0,
                "trace": [{"call": "kept", "then": [choice(None, 0.5, calls=("quick", "slow"))]}],
            }
        },
        "decisions": {
            "way": {
                "options": {
                    "mostly_quick": {"set": {"branches.slow.share": 0.0}},
                    "mostly_slow": {"set": {"branches.slow.share": 1.0}},
                }
            }
        },
    }
    system = compile_system(scenario_from(tree))
    X = system.space.designs(0, 2)
    for order in (X, X[::-1]):
        together = evaluate(system, order)
        for i in range(2):
            alone = evaluate(system, order[i : i + 1])
            assert alone.values.tobytes() == together.values[i : i + 1].tobytes()
