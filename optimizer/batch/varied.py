"""A scenario with numbers changed or decisions pinned, checked as if somebody had written it so."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.errors import Finding, ScenarioError, TradespaceError
from models.scenario.decision import Integer, Real
from models.scenario.load import scenario_from
from models.scenario.paths import PathError, nearest, resolve
from models.scenario.scenario import Scenario
from optimizer.validation import typed_number, whole_number

#: A path and its value, as on the command line.
Change = tuple[str, object]


class VariedError(TradespaceError):
    """A change that can't be made to a scenario."""


def varied(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """A scenario with changes.

    A change names a decision (which is pinned to the value), `workload.rate` (all phases are scaled so that
    the highest has this rate), a parameter (`catalog_cache.ttl_s`; where a decision sets it, the decision is
    pinned), or a place in the file (`limits.effort_days`, `components.web.price_usd_per_hour`,
    `workload.phases.1.hours`).

    Args:
        scenario: The scenario.
        changes: What is changed, one after the other.

    Raises:
        VariedError: A path names nothing.
        ScenarioError: The changed scenario is refused.
    """
    tree: dict[str, Any] = copy.deepcopy(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True))
    for path, value in changes:
        _apply(scenario, tree, path, value)
    told = ", ".join(f"{path}={value}" for path, value in changes)
    try:
        return scenario_from(tree, source=f"{scenario.name} with {told}" if told else scenario.name)
    except ScenarioError as error:
        raise _in_own_words(error, len(scenario.rules)) from None


def _in_own_words(error: ScenarioError, own: int) -> ScenarioError:
    """Pins are rules that nobody wrote: what is wrong with one is told of its decision.

    Args:
        error: What is wrong with the changed scenario.
        own: Number of the rules that stand in the file.
    """
    pinned = re.compile(r"rules\[(\d+)\]\.then\.(.+)")
    found: list[Finding] = []
    for finding in error.findings:
        match = pinned.fullmatch(finding.where)
        is_pin = match is not None and int(match[1]) >= own
        found.append(replace(finding, where=match[2]) if match is not None and is_pin else finding)
    if found != list(error.findings):  # that rules leave no design follows from it
        found = [finding for finding in found if finding.where != "rules"]
    return ScenarioError(error.source, found)


def _apply(scenario: Scenario, tree: dict[str, Any], path: str, value: object) -> None:
    if path in scenario.decisions:
        tree["rules"] = [*tree.get("rules", []), {"then": {path: value}, "why": "it is pinned in this case"}]
        return
    if path == "workload.rate":
        _scale(tree, path, value)
        return
    try:
        resolve(scenario, path)
    except PathError:
        _set(tree, path, value, known=_known(scenario))
        return
    setter = next(
        (
            name
            for name, decision in scenario.decisions.items()
            if isinstance(decision, (Integer, Real)) and path in decision.sets
        ),
        None,
    )
    if setter is not None:  # another number in the file would change nothing
        _apply(scenario, tree, setter, value)
        return
    if path.startswith("calls.") or ".calls." in path:
        raise VariedError(
            f"{path} is a parameter of a call; write its place in the file (flows.NAME.trace...)"
        )
    head = path.partition(".")[0]
    place = f"components.{path}" if head in scenario.components else path
    _set(tree, place, value, known=_known(scenario), is_parameter=True)


def _scale(tree: dict[str, Any], path: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise VariedError(f"{path} must be a number of requests/s, but got {value!r}")
    phases = tree["workload"]["phases"]
    peak = max(float(phase["rate"]) for phase in phases)
    if peak <= 0.0:
        raise VariedError(f"{path}: no phase has any requests that could be scaled")
    for phase in phases:
        phase["rate"] = float(phase["rate"]) * float(value) / peak


def _set(
    tree: dict[str, Any], path: str, value: object, *, known: Sequence[str], is_parameter: bool = False
) -> None:
    """Sets a place in the file; what leads to it must be there."""
    steps = path.split(".")
    place: Any = tree
    for step in steps[:-1]:
        if isinstance(place, dict) and steps[0] in ("limits", "dimensions", "complexity"):
            place.setdefault(step, {})  # what a file leaves out; the schema says whether it may be there
        place = _step(place, step)
        if place is None:
            raise VariedError(_unknown(path, known))
    last = steps[-1]
    if isinstance(place, dict):
        if last not in place and not is_parameter and not _may_have(steps):
            raise VariedError(_unknown(path, known))
        place[last] = value
    elif isinstance(place, list) and (at := whole_number(last)) is not None and at < len(place):
        place[at] = value
    else:
        raise VariedError(_unknown(path, known))


def _step(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    at = whole_number(step)
    if isinstance(place, list) and at is not None and at < len(place):
        return place[at]
    if isinstance(place, list):  # phases by their name
        return next((part for part in place if isinstance(part, dict) and part.get("name") == step), None)
    return None


def _may_have(steps: Sequence[str]) -> bool:
    """Places that a file may leave out: the schema says whether the key is one."""
    sections = ("limits", "dimensions", "complexity", "components", "flows", "workload")
    return steps[0] in sections or tuple(steps) in (("confidence",), ("decide_by",))


def _known(scenario: Scenario) -> list[str]:
    parts = [
        f"{name}.{field}" for name, part in scenario.components.items() for field in part.model_fields_set
    ]
    return [*scenario.decisions, "workload.rate", *sorted(parts), "limits.effort_days", "limits.saturation"]


def _unknown(path: str, known: Sequence[str]) -> str:
    hint = nearest(path, known)
    return (
        f"{path} names nothing in the scenario{'; ' + hint if hint else ''}; write a decision, "
        "workload.rate, a parameter such as web.replicas, or a place in the file such as limits.effort_days"
    )


def written_value(text: str) -> object:
    """A value as typed: on, off, none, a number, else a text."""
    plain: Mapping[str, object] = {"on": True, "true": True, "off": False, "false": False, "none": None}
    if text in plain:
        return plain[text]
    return typed_number(text)
