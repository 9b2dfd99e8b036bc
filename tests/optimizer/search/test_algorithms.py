"""pymoo's algorithms by name: coded variables, limits, reproducible, and every design kept."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.pareto.front import front_of
from optimizer.search.algorithms import ALGORITHMS, ArchiveSearch, UnknownAlgorithmError, algorithm
from optimizer.search.archive import empty_archive
from optimizer.search.by_name import search_by_name
from optimizer.search.driver import Budget
from optimizer.search.problem import SpaceProblem
from optimizer.solver.config import SolveConfig
from own_models import solve_with
from searches import Model, space_of_every_kind


def problem_of(space, model):
    today = model(space.today[None, :])
    return SpaceProblem(model, space, empty_archive(today), today), today


@pytest.mark.parametrize("reals", [0, 1])
def test_coding_and_decoding_lead_back(reals):
    space = space_of_every_kind(reals=reals)
    problem, _ = problem_of(space, Model(space))
    X = space.sample(200, seed=2)
    assert np.allclose(problem.decoded(problem.coded(X)), X, rtol=1e-9)


def test_a_problem_says_what_the_model_says_and_refuses_what_a_rule_forbids():
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    problem, _ = problem_of(space, model)
    U = (
        np.random.default_rng(0)
        .integers(0, problem.most.astype(int) + 1, size=(300, problem.n_var))
        .astype(float)
    )
    X = problem.decoded(U)
    allowed = space.is_allowed(X)
    assert 0 < allowed.sum() < 300
    out = problem.evaluate(U, return_as_dictionary=True)
    said = model(X)
    assert np.allclose(out["F"][allowed], said.losses[allowed])
    assert np.allclose(out["G"][allowed, :-1], said.excess[allowed])
    assert (out["G"][~allowed, -1] > 0.0).all()
    # Some combinations are the same design in canonical form: it is evaluated once.
    assert problem.archive.tally.evaluated == len(np.unique(X[allowed], axis=0))


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_an_algorithm_keeps_every_good_design_and_repeats_itself(name):
    space = space_of_every_kind()
    seen = []

    def model(X):
        found = Model(space, most=0.7)(X)
        seen.append(found)
        return found

    first = solve_with(model, space, SolveConfig(method=name, evaluations=1500, seed=3))
    again = solve_with(Model(space, most=0.7), space, SolveConfig(method=name, evaluations=1500, seed=3))
    assert first.front.X.tobytes() == again.front.X.tobytes()
    assert first.certificate.algorithm == name
    best = [front_of(found).evaluation.losses for found in seen[1:]]
    everything = np.concatenate(best)
    # Nothing that was ever evaluated dominates a design of the front.
    for loss in first.front.losses:
        assert not np.any(np.all(everything <= loss, axis=1) & np.any(everything < loss, axis=1))


def test_the_archive_search_runs_in_pymoos_own_loop():
    space = space_of_every_kind()
    problem, today = problem_of(space, Model(space))
    search = ArchiveSearch(today.X)
    search.setup(problem, termination=("n_eval", 2000), seed=1)
    while search.has_next():
        search.next()
    assert problem.archive.tally.evaluated >= 2000
    assert len(search.opt) == len(problem.archive.members)
    assert np.allclose(np.sort(search.opt.get("F"), axis=0), np.sort(problem.archive.members.losses, axis=0))


def test_an_unknown_algorithm_is_told_which_there_are():
    space = space_of_every_kind()
    problem, today = problem_of(space, Model(space))
    with pytest.raises(UnknownAlgorithmError, match="archive, nsga2, nsga3"):
        algorithm("annealing", problem, start=today.X, seed=0)


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
@pytest.mark.parametrize("evaluations", [1, 30, 310, 3000])
def test_an_algorithm_evaluates_no_design_twice_and_keeps_to_its_budget(name, evaluations):
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    asked = []

    def recorded(X):
        asked.extend(map(tuple, X))
        return model(X)

    today = model(space.today[None, :])
    found = search_by_name(name, recorded, space, today=today, budget=Budget(evaluations, None), seed=1)
    assert len(asked) == len(set(asked)) == found.tally.evaluated <= evaluations
    seen = set(asked)
    checked = [all(tuple(y) in seen for y in space.neighbours(x)) for x in found.front.X]
    assert all(hand for hand, said in zip(checked, found.is_swept, strict=True) if said)
    if found.ended == "complete":
        assert found.swept == len(found.front)


def test_a_design_that_comes_again_gets_the_answer_that_it_got():
    space = space_of_every_kind()
    model = Model(space, most=0.5)
    problem, _ = problem_of(space, model)
    U = problem.coded(space.sample(300, seed=1))
    first = problem.evaluate(U[:200], return_as_dictionary=True)
    later = problem.evaluate(U[::-1], return_as_dictionary=True)
    assert problem.archive.tally.evaluated == 300
    assert np.array_equal(later["F"][::-1][:200], first["F"])
    assert np.array_equal(later["G"][::-1][:200], first["G"])
    assert np.array_equal(later["F"], model(problem.decoded(U[::-1])).losses)


def test_an_algorithm_ends_when_nothing_new_enters():
    space = space_of_every_kind(without=("level",))
    solution = solve_with(Model(space), space, SolveConfig(method="nsga2", seconds=60.0, seed=1))
    certificate = solution.certificate
    assert certificate.ended_by == "complete"
    assert certificate.evaluated < space.size
    assert certificate.swept == certificate.on_front
    assert "no single change of any design on this front improves it" in str(certificate)
