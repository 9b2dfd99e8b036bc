"""Rules: the exercise's three pairs, and every conjunction by brute force on small random tables."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from models import compile_system, evaluate, load_scenario
from models.space.space import design_space
from optimizer.decide.choose.survival_rules import LONGEST, rules_for
from scenarios import scenario

EXERCISE = Path(__file__).parents[4] / "data" / "scenarios" / "black_friday_exercise.yaml"


def test_the_exercise_survives_by_exactly_three_pairs():
    system = compile_system(load_scenario(EXERCISE))
    X = system.space.designs(0, system.space.size)
    found = evaluate(system, X)
    survives = found.excess[:, found.constraints.index("saturation")] <= 0.0
    a, b, c = (column.name for column in system.space.columns[:3])
    rules = rules_for(X, survives, system.space.columns)
    assert {str(rule) for rule in rules.exact} == {
        f"{a} = on and {b} = on",
        f"{a} = on and {c} = on",
        f"{b} = on and {c} = on",
    }
    assert all(rule.precision == 1.0 for rule in rules.exact)
    # Of the 16 that survive each pair covers its 8.
    assert [rule.covered for rule in rules.exact] == [8, 8, 8]
    assert rules.explained == 1.0
    assert rules.nearly is None
    assert rules.is_whole


def toggles(n):
    on = {"on": {"multiply": {"web.service_ms": 0.9}}}
    return design_space(scenario(decisions={f"t{i}": on for i in range(n)}))


def minimal_by_hand(X, target, n):
    """Minimal exact conjunctions of up to four conditions (column, value), by trying all."""
    conditions = [(j, v) for j in range(n) for v in (0.0, 1.0)]
    exact = []
    for size in range(1, LONGEST + 1):
        for group in itertools.combinations(conditions, size):
            if len({j for j, _ in group}) < size or any(set(e) <= set(group) for e in exact):
                continue
            met = np.all([X[:, j] == v for j, v in group], axis=0)
            if met.any() and target[met].all():
                exact.append(group)
    return exact


@pytest.mark.parametrize("seed", range(6))
def test_toggles_against_every_conjunction(seed):
    rng = np.random.default_rng(seed)
    space = toggles(5)
    X = space.designs(0, 32)
    target = rng.random(32) < 0.4
    target[0], target[1] = True, False
    names = [column.name for column in space.columns]
    wanted = {
        frozenset(f"{names[j]} = {'on' if v else 'off'}" for j, v in group)
        for group in minimal_by_hand(X, target, 5)
    }
    rules = rules_for(X, target, space.columns)
    assert {frozenset(map(str, rule.conditions)) for rule in rules.exact} == wanted
    for rule in rules.exact:
        assert rule.coverage == rule.covered / target.sum()


def test_thresholds_are_as_weak_as_they_can_be():
    space = design_space(
        scenario(
            decisions={
                "copies": {"integer": [1, 8], "sets": "web.replicas"},
                "t": {"on": {"add": {"web.error_share": 0.01}}},
            }
        )
    )
    X = space.designs(0, space.size)
    copies, toggle = X[:, 0], X[:, 1]
    target = (copies >= 5) | ((copies >= 3) & (toggle > 0))
    rules = rules_for(X, target, space.columns)
    assert {str(rule) for rule in rules.exact} == {"copies >= 5", "copies >= 3 and t = on"}
    assert rules.explained == 1.0


def test_what_no_rule_explains_has_a_best_attempt():
    space = toggles(6)
    X = space.designs(0, 64)
    target = X.sum(axis=1) % 2 == 1  # parity: no conjunction of four is exact
    rules = rules_for(X, target, space.columns)
    assert rules.exact == ()
    assert rules.explained == 0.0
    assert rules.nearly is not None
    assert 0.0 < rules.nearly.precision < 1.0


def test_all_or_none_of_the_designs():
    space = toggles(3)
    X = space.designs(0, 8)
    assert str(rules_for(X, np.ones(8, dtype=bool), space.columns).exact[0]) == "always"
    assert rules_for(X, np.zeros(8, dtype=bool), space.columns).exact == ()
    with pytest.raises(ValueError, match="target"):
        rules_for(X, np.ones(7, dtype=bool), space.columns)
