"""Solutions and designs as plain values for JSON, in the form that docs/scenario.md describes."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from json.encoder import encode_basestring
from typing import Any

import numpy as np

from models.evaluation import Array, Evaluation, dimension_from, values_of_dimension
from models.space.space import DesignSpace
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.files.json_schema import AnswerForm, ConfigForm, DesignForm, plain
from optimizer.pareto.front import Front
from optimizer.search.hypervolumes import TracePoint
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Certificate, Solution
from optimizer.space import SearchSpace, Space
from optimizer.validation import UnreadableError, from_json, from_values


def solution_answer(solution: Solution, space: Space) -> dict[str, object]:
    """A solution as `tradespace solve --json` prints it; null stands for what is unbounded."""
    front = [design_answer(solution.front.evaluation, i, space) for i in range(len(solution.front))]
    return {**solution_head(solution, space), "front": front}


def recommendation_answer(solution: Solution, space: Space) -> dict[str, object] | None:
    """A solution's recommendation as `tradespace shortlist --json` prints it, with its designs in full."""
    found = solution.recommendation
    if found is None:
        return None
    told = asdict(found)
    for pick, plain_pick in zip(found.picks, told["picks"], strict=True):
        if pick.position is not None:
            plain_pick |= design_answer(solution.front.evaluation, pick.position, space)
    told["today"] |= design_answer(solution.today, 0, space)
    return told


def solution_json(solution: Solution, space: Space, *, indent: int | None = None) -> str:
    """What `json.dumps` makes of `solution_answer`, a design at a time: a long front takes much memory.

    Args:
        solution: The solution.
        space: Says what the decisions mean.
        indent: Spaces of an indented text, which holds all letters; None = one line of ASCII.
    """
    text = io.StringIO()
    for piece in _pieces(solution, space, indent):
        text.write(piece)
    return text.getvalue()


def _pieces(solution: Solution, space: Space, indent: int | None) -> Iterator[str]:
    """The parts of `solution_json`, no longer than a design each."""
    evaluation, first = solution.front.evaluation, True
    outer, inner = ("", "") if indent is None else ("\n" + " " * indent, "\n" + 2 * indent * " ")
    comma, end = (", ", "") if indent is None else (",", "\n")

    def told(value: object, line: str) -> str:
        if indent is None:
            return json.dumps(value, allow_nan=False)
        return _indented(value, indent * " ", line)

    yield "{"
    for name, value in solution_head(solution, space).items():
        yield f"{outer if first else comma + outer}{json.dumps(name)}: "
        first = False
        if name != "front" or not len(evaluation):
            yield told(value, outer)
            continue
        for i in range(len(evaluation)):
            yield (comma if i else "[") + inner + told(design_answer(evaluation, i, space), inner)
        yield f"{outer}]"
    yield end + "}"


def _indented(value: object, indent: str, line: str) -> str:
    """What `json.dumps` makes of a value with an indent, whose own is slow; `line` begins a line."""
    inner = line + indent
    if isinstance(value, dict):
        if not value:
            return "{}"
        parts = [
            f"{encode_basestring(name)}: {_indented(part, indent, inner)}" for name, part in value.items()
        ]
        return "{" + inner + ("," + inner).join(parts) + line + "}"
    if isinstance(value, (list, tuple)):
        if not value:
            return "[]"
        return "[" + inner + ("," + inner).join(_indented(part, indent, inner) for part in value) + line + "]"
    if isinstance(value, str):
        return encode_basestring(value)
    return json.dumps(value, allow_nan=False)


def _plain(found: Recommendation | None) -> dict[str, Any] | None:
    """A recommendation as what JSON holds: lists, no tuples."""
    told: dict[str, Any] | None = None
    if found is not None:
        told = json.loads(json.dumps(_finite(asdict(found)), allow_nan=False))
    return told


def _finite(value: Any) -> Any:
    """Plain values with null for infinity."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return number(value) if isinstance(value, float) else value


def solution_head(solution: Solution, space: Space) -> dict[str, object]:
    """What `solution_answer` tells beside the designs on the front, which are left out."""
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
            "skipped": certificate.skipped,
            "sentence": str(certificate),
        },
        "front": [],
        "today": design_answer(solution.today, 0, space),
        "dimensions": [values_of_dimension(dimension) for dimension in solution.today.dimensions],
        "knee": solution.knee,
        "recommendation": _plain(solution.recommendation),
        "trace": [asdict(point) for point in solution.trace],
        "excluded": dict(solution.broken),
        "excluded_alone": dict(solution.broken_alone),
        "excluded_at_least": list(solution.at_least),
    }
    if solution.closest is not None:
        answer["closest"] = design_answer(solution.closest, 0, space)
    return answer


def answer_of(content: str | bytes, *, where: str) -> dict[str, Any]:
    """The plain values of a solution that was kept as JSON.

    Args:
        content: The JSON.
        where: Where it was kept, for the message.

    Raises:
        UnreadableError: It holds something else.
    """
    return plain(from_json(content, AnswerForm, where=where))


def solution_from(answer: Mapping[str, Any], space: SearchSpace) -> Solution:
    """The solution that `solution_answer` has put into plain values, bit by bit.

    Args:
        answer: The plain values.
        space: The designs they belong to.

    Raises:
        DesignError: It holds a design that the space doesn't know.
        UnreadableError: It is no such answer.
    """
    return _solution(from_values(dict(answer), AnswerForm, where="the solution"), space)


def solution_from_json(content: str | bytes, space: SearchSpace, *, where: str) -> Solution:
    """The solution that `solution_json` has written, bit by bit.

    Args:
        content: The JSON.
        space: The designs they belong to.
        where: Where it was kept, for the message.

    Raises:
        DesignError: It holds a design that the space doesn't know.
        UnreadableError: It holds something else.
    """
    return _solution(from_json(content, AnswerForm, where=where), space)


def _solution(told: AnswerForm, space: SearchSpace) -> Solution:
    dimensions = tuple(dimension_from(plain(one)) for one in told.dimensions)

    def evaluation(designs: Sequence[DesignForm]) -> Evaluation:
        n, names = len(designs), [limit.name for limit in told.today.limits]
        values = [[design.dimensions[d.name].value for d in dimensions] for design in designs]
        excess = [[limit.excess for limit in design.limits] for design in designs]
        return Evaluation(
            X=_rows([design.design for design in designs], space),
            values=_array(values).reshape(n, len(dimensions)),
            excess=_array(excess).reshape(n, len(names)),
            constraints=tuple(names),
            dimensions=dimensions,
            indicators={
                name: _array([design.indicators[name] for design in designs]).reshape(n)
                for name in told.today.indicators
            },
        )

    return Solution(
        front=Front(evaluation(told.front)),
        today=evaluation([told.today]),
        certificate=certificate_from(told),
        broken=dict(told.excluded),
        broken_alone=dict(told.excluded_alone),
        closest=None if told.closest is None else evaluation([told.closest]),
        knee=told.knee,
        config=config_from(plain(told.config), where="the solution's config"),
        provenance={
            "scenario": told.scenario.name,
            "title": told.scenario.title,
            "digest": told.scenario.digest,
            "tradespace": told.tradespace,
        },
        trace=trace_from(told),
        at_least=tuple(told.excluded_at_least),
        recommendation=None if told.recommendation is None else told.recommendation.made(),
    )


def _rows(designs: Sequence[dict[str, Any]], space: SearchSpace) -> Array:
    """The designs as rows of the decision matrix, `(n, d)`; other spaces may know single ones only."""
    if isinstance(space, DesignSpace):
        return space.encode_all(designs, check_rules=False)
    rows = [space.encode(design, check_rules=False) for design in designs]
    return np.array(rows, dtype=np.float64).reshape(len(designs), len(space.columns))


def certificate_from(told: AnswerForm) -> Certificate:
    """The certificate of an answer that says of all its designs that they are on the front.

    Raises:
        UnreadableError: It says so of another number of designs.
    """
    if told.certificate.on_front != len(told.front):
        raise UnreadableError(
            f"found {len(told.front)} designs, but the certificate tells of {told.certificate.on_front} on "
            "the front"
        )
    given = plain(told.certificate)
    return Certificate(**{name: value for name, value in given.items() if name not in ("sentence", "exact")})


def trace_from(told: AnswerForm) -> tuple[TracePoint, ...]:
    """How the front of an answer grew."""
    return tuple(TracePoint(**plain(point)) for point in told.trace)


def config_from(found: Mapping[str, Any], *, where: str) -> SolveConfig:
    """Settings that were kept.

    Args:
        found: The settings, by name.
        where: Where they were kept, for the message.

    Raises:
        UnreadableError: One isn't known or can't be.
    """
    told = from_values(dict(found), ConfigForm, where=where)
    try:
        return SolveConfig(**plain(told))
    except ValueError as error:
        raise UnreadableError(f"{where}: {error}") from None


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
