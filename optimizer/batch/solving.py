"""One case solved: its front, what is recommended of it, its cheapest survivor, and what breaks first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from models.errors import EvaluationError
from models.evaluation import COST
from optimizer.batch.cases import Case
from optimizer.files.json import solution_answer
from optimizer.model import Model
from optimizer.resilience.verify import DEFAULTS
from optimizer.solver.checked import checked
from optimizer.solver.config import EVALUATIONS, SolveConfig
from optimizer.solver.solution import Solution
from optimizer.solver.solver import solve
from optimizer.space import Space, size_of


def settled(space: Space, config: SolveConfig) -> SolveConfig:
    """Settings in which the method doesn't depend on how fast a machine is.

    Every design is looked at where there are no more than a search would evaluate; else it is searched.
    """
    if config.method != "auto" or config.max_designs is not None:
        return config
    size = size_of(space)
    most = config.evaluations or EVALUATIONS
    method = "exact" if size is not None and size <= most else "archive"
    return SolveConfig(
        method=method,
        evaluations=config.evaluations,
        seconds=config.seconds,
        restarts=config.restarts,
        seed=config.seed,
        workers=config.workers,
        chunk=config.chunk,
    )


def solve_case(case: Case) -> dict[str, Any]:
    """Solves a case; all that is to be kept of it, as plain values. Can be sent to another machine."""
    model = case.model()
    given: Mapping[str, Any] = case.config
    config = settled(model.space, SolveConfig(**{**given, "seed": case.seed, "workers": 1}))
    solution = whole(solve(model, config))
    _must_be_asked(model, solution)
    if case.wants_check:
        solution = checked(model, solution, settings=replace(DEFAULTS, workers=1))
    return {
        "digest": model.identity,
        "facts": facts(model, solution),
        "answer": solution_answer(solution, model.space),
        "files": _report(model, solution) if case.wants_report else {},
    }


def whole(solution: Solution) -> Solution:
    """A solution that went to its end: a part of a front is no result of a case.

    Raises:
        KeyboardInterrupt: It was interrupted.
        EvaluationError: The model failed on the way.
    """
    if solution.certificate.ended_early == "interrupted":
        raise KeyboardInterrupt
    if solution.certificate.ended_early:
        raise EvaluationError(solution.certificate.ended_early)
    return solution


def _must_be_asked(model: Model, solution: Solution) -> None:
    """Who interrupts the draws of the guesses gets an answer without them, which is no result of a case.

    Raises:
        KeyboardInterrupt: They were interrupted.
    """
    found = solution.recommendation
    if model.has_load and found is not None and found.reached == "not_asked":
        raise KeyboardInterrupt


def facts(model: Model, solution: Solution) -> dict[str, Any]:
    """What a summary tells of a case; what is recommended, and how sure, is read from the record."""
    certificate = solution.certificate
    found: dict[str, Any] = {
        "evaluated": certificate.evaluated,
        "feasible": certificate.feasible,
        "on_front": certificate.on_front,
        "exact": certificate.is_exact,
        "today_survives": bool(np.all(solution.today.excess[0] <= 0.0)),
        "recommended": None,
        "cheapest": None,
    }
    record = solution.recommendation
    pick = None if record is None else record.pick("recommended")
    if record is None or pick is None or pick.position is None:
        return found
    found["recommended"] = {
        **_design(model, solution, pick.position),
        "reached": record.reached,
        "confidence": pick.confidence,
        "first_break": None if pick.first_break is None else asdict(pick.first_break),
        "check": pick.check.verdict,
    }
    names = [dimension.name for dimension in solution.front.evaluation.dimensions]
    if COST.name in names:
        cheapest = int(np.argmin(solution.front.evaluation.values[:, names.index(COST.name)]))
        found["cheapest"] = _design(model, solution, cheapest)
    return found


def _design(model: Model, solution: Solution, i: int) -> dict[str, Any]:
    front = solution.front.evaluation
    values = {d.name: _finite(front.values[i, j]) for j, d in enumerate(front.dimensions)}
    return {"design": i + 1, "values": values, "decisions": model.space.decode(front.X[i])}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _report(model: Model, solution: Solution) -> dict[str, str]:
    """The case's own report: a page, and a text."""
    from datetime import datetime

    from optimizer.report.building import build_report
    from optimizer.report.findings import findings_of
    from optimizer.report.html import html
    from optimizer.report.markdown import markdown

    report = build_report(findings_of(model, solution), made=datetime.now().astimezone().date())
    return {"report.html": html(report), "report.md": markdown(report)}
