"""Graphs: propagation cost by hand and against a search from every element."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formulas.graphs import pairs, reachability
from oracles.cases import assert_within, cases
from oracles.formulas.graphs import propagation_cost

#: Cases that nothing here covers: what was measured on systems whose matrices aren't published.
NOT_COVERED = {"pc-mozilla-linux": "context values; the matrices are not available"}


@pytest.mark.parametrize(
    "case", [c for c in cases("propagation_cost") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_published_and_by_hand(case: dict[str, Any]) -> None:
    elements, edges = case["inputs"]["elements"], case["inputs"]["edges"]
    adjacency = np.zeros((len(elements), len(elements)), dtype=bool)
    for a, b in edges:
        adjacency[elements.index(a), elements.index(b)] = True
    assert_within(case, [float(propagation_cost(adjacency, diagonal=flag)) for flag in (True, False)])


def reached(edges: list[list[bool]], start: int) -> set[int]:
    """Elements at the end of a path from `start`, by walking."""
    found: set[int] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        for there, is_edge in enumerate(edges[here]):
            if is_edge and there not in found:
                found.add(there)
                todo.append(there)
    return found


@st.composite
def graphs(draw: st.DrawFn) -> list[list[list[bool]]]:
    count, designs = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    row = st.lists(st.booleans(), min_size=count, max_size=count)
    return [draw(st.lists(row, min_size=count, max_size=count)) for _ in range(designs)]


@given(batch=graphs())
def test_closure_is_what_a_walk_finds(batch: list[list[list[bool]]]) -> None:
    adjacency = np.array(batch)
    before = adjacency.copy()
    closure = reachability(adjacency)
    assert (adjacency == before).all()
    for edges, found in zip(batch, closure, strict=True):
        for start in range(len(edges)):
            assert set(np.flatnonzero(found[start])) == reached(edges, start)
    for i, edges in enumerate(batch):
        c = len(edges)
        seen = [len(reached(edges, s) | {s}) for s in range(c)]
        assert propagation_cost(adjacency, diagonal=True)[i] == sum(seen) / c**2
        assert propagation_cost(adjacency, diagonal=False)[i] == (sum(seen) - c) / max(c * (c - 1), 1)


@pytest.mark.parametrize("shape", [(0, 4, 4), (1, 4, 4), (3, 1, 1), (2, 0, 0), (2, 3, 4, 4)])
def test_shapes(shape: tuple[int, ...]) -> None:
    cost = propagation_cost(np.ones(shape, dtype=bool), diagonal=False)
    assert cost.shape == shape[:-2]
    assert np.isfinite(cost).all()


@pytest.mark.parametrize("shape", [(3, 4), (4,), (2, 3, 4)])
def test_what_is_not_square_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="adjacency must be"):
        reachability(np.zeros(shape, dtype=bool))


def test_pairs() -> None:
    counts = np.arange(8.0)
    brute = [sum(1 for a in range(n) for b in range(a)) for n in range(8)]
    assert pairs(counts).tolist() == brute


def test_bits_alone_and_among_ten_thousand() -> None:
    batch = np.random.default_rng(3).random((10_000, 5, 5)) < 0.3
    together = propagation_cost(batch, diagonal=True)
    assert all(propagation_cost(batch[i : i + 1], diagonal=True)[0] == together[i] for i in (0, 17, 9_999))
