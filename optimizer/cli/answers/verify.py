"""What `verify --json` says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

from models.evaluation import Array
from models.formulas.binomial import clopper_pearson
from models.system.system import System
from optimizer.cli.answers.parts import scenario_answer
from optimizer.resilience.lost_replicas import LostReplicas
from optimizer.resilience.verification import Verification


def verify_answer(
    system: System, x: Array, found: Sequence[Verification], lost: Sequence[LostReplicas] = ()
) -> dict[str, object]:
    """The design, and for each phase the verdict with the numbers behind it."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "phases": [verification_answer(one) for one in found],
        "states": [_states_answer(one) for one in lost],
    }


def _states_answer(lost: LostReplicas) -> dict[str, object]:
    """The states of lost replicas and zones in a phase."""
    return {
        "phase": lost.phase,
        "unseen": lost.found.unseen,
        "flows": [
            {"name": one.of, "predicted": one.predicted, "simulated": one.simulated and asdict(one.simulated)}
            for one in lost.compared
        ],
        "states": [
            {
                "left": dict(state.lost.left),
                "probability": state.probability,
                "flows": [
                    {"name": flow.name, "success": flow.success and asdict(flow.success)}
                    for flow in state.found.flows
                ],
            }
            for state in lost.found.states
        ],
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
            "collapsed_share": list(clopper_pearson(done.runs_collapsed, done.runs)) if done.runs else None,
            "lived_s": list(done.lived_s),
            "notes": [asdict(note) for note in done.notes],
        },
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
