"""What a design gives up, on fronts where it can be read off."""

from __future__ import annotations

import numpy as np
import pytest

from fronts import front, random_front
from optimizer.decide.explain.trade_offs import exchanges, sacrifices
from optimizer.model import NO_ERROR

#: price, wait, risk
NAMES = ["price", "wait", "risk"]
LOSSES = [[0.0, 100.0, 5.0], [40.0, 50.0, 5.0], [50.0, 40.0, 10.0], [100.0, 0.0, 0.0]]


def places(found, rows):
    return [int(np.flatnonzero(np.all(found.losses == row, axis=1))[0]) for row in rows]


def test_each_dimension_is_held_against_the_best_any_design_reaches():
    found = front(LOSSES, names=NAMES)
    a, b, _, d = places(found, LOSSES)
    told = {NAMES[one.dimension]: one for one in sacrifices(found, b, NO_ERROR)}
    assert told["price"].best == 0.0
    assert told["price"].share == pytest.approx(0.4)
    assert told["price"].reached_by == a
    assert [NAMES[j] for j in told["price"].bought] == ["wait"]
    assert told["risk"].share == pytest.approx(0.5)
    assert told["risk"].reached_by == d
    assert [NAMES[j] for j in told["risk"].bought] == ["price"]


def test_the_cheapest_way_to_more_is_the_neighbour_with_the_best_rate():
    found = front(LOSSES, names=NAMES)
    a, b, c, d = places(found, LOSSES)
    told = {NAMES[one.dimension]: one for one in exchanges(found, b, error=NO_ERROR)}
    # To wait less: c gives 0.1 of the range for 0.1 price and 0.5 risk (6 a unit); d gives 0.5 for 0.6 (1.2).
    assert told["wait"].to == d
    assert told["wait"].gain == pytest.approx(0.5)
    assert told["wait"].price == pytest.approx(0.6)
    # To pay less: only a, 0.4 for 0.5.
    assert told["price"].to == a
    assert "risk" in told
    assert c not in {one.to for one in told.values()}


def test_a_gain_below_the_step_is_no_gain():
    found = front(LOSSES, names=NAMES)
    b = places(found, LOSSES)[1]
    told = {NAMES[one.dimension] for one in exchanges(found, b, steps=[41.0, None, None], error=NO_ERROR)}
    assert "price" not in told
    assert "wait" in told


def test_a_step_of_availability_is_in_nines():
    losses = [[-0.999, 1.0], [-0.9999, 2.0], [-0.99, 0.0]]
    found = front(losses, names=["availability", "price"], better=["higher", "lower"])
    start = places(found, losses)[0]
    assert {one.dimension for one in exchanges(found, start, steps=[0.9, None], error=NO_ERROR)} == {0, 1}
    assert {one.dimension for one in exchanges(found, start, steps=[1.1, None], error=NO_ERROR)} == {1}


def test_on_random_fronts_an_exchange_is_the_best_rate_there_is():
    rng = np.random.default_rng(8)
    for _ in range(10):
        found = random_front(rng)
        i = int(rng.integers(len(found)))
        scaled = (found.losses - found.losses.min(0)) / np.ptp(found.losses, axis=0)
        for one in exchanges(found, i, error=NO_ERROR):
            rates = []
            for k in range(len(found)):
                gain = scaled[i, one.dimension] - scaled[k, one.dimension]
                if gain >= 0.01:
                    rates.append(np.maximum(scaled[k] - scaled[i], 0.0).sum() / gain)
            assert one.price / one.gain == pytest.approx(min(rates))
