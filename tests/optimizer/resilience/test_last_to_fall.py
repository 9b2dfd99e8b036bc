"""Who stands longest: against following every design up to where it falls, with few evaluations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import compile_system, load_scenario
from models.evaluator import run
from models.scenario.paths import Slot
from optimizer.resilience.breaking_points import MOST, first_falls
from optimizer.resilience.escape import NOT_ASKED, first_break, furthest_change
from optimizer.resilience.last_to_fall import last_to_fall
from optimizer.resilience.one_phase import breaks_at_peak

DATA = Path(__file__).parents[3] / "data" / "scenarios"


def system_of(name):
    return compile_system(load_scenario(DATA / f"{name}.yaml"))


def falls_at(points):
    """Designs that fall at a multiple of their own, and count how often they are asked."""
    asked = []

    def falls(X, multiple):
        asked.extend(zip(X[:, 0].astype(int).tolist(), multiple.tolist(), strict=True))
        return multiple >= np.asarray(points)[X[:, 0].astype(int)]

    return falls, asked, np.arange(len(points), dtype=float)[:, None]


@settings(max_examples=200, deadline=None)
@example([1.5], 0.296875)
@given(st.lists(st.floats(1e-3, 200.0), min_size=1, max_size=40), st.floats(1e-3, 2.0))
def test_those_that_stand_longest_are_found(points, least):
    falls, asked, X = falls_at(points)
    found = last_to_fall(falls, X, least=least)
    longest = max(points)
    if longest <= least:
        assert not found.places.size
        return
    assert int(np.argmax(points)) in found.places.tolist()
    assert np.all(np.array(points)[found.places] > found.stood.max())
    assert np.all(found.stood[1:] > found.stood[:-1])
    if longest > MOST:
        assert found.holds_to == np.inf
    else:
        assert found.holds_to == found.stood[-1] < longest <= found.holds_to * 1.0055
    assert len(asked) == len(set(asked))


def test_who_has_fallen_is_not_asked_again():
    points = [0.02] * 500 + [3.0]
    falls, asked, X = falls_at(points)
    assert last_to_fall(falls, X, least=0.01).places.tolist() == [500]
    # The 500 at 0.01, 0.014, a hair below 0.02 and 0.028; the last one alone, up to its own fall.
    assert sum(design < 500 for design, _ in asked) <= 4 * 500
    assert sum(design == 500 for design, _ in asked) <= 30


def test_what_is_beyond_the_last_fall_is_not_asked():
    seen = []

    def excess(X, multiple):
        seen.append(multiple)
        return np.where(multiple >= 0.01, 1.0, -1.0)[:, None]

    holds, fails = first_falls(excess, np.zeros((2, 1)))
    assert np.all(holds < 0.01)
    assert np.all(fails >= 0.01)
    assert max(m.max() for m in seen) < 0.1
    assert sum(m.size for m in seen) <= 2 * 30


def test_limits_that_fall_together_share_what_is_evaluated():
    seen = []

    def excess(X, multiple):
        seen.append(multiple)
        return np.tile(np.where(multiple >= 5.0, 1.0, -1.0)[:, None], (1, 6))

    first_falls(excess, np.zeros((1, 1)))
    together = np.concatenate(seen)
    assert together.size == np.unique(together).size <= 33 + 18


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(1e-4, 200.0), min_size=1, max_size=5), st.floats(1e-4, 200.0))
def test_where_a_fall_is_expected_changes_no_answer(points, about):
    def excess(X, multiple):
        return np.where(multiple >= np.asarray(points)[X[:, 0].astype(int)], 1.0, -1.0)[:, None]

    X = np.arange(len(points), dtype=float)[:, None]
    for told, expected in zip(first_falls(excess, X, about=about), first_falls(excess, X), strict=True):
        assert np.array_equal(told, expected)


@pytest.mark.parametrize("name", ["black_friday_week", "web_api_three_tier", "black_friday_exercise"])
def test_what_breaks_at_the_peak_breaks_as_a_whole(name):
    system = system_of(name)
    rng = np.random.default_rng(4)
    X = system.space.sample(min(60, system.space.size), seed=4)
    multiple = np.exp(rng.uniform(np.log(0.01), np.log(8.0), len(X)))
    steps = run(system, X, stress={Slot("workload", "", "rate"): multiple[:, None]})

    def broken(*leave_out):
        over = [np.broadcast_to(e, (len(X),)) > 0 for n, e in steps.excess.items() if n not in leave_out]
        return np.any(over, axis=0)

    held = ("saturation", "metastable", "tips_over")
    for leave_out in ((), ("saturation",), ("metastable",), held):
        at_peak = breaks_at_peak(system, X, multiple, leave_out=leave_out)
        assert not np.any(at_peak & ~broken(*leave_out))
    assert not at_peak.any()
    # It is worth asking: of saturation the peak phase tells nearly everything.
    full = np.broadcast_to(steps.excess["saturation"], (len(X),)) > 0.0
    assert 0.9 * full.sum() <= breaks_at_peak(system, X, multiple).sum() < len(X)


@pytest.mark.parametrize("leave_out", [(), NOT_ASKED])
@pytest.mark.parametrize("name", ["web_api_three_tier", "black_friday_exercise", "black_friday_week"])
def test_no_neighbour_stands_longer_than_the_furthest_change(name, leave_out):
    system = system_of(name)
    for x in (system.space.today, system.space.sample(1, seed=8)[0]):
        x = system.space.canonical(x[None, :])[0]
        step = furthest_change(system, x, leave_out=leave_out)
        fails = first_break(system, system.space.neighbours(x), leave_out=leave_out)[0]
        before = float(first_break(system, x[None, :], leave_out=leave_out)[0][0])
        if step is None:
            assert not np.isfinite(before) or np.all(fails <= before * 1.011)
            continue
        own = float(first_break(system, step.x[None, :], leave_out=leave_out)[0][0])
        assert own >= fails.max() * (1 - 6e-3)
        if np.isfinite(step.holds_to):
            assert step.holds_to == pytest.approx(own, rel=6e-3)
