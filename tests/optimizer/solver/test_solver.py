"""Solving any model: the whole front, honest counts, Ctrl-C, models that misbehave, spaces too large."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimizer.pareto.tally
from instances import PRICE, SPEED, Grid, Shop, dominates
from models.errors import EvaluationError, SpaceTooLargeError, TradespaceError
from models.evaluation import Evaluation
from optimizer.model import Hints
from optimizer.solver.config import SolveConfig
from own_models import solve_with
from searches import Model, space_of_every_kind

GRID = Grid(6, 5, 3)


def excess_by_hand(shop, space):
    return [shop.excess(x) for x in space.designs(0, space.size)]


@given(
    most=st.integers(-1, 12),
    least=st.integers(-20, 60),
    chunk=st.integers(1, 100),
    patience=st.integers(0, 50),
)
@settings(max_examples=60, deadline=None)
def test_the_front_is_the_one_of_the_definition_whatever_the_chunks(most, least, chunk, patience):
    shop = Shop(most_price=most, least_speed=least)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimizer.pareto.tally, "PATIENCE", patience)
        solution = solve_with(shop, GRID, SolveConfig(chunk=chunk))
    assert {tuple(x) for x in solution.front.X} == shop.front_by_hand(GRID)
    whole = solve_with(shop, GRID)
    assert np.array_equal(solution.front.X, whole.front.X)
    assert solution.knee == whole.knee
    assert max(shop.calls) <= max(chunk, GRID.size)


@given(most=st.integers(-1, 12), least=st.integers(-20, 60))
@settings(max_examples=40, deadline=None)
def test_what_each_limit_excludes_is_counted(most, least):
    shop = Shop(most_price=most, least_speed=least)
    solution = solve_with(shop, GRID, SolveConfig(chunk=7))
    broken = [tuple(over > 0.0 for over in row) for row in excess_by_hand(shop, GRID)]
    both = Counter(broken)
    assert solution.broken == {
        "price": both[True, True] + both[True, False],
        "speed": both[True, True] + both[False, True],
    }
    assert solution.broken_alone == {"price": both[True, False], "speed": both[False, True]}
    certificate = solution.certificate
    assert (certificate.evaluated, certificate.feasible) == (GRID.size, both[False, False])
    assert certificate.on_front == len(solution.front)
    assert certificate.is_exact
    assert str(certificate).startswith(f"all {GRID.size} designs evaluated, ")


def test_without_a_feasible_design_the_nearest_is_told():
    # Price at most 1 allows x0 <= 1 and a speed of at most 10 x 1 - (0 - 2)^2 = 6; 8 is asked for.
    shop = Shop(most_price=1.0, least_speed=8.0)
    solution = solve_with(shop, GRID, SolveConfig(chunk=4))
    assert len(solution.front) == 0
    assert solution.knee is None
    assert solution.certificate.feasible == 0
    # One limit is broken at the least; by the smallest amount by (1, 1, 0): price over by 1, speed 10 - 1.
    assert solution.closest is not None
    assert solution.closest.X[0].tolist() == [1.0, 1.0, 0.0]
    assert solution.closest.excess[0, 0] == 1.0


def test_where_something_is_feasible_no_nearest_design_is_told():
    assert solve_with(Shop(most_price=3.0), GRID).closest is None


def test_the_nearest_design_breaks_no_more_limits_than_any_other_by_more():
    shop = Shop(most_price=2.0, least_speed=30.0)
    closest = solve_with(shop, GRID, SolveConfig(chunk=11)).closest
    assert closest is not None
    least = tuple(max(over, 0.0) for over in closest.excess[0].tolist())
    for row in excess_by_hand(shop, GRID):
        assert not dominates(tuple(max(over, 0.0) for over in row), least)


class Interrupted(Shop):
    """Ctrl-C while the n-th call runs."""

    def __init__(self, at: int, **limits: float) -> None:
        super().__init__(**limits)
        self.at = at

    def __call__(self, X):
        evaluation = super().__call__(X)
        if len(self.calls) == self.at:
            raise KeyboardInterrupt
        return evaluation


@pytest.mark.parametrize("chunks", [0, 1, 2, 5])
def test_ctrl_c_keeps_what_was_found_and_the_certificate_says_so(chunks):
    # The first call scores today's design.
    solution = solve_with(Interrupted(at=chunks + 2), GRID, SolveConfig(chunk=10))
    seen = GRID.designs(0, 10 * chunks)
    losses = {tuple(x): (shop_price, -speed) for x in seen for shop_price, speed in [Shop().values(x)]}
    expected = {x for x, one in losses.items() if not any(dominates(o, one) for o in losses.values())}
    assert {tuple(x) for x in solution.front.X} == expected
    certificate = solution.certificate
    assert certificate.evaluated == 10 * chunks
    assert not certificate.is_exact
    assert certificate.ended_early == "interrupted"
    assert f"interrupted after {10 * chunks} of {GRID.size} designs" in str(certificate)
    assert "may be better" in str(certificate)
    assert set(solution.broken) == {"price", "speed"}


def test_ctrl_c_in_a_sample_is_told_too():
    config = SolveConfig(max_designs=50, chunk=10)
    solution = solve_with(Interrupted(at=4), GRID, config)
    assert solution.certificate.evaluated == 20
    assert "sample" in str(solution.certificate)
    assert "interrupted" in str(solution.certificate)


def test_the_progress_counts_up_to_all_designs():
    told = []
    solution = solve_with(Shop(), GRID, SolveConfig(chunk=20), progress=lambda *now: told.append(now))
    done = [one[0] for one in told]
    assert all(a < b for a, b in pairwise(done))
    assert done[-1] == GRID.size
    assert {one[1] for one in told} == {GRID.size}
    assert told[-1][2] >= len(solution.front)


def test_the_model_is_asked_for_at_least_one_design_at_a_time():
    shop = Shop()
    solve_with(shop, GRID, SolveConfig(chunk=7))
    assert min(shop.calls) >= 1
    assert sum(shop.calls) == GRID.size + 1  # and today's


def _answer(X, **changes):
    parts = {
        "X": np.array(X),
        "values": np.zeros((len(X), 2)),
        "excess": np.zeros((len(X), 0)),
        "dimensions": (PRICE, SPEED),
    }
    return Evaluation(**{**parts, **changes})


def _raises(X):
    raise ZeroDivisionError("division by zero")


def _changes_its_mind(X):
    if len(X) == 1:
        return _answer(X)
    return _answer(X, excess=np.zeros((len(X), 1)), constraints=("new",))


def _loses_an_indicator(X):
    return _answer(X, indicators={"load": np.ones(len(X))} if len(X) == 1 else {})


MISBEHAVING = {
    "NaN": (lambda X: _answer(X, values=np.full((len(X), 2), np.nan)), "NaN"),
    "NaN in a limit": (
        lambda X: _answer(X, excess=np.full((len(X), 1), np.nan), constraints=("limit",)),
        "NaN",
    ),
    "an array": (lambda X: np.zeros((len(X), 2)), "must return an Evaluation, but got ndarray"),
    "None": (lambda X: None, "must return an Evaluation, but got NoneType"),
    "one design too few": (lambda X: _answer(X[1:]), "asked for 1 designs but answered for 0"),
    "a column too few": (lambda X: _answer(X[:, 1:]), "asked for 3 columns, but answered 2"),
    "wrong shape": (lambda X: _answer(X, values=np.zeros((len(X), 3))), "values must have the shape"),
    "raises": (_raises, "ZeroDivisionError"),
    "other limits later": (_changes_its_mind, "limits"),
    "other indicators later": (_loses_an_indicator, "indicators"),
    "short indicator": (lambda X: _answer(X, indicators={"load": np.ones(len(X) + 1)}), "indicator load"),
}


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_model_that_misbehaves_is_told_what_it_did(name):
    model, words = MISBEHAVING[name]
    with pytest.raises(EvaluationError) as caught:
        solve_with(model, GRID, SolveConfig(chunk=8))
    assert words in str(caught.value)


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_defect_of_the_built_in_model_is_no_error_of_the_user(name):
    model, words = MISBEHAVING[name]
    with pytest.raises(RuntimeError) as caught:
        solve_with(model, GRID, SolveConfig(chunk=8), hints=Hints(is_built_in=True))
    assert words in str(caught.value)
    assert not isinstance(caught.value, TradespaceError)


def test_a_model_may_not_keep_what_it_gave_away_to_change_it():
    solution = solve_with(Shop(), GRID)
    with pytest.raises(ValueError, match="read-only"):
        solution.front.evaluation.values[0, 0] = 1.0


def test_a_space_that_takes_too_long_and_cannot_be_searched_is_refused_with_its_size():
    with pytest.raises(SpaceTooLargeError) as caught:
        solve_with(Shop(), Grid(2000, 1000, 2), SolveConfig(exact_seconds=1e-9))
    assert "4,000,000" in str(caught.value)
    assert "max_designs" in str(caught.value)


def test_what_takes_too_long_is_searched_and_the_certificate_says_why():
    space = space_of_every_kind()
    solution = solve_with(Model(space), space, SolveConfig(exact_seconds=1e-9, chunk=100, evaluations=500))
    certificate = solution.certificate
    assert certificate.method == "search"
    assert certificate.evaluated == 500
    assert not certificate.is_exact
    assert f"all {space.size:,} designs would take" in str(certificate)
    assert f"500 of {space.size:,} designs searched (archive)" in str(certificate)
    assert solution.trace[-1].evaluations == 500


def test_real_decisions_are_searched_and_never_called_exact():
    space = space_of_every_kind(reals=1)
    solution = solve_with(Model(space), space, SolveConfig(evaluations=400))
    assert solution.certificate.method == "search"
    assert "can't be counted out" in str(solution.certificate)
    with pytest.raises(SpaceTooLargeError, match="real decision"):
        solve_with(Model(space), space, SolveConfig(method="exact"))


def test_all_cores_find_what_one_finds():
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    alone = solve_with(model, space, SolveConfig(method="exact", chunk=3000))
    both = solve_with(model, space, SolveConfig(method="exact", chunk=3000, workers=2))
    assert alone.certificate.is_exact
    assert both.certificate == alone.certificate
    assert both.front.X.tobytes() == alone.front.X.tobytes()
    assert both.broken == alone.broken
    assert both.broken_alone == alone.broken_alone


def test_several_searches_are_united_and_say_what_they_missed():
    space = space_of_every_kind()
    config = SolveConfig(method="archive", evaluations=600, restarts=3)
    solution = solve_with(Model(space), space, config)
    assert solution.certificate.evaluated == 1800
    assert solution.certificate.missed is not None
    assert "3 independent searches" in str(solution.certificate)
    one = solve_with(Model(space), space, SolveConfig(method="archive", evaluations=600))
    for loss in one.front.losses:
        assert np.any(np.all(solution.front.losses <= loss, axis=1))


def test_a_model_that_fails_late_keeps_what_was_found():
    def fails(X):
        if len(shop.calls) == 4:
            raise RuntimeError("out of luck")
        return shop(X)

    shop = Shop()
    solution = solve_with(fails, GRID, SolveConfig(chunk=10))
    assert solution.certificate.evaluated == 30
    assert "out of luck" in str(solution.certificate)
    assert not solution.certificate.is_exact


def test_with_max_designs_it_is_a_sample_that_says_so():
    space = Grid(2000, 1000, 2)
    solution = solve_with(Shop(), space, SolveConfig(max_designs=300, seed=4))
    certificate = solution.certificate
    assert certificate.method == "sample"
    assert not certificate.is_exact
    assert certificate.evaluated == 300
    assert "a Sobol sample of 300 of 4,000,000 designs" in str(certificate)
    again = solve_with(Shop(), space, SolveConfig(max_designs=300, seed=4))
    other = solve_with(Shop(), space, SolveConfig(max_designs=300, seed=5))
    assert np.array_equal(solution.front.X, again.front.X)
    assert not np.array_equal(solution.front.X, other.front.X)


def test_max_designs_that_cover_the_space_are_all_of_it():
    solution = solve_with(Shop(), GRID, SolveConfig(max_designs=GRID.size))
    assert solution.certificate.is_exact
    assert {tuple(x) for x in solution.front.X} == Shop().front_by_hand(GRID)


def test_a_space_of_one_design():
    solution = solve_with(Shop(), Grid(1, 1))
    assert solution.front.X.tolist() == [[0.0, 0.0]]
    assert solution.knee == 0
    assert str(solution.certificate) == "the only design evaluated, 1 feasible, 1 on the front"


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_designs": 0},
        {"chunk": 0},
        {"seed": -1},
        {"seed": 1.5},
        {"evaluations": 0},
        {"seconds": 0.0},
        {"restarts": True},
        {"workers": 0},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SolveConfig(**wrong)
