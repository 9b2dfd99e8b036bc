"""`tradespace doubt --json`."""

from __future__ import annotations

from models.evaluation import DIMENSIONS
from models.system.system import System
from optimizer.cli.answers.parts import by_name, finite, scenario_answer
from optimizer.decide.confidence.doubts import Doubts


def doubt_answer(system: System, told: Doubts, seed: int) -> dict[str, object]:
    """What the guesses do to a choice."""
    names = [d.name for d in DIMENSIONS]
    knowledge = told.knowledge
    designs = [_name(position) for position in told.positions]
    limits = [name if name != "all limits" else "all" for name in told.limits]
    return {
        "scenario": scenario_answer(system),
        "draws": told.draws,
        "seed": seed,
        "bands": {
            name: {q: finite(float(told.bands[i, j])) for i, q in enumerate(("p10", "p50", "p90"))}
            for j, name in enumerate(names)
        },
        "limits": {
            name: {"holds": float(share), "error": float(off)}
            for name, share, off in zip(limits, told.holds, told.holds_error, strict=True)
        },
        "chosen_share": {name: float(v) for name, v in zip(designs, told.chosen, strict=True)},
        "none_feasible": told.none_feasible,
        "robust": [name for name, is_robust in zip(designs, told.robust, strict=True) if is_robust],
        "measure": [
            {
                "guess": path,
                "total": by_name(names, knowledge.total[k]),
                "total_error": by_name(names, knowledge.total_error[k]),
                "saves_usd": float(knowledge.value_usd[k]),
                "error_usd": float(knowledge.error_usd[k]),
            }
            for k, path in enumerate(knowledge.paths)
        ],
        "knowing_all_saves_usd": knowledge.all_usd,
    }


def _name(position: int | None) -> str:
    return "this design" if position is None else f"design {position + 1}"
