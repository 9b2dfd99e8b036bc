"""A search from start to certificate: against every design, reproducible, resumable, honest about its end."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from models.errors import EvaluationError
from models.space.space import design_space
from optimizer.pareto.dominance import non_dominated
from optimizer.pareto.front import front_of
from optimizer.pareto.scaling import scale_of
from optimizer.pareto.tally import Tally
from optimizer.search.checkpoints import Checkpoint, CheckpointError, read_checkpoint
from optimizer.search.driver import Budget, Found, search
from optimizer.search.hypervolumes import scaled_hypervolume
from optimizer.solver.config import SolveConfig
from optimizer.solver.restarts import united
from own_models import solve_with
from scenarios import scenario
from searches import (
    Model,
    space_around_a_running_system_outside_it,
    space_of_every_kind,
    space_of_one_design_among_many,
)


@cache
def every_design():
    space = space_of_every_kind()
    return space, Model(space)(space.designs(0, space.size))


def run(space, model, evaluations=None, *, seed=0, **more):
    today = model(space.today[None, :])
    return search(model, space, today=today, budget=Budget(evaluations, None), seed=seed, **more)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_tenth_of_the_designs_finds_nearly_the_whole_hypervolume(seed):
    space, everything = every_design()
    best = everything.losses[non_dominated(everything.losses)]
    found = run(space, Model(space), space.size // 10, seed=seed)
    assert found.tally.evaluated <= space.size // 10
    scale = scale_of(best)
    share = scaled_hypervolume(found.front.losses, scale) / scaled_hypervolume(best, scale)
    assert share >= 0.94


def test_a_search_without_a_budget_ends_when_no_single_change_is_left():
    space = space_of_every_kind()
    model = Model(space)
    found = run(space, model)
    assert found.ended == "complete"
    assert found.swept == len(found.front)
    neighbours = np.concatenate([space.neighbours(x) for x in found.front.X])
    around = model(neighbours).losses
    for loss in found.front.losses:
        assert not np.any(np.all(around <= loss, axis=1) & np.any(around < loss, axis=1))


def test_what_is_on_the_front_is_what_the_model_says_and_nothing_dominates_it():
    space, _ = every_design()
    model = Model(space, most=0.2)
    found = run(space, model, 2000)
    again = model(found.front.X)
    assert np.array_equal(again.losses, found.front.losses)
    assert again.feasible.all()
    assert non_dominated(found.front.losses).all()
    assert space.is_allowed(found.front.X).all()


def test_the_same_seed_finds_the_same_front_and_another_seed_another():
    space = space_of_every_kind(reals=1)
    a, b, c = (run(space, Model(space), 1500, seed=seed) for seed in (4, 4, 5))
    assert a.front.X.tobytes() == b.front.X.tobytes()
    assert a.front.X.tobytes() != c.front.X.tobytes()


def test_one_design_in_fifty_thousand_is_found_by_following_the_limits():
    space, everything = every_design()
    worst = np.sort(everything.losses[:, :2].max(axis=1))
    most = float(worst[0])
    model = Model(space, most=most)
    feasible = int((worst <= most).sum())
    assert feasible <= 5
    found = run(space, model, 6000, seed=1)
    assert len(found.front) >= 1
    assert found.tally.evaluated <= 6000


def test_where_nothing_is_feasible_the_nearest_design_is_told():
    space, everything = every_design()
    model = Model(space, most=float(everything.losses.min()) - 1.0)
    found = run(space, model, 1000)
    assert len(found.front) == 0
    assert found.tally.closest is not None


def test_ctrl_c_and_a_model_that_fails_keep_what_was_found():
    space = space_of_every_kind()
    model = Model(space)
    calls = itertools.count()

    def fails(X, error):
        if next(calls) == 3:
            raise error
        return model(X)

    interrupted = run(space, lambda X: fails(X, KeyboardInterrupt()), 5000)
    assert interrupted.ended == "interrupted"
    assert len(interrupted.front) > 0
    calls = itertools.count()
    solution = solve_with(
        lambda X: fails(X, RuntimeError("the 4th batch")), space, SolveConfig(method="archive")
    )
    assert "the 4th batch" in str(solution.certificate)
    assert len(solution.front) > 0


def test_a_model_that_is_broken_from_the_start_is_an_error():
    space = space_of_every_kind()

    def broken(X):
        raise EvaluationError("broken from the start")

    today = Model(space)(space.today[None, :])
    with pytest.raises(EvaluationError, match="broken from the start"):
        search(broken, space, today=today, budget=Budget(100, None), seed=0)


def test_a_search_that_was_killed_goes_on_as_if_nothing_had_happened(tmp_path):
    space = space_of_every_kind(reals=1)
    model = Model(space, most=0.6)
    whole = run(space, model, 4000, seed=7)
    path, identity = tmp_path / "search.npz", {"digest": "a", "seed": 7}
    calls = itertools.count()

    def killed(X):
        if next(calls) == 3:
            raise KeyboardInterrupt
        return model(X)

    keep = Checkpoint(path, identity, clock=itertools.count(0, 10).__next__)
    part = run(space, killed, 4000, seed=7, checkpoint=keep)
    assert part.ended == "interrupted"
    assert part.tally.evaluated < whole.tally.evaluated
    today = model(space.today[None, :])
    journey = read_checkpoint(path, identity, like=today, space=space)
    rest = search(model, space, today=today, budget=Budget(4000, None), seed=7, journey=journey)
    assert rest.front.X.tobytes() == whole.front.X.tobytes()
    assert rest.tally.evaluated == whole.tally.evaluated
    assert rest.tally.broken == whole.tally.broken
    assert rest.trace == whole.trace


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    space = space_of_every_kind()
    today = Model(space)(space.today[None, :])
    path = tmp_path / "search.npz"
    run(space, Model(space), 600, checkpoint=Checkpoint(path, {"digest": "a", "seed": 0}))
    with pytest.raises(CheckpointError, match="digest: 'a' there, 'b' now"):
        read_checkpoint(path, {"digest": "b", "seed": 0}, like=today, space=space)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_checkpoint(path, {"digest": "a", "seed": 0}, like=today, space=space)
    path.write_text("not a checkpoint")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_checkpoint(path, {"digest": "a", "seed": 0}, like=today, space=space)
    assert list(tmp_path.iterdir()) == [path]


def test_the_trace_ends_at_the_front_and_grows():
    space, _ = every_design()
    found = run(space, Model(space), 3000)
    volumes = [point.hypervolume for point in found.trace]
    assert found.trace[-1].evaluations == found.tally.evaluated
    assert found.trace[-1].on_front == len(found.front)
    # Approximate for large fronts: 0.3 %.
    assert all(b >= a * 0.997 for a, b in itertools.pairwise(volumes))
    assert 0.0 < volumes[-1] < 1.0


def test_a_search_on_two_cores_finds_what_it_finds_on_one():
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    settings = {"method": "archive", "evaluations": 6000, "seed": 2}
    alone = solve_with(model, space, SolveConfig(**settings))
    both = solve_with(model, space, SolveConfig(**settings, workers=2))
    assert both.front.X.tobytes() == alone.front.X.tobytes()
    assert both.certificate == alone.certificate


def checked_by_hand(space, X, asked):
    """Designs of X of which every neighbour is among those that the model was asked about."""
    return [all(tuple(y) in asked for y in space.neighbours(x)) for x in X]


@pytest.mark.parametrize("evaluations", [None, 4000])
def test_a_sweep_that_was_interrupted_counts_only_what_was_evaluated(evaluations):
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    calls = itertools.count()

    def counted(X):
        next(calls)
        return model(X)

    run(space, counted, evaluations)
    for last in range(1, next(calls)):
        asked, left = set(), itertools.count()

        def interrupted(X, asked=asked, left=left, last=last):
            if next(left) > last:
                raise KeyboardInterrupt
            asked.update(map(tuple, X))
            return model(X)

        found = run(space, interrupted, evaluations)
        by_hand = checked_by_hand(space, found.front.X, asked)
        # What crossing happened to meet may be checked without being swept.
        assert all(hand for hand, said in zip(by_hand, found.is_swept, strict=True) if said)


def test_what_two_searches_have_swept_counts_once():
    _, everything = every_design()
    front = front_of(everything)
    half = len(front) // 2
    is_swept = np.arange(len(front)) < half
    found = Found(front, Tally(), is_swept, (), "evaluations")
    assert united([found, found]).swept == half
    rest = Found(front, Tally(), ~is_swept, (), "evaluations")
    assert united([found, rest]).swept == len(front)
    # What the other search improves on is on nobody's front any more.
    worse = front_of(everything.take(np.flatnonzero(~non_dominated(everything.losses))))
    behind = Found(worse, Tally(), np.ones(len(worse), dtype=bool), (), "complete")
    assert united([found, behind]).swept == half
    assert united([behind, found]).swept == half


def test_a_search_asks_for_designs_of_the_space_alone():
    space = space_around_a_running_system_outside_it()
    model = Model(space)
    there = {tuple(x) for x in space.designs(0, space.size)}
    assert tuple(space.today) not in there
    asked = set()

    def recorded(X):
        asked.update(map(tuple, X))
        return model(X)

    today = model(space.today[None, :])
    found = search(recorded, space, today=today, budget=Budget(None, None), seed=0)
    assert found.ended == "complete"
    assert asked <= there
    # So small a space is swept to its end: the front is that of all designs.
    everything = model(space.designs(0, space.size))
    best = everything.X[non_dominated(everything.losses)]
    assert {tuple(x) for x in found.front.X} == {tuple(x) for x in best}


def test_a_design_counts_as_swept_only_when_all_its_neighbours_were_evaluated():
    space = space_of_every_kind()
    model = Model(space)
    asked = []

    def told(X):
        asked.extend(tuple(x) for x in X)
        return model(X)

    for evaluations in (3000, 8000, 14000):
        asked.clear()
        found = run(space, told, evaluations, seed=1)
        seen = set(asked)
        whole = sum({tuple(x) for x in space.neighbours(x)} <= seen for x in found.front.X)
        assert 0 <= found.swept <= whole
    assert found.swept > 0


@pytest.mark.parametrize("method", ["archive", "nsga2", "nsga3"])
def test_a_search_begins_with_an_allowed_design_however_few_there_are(method):
    space = space_of_one_design_among_many()
    solution = solve_with(Model(space), space, SolveConfig(method=method, evaluations=300))
    assert solution.front.X.tolist() == [[1.0] * 18]
    assert solution.certificate.evaluated == 1


def test_a_search_that_finds_nothing_to_begin_with_says_so():
    space = space_of_one_design_among_many()

    class Blind:
        """The same space, whose sample is empty and whose designs can't be counted."""

        size = None

        def sample(self, n, *, seed):
            return np.empty((0, space.n_columns))

        def __getattr__(self, name):
            return getattr(space, name)

    found = run(Blind(), Model(space), 300)
    assert (found.tally.evaluated, found.ended) == (0, "no design was found that keeps the rules")


@pytest.mark.parametrize("method", ["archive", "nsga2", "nsga3"])
def test_a_space_without_decisions_has_one_design(method):
    space = design_space(scenario())
    solution = solve_with(Model(space), space, SolveConfig(method=method, evaluations=300))
    assert solution.certificate.evaluated == len(solution.front) == 1


def test_a_search_is_not_complete_while_nothing_is_feasible_and_designs_are_left():
    # No design is within the limit, so that nothing pulls away from the design that is nearest to it.
    space, everything = every_design()
    model = Model(space, most=float(everything.losses.min()) - 1.0)
    found = run(space, model, 12_000, seed=3)
    assert (found.tally.evaluated, found.ended) == (12_000, "evaluations")
