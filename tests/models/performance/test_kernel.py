"""The compiled kernel: each situation alone and in company, and the small things it stands on."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_up_systems import systems
from models import compile_system, evaluate, load_scenario
from models.performance.response_law import split_at
from models.performance.steady_state import behaviour, situations_of
from models.performance.unique_rows import unique_rows
from models.system.parameters import apply_decisions
from models.system.system import System

SCENARIOS = sorted((Path(__file__).parents[3] / "data" / "scenarios").glob("*.yaml"))


@settings(max_examples=5)
@given(system=systems())
def test_each_made_up_design_is_the_same_in_any_company(system: System) -> None:
    X = system.space.canonical(np.concatenate([system.space.today[None, :], system.space.sample(7, seed=7)]))
    whole = evaluate(system, X)
    for i in range(len(X)):
        alone = evaluate(system, X[i : i + 1])
        for mine, theirs in ((alone.values, whole.values), (alone.excess, whole.excess)):
            assert mine.tobytes() == np.ascontiguousarray(theirs[i : i + 1]).tobytes()


def test_each_situation_is_the_same_in_any_company() -> None:
    """Alone, among many, on one thread or more, after others or before them: the same bits."""
    system = compile_system(load_scenario(SCENARIOS[0].parent / "black_friday_week.yaml"))
    X = system.space.canonical(system.space.sample(600, seed=11))
    parameters = apply_decisions(system, X)
    situations = situations_of(parameters)
    whole = behaviour(parameters, situations, threads=2)
    one = behaviour(parameters, situations, threads=1)
    for name in ("latency_ms", "utilisation", "retry_share", "p50_ms", "collapse", "metastable"):
        assert getattr(whole, name).tobytes() == getattr(one, name).tobytes(), name
    order = np.arange(len(X))[::-7]
    some = apply_decisions(system, X[order])
    again = behaviour(some, situations_of(some), threads=1)
    assert again.latency_ms.tobytes() == whole.latency_ms[order].tobytes()
    assert (
        np.stack(again.success).tobytes() == np.ascontiguousarray(np.stack(whole.success)[:, order]).tobytes()
    )


@given(
    table=st.lists(
        st.lists(st.sampled_from([0.0, -0.0, 1.5, math.inf, math.nan]), min_size=3, max_size=3), min_size=1
    )
)
def test_rows_of_a_kind_are_alike_and_no_others(table: list[list[float]]) -> None:
    rows = np.array(table)
    first, kind = unique_rows(rows)
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        seen.setdefault(tuple(repr(x + 0.0) for x in row), len(seen))
    assert kind.tolist() == [seen[tuple(repr(x + 0.0) for x in row)] for row in rows]
    assert first.tolist() == [kind.tolist().index(k) for k in range(len(seen))]


@pytest.mark.parametrize("limit", [1.0, 3.0, 30.0, 300.0, 3000.0, 30_000.0])
def test_a_time_out_further_and_further_out_leaves_all_of_the_law(limit: float) -> None:
    """An outcome whose third cumulant is below 0 counts as the gamma law of its mean and variance."""
    mean, variance = 0.01, 1e-4
    outcome = np.array([[1.0, mean, variance, -8e-7], *[[0.0] * 4] * 3])
    kept = np.full((4, 4), np.nan)
    late, n = split_at(outcome, 1, limit, kept)
    assert (late, n) == (0.0, 1)
    skewness = 2.0 * math.sqrt(variance) / mean  # of a gamma law that begins at 0
    assert kept[0] == pytest.approx([1.0, mean, variance, skewness * variance**1.5], rel=1e-9)
