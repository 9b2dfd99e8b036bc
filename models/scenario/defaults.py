"""What a key that isn't written means, by the version of the format (`schema`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.scenario.component import KINDS, Kind

#: The version that new files are written in.
NEWEST = 2

#: Keys of components and calls that schema 1 got after its first release, and what a file without them means.
NEWER_IN_COMPONENT: Mapping[str, object] = {
    "balancing": "shared",
    "copy_work": 0.0,
    "read_repair": 0.0,
    "region": None,
    "cpu_quota": None,
    "cpu_period_ms": 100.0,
}
NEWER_IN_CALL: Mapping[str, object] = {
    "work": 1.0,
    "breaker_threshold": 0.5,
    "breaker_volume": 20,
    "breaker_window_s": 10.0,
    "breaker_sleep_s": 5.0,
    "network_ms": 0.0,
    "network_scv": 0.0,
    "retry_budget": None,
}
NEWER_IN_PARALLEL: Mapping[str, object] = {"each": 1, "needed": None}
NEWER_IN_FLOW: Mapping[str, object] = {"region": None}
NEWER_IN_SCENARIO: Mapping[str, object] = {"links": {}}


def default_of(kind: type[Kind], name: str, schema: int) -> Any:
    """The value of a parameter of a component that isn't written."""
    if schema >= NEWEST and name in kind.newer_defaults:
        return kind.newer_defaults[name]
    return kind.model_fields[name].default


def with_defaults(tree: Any) -> Any:
    """A scenario as it was written, with what its components mean by its schema where that isn't schema 1.

    What is no scenario is given back as it is: the types say what is wrong with it.
    """
    if not isinstance(tree, Mapping) or isinstance(tree.get("schema"), bool) or tree.get("schema") != NEWEST:
        return tree
    components = tree.get("components")
    if not isinstance(components, Mapping):
        return tree
    return {**tree, "components": {name: _filled(part) for name, part in components.items()}}


def _filled(part: Any) -> Any:
    kind = part.get("kind") if isinstance(part, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return part
    return {**KINDS[kind].newer_defaults, **part}


def without_newer(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario holds, without newer keys that mean what a file without them means.

    Args:
        content: All keys of a scenario, as plain values.
    """
    components = {name: _less(part, NEWER_IN_COMPONENT) for name, part in content["components"].items()}
    flows = {
        name: {**_less(flow, NEWER_IN_FLOW), "trace": _steps(flow["trace"])}
        for name, flow in content["flows"].items()
    }
    return {**_less(content, NEWER_IN_SCENARIO), "components": components, "flows": flows}


def _steps(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for step in steps:
        if "call" in step:
            found.append({**_less(step, NEWER_IN_CALL), "then": _steps(step["then"])})
        else:
            found.append(
                {
                    **_less(step, NEWER_IN_PARALLEL),
                    "parallel": [_steps(branch) for branch in step["parallel"]],
                }
            )
    return found


def _less(part: Mapping[str, Any], newer: Mapping[str, object]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in newer or value != newer[key]}
