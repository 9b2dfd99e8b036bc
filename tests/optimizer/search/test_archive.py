"""The archive: nothing good is ever lost, nothing is evaluated twice, the nearest to feasibility stay."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from instances import Grid, Shop, non_dominated_by_hand
from optimizer.pareto.front import front_of
from optimizer.search.archive import POOL, codes, empty_archive
from optimizer.search.boxes import box_widths, representatives
from searches import Model, space_of_every_kind


@given(seed=st.integers(0, 10**6), pieces=st.integers(1, 12), most=st.integers(2, 12))
@settings(max_examples=40, deadline=None)
def test_the_archive_is_the_front_of_all_that_was_seen(seed, pieces, most):
    grid, shop = Grid(6, 5, 3), Shop(most_price=most)
    rng = np.random.default_rng(seed)
    X = grid.designs(0, grid.size)[rng.integers(grid.size, size=120)]  # some of them twice
    archive = empty_archive(shop(X[:1]))
    for part in np.array_split(X, pieces):
        before = {tuple(x) for x in archive.members.X}
        entered = archive.add(shop(part))
        assert {tuple(x) for x in part[entered]} <= {tuple(x) for x in archive.members.X}
        assert {tuple(x) for x in archive.members.X} <= before | {tuple(x) for x in part[entered]}
    whole = front_of(shop(X))
    assert np.array_equal(archive.front().X, whole.X)
    assert archive.tally.evaluated == len(X)
    assert archive.tally.feasible == int(shop(X).feasible.sum())
    assert archive.unseen(grid.designs(0, grid.size)).size == grid.size - len(np.unique(X, axis=0))


def test_a_design_that_was_seen_is_not_asked_again():
    grid = Grid(4, 4)
    X = grid.designs(0, 16)
    archive = empty_archive(Shop()(X[:1]))
    archive.add(Shop()(X[3:9]))
    again = np.concatenate([X, X])
    assert again[archive.unseen(again)].tolist() == X[[0, 1, 2, 9, 10, 11, 12, 13, 14, 15]].tolist()
    assert len(np.unique(codes(X))) == 16
    assert codes(np.array([[-0.0, 1.0]])) == codes(np.array([[0.0, 1.0]]))


def test_the_pool_holds_the_designs_nearest_to_feasibility():
    space = space_of_every_kind()
    model = Model(space, most=-2.0)
    X = space.sample(1000, seed=1)
    found = model(X)
    assert not found.feasible.any()
    archive = empty_archive(found)
    for part in np.array_split(X, 7):
        archive.add(model(part))
    assert len(archive.pool) == POOL
    kept = archive.violation(archive.pool.excess)
    assert np.all(np.diff(kept) >= 0.0)
    assert kept[-1] <= np.sort(archive.violation(found.excess))[POOL - 1] * 1.05


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_every_box_has_one_representative(points):
    losses = np.array(points, dtype=float)
    chosen = representatives(losses, [5.0, None])
    width = box_widths(losses, [5.0, None])
    boxes = [tuple(box) for box in np.floor(losses / width)]
    assert {boxes[i] for i in chosen} == set(boxes)
    assert losses[chosen].min(axis=0).tolist() == losses.min(axis=0).tolist()
    assert len(chosen) <= len(set(boxes)) + 2


def test_a_width_is_the_step_or_a_share_of_the_range():
    losses = np.array([[0.0, 0.0, 7.0, 0.0], [100.0, 50.0, 7.0, np.inf]])
    assert box_widths(losses, [None, 10.0, None, None]).tolist() == [5.0, 10.0, 1.0, 1.0]
    assert non_dominated_by_hand(losses.tolist()) == [True, False]


def test_a_design_that_comes_twice_is_one_member():
    grid = Grid(4, 4)
    found = Shop()(grid.designs(0, 16))
    archive = empty_archive(found)
    archive.add(found)
    members = {tuple(x) for x in archive.members.X}
    assert not archive.add(found).any()
    assert len(archive.members) == len(members) == len(archive.swept)
    assert {tuple(x) for x in archive.members.X} == members
