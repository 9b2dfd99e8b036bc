"""What is missing from a front: against every pair, and worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.dimension import Dimension
from models.evaluation import Evaluation
from optimizer import front_of
from optimizer.decide.off_front import off_front

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
    # 0 and 1 make the front; 2 is beaten by 1 alone, 3 breaks the limit and would beat all, 4 is beaten by both.
    all_ = designs([[1, 9], [5, 5], [6, 5], [0, 0], [9, 9]], [0, 0, -1, 2, 0])
    found = off_front(front_of(all_), all_)
    assert found.evaluation.X[:, 0].tolist() == [2, 3, 4]
    assert found.is_feasible.tolist() == [True, False, True]
    assert found.dominator[0] == 1
    assert found.dominator[1] == -1
    # of the two the one that gains more of the front's ranges (4 USD, 4 ms): 8/4 + 0 against 4/4 + 4/4
    assert found.dominator[2] in (0, 1)


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
