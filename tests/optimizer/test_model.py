"""The contract of a model, held by every kind: the scenario's, one of one's own, scenarios taken together."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from instances import non_dominated_by_hand
from models import compile_system, load_scenario
from models.errors import EvaluationError
from optimizer import Model, SolveConfig, model_of, solve
from optimizer.batch.cases import grid
from optimizer.batch.solving import solve_case
from optimizer.batch.together import together
from optimizer.batch.varied import varied
from optimizer.files.gallery import path_of
from optimizer.files.json import solution_json
from optimizer.model import NO_ERROR, Goal, ModelError
from optimizer.own_model import OwnModel
from optimizer.report.building import build_report
from optimizer.report.data import report_data, report_schema
from optimizer.report.findings import findings_of
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.search.checkpoints import CheckpointError
from optimizer.solver.cores import Cores
from own_models import WAREHOUSE, Warehouse, bare_model, make
from reports import DAY

EXERCISE = load_scenario(path_of("black-friday-exercise"))


def same(a, b) -> bool:
    """Whether two evaluations say the same, to the last bit."""
    arrays = ("X", "values", "excess")
    return (
        all(np.array_equal(getattr(a, name), getattr(b, name)) for name in arrays)
        and (a.constraints, a.dimensions) == (b.constraints, b.dimensions)
        and a.indicators.keys() == b.indicators.keys()
        and all(np.array_equal(a.indicators[name], b.indicators[name]) for name in a.indicators)
    )


class Answers:
    """What holds of the answers of any model. A subclass has a fixture `model`."""

    def all_designs(self, model):
        return model.space.designs(0, model.space.size)

    def test_answers_have_the_shapes_and_types_that_are_told(self, model):
        X = model.space.sample(9, seed=1)
        found = model.evaluate(X)
        n, m, k = len(X), len(model.dimensions), len(found.constraints)
        assert found.dimensions == model.dimensions
        assert (found.X.shape, found.values.shape, found.excess.shape) == (X.shape, (n, m), (n, k))
        for array in (found.X, found.values, found.excess, *found.indicators.values()):
            assert array.dtype == np.float64
            assert not np.isnan(array).any()
            assert not array.flags.writeable
        assert all(values.shape == (n,) for values in found.indicators.values())
        assert len({dimension.name for dimension in model.dimensions}) == m
        assert len(set(found.constraints)) == k

    def test_a_design_is_answered_the_same_alone_and_in_any_company(self, model):
        X = self.all_designs(model)
        whole = model.evaluate(X)
        order = np.random.default_rng(3).permutation(len(X))
        assert same(model.evaluate(X[order]), whole.take(order))
        for i in (0, len(X) // 2, len(X) - 1):
            assert same(model.evaluate(X[[i]]), whole.take(np.array([i])))
        assert same(model.evaluate(np.repeat(X[:3], 5, axis=0)), whole.take(np.repeat(np.arange(3), 5)))

    def test_it_is_answered_the_same_with_any_number_of_threads(self, model):
        X = self.all_designs(model)
        whole = model.evaluate(X)
        for threads in (1, 2):
            assert same(model.with_threads(threads)(X), whole)

    def test_the_one_form_of_a_design_is_answered_as_the_design(self, model):
        X = self.all_designs(model)
        one_form = model.space.canonical(X)
        assert np.array_equal(model.space.canonical(one_form), one_form)
        assert np.array_equal(model.evaluate(one_form).values, model.evaluate(X).values)

    def test_designs_are_read_as_they_are_written(self, model):
        for x in model.space.canonical(model.space.sample(12, seed=5)):
            assert np.array_equal(model.space.encode(model.space.decode(x)), x)

    def test_nothing_that_is_handed_over_is_changed(self, model):
        X = self.all_designs(model).copy()
        before = X.copy()
        model.evaluate(X)
        assert np.array_equal(X, before)

    def test_today_is_todays_design(self, model):
        assert same(model.today, model.evaluate(np.asarray(model.space.today)[None, :]))

    def test_it_can_be_sent_elsewhere(self, model):
        X = self.all_designs(model)
        there = pickle.loads(pickle.dumps(model))
        assert same(there.evaluate(X), model.evaluate(X))
        told = ("name", "title", "summary", "identity", "goals", "labels", "error", "steps", "origin")
        assert [getattr(there, name) for name in told] == [getattr(model, name) for name in told]

    def test_nobody_changes_it(self, model):
        with pytest.raises(FrozenInstanceError):
            model.name = "another"

    def test_a_step_for_each_dimension(self, model):
        assert len(model.steps) == len(model.dimensions)
        assert set(model.goals) <= {dimension.name for dimension in model.dimensions}

    def test_its_front_is_that_of_the_definition(self, model):
        everything = model.evaluate(self.all_designs(model))
        feasible = everything.take(everything.feasible)
        front = feasible.X[non_dominated_by_hand(feasible.losses)]
        for config in (SolveConfig(method="exact"), SolveConfig(method="archive")):
            assert {tuple(x) for x in solve(model, config).front.X} == {tuple(x) for x in front}

    def test_the_number_of_cores_changes_nothing(self, model):
        for config in (SolveConfig(method="exact", chunk=5), SolveConfig(method="archive", evaluations=40)):
            alone, both = solve(model, config), solve(model, replace(config, workers=2))
            assert same(alone.front.evaluation, both.front.evaluation)
            assert alone.certificate == both.certificate


class Kept(Answers):
    """What holds of models that are found again. A subclass has these too:

    `again`: the same model, made anew; `others`: models that answer differently; `subject` and `vary`: what
    cases are made of, with a path and its values, and for each value the model that must come out.
    """

    def test_made_anew_it_is_the_same(self, model, again):
        assert model is not again
        assert model.identity == again.identity
        assert same(model.evaluate(self.all_designs(model)), again.evaluate(self.all_designs(again)))

    def test_its_identity_changes_with_its_answers(self, model, others):
        assert len({model.identity, *(other.identity for other in others)}) == 1 + len(others)

    def test_the_store_never_answers_for_another(self, model, again, others, tmp_path):
        with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as store:
            first = solve_with_store(store, model, SolveConfig())
            assert first.how == "worked out"
            for other in others:
                found = solve_with_store(store, other, SolveConfig())
                assert found.how == "worked out"
                assert same(found.solution.front.evaluation, solve(other).front.evaluation)
            second = solve_with_store(store, again, SolveConfig())
            assert (second.how, second.run.id) == ("from the store", first.run.id)
            assert solution_json(second.solution, model.space) == solution_json(first.solution, model.space)
            assert (first.run.name, first.run.digest) == (model.name, model.identity)

    def test_a_checkpoint_of_another_is_refused(self, model, again, others, tmp_path):
        exact = SolveConfig(method="exact", chunk=5)
        for config in (exact, SolveConfig(method="archive", evaluations=30)):
            file = tmp_path / f"{config.method}.npz"
            solve(model, config, checkpoint=file)
            for other in others:
                with pytest.raises(CheckpointError):
                    solve(other, config, checkpoint=file)
        gone_on = solve(again, exact, checkpoint=tmp_path / "exact.npz")
        assert same(gone_on.front.evaluation, solve(model, exact).front.evaluation)

    def test_its_report_tells_of_it(self, model):
        solution = solve(model)
        found = findings_of(model, solution)
        assert (found.title, found.error, found.space) == (model.called, model.error, model.space)
        assert (found.system is None) == (model.system is None)
        report = build_report(found, made=DAY)
        Draft202012Validator(report_schema()).validate(report_data(report))
        assert report.title.endswith(model.called)
        assert solution.provenance["digest"] == model.identity

    def test_cases_are_of_the_changed_model(self, subject, vary):
        (path, expected) = vary
        cases = grid([subject], [(path, tuple(expected))])
        assert [case.model().identity for case in cases] == [one.identity for one in expected.values()]
        for case, one in zip(cases, expected.values(), strict=True):
            result = solve_case(pickle.loads(pickle.dumps(case)))
            assert result["digest"] == one.identity
            told = {tuple(one.space.encode(d["design"])) for d in result["answer"]["front"]}
            assert told == {tuple(x) for x in solve(one, SolveConfig(method="exact")).front.X}

    def test_cases_of_others_have_other_keys(self, subject, vary):
        (path, expected) = vary
        keys = [case.key for case in grid([subject], [(path, tuple(expected))], seeds=(0, 1))]
        assert len(set(keys)) == 2 * len(expected)


def exercise(changes=()):
    return model_of(compile_system(varied(EXERCISE, list(changes))))


class TestOfAScenario(Kept):
    """The exercise: 32 designs in several phases."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        return exercise()

    @pytest.fixture(scope="class")
    @classmethod
    def again(cls):
        return model_of(compile_system(load_scenario(path_of("black-friday-exercise"))))

    @pytest.fixture(scope="class")
    @classmethod
    def others(cls):
        return [exercise([("workload.rate", 40_000)]), exercise([("dimensions.latency.limit", 300)])]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        return EXERCISE

    @pytest.fixture(scope="class")
    @classmethod
    def vary(cls):
        return "workload.rate", {rate: exercise([("workload.rate", rate)]) for rate in (30_000, 45_000)}

    def test_it_works_in_threads_and_asks_for_no_processes(self, model):
        assert Cores(model, 2).has_threads
        assert Cores(model, 2).processes == 1

    def test_a_defect_of_it_is_nobodys_model(self, model):
        broken = replace(model, evaluator=_raises)
        with pytest.raises(RuntimeError, match="built-in"):
            broken.evaluate(model.space.designs(0, 2))


class TestOfOnesOwn(Kept):
    """The warehouse: a function of a module."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        return WAREHOUSE.model()

    @pytest.fixture(scope="class")
    @classmethod
    def again(cls):
        return OwnModel("warehouse", "1", make, {"budget": 60.0, "wage": 5.0}, title="A warehouse").model()

    @pytest.fixture(scope="class")
    @classmethod
    def others(cls):
        changed = [replace(WAREHOUSE, version="2"), replace(WAREHOUSE, name="depot")]
        return [*(one.model() for one in changed), WAREHOUSE.model({"wage": 4.0})]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        return WAREHOUSE

    @pytest.fixture(scope="class")
    @classmethod
    def vary(cls):
        return "wage", {wage: WAREHOUSE.model({"wage": wage}) for wage in (4.0, 6.0)}

    def test_it_works_in_processes_where_it_can_be_sent_there(self, model):
        assert not Cores(model, 2).has_threads
        assert Cores(model, 2).processes == 2
        assert Cores(model, 1).processes == 1
        stays_here = replace(model, evaluator=lambda X: model.evaluate(X))
        assert Cores(stays_here, 2).processes == 1

    def test_what_it_raises_is_told_as_its_own(self, model):
        with pytest.raises(EvaluationError, match="the model raised ZeroDivisionError"):
            replace(model, evaluator=_raises).evaluate(model.space.designs(0, 2))

    def test_goals_for_what_is_no_dimension_are_refused(self):
        wrong = replace(WAREHOUSE, goals={"prize": Goal(step=1.0)}).model()
        with pytest.raises(ValueError, match="goals for prize; allowed: its dimensions price, speed"):
            solve(wrong)

    def test_its_steps_and_its_error_reach_the_decisions(self):
        goals = {"price": Goal(step=4.0)}
        error = ModelError("by hand", {"price": ((np.inf, 0.05),)})
        model = replace(WAREHOUSE, goals=goals, error=error).model()
        assert model.steps == [4.0, None]
        found = findings_of(model, solve(model))
        assert [goal.step for goal in found.goals] == [4.0, None]
        sure = findings_of(WAREHOUSE.model(), solve(WAREHOUSE.model()))
        assert sure.error == NO_ERROR
        # 5 % of 60 USD or less is less than the 5 that one worker costs.
        assert found.against_today.equal[1].tolist() == [False, False]
        assert len(sure.rivals) <= len(found.rivals)

    def test_without_an_identity_nothing_is_kept(self, tmp_path):
        model = bare_model(Warehouse(5.0, 60.0), WAREHOUSE.model().space)
        with (
            RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as store,
            pytest.raises(ValueError, match="no identity"),
        ):
            solve_with_store(store, model, SolveConfig())


class TestOfScenariosTogether(Answers):
    """Two scenarios with the same decisions as one model: it is asked in passing, and kept by nobody."""

    @pytest.fixture(scope="class", params=["worst", "expected"])
    @classmethod
    def model(cls, request):
        quiet = varied(EXERCISE, [("workload.rate", 30_000)]).model_copy(update={"name": "quiet"})
        systems = [compile_system(scenario) for scenario in (EXERCISE, quiet)]
        return together(systems, [0.3, 0.7]).model(request.param)


class TestOfACallable(Answers):
    """The least that a model is: a name, a space, and what scores its designs."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        return Model("bare", WAREHOUSE.model().space, Warehouse(5.0, 60.0))


def _raises(X):
    raise ZeroDivisionError("a defect")
