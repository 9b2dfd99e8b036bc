"""What `gameday --json` says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from models.evaluation import Array
from models.system.system import System
from optimizer.cli.answers.parts import scenario_answer
from optimizer.cli.answers.stress import trial_answer
from optimizer.resilience.exports.predicted import watched_answer
from optimizer.resilience.prediction import Prediction


def gameday_answer(
    system: System, x: Array, found: Sequence[Prediction], refused: Mapping[str, str]
) -> dict[str, object]:
    """The design, what is predicted of each experiment, and what may not be run."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "experiments": [_prediction(one) for one in found],
        "refused": dict(refused),
    }


def _prediction(one: Prediction) -> dict[str, object]:
    return {
        **trial_answer(one.trial),
        "fault_s": one.fault_s,
        "wait_s": one.wait_s,
        "time_to_plateau_s": _finite(one.plateau_s),
        "recovery_s": _finite(one.back_s),
        "holds": None if one.holds is None else asdict(one.holds),
        "metrics": [watched_answer(watched) for watched in one.watched],
    }


def finite(value: object) -> object:
    """Plain values in which what is no finite number is null."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
