"""A model of your own, in Python: the same front, decisions, reports, batches and runs as a scenario has.

A model is a function that makes a callable X -> Evaluation and a space from named parameters. It must be a
function of a module, so that other processes can import it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from models.evaluation import Array
from optimizer.batch.cases import Case, combinations
from optimizer.batch.solving import facts, whole
from optimizer.decide.noise import NO_ERROR, ModelError
from optimizer.files.json import solution_answer
from optimizer.model import Evaluator, SearchSpace
from optimizer.pareto.tally import Progress
from optimizer.report.findings import Findings, Goal, own_findings
from optimizer.runs.run import config_of, key_of
from optimizer.runs.solving import Answered, answered
from optimizer.runs.store import RunStore, Wanted
from optimizer.sections.wording import Labels
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from optimizer.solver.solver import Solver, solve_with, version_here


@dataclass(frozen=True)
class OwnModel:
    """A model of your own.

    Attributes:
        name: Its name: small letters, digits and `-`.
        version: Changes when the model does: what was solved with another version is not used again.
        make: Makes the callable and the space from parameters.
        parameters: The parameters, with their values unless a case says otherwise.
        title: What it is called in reports.
        summary: What it is about.
        goals: What is wanted of each dimension, for reports.
        labels: Names of decisions for people.
        error: How far the model is off, where that was measured.
    """

    name: str
    version: str
    make: Callable[[Mapping[str, Any]], tuple[Evaluator, SearchSpace]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    summary: str = ""
    goals: tuple[Goal, ...] | None = None
    labels: Labels = field(default_factory=Labels)
    error: ModelError = NO_ERROR

    def made(self, changes: Mapping[str, Any] | None = None) -> tuple[Evaluator, SearchSpace]:
        """The callable and the space, with some parameters changed.

        Raises:
            ValueError: There is no such parameter.
        """
        return self.make(self._with(changes))

    def digest(self, changes: Mapping[str, Any] | None = None) -> str:
        """The same for the same model, version and parameters; 64 hex digits."""
        told = json.dumps([self.name, self.version, self._with(changes)], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()

    def _with(self, changes: Mapping[str, Any] | None) -> dict[str, Any]:
        unknown = sorted(set(changes or {}) - set(self.parameters))
        if unknown:
            allowed = ", ".join(self.parameters) or "none"
            raise ValueError(f"found the parameters {', '.join(unknown)}; allowed: {allowed}")
        return {**self.parameters, **(changes or {})}


def solve_own(
    model: OwnModel,
    config: SolveConfig | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Finds the Pareto front of a model of your own (see `optimizer.solver.solver.solve_with`)."""
    return _work(model, changes)(config or SolveConfig(), progress=progress, checkpoint=None)


def solve_own_with_store(
    store: RunStore,
    model: OwnModel,
    config: SolveConfig | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Answered:
    """The same through the run store: solved before, joined, or solved now."""
    config = SolveConfig() if config is None else config
    settings = config_of(config)
    digest = model.digest(changes)
    wanted = Wanted(
        kind="solve",
        key=key_of("solve", digest, settings),
        name=model.name,
        title=model.title,
        digest=digest,
        scenario="",
        config=settings,
        seed=config.seed % 2**62,
        choices={"model": model.name, "version": model.version, "parameters": dict(changes or {})},
    )
    space = model.made(changes)[1]
    return answered(store, wanted, space, config, _work(model, changes), fresh=fresh, progress=progress)


def findings_own(
    model: OwnModel,
    solution: Solution,
    *,
    changes: Mapping[str, Any] | None = None,
    x: Array | None = None,
    picks: Sequence[tuple[str, Array]] = (),
) -> Findings:
    """The answers for a report (`optimizer.report.building.build_report`): those that any model can give."""
    evaluator, space = model.made(changes)
    return own_findings(
        evaluator,
        space,
        solution,
        x=x,
        picks=picks,
        goals=model.goals,
        labels=model.labels,
        title=model.title or model.name,
        summary=model.summary,
        error=model.error,
    )


def cases_own(
    model: OwnModel,
    vary: Mapping[str, Sequence[object]],
    *,
    seeds: Sequence[int] = (0,),
    config: SolveConfig | None = None,
) -> list[Case]:
    """The cases of a batch: every combination of values of parameters, with every seed.

    Run them with `optimizer.batch.running.run_batch(..., work=partial(solve_case_own, model))`.

    Raises:
        ValueError: There is no such parameter.
        VariedError: There are too many cases.
    """
    for path, values in vary.items():
        for value in values:
            model.digest({path: value})
    settings = config_of(config or SolveConfig())
    del settings["seed"]
    tree = {"model": model.name, "version": model.version, "parameters": dict(model.parameters)}
    return [
        Case(number, model.name, tree, changes, seed, settings)
        for number, (changes, seed) in enumerate(combinations(list(vary.items()), (), seeds), start=1)
    ]


def solve_case_own(model: OwnModel, case: Case) -> dict[str, Any]:
    """Solves a case of a model of your own; what is kept of it, as plain values."""
    changes = dict(case.changes)
    given: Mapping[str, Any] = case.config
    solution = whole(solve_own(model, SolveConfig(**{**given, "seed": case.seed}), changes=changes))
    space = model.made(changes)[1]
    return {
        "digest": model.digest(changes),
        "facts": facts(space, solution, None),
        "answer": solution_answer(solution, space),
        "files": {},
    }


def _work(model: OwnModel, changes: Mapping[str, Any] | None) -> Solver:
    evaluator, space = model.made(changes)
    provenance = {
        "scenario": model.name,
        "title": model.title,
        "digest": model.digest(changes),
        "tradespace": version_here(),
    }
    return partial(solve_with, evaluator, space, provenance=provenance)
