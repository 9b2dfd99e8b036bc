"""Changes of many designs at once: the same neighbours as one by one, children of their parents."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.search.moves import crossed, inside, mutated, neighbours
from searches import space_around_a_running_system_outside_it, space_of_every_kind


def rows(X):
    return {tuple(x) for x in X}


@pytest.mark.parametrize("reals", [0, 1])
def test_neighbours_of_many_are_those_of_each(reals):
    space = space_of_every_kind(reals=reals)
    X = space.sample(40, seed=3)
    found, owner = neighbours(space, X)
    for i, x in enumerate(X):
        assert rows(found[owner == i]) == rows(space.neighbours(x))
    assert np.bincount(owner).tolist() == [len(space.neighbours(x)) for x in X]


def test_a_child_has_each_decision_from_one_of_its_parents():
    space = space_of_every_kind()
    a, b = space.sample(200, seed=1), space.sample(200, seed=2)
    child = crossed(space, a, b, np.random.default_rng(0))
    for decision in space.decisions:
        columns = list(decision.columns)
        from_a = (child[:, columns] == a[:, columns]).all(axis=1)
        from_b = (child[:, columns] == b[:, columns]).all(axis=1)
        assert (from_a | from_b).all()
    assert not (child == a).all()
    assert not (child == b).all()


@pytest.mark.parametrize("reals", [0, 1])
def test_a_mutation_stays_among_the_values_and_changes_about_as_much_as_asked(reals):
    space = space_of_every_kind(reals=reals)
    X = space.sample(2000, seed=1)
    changed = mutated(space, X, np.random.default_rng(0), rate=0.1)
    for j, column in enumerate(space.columns):
        assert np.array_equal(column.clip(changed[:, j]), changed[:, j])
        share = np.mean(changed[:, j] != X[:, j])
        # A value may be drawn again; an adaptive decision also changes in all phases at once.
        assert 0.02 < share < 0.22
    assert np.array_equal(mutated(space, X, np.random.default_rng(0), rate=0.0), X)


def test_a_decision_that_comes_to_exist_begins_with_a_value_that_it_offers():
    space = space_around_a_running_system_outside_it()
    X = space.designs(0, space.size)
    there = rows(X)
    found, owner = neighbours(space, X)
    assert rows(found) <= there
    assert (found != X[owner]).any(axis=1).all()
    outside = np.concatenate([X, space.today[None, :]]) + 100.0
    assert rows(inside(space, outside)) <= rows(space.canonical(np.tile(space.upper, (1, 1))))
    assert np.array_equal(inside(space, X), X)
