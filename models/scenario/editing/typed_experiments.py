"""Experiments of schema 1, which are texts, as schema 2 has them: as far as their words can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from models.scenario.checks.statements import subject_findings
from models.scenario.experiment import FAULTS, FreeExperiment, FreeInjection
from models.scenario.experiments.sentence import SentenceError, read_sentence
from models.scenario.experiments.statement import Statement
from models.scenario.scenario import Scenario
from models.scenario.vocabulary import FAULT_KINDS, meant_by

_SECONDS_PER_MINUTE = 60.0
#: Changes to a file, by place (as `models.scenario.editing.edit` has them).
_Changes: TypeAlias = dict[tuple[str | int, ...], Any]


@dataclass(frozen=True, slots=True)
class Retyped:
    """What becomes of the experiments of a file.

    Attributes:
        changes: New values, by their places in the file.
        assumed: Sentences that can't be read and stay as assumptions, by their places.
        left: Experiments whose fault can't be read, with why: somebody has to write it anew.
    """

    changes: _Changes
    assumed: dict[str, str]
    left: dict[str, str]


def retyped(scenario: Scenario) -> Retyped:
    """The experiments of a scenario in schema 1 as schema 2 has them."""
    found = Retyped({}, {}, {})
    for i, experiment in enumerate(scenario.experiments):
        if not isinstance(experiment, FreeExperiment):
            continue
        fault = _fault(experiment.inject)
        if isinstance(fault, str):
            found.left[f"experiments[{i}]"] = fault
            continue
        found.changes["experiments", i, "inject"] = fault
        for place, key, text, is_list in _texts(experiment):
            if _reads(scenario, text):
                continue
            found.changes["experiments", i, *key] = {"assume": text} if is_list else [{"assume": text}]
            found.assumed[f"experiments[{i}].{place}"] = text
    return found


def _texts(experiment: FreeExperiment) -> Iterator[tuple[str, tuple[str | int, ...], str, bool]]:
    """All sentences: their place as text and as keys, and whether they stand in a list."""
    yield "hypothesis.then", ("hypothesis", "then"), experiment.hypothesis.then, False
    for name in ("steady_state", "abort", "success"):
        for k, text in enumerate(getattr(experiment, name)):
            yield f"{name}[{k}]", (name, k), text, True


def _reads(scenario: Scenario, text: str) -> bool:
    try:
        statement = Statement(**read_sentence(text))
    except SentenceError:
        return False
    wrong = [*statement.contradictions(""), *subject_findings(scenario, statement, "")]
    return not wrong


def _fault(inject: FreeInjection) -> dict[str, Any] | str:
    """A fault as schema 2 writes it, or why it can't be."""
    kind = inject.kind if inject.kind in FAULTS else meant_by(inject.kind, FAULTS, FAULT_KINDS)[1]
    writer = _WRITERS.get(kind)
    if writer is None:
        return f"inject.kind {inject.kind!r} can't be read; schema 2 knows {', '.join(FAULTS)}"
    if "." in inject.target and kind != "driver":
        return f"inject.target {inject.target!r} is a path; schema 2 wants a component"
    told = writer(inject, inject.amount)
    if told is None:
        return f"inject.amount is missing: {kind} needs one"
    return {"kind": kind, **told}


def _length(inject: FreeInjection) -> dict[str, Any]:
    return {"duration_s": inject.minutes * _SECONDS_PER_MINUTE}


def _with_share(inject: FreeInjection, amount: float | None) -> dict[str, Any] | None:
    return {"target": inject.target, **({} if amount is None else {"share": amount}), **_length(inject)}


def _with(key: str) -> Callable[[FreeInjection, float | None], dict[str, Any] | None]:
    def written(inject: FreeInjection, amount: float | None) -> dict[str, Any] | None:
        if amount is None:
            return None
        return {"target": inject.target, key: amount, **_length(inject)}

    return written


def _terminated(inject: FreeInjection, amount: float | None) -> dict[str, Any]:
    share = 1.0 if amount is None else amount
    how_many = {"share": share} if share <= 1.0 else {"replicas": round(share)}
    return {"target": inject.target, **how_many, **_length(inject)}


def _paused(inject: FreeInjection, amount: float | None) -> dict[str, Any]:
    return {"target": inject.target, **_length(inject)}


def _flushed(inject: FreeInjection, amount: float | None) -> dict[str, Any]:
    return {"target": inject.target, **({} if amount is None else {"share": amount})}


def _loaded(inject: FreeInjection, amount: float | None) -> dict[str, Any] | None:
    whose = {} if inject.target == "workload" else {"target": inject.target}
    return None if amount is None else {**whose, "factor": amount, **_length(inject)}


def _driven(inject: FreeInjection, amount: float | None) -> dict[str, Any] | None:
    name = inject.target.removeprefix("drivers.")
    return None if amount is None else {"driver": name, "factor": amount, **_length(inject)}


#: How each kind of schema 1 is written, where what it meant can be read from `amount`.
_WRITERS: dict[str, Callable[[FreeInjection, float | None], dict[str, Any] | None]] = {
    **dict.fromkeys(("partition", "errors", "refuse"), _with_share),
    "latency": _with("added_ms"),
    "slow_leak": _with("gc_share"),
    "terminate": _terminated,
    "pause": _paused,
    "cache_flush": _flushed,
    "load": _loaded,
    "driver": _driven,
}
