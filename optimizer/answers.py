"""Solutions and designs as plain values for JSON, in the form that docs/scenario.md describes."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from models.evaluation import Evaluation
from optimizer.protocols import Space
from optimizer.solution import Solution


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
        "knee": solution.knee,
        "trace": [asdict(point) for point in solution.trace],
        "excluded": dict(solution.broken),
        "excluded_alone": dict(solution.broken_alone),
    }
    if solution.closest is not None:
        answer["closest"] = design_answer(solution.closest, 0, space)
    return answer


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
