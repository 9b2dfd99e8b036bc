"""`tradespace compare --json`."""

from __future__ import annotations

from collections.abc import Sequence

from models.system.system import System
from optimizer.cli.answers.parts import finite, scenario_answer
from optimizer.decide.explain.comparison import Comparison
from optimizer.files.json import design_answer
from optimizer.resilience.breaking_points import BreakingPoints


def compare_answer(
    system: System, told: Comparison, points: BreakingPoints, names: Sequence[str]
) -> dict[str, object]:
    """Designs side by side."""
    dimensions = [dimension.name for dimension in told.evaluation.dimensions]
    designs = []
    for i, name in enumerate(names):
        first = int(points.first[i])
        designs.append(
            {
                "name": name,
                **design_answer(told.evaluation, i, system.space),
                "margin": finite(float(points.margin[i])),
                "first_to_fall": None if first < 0 else points.limits[first],
                "like_the_first": [d for j, d in enumerate(dimensions) if told.equal[i, j]],
                "consequences": []
                if i == 0
                else [
                    {
                        "decision": one.decision,
                        "before": one.before,
                        "after": one.after,
                        "without": None
                        if one.without is None
                        else {d: finite(float(v)) for d, v in zip(dimensions, one.without, strict=True)},
                        "breaks_without": list(one.breaks),
                    }
                    for one in told.consequences[i - 1]
                ],
            }
        )
    return {
        "scenario": scenario_answer(system),
        "differing": list(told.differing),
        "designs": designs,
    }
