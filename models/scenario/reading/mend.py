"""A tree with its misfits mended, so that the rest of a file is checked although a part of it is wrong.

A misspelt key gets the name that was meant, a number that can't be is replaced by one that can, what may be
left out is left out. Nothing is ever computed with a mended scenario: it only serves to find further errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from models.errors import Code, Finding

#: Keys that others refer to or that decide what else is allowed: without them nothing certain can be said.
_BEARING = frozenset(
    [
        *(
            "kind",
            "call",
            "trace",
            "then",
            "parallel",
            "fallback",
            "on",
            "options",
            "integer",
            "real",
            "sets",
        ),
        *("when", "if", "not", "drivers", "phases", "components", "flows", "decisions", "workload"),
    ]
)
#: Values for keys that a file can't do without.
_PLAIN: dict[str, Any] = {
    "schema": 1,
    "service_ms": 1.0,
    "latency_ms": 1.0,
    "rate": 1.0,
    "hours": 1.0,
    "share": 1.0,
    "usd": 1.0,
}
_STEP = re.compile(r"\[(\d+)\]")


def mended(tree: Mapping[str, Any], misfits: Iterable[Finding]) -> dict[str, Any] | None:
    """A copy of a tree without its misfits; None when one of them bears other parts."""
    copy: dict[str, Any] = dict(tree)
    for misfit in misfits:
        changed = _mended(copy, misfit.where, misfit)
        if changed is None:
            return None
        copy = changed
    return copy


def is_apart(finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether a finding speaks of another place than others, and not of a part of it or around it."""
    return not any(_touch(finding.where, other.where) for other in others)


def is_independent(finding: Finding, misfits: Iterable[Finding]) -> bool:
    """Whether mending misfits can't have caused a finding: numbers of one component are checked together."""
    return not any(_touch(finding.where, _component_of(misfit.where)) for misfit in misfits)


def _mended(node: Any, where: str, misfit: Finding) -> Any:
    """A copy of a node with the part at `where` mended; None when that can't be done."""
    if isinstance(node, Mapping):
        # The longest key first: keys may hold dots themselves.
        for key in sorted((key for key in node if _begins(where, key)), key=len, reverse=True):
            rest = where[len(key) :].removeprefix(".")
            if not rest:
                return _with_key_mended(node, key, misfit)
            inner = _mended(node[key], rest, misfit)
            return None if inner is None else {**node, key: inner}
        is_plain = misfit.code == Code.MISSING_KEY and where in _PLAIN
        return {**node, where: _PLAIN[where]} if is_plain else None
    step = _STEP.match(where)
    if step is None or not isinstance(node, tuple) or int(step[1]) >= len(node):
        return None
    i, rest = int(step[1]), where[step.end() :].removeprefix(".")
    inner = _mended(node[i], rest, misfit) if rest else None
    return None if inner is None else (*node[:i], inner, *node[i + 1 :])


def _with_key_mended(node: Mapping[str, Any], key: str, misfit: Finding) -> dict[str, Any] | None:
    if misfit.code == Code.UNKNOWN_KEY:
        name = misfit.meant if misfit.meant not in node else ""
        return _renamed(node, key, name) if name else _without(node, key)
    if key in _BEARING:
        return None
    if key == "name":
        return {**node, key: "mended"} if misfit.where == "name" else None
    if key in _PLAIN:
        return {**node, key: _PLAIN[key]}
    is_number = misfit.code in (Code.NOT_A_NUMBER, Code.OUT_OF_RANGE)
    if is_number and misfit.where.startswith(("components.", "flows.", "complexity.")):
        # Not left out: an effect may multiply it. 1 is in the bounds of all but a few.
        return {**node, key: 1}
    return _without(node, key)


def _without(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in node.items() if k != key}


def _renamed(node: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    return {name if k == key else k: v for k, v in node.items()}


def _begins(where: str, key: str) -> bool:
    return where == key or where.startswith((key + ".", key + "["))


def _touch(one: str, other: str) -> bool:
    return one == other or _begins(one, other) or _begins(other, one)


def _component_of(where: str) -> str:
    return ".".join(where.split(".")[:2]) if where.startswith("components.") else where
