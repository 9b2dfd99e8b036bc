"""`tradespace rank --json` and `tradespace representatives --json`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.system.system import System
from optimizer.cli.answers.parts import by_name, todays_number
from optimizer.decide.choose.knee import Knee, reason
from optimizer.decide.choose.representatives import Representatives
from optimizer.decide.choose.survival_rules import Rules
from optimizer.decide.recommend.visible_front import ShownFront
from optimizer.model import MODEL_ERROR
from optimizer.pareto.front import Front
from optimizer.sections.rank import Ranked


def rank_answer(system: System, front: Front, told: Ranked) -> dict[str, object]:
    """A front in order."""
    names = [dimension.name for dimension in front.evaluation.dimensions]
    order, opinions, record = told.order, told.opinions, told.record
    return {
        "today": todays_number(system, front),
        "shown": len(told.shown),
        "on_front": told.shown.on_front,
        "recommended": None if record.position is None else record.position + 1,
        "asked": len(told.asks),
        "weights": by_name(names, order.weights),
        "model_error": MODEL_ERROR.version,
        "ranking": [
            {
                "design": told.shown.on_whole(int(i)) + 1,
                "score": float(order.score[i]),
                "could_be_first": bool(told.could[i]),
                "furthest_behind": names[int(order.furthest[i])],
                "first_for_share": float(opinions.share[i, 0]),
                "error": float(opinions.error[i, 0]),
                "kept": int(told.kept[i].sum()),
                "confidence": told.confidence(int(i)),
            }
            for i in order.order
        ],
    }


def representatives_answer(
    system: System,
    front: Front,
    told: Representatives,
    shown: ShownFront,
    knees: Sequence[Knee],
    rules: Sequence[Rules],
) -> dict[str, object]:
    """The few designs that stand for those of a front that are shown."""
    sizes = np.bincount(told.group, minlength=len(told.positions))
    return {
        "today": todays_number(system, front),
        "shown": len(shown),
        "on_front": shown.on_front,
        "representatives": [
            {"design": p + 1, "name": name, "stands_for": int(n)}
            for p, name, n in zip(told.positions, told.names, sizes, strict=True)
        ],
        "radius": told.radius,
        "rules": [{"exact": [str(rule) for rule in one.exact], "explained": one.explained} for one in rules],
        "knees": [
            {"design": k.position + 1, "regret": k.regret, "reason": reason(front, k.position)} for k in knees
        ],
    }
