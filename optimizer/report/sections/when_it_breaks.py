"""When it breaks: the experiments of the scenario with the chosen design, and what happened in time."""

from __future__ import annotations

from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.experiments import Trial
from optimizer.resilience.stress import Verdict
from optimizer.sections.content import Section
from optimizer.sections.stress import stress
from optimizer.sections.time_strips import time_strips

#: Experiments of which the strips are shown: the worst.
MOST_SHOWN = 2
_WORST = (Verdict.LOST, Verdict.UNCERTAIN, Verdict.DEGRADED, Verdict.SURVIVED)


@of_system
def when_it_breaks(found: Findings, system: SystemFindings) -> Section | None:
    """The verdicts and statements, then the strips of the worst; None where nothing was played."""
    if found.chosen is None or not system.trials:
        return None
    told = stress(system.trials)
    blocks = list(told.blocks)
    for trial in sorted((one for one in system.trials if one.series is not None), key=_badness)[:MOST_SHOWN]:
        blocks += time_strips(trial)
    return Section(told.name, told.title, tuple(blocks))


def _badness(trial: Trial) -> int:
    assert trial.stress is not None
    return _WORST.index(trial.stress.verdict)
