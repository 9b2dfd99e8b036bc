"""Solutions and designs as plain values for JSON, in the form that docs/scenario.md describes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from models.dimension import Dimension
from models.evaluation import Array, Evaluation
from optimizer.config import SolveConfig
from optimizer.front import Front
from optimizer.protocols import SearchSpace, Space
from optimizer.search.hypervolumes import TracePoint
from optimizer.solution import Certificate, Solution


def solution_answer(solution: Solution, space: Space) -> dict[str, object]:
    """A solution as `tradespace solve --json` prints it; null stands for what is unbounded."""
    certificate = solution.certificate
    answer: dict[str, object] = {
        "scenario": {
            "name": solution.provenance.get("scenario", ""),
            "title": solution.provenance.get("title", ""),
            "digest": solution.provenance.get("digest", ""),
        },
        "tradespace": solution.provenance.get("tradespace", ""),
        "config": asdict(solution.config),
        "certificate": {
            "method": certificate.method,
            "exact": certificate.is_exact,
            "evaluated": certificate.evaluated,
            "feasible": certificate.feasible,
            "on_front": certificate.on_front,
            "size": certificate.size,
            "ended_early": certificate.ended_early,
            "why": certificate.why,
            "algorithm": certificate.algorithm,
            "swept": certificate.swept,
            "ended_by": certificate.ended_by,
            "searches": certificate.searches,
            "missed": certificate.missed,
            "sentence": str(certificate),
        },
        "front": [design_answer(solution.front.evaluation, i, space) for i in range(len(solution.front))],
        "today": design_answer(solution.today, 0, space),
        "dimensions": [asdict(dimension) for dimension in solution.today.dimensions],
        "knee": solution.knee,
        "trace": [asdict(point) for point in solution.trace],
        "excluded": dict(solution.broken),
        "excluded_alone": dict(solution.broken_alone),
    }
    if solution.closest is not None:
        answer["closest"] = design_answer(solution.closest, 0, space)
    return answer


def solution_from(answer: Mapping[str, Any], space: SearchSpace) -> Solution:
    """The solution that `solution_answer` has put into plain values, bit by bit.

    Args:
        answer: The plain values.
        space: The designs they belong to.

    Raises:
        DesignError: It holds a design that the space doesn't know.
        KeyError, TypeError, ValueError: It is no such answer.
    """
    dimensions = tuple(Dimension(**told) for told in answer["dimensions"])

    def evaluation(designs: Sequence[Mapping[str, Any]]) -> Evaluation:
        first = answer["today"]
        n, names = len(designs), [limit["name"] for limit in first["limits"]]
        values = [[design["dimensions"][d.name]["value"] for d in dimensions] for design in designs]
        excess = [[limit["excess"] for limit in design["limits"]] for design in designs]
        X = [space.encode(design["design"], check_rules=False) for design in designs]
        return Evaluation(
            X=np.array(X, dtype=np.float64).reshape(n, len(space.columns)),
            values=_array(values).reshape(n, len(dimensions)),
            excess=_array(excess).reshape(n, len(names)),
            constraints=tuple(names),
            dimensions=dimensions,
            indicators={
                name: _array([design["indicators"][name] for design in designs]).reshape(n)
                for name in first["indicators"]
            },
        )

    certificate = {k: v for k, v in answer["certificate"].items() if k not in ("sentence", "exact")}
    closest = answer.get("closest")
    return Solution(
        front=Front(evaluation(answer["front"])),
        today=evaluation([answer["today"]]),
        certificate=Certificate(**certificate),
        broken=dict(answer["excluded"]),
        broken_alone=dict(answer["excluded_alone"]),
        closest=None if closest is None else evaluation([closest]),
        knee=answer["knee"],
        config=SolveConfig(**answer["config"]),
        provenance={
            "scenario": answer["scenario"]["name"],
            "title": answer["scenario"]["title"],
            "digest": answer["scenario"]["digest"],
            "tradespace": answer["tradespace"],
        },
        trace=tuple(TracePoint(**point) for point in answer["trace"]),
    )


def _array(numbers: Sequence[Any]) -> Array:
    """Numbers of an answer; null is infinity."""
    found = np.array(numbers, dtype=np.float64)  # None becomes NaN
    return np.where(np.isnan(found), np.inf, found)


def design_answer(evaluation: Evaluation, row: int, space: Space) -> dict[str, object]:
    """One design: what it decides, its dimensions, its limits and its indicators."""
    return {
        "design": space.decode(evaluation.X[row]),
        "dimensions": {
            dimension.name: {"value": number(evaluation.values[row, j]), "unit": dimension.unit}
            for j, dimension in enumerate(evaluation.dimensions)
        },
        "limits": [
            {
                "name": name,
                "excess": number(evaluation.excess[row, j]),
                "holds": bool(evaluation.excess[row, j] <= 0.0),
            }
            for j, name in enumerate(evaluation.constraints)
        ],
        "indicators": {name: number(values[row]) for name, values in evaluation.indicators.items()},
    }


def number(value: float | np.floating) -> float | None:
    """A number as JSON can hold it: null for infinity."""
    plain = float(value)
    return plain if math.isfinite(plain) else None
