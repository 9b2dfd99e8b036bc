"""What `stress --json` says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

from models.evaluation import Array
from models.scenario.experiments.pattern import Pattern
from models.system.system import System
from optimizer.cli.answers.parts import scenario_answer
from optimizer.resilience.experiments import Judged, Trial
from optimizer.resilience.first_experiment import Surprise
from optimizer.resilience.longest_pause import LongestPause
from optimizer.resilience.pattern_trials import PatternTrial
from optimizer.resilience.stress import Stress


def stress_answer(system: System, x: Array, found: Sequence[Trial]) -> dict[str, object]:
    """The design, and what becomes of it in each experiment."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "experiments": [trial_answer(one) for one in found],
    }


def patterns_answer(
    system: System,
    x: Array,
    found: Sequence[tuple[Pattern, PatternTrial | None]],
    pause: LongestPause | None = None,
) -> dict[str, object]:
    """The design, and what becomes of it in each pattern; null where it can't have it."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "phase": system.phases[system.peak],
        "patterns": [
            {"pattern": name, **(_pattern(one, system) if one is not None else {"verdict": None})}
            for name, one in found
        ],
        "longest_pause": None
        if pause is None
        else {
            "at": system.components[pause.component],
            "survives_s": pause.border.survives,
            "falls_s": _finite(pause.border.falls),
        },
    }


def _pattern(one: PatternTrial, system: System) -> dict[str, object]:
    stress, edge = one.stress, one.border
    return {
        "verdict": stress.verdict,
        "at": system.components[one.aim.component],
        "size": one.size,
        "unit": one.aim.unit,
        "runs": _runs(stress),
        "amplification": stress.amplification,
        "back_s": _finite(stress.back_s),
        "fell_first": stress.fell_first or None,
        "survives_up_to": None if edge is None else edge.survives,
        "falls_at": None if edge is None else _finite(edge.falls),
        "defences": [
            {
                "defence": each.has.defence,
                "there": each.has.there,
                "survived_with_it": None if each.survived is None else asdict(each.survived),
            }
            for each in one.defences
        ],
    }


def _runs(stress: Stress) -> dict[str, object]:
    return {name: asdict(getattr(stress, name)) for name in ("survived", "degraded", "lost")}


def first_answer(system: System, x: Array, found: Sequence[Surprise]) -> dict[str, object]:
    """The design, and the experiments, the most telling first."""
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "experiments": [asdict(one) for one in found],
    }


def trial_answer(one: Trial) -> dict[str, object]:
    """One experiment in plain values; null for what is unbounded or wasn't seen."""
    stress = one.stress
    return {
        "name": one.name,
        "title": one.title,
        "phase": one.phase,
        "why_not": one.why_not,
        "healthy_before": one.is_healthy_before,
        "verdict": None if stress is None else stress.verdict,
        "from_s": None if one.injection is None else one.injection.from_s,
        "to_s": None if one.injection is None else one.injection.to_s,
        "runs": None if stress is None else _runs(stress),
        "runs_by_events": None if one.by_events is None else _runs(one.by_events),
        "amplification": None if stress is None else stress.amplification,
        "back_s": None if stress is None else _finite(stress.back_s),
        "fell_first": None if stress is None else stress.fell_first or None,
        "fell_s": None if stress is None else _finite(stress.fell_s),
        "statements": [_statement(judged) for judged in one.statements],
        "readings": [
            {"metric": metric, "of": of, "value": _finite(value)}
            for (metric, of), value in one.readings.items()
        ],
        "assumed": list(one.assumed),
    }


def _statement(judged: Judged) -> dict[str, object]:
    return {
        "role": judged.role,
        **judged.statement.model_dump(mode="json", exclude_none=True),
        "held": None if judged.held is None else asdict(judged.held),
        "nearest": _finite(judged.reading),
        "why_not": judged.why_not,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
