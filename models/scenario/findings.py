"""Findings out of pydantic's errors: the path as it stands in the file, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from models.errors import Finding
from models.scenario.document import joined
from models.scenario.paths import nearest
from models.scenario.scalar import hint_for_number, hint_for_switch
from models.scenario.shape import Shape, allowed_at, keys_of, shape_of

_MAX_SHOWN = 60


def translated(errors: Sequence[ErrorDetails], tree: Mapping[str, Any], root: type[Any]) -> list[Finding]:
    """Findings for all errors of one validation, one for each place.

    Args:
        errors: What pydantic found.
        tree: What was validated.
        root: The type that it should have been.
    """
    by_place: dict[str, list[tuple[ErrorDetails, Shape]]] = {}
    for error in errors:
        where, shape = _place(error, tree, root)
        by_place.setdefault(where, []).append((error, shape))
    findings = []
    for where, found in by_place.items():
        # A union complains for each of its members: what lies deeper in the one that was meant says it.
        if all(_is_type_error(error) for error, _ in found) and _has_deeper(where, by_place):
            continue
        error, shape = next((pair for pair in found if not _is_type_error(pair[0])), found[0])
        findings.append(_finding(where, error, shape, tree))
    return findings


def described(value: object) -> str:
    """A value as a person would call it."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value:.15g}" if isinstance(value, float) else f"the number {str(value)[:40]}"
    if isinstance(value, str):
        shown = value if len(value) <= _MAX_SHOWN else value[:_MAX_SHOWN] + "..."
        return f'the text "{shown}"'
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, (tuple, list)):
        return "a list" if value else "an empty list"
    return f"a {type(value).__name__}"


def listed(names: Sequence[str]) -> str:
    """Names in one line, the first of them when there are many."""
    return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")


def _place(error: ErrorDetails, tree: Mapping[str, Any], root: type[Any]) -> tuple[str, Shape]:
    """The path of an error in the file, without the tags that pydantic puts into it, and the shape there."""
    where, node, shape = "", tree, Shape(root)
    *_, last = error["loc"] or ("",)
    for step in error["loc"]:
        if step == "[key]":
            break
        if shape.is_union:
            shape = shape.member(str(step))
            continue
        inner = shape.inner(step)
        is_here = _holds(node, step)
        # A value that a validator wrapped (a word that stands for a list of one) has no step of its own.
        if is_here or (step == last and error["type"] in ("missing", "extra_forbidden")):
            where = joined(where, step)
            node = node[step] if is_here else None  # type: ignore[index]
        shape = inner
    return where, shape


def _holds(node: object, step: object) -> bool:
    if isinstance(node, Mapping):
        return step in node
    return isinstance(node, (tuple, list)) and isinstance(step, int) and step < len(node)


def _is_type_error(error: ErrorDetails) -> bool:
    return error["type"].endswith(("_type", "int_from_float"))


def _has_deeper(where: str, places: Mapping[str, object]) -> bool:
    return any(other.startswith((where + ".", where + "[")) for other in places)


def _finding(where: str, error: ErrorDetails, shape: Shape, tree: Mapping[str, Any]) -> Finding:
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return _unknown_key(where, error, tree)
    if kind == "missing":
        return Finding(where, "this key is missing", allowed_at(shape), "add it")
    if "[key]" in error["loc"]:
        found = f"the key {str(value)[:_MAX_SHOWN]!r}"
        return Finding(where, found, "letters, digits, _ and -, beginning with a letter", "rename it")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_kind(where, error)
    if kind in ("too_short", "too_long"):
        return Finding(where, *_wrong_length(error))
    return Finding(where, described(value), allowed_at(shape, error), _hint(value, shape))


def _unknown_key(where: str, error: ErrorDetails, tree: Mapping[str, Any]) -> Finding:
    key = str(error["loc"][-1])
    known = keys_of(_shape_around(error, tree))
    return Finding(where, f"unknown key {key!r}", listed(known), nearest(key, known))


def _shape_around(error: ErrorDetails, tree: Mapping[str, Any]) -> Shape:
    from models.scenario.scenario import Scenario

    shape = Shape(Scenario)
    for step in error["loc"][:-1]:
        shape = shape.member(str(step)) if shape.is_union else shape.inner(step)
    return shape


def _unknown_kind(where: str, error: ErrorDetails) -> Finding:
    context = error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    known = [tag.strip().strip("'") for tag in str(context.get("expected_tags", "")).split(",")]
    if error["type"] == "union_tag_not_found":
        known = list(shape_of(key))
        return Finding(joined(where, key), "this key is missing", listed(known), "add it")
    tag = str(context.get("tag", ""))
    return Finding(joined(where, key), f"unknown {key} {tag!r}", listed(known), nearest(tag, known))


def _wrong_length(error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx", {})
    found = f"{context.get('actual_length')} entries" if context.get("actual_length") else "none"
    if error["type"] == "too_short":
        return found, f"at least {context.get('min_length')}"
    return found, f"at most {context.get('max_length')}"


def _hint(value: object, shape: Shape) -> str:
    if isinstance(value, str):
        if shape.wants_number:
            return hint_for_number(value)
        return hint_for_switch(value) if shape.wants_switch else ""
    if isinstance(value, (bool, int, float)) and shape.wants_text:
        written = str(value).lower() if isinstance(value, bool) else str(value)[:40]
        return f'put it in quotes: "{written}"'
    if isinstance(value, (int, float)) and shape.is_share and 1 < value <= 100:
        return f"write {value / 100:g}: shares are numbers from 0 to 1"
    return ""
