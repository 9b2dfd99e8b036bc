"""The prediction inside an export: what comes back is laid beside it, and another scenario's is refused."""

from __future__ import annotations

import math
from dataclasses import asdict

from models.scenario.experiments.statement import Statement
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.prediction import Band, Watched

#: Shape of what is written; raised where an old reader would misread it.
VERSION = 1


def predicted_answer(drill: Drill) -> dict[str, object]:
    """What is predicted, in plain values; null for what is unbounded or wasn't seen."""
    found = drill.prediction
    return {
        "version": VERSION,
        "scenario": drill.system.scenario.name,
        "digest": drill.system.scenario.digest(),
        "experiment": drill.name,
        "design": dict(drill.design),
        "phase": found.trial.phase,
        "hypothesis": {
            "if": found.experiment.hypothesis.if_,
            "then": [statement_answer(one) for one in drill.expected],
            "because": found.experiment.hypothesis.because,
        },
        "fault_s": drill.fault_s,
        "wait_s": found.wait_s,
        "time_to_plateau_s": _finite(found.plateau_s),
        "recovery_s": _finite(found.back_s),
        "holds": None if found.holds is None else asdict(found.holds),
        "metrics": [watched_answer(one) for one in found.watched],
        "aborts": [
            {**statement_answer(one.statement), "fires": None if one.fires is None else asdict(one.fires)}
            for one in found.aborts
        ],
        "assumed": list(drill.assumed),
        "notes": list(drill.notes),
    }


def watched_answer(one: Watched) -> dict[str, object]:
    """A metric with its intervals."""
    return {
        "key": one.key,
        "metric": one.metric,
        "of": one.of,
        "steady": _band(one.steady),
        "plateau": _band(one.plateau),
        "after": _band(one.after),
        "worst": _finite(one.worst),
    }


def statement_answer(statement: Statement) -> dict[str, object]:
    """A statement in plain values."""
    found: dict[str, object] = statement.model_dump(mode="json", exclude_none=True)
    return found


def _band(band: Band | None) -> dict[str, object] | None:
    return None if band is None else {"low": band.low, "middle": band.middle, "high": band.high}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
