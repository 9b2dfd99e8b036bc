"""`tradespace explain --json`."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation import Array
from models.system.system import System
from optimizer.cli.answers.parts import change_answer, finite, scenario_answer
from optimizer.decide.explain.account import Account
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.files.json import design_answer
from optimizer.pareto.front import Front
from optimizer.resilience.breaking_points import BreakingPoints


def explain_answer(system: System, front: Front, told: Account, record: Recommendation) -> dict[str, object]:
    """An account of one design."""
    dimensions = told.design.dimensions
    names = [dimension.name for dimension in dimensions]
    why = told.why_not
    return {
        "scenario": scenario_answer(system),
        "position": None if told.position is None else told.position + 1,
        **design_answer(told.design, 0, system.space),
        "changed": [change_answer(change) for change in told.changed],
        "notices": [{"decision": n.decision, "text": n.text, "phases": list(n.phases)} for n in told.notices],
        "recommended": {
            "is": told.position is not None and told.position == record.position,
            "design": None if record.position is None else record.position + 1,
            "confidence": next((p.confidence for p in record.picks if p.position == told.position), None)
            if told.position is not None
            else None,
        },
        "knee": {"is": told.is_knee, "reason": told.reason, "rivals": [int(i) + 1 for i in told.rivals]},
        "alike": [names[j] for j in told.alike],
        "gives_up": [
            {
                "dimension": names[one.dimension],
                "best": finite(one.best),
                "reached_by": one.reached_by + 1,
                "share": one.share,
                "within_model_error": one.is_noise,
                "bought": [names[j] for j in one.bought],
            }
            for one in told.gives_up
        ],
        "exchanges": [
            {
                "dimension": names[one.dimension],
                "to": one.to + 1,
                "changes": _moved(names, front.evaluation.values[told.position], front, one.to),
            }
            for one in told.exchanges
            if told.position is not None
        ],
        "why_not": None
        if why is None
        else {
            "broken": {name: finite(over) for name, over in why.broken.items()},
            "dominated_by": [int(i) + 1 for i in why.dominators],
            "fewest_changes": why.fewest if why.nearest is not None else None,
            "nearest": None if why.nearest is None else why.nearest + 1,
            "mending": None
            if why.mending is None
            else [change_answer(change) for change in why.mending.what],
        },
        "breaks": None if told.breaking is None else _breaks(system, told.breaking),
    }


def _breaks(system: System, points: BreakingPoints) -> dict[str, object]:
    first, busiest = int(points.first[0]), int(points.bottleneck[0])
    return {
        "margin": finite(float(points.margin[0])),
        "first": None if first < 0 else points.limits[first],
        "bottleneck": None if busiest < 0 else system.components[busiest],
    }


def _moved(names: Sequence[str], start: Array, front: Front, to: int) -> dict[str, float | None]:
    move = front.evaluation.values[to] - start
    return {name: finite(float(by)) for name, by in zip(names, move, strict=True)}
