"""What is missing from a front: against every pair, and worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation import Dimension, Evaluation
from optimizer import front_of
from optimizer.decide.explain.off_front import off_front

DIMENSIONS = (Dimension("price", "USD", "lower"), Dimension("wait", "ms", "lower"))


def designs(values, excess=None):
    values = np.array(values, dtype=float)
    n = len(values)
    return Evaluation(
        X=np.arange(n, dtype=float)[:, None],
        values=values,
        excess=np.zeros((n, 1)) if excess is None else np.array(excess, dtype=float)[:, None],
        constraints=("limit",),
        dimensions=DIMENSIONS,
    )


def test_by_hand():
    # 0, 1 and 2 make the front, with ranges of 4 USD and 4 ms; 3 is beaten by 1 alone; 4 breaks the limit and
    # would beat all; 5 is beaten by all three, and 2 gains most: its shares of the ranges sum to 1/4 + 1/4
    # against 0 + 1 and 1 + 0.
    all_ = designs([[1, 9], [5, 5], [2, 6], [6, 5], [0, 0], [9, 9]], [0, 0, 0, -1, 2, 0])
    front = front_of(all_)
    found = off_front(front, all_)
    assert found.evaluation.X[:, 0].tolist() == [3, 4, 5]
    assert found.is_feasible.tolist() == [True, False, True]
    by = [None if k < 0 else front.evaluation.values[k].tolist() for k in found.dominator]
    assert by == [[5, 5], None, [2, 6]]


def test_unbounded_values_are_beaten_too():
    all_ = designs([[1, 2], [3, np.inf]])
    found = off_front(front_of(all_), all_)
    assert found.dominator.tolist() == [0]


@pytest.mark.parametrize("seed", [1, 2])
def test_against_every_pair(seed):
    rng = np.random.default_rng(seed)
    all_ = designs(rng.integers(0, 12, size=(700, 2)), rng.integers(-3, 2, size=700))
    front = front_of(all_)
    found = off_front(front, all_)
    assert len(found.evaluation) + len(front) == 700
    for values, dominator in zip(found.evaluation.values, found.dominator, strict=True):
        beaten = [
            k
            for k, other in enumerate(front.evaluation.values)
            if np.all(other <= values) and np.any(other < values)
        ]
        assert (dominator in beaten) if beaten else dominator == -1


def test_nothing_at_all():
    nothing = designs(np.empty((0, 2)))
    assert len(off_front(front_of(nothing), nothing).evaluation) == 0
    only_bad = designs([[1, 1]], [1])
    assert off_front(front_of(only_bad), only_bad).dominator.tolist() == [-1]
