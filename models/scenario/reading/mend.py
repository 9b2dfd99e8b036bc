"""A tree with its misfits mended, so that the rest of a file is checked although a part of it is wrong.

A misspelt key gets the name that was meant, a number that can't be is replaced by one that can, what may be
left out is left out, and what can't be mended is cut out with the entry it stands in. Nothing is ever
computed with a mended scenario: it only serves to find further errors, and what would be told of a place that
was cut out, or because of it, isn't told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import Code, Finding
from models.scenario.component import KINDS
from models.scenario.paths import nearest_name, parameters_of
from models.scenario.reading.document import joined
from models.scenario.reading.findings import KINDS_OF_DECISIONS

#: Keys that decide what else is allowed beside them, or without which their mapping means nothing.
_BEARING = frozenset(
    [
        *("call", "trace", "parallel", "on", "options", "integer", "real", "sets", "when", "if", "not"),
        *("choice", "share", "calls"),
        *("drivers", "phases", "components", "flows", "decisions", "workload"),
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
#: Sections whose entries have names, and are cut out one by one.
_NAMED = ("components", "flows", "decisions", "today", "uncertainty", "drivers")
_STAND_IN = "stand-in"
_STEP = re.compile(r"\[(\d+)\]")
_STEPS = re.compile(r"[.\[\]]+")


@dataclass(frozen=True, slots=True)
class Mended:
    """A tree without misfits.

    Attributes:
        tree: The tree.
        gone: Places that were cut out of it, or of which something else was put in: nothing is known of them.
    """

    tree: dict[str, Any]
    gone: tuple[str, ...]


def mended(tree: Mapping[str, Any], misfits: Iterable[Finding], gone: Iterable[str] = ()) -> Mended:
    """A copy of a tree without its misfits.

    Args:
        tree: The tree.
        misfits: What is wrong with it; of one place that is told again, as mending didn't help, more is cut.
        gone: Places that are gone already.
    """
    copy: dict[str, Any] = dict(tree)
    lost = list(gone)
    for misfit in misfits:
        if misfit.code == Code.UNKNOWN_KEY and not _stands(copy, misfit.where):
            continue  # another misfit gave it the name that was meant
        changed = None if misfit.where in lost else _mended(copy, misfit.where, misfit)
        if changed is None:
            copy, place = _cut(copy, misfit.where)
            lost.append(place)
            continue
        copy = changed
        if not misfit.meant:
            lost.append(misfit.where)
    return Mended(_with_stand_ins(copy), tuple(lost))


def is_apart(finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether a finding speaks of another place than others, and not of a part of it or around it."""
    return not any(_hides(other, other.where, finding.where) for other in others)


def is_known(finding: Finding, gone: Iterable[str]) -> bool:
    """Whether neither what a finding speaks of nor what it is judged by is gone."""
    places = [_steps(place) for place in gone]
    here = _steps(finding.where)
    return not any(
        here[: len(place)] == place or any(_meet(_steps(about), place) for about in finding.about)
        for place in places
    )


def is_independent(finding: Finding, misfits: Iterable[Finding]) -> bool:
    """Whether mending misfits can't have caused a finding: numbers of one component are checked together."""
    return not any(_hides(misfit, _component_of(misfit.where), finding.where) for misfit in misfits)


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
        if misfit.code != Code.MISSING_KEY:
            return None
        if where == "kind":
            return {**node, where: _likely_kind(node)}
        return {**node, where: _PLAIN[where]} if where in _PLAIN else None
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
    if misfit.code == Code.NOT_ONE_KIND:
        kind = _decision_with_kind(node[key], misfit.meant)
        return None if kind is None else {**node, key: kind}
    if key in ("kind", "distribution"):
        meant = misfit.meant
        if key == "kind" and misfit.where.startswith("components."):
            return {**node, key: meant or _likely_kind(node)}
        return {**node, key: meant} if meant else None
    if key in _BEARING:
        return None
    if key == "name":
        if misfit.where == "name":
            return {**node, key: "mended"}
        return _without(node, key) if "call" in node else None
    if key in _PLAIN:
        return {**node, key: _PLAIN[key]}
    is_number = misfit.code in (Code.NOT_A_NUMBER, Code.OUT_OF_RANGE)
    if is_number and misfit.where.startswith(("components.", "flows.", "complexity.")):
        # Not left out: an effect may multiply it. 1 is in the bounds of all but a few.
        return {**node, key: 1}
    return _without(node, key)


def _likely_kind(node: Mapping[str, Any]) -> str:
    """The kind of component that has most of the keys, the first of those alike."""
    return max(KINDS, key=lambda kind: len(node.keys() & parameters_of(KINDS[kind]).keys()))


def _decision_with_kind(decision: Mapping[str, Any], meant: str) -> dict[str, Any] | None:
    """A decision of which the one key that tells its kind was misspelt; None where it can't be told."""
    near = (key for key in decision if meant and nearest_name(key, KINDS_OF_DECISIONS) == meant)
    key = next(near, None)
    return None if key is None else _renamed(decision, key, meant)


def _cut(tree: dict[str, Any], where: str) -> tuple[dict[str, Any], str]:
    """A copy of a tree without the entry around a place, and what was cut out."""
    section = max((key for key in tree if _begins(where, key)), key=len, default="")
    inner = tree.get(section)
    if section in _NAMED and isinstance(inner, Mapping):
        rest = where[len(section) + 1 :]
        entry = max((key for key in inner if _begins(rest, key)), key=len, default=None)
        if entry is not None:
            return {**tree, section: _without(inner, entry)}, joined(section, entry)
    phase = _STEP.match(where.removeprefix("workload.phases"))
    phases = inner.get("phases") if section == "workload" and isinstance(inner, Mapping) else None
    if phase is not None and isinstance(phases, tuple) and isinstance(inner, Mapping):
        # Not left out: the others would move up, and be told in the wrong line.
        i = int(phase[1])
        plain = {"name": f"{_STAND_IN}-{i}", "rate": 1.0, "hours": 1.0}
        changed = (*phases[:i], plain, *phases[i + 1 :])
        return {**tree, section: {**inner, "phases": changed}}, f"workload.phases[{i}]"
    return _without(tree, section), section or where


def _with_stand_ins(tree: dict[str, Any]) -> dict[str, Any]:
    """What no scenario can do without, where it is gone: nothing is told of it."""
    plain: dict[str, Any] = {"schema": 1, "name": "mended"}
    plain["workload"] = {"phases": ({"name": _STAND_IN, "rate": 1.0, "hours": 1.0},)}
    plain["components"] = {_STAND_IN: {"kind": "service", "service_ms": 1.0}}
    components = tree.get("components") or plain["components"]
    first = next(iter(components)) if isinstance(components, Mapping) else _STAND_IN
    plain["flows"] = {_STAND_IN: {"share": 1.0, "trace": ({"call": first},)}}
    # An empty section that was written so stays: that is an error of its own.
    return {**tree, **{key: value for key, value in plain.items() if not tree.get(key)}}


def _without(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in node.items() if k != key}


def _renamed(node: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    return {name if k == key else k: v for k, v in node.items()}


def _stands(node: Any, where: str) -> bool:
    """Whether there is something at a place."""
    if not where:
        return True
    if isinstance(node, Mapping):
        keys = [key for key in node if _begins(where, key)]
        return any(_stands(node[key], where[len(key) :].removeprefix(".")) for key in keys)
    step = _STEP.match(where)
    if step is None or not isinstance(node, tuple) or int(step[1]) >= len(node):
        return False
    return _stands(node[int(step[1])], where[step.end() :].removeprefix("."))


def _steps(where: str) -> list[str]:
    return [step for step in _STEPS.split(where) if step]


def _meet(one: list[str], other: list[str]) -> bool:
    """Whether one place is the other, a part of it or around it; `*` is any step."""
    return all(a == b or "*" in (a, b) for a, b in zip(one, other, strict=False))


def _begins(where: str, key: str) -> bool:
    return where == key or where.startswith((key + ".", key + "["))


def _hides(misfit: Finding, around: str, where: str) -> bool:
    """Whether a misfit, or what is put in its place, may be why something is told of another place."""
    # What was misspelt got the name that was meant: what stands in it is what was written.
    return where == misfit.where if misfit.meant else _touch(where, around)


def _touch(one: str, other: str) -> bool:
    return one == other or _begins(one, other) or _begins(other, one)


def _component_of(where: str) -> str:
    return ".".join(where.split(".")[:2]) if where.startswith("components.") else where
