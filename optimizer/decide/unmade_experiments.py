"""Experiments that can't be computed: with any design, or as things are today."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.evaluation import Array
from models.faults.injection import injection_of
from models.faults.refused import NotInjected
from models.scenario.experiment import Experiment
from models.system.system import System

#: Designs that are tried.
MOST_TRIED = 16


def unmade_experiments(system: System, designs: Array) -> Iterator[Finding]:
    """Warnings about experiments that no design can show, and notes on those that today's can't.

    Args:
        system: The compiled scenario.
        designs: Some designs, `(n, d)`.
    """
    for i, experiment in enumerate(system.scenario.experiments):
        if not isinstance(experiment, Experiment):
            continue
        where = f"experiments[{i}].inject"
        today = _why_not(experiment, system, system.space.today)
        if today is None:
            continue
        tried = designs[:MOST_TRIED]
        made = sum(_why_not(experiment, system, x) is None for x in tried)
        if made == 0:
            found = f"{today.what}; none of {len(tried):,} designs can show it"
            yield Finding(where, found, hint=today.hint, severity="warning", code=Code.NOT_COMPUTED)
        else:
            found = f"as things are today: {today.what}; {made:,} of {len(tried):,} designs can show it"
            yield Finding(where, found, severity="note", code=Code.NOT_COMPUTED)


def _why_not(experiment: Experiment, system: System, design: Array) -> NotInjected | None:
    try:
        injection_of(experiment, system, design)
    except NotInjected as error:
        return error
    return None
