"""Spaces with far more designs than memory holds: counted by arithmetic, listed only where looked at."""

from __future__ import annotations

import itertools
import math
import tracemalloc

import numpy as np
import pytest

from models.errors import SpaceTooLargeError
from models.space.space import design_space
from models.system.compiler import compile_system
from optimizer.decide.confidence.sobol import decision_shares
from optimizer.decide.oddities import oddities
from optimizer.space import size_of
from scenarios import scenario

MB = 2**20


def wide(low, high, *, path="web.queue_limit", **parts):
    return scenario(decisions={"q": {"integer": [low, high], "sets": path}}, **parts)


def peak_of(work):
    """Bytes that were allocated at the same time while something was done, at the most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("low", "high"), [(0, 10**9), (1, 5_000_000)])
def test_a_wide_integer_is_counted_and_its_designs_are_read_by_number(low, high):
    space = design_space(wide(low, high))
    assert space.size == high - low + 1
    assert space.designs(space.size - 3, space.size)[:, 0].tolist() == [high - 2, high - 1, high]
    assert space.designs(12, 14)[:, 0].tolist() == [low + 12, low + 13]


def test_a_driver_up_to_1e15_takes_the_memory_of_what_is_looked_at():
    tree = {
        "phases": [{"name": "p", "rate": 100, "hours": 1, "drivers": {"v": 1}}],
        "drivers": ["v"],
        "costs": [{"label": "c", "usd": 1, "drivers": {"v": 1}}],
    }
    space = design_space(wide(1, 10**15, path="drivers.v", **tree))

    def look():
        assert space.size == 10**15
        assert space.designs(10**15 - 1, 10**15)[0, 0] == 10**15
        assert len(space.sample(64, seed=1)) == 64
        assert len(space.neighbours(space.today)) > 0

    look()  # loads what is loaded at the first use
    assert peak_of(look) < 10 * MB


def linked(n, beside):
    """Toggles of which each forbids the next one, beside others that are free."""
    half = {"on": {"multiply": {"web.service_ms": 0.999}}}
    decisions = {f"t{i}": half for i in range(n)} | {f"free{i}": half for i in range(beside)}
    rules = [{"not": {f"t{i}": "on", f"t{i + 1}": "on"}} for i in range(n - 1)]
    return scenario(decisions=decisions, rules=rules)


def test_linked_decisions_are_listed_without_those_beside_them():
    """No two neighbours of 21 in a row are on: the 23rd Fibonacci number of ways, 28,657."""
    space = design_space(linked(21, beside=470))
    assert peak_of(lambda: space.size) < 40 * MB
    assert space.size == 28_657 * 2**470


def test_linked_decisions_are_those_of_plain_loops_in_the_same_order():
    space = design_space(linked(6, beside=2))
    wanted = [
        (*row, *free)
        for row in itertools.product((0, 1), repeat=6)
        if not any(a and b for a, b in itertools.pairwise(row))
        for free in itertools.product((0, 1), repeat=2)
    ]
    assert space.designs(0, space.size).tolist() == [list(map(float, row)) for row in wanted]


def test_too_many_linked_combinations_are_refused_in_a_sentence_before_they_are_allocated():
    toggles = {f"t{i}": {"on": {"multiply": {"web.service_ms": 0.9}}} for i in range(2)}
    decisions = {"q": {"integer": [0, 10**9], "sets": "web.queue_limit", "when": {"t0": "on"}}, **toggles}
    space = design_space(scenario(decisions=decisions))

    def count():
        with pytest.raises(SpaceTooLargeError, match=r"2 decisions .* more than [\d,]+ combinations"):
            _ = space.size

    assert peak_of(count) < MB
    assert size_of(space) is None
    assert len(space.sample(32, seed=1)) == 32


def test_a_wide_conditional_default_outside_the_range_is_kept_apart():
    decisions = {
        "fast": {"on": {"multiply": {"web.service_ms": 0.9}}},
        "copies": {"integer": [3, 300], "sets": "web.replicas", "when": {"fast": "on"}},
    }
    space = design_space(scenario(decisions=decisions))  # two replicas today
    X = space.designs(0, space.size)
    assert X.tolist() == [[0.0, 2.0], *([1.0, float(k)] for k in range(3, 301))]


def test_check_looks_at_a_sample_of_what_cant_be_listed():
    toggles = {f"t{i}": {"on": {"multiply": {"web.service_ms": 0.9}}} for i in range(3)}
    decisions = {"r": {"integer": [1, 5_000_000], "sets": "web.replicas", "when": {"t0": "on"}}, **toggles}
    system = compile_system(scenario(decisions=decisions))
    assert all(finding.severity in ("warning", "note") for finding in oddities(system))


def test_shares_of_hundreds_of_decisions_take_the_memory_of_a_part_of_them():
    """All points of 200 decisions at once are 200 x 256 x 200 numbers, 80 MB, and their evaluation more."""
    system = compile_system(linked(2, beside=198))
    assert peak_of(lambda: decision_shares(system)) < 80 * MB


def test_more_columns_than_sobol_points_are_known_for_are_sampled():
    names = [f"p{i}" for i in range(100)]
    phases = [{"name": name, "rate": 1, "hours": 1} for name in names]
    half = {"on": {"multiply": {"web.service_ms": 0.9}}, "adaptive": True}
    space = design_space(scenario(phases=phases, decisions={f"d{i}": half for i in range(213)}))
    assert space.n_columns == 21_300
    assert math.log2(space.size) == 21_300
    X = space.sample(4, seed=1)
    assert X.shape == (4, 21_300)
    assert np.abs(X.mean() - 0.5) < 0.02
