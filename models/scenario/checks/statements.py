"""Checks of statements: subjects that are there, and aborts that leave room for what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from models.errors import Code, Finding
from models.scenario.experiment import Experiment
from models.scenario.experiments.metric import METRICS, Subject, nearest_metric
from models.scenario.experiments.statement import Assumption, Expectations, Statement
from models.scenario.paths import nearest
from models.scenario.reading.findings import listed
from models.scenario.scenario import Scenario

#: Which components can be the subject.
_FITS: dict[Subject, Callable[[Any], bool]] = {
    Subject.COMPONENT: lambda part: True,
    Subject.MACHINES: lambda part: part.traits.is_ours,
    Subject.CACHE: lambda part: part.traits.passes_on_misses,
    Subject.COPIES: lambda part: part.traits.keeps_copies,
}


def placed(experiment: Experiment, where: str) -> Iterator[tuple[str, str, Statement | Assumption]]:
    """Every expectation of an experiment, with the list it stands in and its place in the file."""
    lists: dict[str, tuple[str, Expectations]] = {
        "steady_state": (f"{where}.steady_state", experiment.steady_state),
        "then": (f"{where}.hypothesis.then", experiment.hypothesis.then),
        "abort": (f"{where}.abort", experiment.abort),
        "success": (f"{where}.success", experiment.success),
    }
    for name, (place, several) in lists.items():
        for k, one in enumerate(several):
            yield name, f"{place}[{k}]", one


def statement_findings(scenario: Scenario, experiment: Experiment, where: str) -> Iterator[Finding]:
    """Errors in the statements of an experiment."""
    for _, place, statement in placed(experiment, where):
        if isinstance(statement, Assumption):
            continue
        yield from statement.contradictions(place)
        yield from subject_findings(scenario, statement, place)


def subject_findings(scenario: Scenario, statement: Statement, place: str) -> Iterator[Finding]:
    """Errors in the metric of a statement, and in whose it is."""
    metric = statement.known
    if metric is None:
        near = nearest_metric(statement.metric)
        hint = f"did you mean {near!r}?" if near else ""
        found = f"unknown metric {statement.metric[:80]!r}"
        yield Finding(f"{place}.metric", found, listed(list(METRICS)), hint, code=Code.UNKNOWN_NAME)
    else:
        yield from _subject(scenario, metric.subject, statement, place)


def _subject(scenario: Scenario, subject: Subject, statement: Statement, where: str) -> Iterator[Finding]:
    name, place = statement.of, f"{where}.of"
    if subject is Subject.SYSTEM:
        if name is not None:
            found = f"{statement.metric} of {name}"
            yield Finding(place, found, subject.value, "leave it out", code=Code.CONFLICT)
        return
    if subject is Subject.FLOW:
        if name is not None and name not in scenario.flows:
            known = list(scenario.flows)
            found, hint = f"unknown flow {name!r}", nearest(name, known)
            about = (f"flows.{name}",)
            allowed = f"{listed(known)}, or nothing for all of them"
            yield Finding(place, found, allowed, hint, code=Code.UNKNOWN_NAME, about=about)
        return
    known = [each for each, part in scenario.components.items() if _FITS[subject](part)]
    if name is None:
        found = f"{statement.metric} of nothing"
        yield Finding(place, found, f"{subject.value}: {listed(known)}", "add it", code=Code.MISSING_KEY)
    elif name not in known:
        is_there = name in scenario.components
        found = f"{statement.metric} of {name}" if is_there else f"unknown component {name!r}"
        code = Code.WRONG_TYPE if is_there else Code.UNKNOWN_NAME
        allowed, about = f"{subject.value}: {listed(known) or 'there is none'}", (f"components.{name}",)
        yield Finding(place, found, allowed, nearest(name, known), code=code, about=about)


def contradicting(experiment: Experiment, where: str) -> Iterator[Finding]:
    """Aborts that would hold although all is as expected."""
    others = [each for each in placed(experiment, where) if each[0] != "abort"]
    for name, place, abort in placed(experiment, where):
        if name != "abort" or isinstance(abort, Assumption):
            continue
        for list_name, _, other in others:
            if isinstance(other, Assumption) or not _same(abort, other) or not _overlap(abort, other):
                continue
            is_steady = list_name == "steady_state"
            if is_steady and (abort.when == "during" or abort.within_s_after is not None):
                continue
            why = "holds already in the steady state" if is_steady else "can hold although that is expected"
            found = f"it {why} ({list_name}: {told(other)})"
            yield Finding(place, found, "an abort that leaves room", "move its number", code=Code.CONFLICT)
            break


def told(statement: Statement) -> str:
    """A statement as a sentence."""
    words = [] if statement.of is None else [statement.of]
    side = "above" if statement.above is not None else "below"
    number = statement.above if statement.above is not None else statement.below
    words += [statement.metric, side, f"{number:.12g}"]
    words += [statement.when] if statement.when is not None else []
    words += [f"within {statement.within_s_after:g} s after"] if statement.within_s_after is not None else []
    words += [f"for {statement.for_s:g} s"] if statement.for_s is not None else []
    return " ".join(words)


def _same(one: Statement, other: Statement) -> bool:
    """Whether two statements compare the same number; one that compares nothing is an error of its own."""
    compares = all((each.above is None) != (each.below is None) for each in (one, other))
    return compares and (one.of, one.metric) == (other.of, other.metric)


def _overlap(one: Statement, other: Statement) -> bool:
    """Whether some value is within both."""
    above = [each.above for each in (one, other) if each.above is not None]
    below = [each.below for each in (one, other) if each.below is not None]
    return not above or not below or max(above) < min(below)
