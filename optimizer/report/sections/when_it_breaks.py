"""When it breaks: experiments, the six patterns and the load up and down, with the chosen design."""

from __future__ import annotations

from models.scenario.experiments.pattern import Pattern
from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.experiments import Trial
from optimizer.resilience.hysteresis import marked_loads
from optimizer.resilience.phase_portrait import portrait, station_of
from optimizer.resilience.stress import Verdict
from optimizer.sections.content import Block, Section
from optimizer.sections.hysteresis import hysteresis
from optimizer.sections.patterns import patterns
from optimizer.sections.phase_portrait import phase_portrait
from optimizer.sections.stress import stress
from optimizer.sections.time_strips import time_strips

#: Experiments of which the strips are shown: the worst.
MOST_SHOWN = 2
_WORST = (Verdict.LOST, Verdict.UNCERTAIN, Verdict.DEGRADED, Verdict.SURVIVED)


@of_system
def when_it_breaks(found: Findings, system: SystemFindings) -> Section | None:
    """Verdicts and statements, the strips of the worst, patterns, loads; None where nothing was played."""
    if found.chosen is None or not system.runs:
        return None
    blocks: list[Block] = []
    if system.trials:
        blocks += stress(system.trials).blocks
        played = sorted((one for one in system.trials if one.series is not None), key=_badness)
        for trial in played[:MOST_SHOWN]:
            blocks += time_strips(trial)
    if system.patterns:
        blocks += patterns(system.patterns, system.system.components).blocks
    if system.up_and_down is not None:
        marks = marked_loads(system.system, system.x)
        blocks += hysteresis(system.up_and_down, system.way_back, marks).blocks
    blocks += _drift(system)
    return Section("stress", "When it breaks", tuple(blocks)) if blocks else None


def _drift(system: SystemFindings) -> tuple[Block, ...]:
    """Where the part drifts that retries would fill most, if any has a failed state."""
    storm = dict(system.patterns).get(Pattern.RETRY_STORM)
    if storm is None:
        return ()
    name = storm.aim.component
    drawn = portrait(station_of(system.system, system.x, system.system.peak, name))
    if drawn.failed is None:
        return ()
    return phase_portrait(drawn, system.system.components[name]).blocks


def _badness(trial: Trial) -> int:
    assert trial.stress is not None
    return _WORST.index(trial.stress.verdict)
