"""`tradespace reach --json`."""

from __future__ import annotations

from collections.abc import Sequence

from models.system.system import System
from optimizer.cli.answers.parts import todays_number
from optimizer.decide.choose.aspiration import Reach
from optimizer.files.json import design_answer
from optimizer.pareto.front import Front


def reach_answer(system: System, front: Front, told: Reach) -> dict[str, object]:
    """What a wish reaches."""
    dimensions = front.evaluation.dimensions
    return {
        "today": todays_number(system, front),
        "meeting": [int(i) + 1 for i in told.meeting],
        "closest": int(told.order[0]) + 1,
        "closest_design": design_answer(front.evaluation, int(told.order[0]), system.space),
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
