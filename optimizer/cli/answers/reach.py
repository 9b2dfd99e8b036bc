"""`tradespace reach --json`."""

from __future__ import annotations

from collections.abc import Sequence

from models.system.system import System
from optimizer.cli.answers.parts import todays_number
from optimizer.decide.choose.aspiration import Reach
from optimizer.decide.recommend.candidates import First
from optimizer.files.json import design_answer
from optimizer.pareto.front import Front


def reach_answer(system: System, front: Front, told: Reach, best: First | None) -> dict[str, object]:
    """What a wish reaches; the closest is, where designs meet it, the first of these by the rule."""
    closest = int(told.order[0]) if best is None else best.position
    dimensions = front.evaluation.dimensions
    return {
        "today": todays_number(system, front),
        "meeting": [int(i) + 1 for i in told.meeting],
        "closest": closest + 1,
        "closest_design": design_answer(front.evaluation, closest, system.space),
        "confidence": None if best is None else best.confidence,
        "reached": None if best is None else best.reached,
        "relaxations": [
            {
                "to": {dimensions[j].name: value for j, value in zip(one.dimensions, one.to, strict=True)},
                "design": one.design + 1,
            }
            for one in told.relaxations
        ],
    }


def next_answer(system: System, front: Front, i: int, found: Sequence[int]) -> dict[str, object]:
    """The next designs from one of the front."""
    return {"today": todays_number(system, front), "from": i + 1, "next": [int(k) + 1 for k in found]}
