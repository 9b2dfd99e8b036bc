"""The design space: every design once, round trips, rules and conditions against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import DesignError, SpaceTooLargeError
from models.space.space import design_space
from scenarios import scenario


def mixed(**changes):
    """A scenario with every kind of decision, conditions and rules."""
    decisions = {
        "cache": {"on": {"multiply": {"web.service_ms": 0.5}}},
        "ttl": {"options": {"short": {}, "medium": {}, "long": {}}, "when": {"cache": "on"}},
        "copies": {"integer": [2, 6], "step": 2, "sets": "web.replicas"},
        "shed": {"on": {"set": {"flows.shop.shed_share": 0.1}}, "adaptive": True},
        "boost": {"on": {"add": {"web.error_share": 0.01}}, "when": {"ttl": ["medium", "long"]}},
    }
    rules = [{"not": {"copies": 6, "cache": "off"}}, {"if": {"boost": "on"}, "then": {"shed": "on"}}]
    return scenario(
        components={"web": {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4}},
        flows={"shop": {"share": 1.0, "trace": ["web"]}},
        phases=[{"name": "calm", "rate": 50, "hours": 20}, {"name": "peak", "rate": 300, "hours": 4}],
        decisions=decisions,
        rules=rules,
        **changes,
    )


def allowed_by_hand():
    """Every allowed design of `mixed`, by plain loops over what it says."""
    found = set()
    for cache, ttl, copies, calm, peak, boost in itertools.product(
        (0, 1), (0, 1, 2), (2, 4, 6), (0, 1), (0, 1), (0, 1)
    ):
        if not cache and ttl:
            continue  # no TTL without a cache: it holds its default
        exists = cache and ttl > 0
        if boost and not exists:
            continue
        if copies == 6 and not cache:
            continue
        if boost and not (calm and peak):
            continue
        found.add((cache, ttl, copies, calm, peak, boost))
    return found


def test_designs_are_exactly_the_allowed_ones_each_once():
    space = design_space(mixed())
    X = space.designs(0, space.size)
    rows = [tuple(int(v) for v in row) for row in X]
    assert [c.name for c in space.columns] == ["cache", "ttl", "copies", "shed@calm", "shed@peak", "boost"]
    assert len(rows) == len(set(rows)) == space.size
    assert set(rows) == allowed_by_hand()
    assert space.lattice_size == 2 * 3 * 3 * 2 * 2 * 2


def test_designs_in_pieces_are_the_designs_at_once():
    space = design_space(mixed())
    pieces = [space.designs(i, min(i + 7, space.size)) for i in range(0, space.size, 7)]
    assert np.array_equal(np.concatenate(pieces), space.designs(0, space.size))


def test_every_design_survives_writing_and_reading():
    space = design_space(mixed())
    for x in space.designs(0, space.size):
        assert np.array_equal(space.encode(space.decode(x)), x)


def test_designs_read_at_once_are_those_read_one_by_one():
    space = design_space(mixed())
    designs = [space.decode(x) for x in space.designs(0, space.size)]
    designs += [{}, {"shed@peak": "on"}, {"shed": "on", "shed@peak": False}, {"copies": 4.0}]
    one_by_one = np.array([space.encode(design) for design in designs])
    assert np.array_equal(space.encode_all(designs), one_by_one)
    assert space.encode_all([]).shape == (0, len(space.columns))


@given(seed=st.integers(0, 2**31), n=st.integers(0, 60), method=st.sampled_from(["sobol", "latin-hypercube"]))
@settings(max_examples=25, deadline=None)
def test_samples_are_allowed_canonical_and_different(seed, n, method):
    space = design_space(mixed())
    X = space.sample(n, seed=seed, method=method)
    assert len(X) <= n
    assert space.is_allowed(X).all()
    assert np.array_equal(space.canonical(X), X)
    assert len(np.unique(X, axis=0)) == len(X)
    assert np.array_equal(X, space.sample(n, seed=seed, method=method))


def test_a_sample_as_large_as_the_space_finds_nearly_all_of_it():
    space = design_space(mixed())
    assert len(space.sample(space.size, seed=1)) == space.size


def test_a_latin_hypercube_meets_every_stratum_of_a_real():
    free = scenario(decisions={"speed": {"real": [1.0, 100.0], "scale": "log", "sets": "web.service_ms"}})
    space = design_space(free)
    n = 40
    X = space.sample(n, seed=3, method="latin-hypercube")
    stratum = np.floor(np.log(X[:, 0]) / np.log(100.0) * n).astype(int)
    assert sorted(stratum) == list(range(n))
    assert space.size is None
    with pytest.raises(SpaceTooLargeError):
        space.designs(0, 1)


def test_neighbours_are_the_allowed_designs_one_change_away():
    space = design_space(mixed())
    X = space.designs(0, space.size)
    everything = {tuple(row) for row in X}
    for x in X:
        near = {tuple(row) for row in space.neighbours(x)}
        assert near <= everything
        assert tuple(x) not in near
        # brute force: change one decision's value, bring to canonical form, keep what is allowed
        by_hand = set()
        for decision in space.decisions:
            values = [space.columns[j].values() for j in decision.columns]
            one_phase = [{j: v} for j, options in zip(decision.columns, values, strict=True) for v in options]
            all_phases = [dict.fromkeys(decision.columns, v) for v in values[0]]
            for change in one_phase + all_phases:
                row = x.copy()
                for j, v in change.items():
                    row[j] = v
                row = space.canonical(row[None, :])[0]
                if space.is_allowed(row[None, :])[0]:
                    by_hand.add(tuple(row))
        assert near == by_hand - {tuple(x)}


def test_todays_values_are_the_files_or_what_today_says():
    assert design_space(mixed()).decode(design_space(mixed()).today) == {
        "cache": False,
        "ttl": "short",
        "copies": 2,
        "shed": {"calm": False, "peak": False},
        "boost": False,
    }
    space = design_space(mixed(today={"cache": "on", "ttl": "long", "shed": {"peak": True}}))
    assert space.decode(space.today)["ttl"] == "long"
    assert space.decode(space.today)["shed"] == {"calm": False, "peak": True}


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"cahce": "on"}, ["unknown decision 'cahce'", "did you mean 'cache'"]),
        ({"cache": "maybe"}, ["cache", "'maybe'", "on, off"]),
        ({"copies": 3}, ["copies", "3", "a whole number from 2 to 6 in steps of 2"]),
        ({"ttl": "long"}, ["ttl", "doesn't exist", "cache = on"]),
        ({"shed@noon": "on"}, ["shed@noon", "phase"]),
        ({"cache": "off", "copies": 6}, ["breaks the rule", "copies = 6", "cache = off"]),
    ],
)
def test_a_wrong_design_is_refused_with_what_is_allowed(design, words):
    space = design_space(mixed())
    with pytest.raises(DesignError) as caught:
        space.encode(design)
    for word in words:
        assert word in str(caught.value)
    with pytest.raises(DesignError) as among_others:
        space.encode_all([space.decode(space.today), design, {"cache": 7}])
    assert str(among_others.value) == str(caught.value)


def test_a_rule_that_may_be_broken_may_be_broken_by_many_too():
    space, design = design_space(mixed()), {"cache": "off", "copies": 6}
    both = space.encode_all([design, design], check_rules=False)
    assert np.array_equal(both, [space.encode(design, check_rules=False)] * 2)


@pytest.mark.parametrize("value", [[1], {"peak": [1]}, None])
def test_what_is_no_value_is_refused_among_many_too(value):
    with pytest.raises(DesignError):
        design_space(mixed()).encode_all([{"copies": value}])


def test_all_mistakes_of_a_design_are_told_at_once():
    with pytest.raises(DesignError) as caught:
        design_space(mixed()).encode({"cahce": "on", "copies": 3})
    assert "cahce" in str(caught.value)
    assert "copies" in str(caught.value)


def test_one_phase_of_an_adaptive_decision_can_be_set_alone():
    space = design_space(mixed())
    assert space.decode(space.encode({"shed@peak": "on"}))["shed"] == {"calm": False, "peak": True}
    assert space.decode(space.encode({"shed": "on"}))["shed"] == {"calm": True, "peak": True}


def test_a_space_without_decisions_has_one_design():
    space = design_space(scenario(decisions={}))
    assert space.size == 1
    assert space.designs(0, 1).shape == (1, 0)
    assert space.neighbours(space.today).shape == (0, 0)
