"""What `verify --json` says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

from models.evaluation import Array
from models.system.system import System
from optimizer.cli.answers.parts import scenario_answer
from optimizer.resilience.verification import Verification


def verify_answer(system: System, x: Array, found: Sequence[Verification]) -> dict[str, object]:
    """The design, and for each phase the verdict with the numbers behind it."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "phases": [verification_answer(one) for one in found],
    }


def verification_answer(found: Verification) -> dict[str, object]:
    """A verification in plain values; null for what is unbounded or wasn't seen."""
    done = found.simulated
    return {
        "phase": found.phase,
        "verdict": found.verdict,
        "why_not": found.why_not,
        "numbers": [
            {
                "of": one.of,
                "is_flow": one.is_flow,
                "metric": one.metric,
                "predicted": _finite(one.predicted),
                "simulated": None if one.simulated is None else asdict(one.simulated),
                "off": None if one.simulated is None else _finite(one.off),
                "is_off": one.is_off,
            }
            for one in found.compared
        ],
        "broken_limits": [asdict(limit) for limit in found.broken],
        "simulation": None
        if done is None
        else {
            "flows": [asdict(reading) for reading in done.flows],
            "components": [asdict(reading) for reading in done.components],
            "events": done.events,
            "runs": done.runs,
            "seconds": done.seconds,
            "warm_up_s": done.warm_up_s,
            "seed": found.seed,
            "ended": done.ended,
            "runs_collapsed": done.runs_collapsed,
            "lived_s": list(done.lived_s),
            "notes": [asdict(note) for note in done.notes],
        },
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
