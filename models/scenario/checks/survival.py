"""Checks of what a recommended design must survive: experiments that can be played, patterns there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.experiment import Experiment
from models.scenario.experiments.demand import Driver
from models.scenario.experiments.pattern import Pattern
from models.scenario.paths import nearest
from models.scenario.reading.findings import listed
from models.scenario.scenario import Scenario

_WHERE = "limits.survives"


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in `limits.survives` and `limits.recovery_s`."""
    asked = scenario.limits.survives
    for name, many in Counter(asked).items():
        if many > 1:
            yield Finding(
                _WHERE, f"{name} {many} times", "each name once", "remove the others", code=Code.DUPLICATE
            )
    if scenario.limits.recovery_s is not None and not asked:
        yield Finding(
            "limits.recovery_s",
            "a time to recover, and nothing to recover from",
            "limits.survives beside it",
            "name experiments or patterns under limits.survives",
            code=Code.CONFLICT,
            about=(_WHERE,),
        )
    experiments = {one.name: one for one in scenario.experiments if one.name is not None}
    patterns = [str(one) for one in Pattern]
    for name in dict.fromkeys(asked):
        experiment = experiments.get(name)
        if experiment is None:
            if name not in patterns:
                known = [*experiments, *patterns]
                yield Finding(
                    _WHERE,
                    f"unknown experiment or pattern {name[:80]!r}",
                    listed(known),
                    nearest(name, known),
                    code=Code.UNKNOWN_NAME,
                    about=("experiments.*.name",),
                )
        elif name in patterns:
            found = f"{name}, which is an experiment of this file and a pattern of collapse"
            yield Finding(_WHERE, found, "a name of one thing", "rename the experiment", code=Code.CONFLICT)
        elif not isinstance(experiment, Experiment):
            found = f"{name}, which is a text of schema 1"
            yield Finding(
                _WHERE, found, "an experiment that can be played", "write schema: 2", code=Code.WRONG_TYPE
            )
        elif all(isinstance(fault, Driver) for fault in experiment.inject):
            found = f"{name}, which changes no more than a driver: no queue feels it"
            yield Finding(_WHERE, found, "an experiment that can be survived", code=Code.WRONG_TYPE)
