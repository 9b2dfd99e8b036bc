"""`tradespace what-if --json`."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation import DIMENSIONS, Evaluation
from models.system.system import System
from optimizer.changes import Change
from optimizer.cli.answers.parts import by_name, change_answer, scenario_answer
from optimizer.decide.confidence.sobol import Indices
from optimizer.decide.explain.effects import Effects, Interaction
from optimizer.files.json import design_answer


def one_change_answer(system: System, both: Evaluation, what: Sequence[Change]) -> dict[str, object]:
    """What one change does."""
    return {
        "changed": [change_answer(change) for change in what],
        "before": design_answer(both, 0, system.space),
        "after": design_answer(both, 1, system.space),
    }


def changes_answer(system: System, effects: Effects, found: Sequence[Interaction]) -> dict[str, object]:
    """What every single change would do."""
    names = [dimension.name for dimension in effects.start.dimensions]
    return {
        "scenario": scenario_answer(system),
        "start": design_answer(effects.start, 0, system.space),
        "changes": [
            {
                "changed": [change_answer(change) for change in what],
                **design_answer(effects.changed, k, system.space),
            }
            for k, what in enumerate(effects.what)
        ],
        "pairs": [
            {
                "a": [str(change) for change in one.a],
                "b": [str(change) for change in one.b],
                "beyond": [names[j] for j in one.beyond],
                "mend_only_together": list(one.is_needed),
            }
            for one in found
        ],
    }


def shares_answer(found: Indices, names: Sequence[str]) -> dict[str, object]:
    """How much each decision matters."""
    dimensions = [d.name for d in DIMENSIONS]
    return {
        "points": found.evaluations,
        "ranked": [name for name, ranks in zip(dimensions, found.ranked, strict=True) if ranks],
        "total": {name: by_name(dimensions, row) for name, row in zip(names, found.total, strict=True)},
        "error": {name: by_name(dimensions, row) for name, row in zip(names, found.error, strict=True)},
    }
