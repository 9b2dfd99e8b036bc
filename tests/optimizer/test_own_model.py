"""The contract of a model of one's own: whatever scores designs gets all that a scenario gets."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from optimizer.batch.cases import grid
from optimizer.batch.running import begin, run_batch
from optimizer.batch.summary import batch_report
from optimizer.batch.varied import VariedError
from optimizer.changes import changes
from optimizer.decide.choose.knee import knee, knees
from optimizer.decide.choose.representatives import representatives
from optimizer.decide.explain.comparison import compare
from optimizer.decide.explain.why_not import why_not
from optimizer.engines.local import Here, Processes
from optimizer.files.json import solution_answer
from optimizer.report.building import build_report
from optimizer.report.data import report_data, report_schema
from optimizer.report.findings import findings_of
from optimizer.report.writing import FORMATS, write_report
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.sections.content import plain
from optimizer.solver.config import SolveConfig
from optimizer.solver.solver import solve
from own_models import WAREHOUSE
from reports import DAY


def front_by_hand(wage=5.0, budget=60.0):
    """Every design, every pair."""
    found = []
    for workers, robots in itertools.product(range(1, 13), range(7)):
        price = wage * workers + 7.0 * robots
        speed = 10.0 * (workers + 3.0 * robots) / (1.0 + 0.1 * (workers + robots))
        if workers + robots >= 3 and price <= budget:
            found.append(((workers, robots), (price, -speed)))
    return {x for x, a in found if not any(b[0] <= a[0] and b[1] <= a[1] and b != a for _, b in found)}


@pytest.mark.parametrize(
    "config", [SolveConfig(), SolveConfig(workers=2, chunk=10), SolveConfig(method="archive")]
)
def test_solve(config):
    solution = solve(WAREHOUSE.model(), config)
    assert {tuple(int(v) for v in x) for x in solution.front.X} == front_by_hand()
    assert solution.provenance["scenario"] == "warehouse"


def test_decide():
    model = WAREHOUSE.model()
    space, solution = model.space, solve(model)
    front = solution.front
    assert knee(front) == solution.knee
    assert knees(front)
    assert representatives(front).positions
    told = why_not(model, front, space.today)
    assert "at_least_3" in told.broken
    compared = compare(model, np.array([space.today, front.X[0]]))
    assert len(compared.consequences[0]) == len(changes(space, space.today, front.X[0]))


def test_report(tmp_path):
    model = WAREHOUSE.model()
    solution = solve(model)
    report = build_report(findings_of(model, solution, picks=[("mine", solution.front.X[0])]), made=DAY)
    names = [section.name for section in report.sections]
    assert names == [
        "answer",
        "front",
        "few",
        "choice",
        "sacrifice",
        "today",
        "standing",
        "origin",
        "glossary",
    ]
    assert "at_least_3" in plain(report.section("answer").blocks[0].text)
    Draft202012Validator(report_schema()).validate(report_data(report))
    assert len(write_report(report, tmp_path, FORMATS)) == len(FORMATS)


@pytest.mark.parametrize("engine", [Here, lambda: Processes(2)])
def test_batch(engine, tmp_path):
    cases = grid([WAREHOUSE], [("wage", [4.0, 5.0]), ("budget", [20.0, 60.0, 90.0])], seeds=[0, 1])
    assert len(cases) == 12
    batch = begin(cases, tmp_path, resume=False, force=False)
    run_batch(batch, engine(), tmp_path)
    assert batch.failed == []
    for case in cases:
        front = batch.results[case.number]["answer"]["front"]
        told = {(d["design"]["workers"], d["design"]["robots"]) for d in front}
        assert told == front_by_hand(**dict(case.changes))
    report = batch_report(batch, made=DAY)
    Draft202012Validator(report_schema()).validate(report_data(report))
    told = next(t for t in report.tables if t.name == "recommended")
    assert told.columns == ("case", "wage", "budget", "seed", "confidence", "price", "speed")


def test_run_store(tmp_path):
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as store:
        first = solve_with_store(store, WAREHOUSE.model(), SolveConfig())
        again = solve_with_store(store, WAREHOUSE.model(), SolveConfig())
        other = solve_with_store(store, WAREHOUSE.model({"wage": 4.0}), SolveConfig())
        assert (first.how, again.how, other.how) == ("worked out", "from the store", "worked out")
        space = WAREHOUSE.model().space
        assert json.dumps(solution_answer(again.solution, space)) == json.dumps(
            solution_answer(first.solution, space)
        )
        assert store.inputs(other.run.id)[1]["parameters"] == {"wage": 4.0}


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="allowed: wage, budget"):
        WAREHOUSE.model({"salary": 3})
    with pytest.raises(VariedError, match="allowed: wage, budget"):
        grid([WAREHOUSE], [("salary", [3])])
