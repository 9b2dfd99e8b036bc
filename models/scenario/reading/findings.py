"""Findings out of pydantic's errors: the path as it stands in the file, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from models.errors import Code, Finding
from models.scenario.decision import Choice, Integer, Real, Toggle
from models.scenario.experiments.statement import UNREADABLE
from models.scenario.flow import Call
from models.scenario.goals import Goals, Limits
from models.scenario.paths import nearest, nearest_name
from models.scenario.reading.document import joined
from models.scenario.reading.scalar import hint_for_number, hint_for_switch
from models.scenario.reading.shape import Shape, allowed_at, choices_at, keys_of
from models.scenario.scenario import Scenario
from models.scenario.vocabulary import FAULT_KINDS, KINDS, meant_by

#: Errors that are told of one file; who has more has another kind of file.
MAX_ERRORS = 500
_MAX_SHOWN = 60
#: The key that says which kind of value a decision has.
KINDS_OF_DECISIONS = ("on", "options", "integer", "real")
#: Keys that decisions of some kind have.
_OF_SOME_KIND = frozenset(key for part in (Toggle, Choice, Integer, Real) for key in part.model_fields)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an error is in the file, what is wanted there, and of the mapping or list around it."""

    where: str
    shape: Shape
    around: Shape


def translated(errors: Sequence[ErrorDetails], tree: Mapping[str, Any], root: type[Any]) -> list[Finding]:
    """Findings for all errors of one validation, one for each place.

    Args:
        errors: What pydantic found.
        tree: What was validated.
        root: The type that it should have been.
    """
    by_place: dict[str, list[tuple[ErrorDetails, _Place]]] = {}
    for error in errors[:MAX_ERRORS]:
        place = _place(error, tree, root)
        by_place.setdefault(place.where, []).append((error, place))
    found = _kinds_of_decisions(tree)
    for where, pairs in by_place.items():
        # A union complains for each of its members, and a list of its length when its entries are wrong:
        # what lies deeper, in the member that was meant, says it.
        if all(_is_outer(error) for error, _ in pairs) and _has_deeper(where, by_place):
            continue
        error, place = next((pair for pair in pairs if not _is_type_error(pair[0])), pairs[0])
        found.append(_finding(error, place))
    return _without_echoes(found)


def described(value: object) -> str:
    """A value as a person would call it."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value:.15g}" if isinstance(value, float) else f"the number {_digits(value)}"
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


def _digits(number: int) -> str:
    # Python refuses to write integers of thousands of digits.
    return str(number) if abs(number) < 10**30 else "of more than 30 digits"


def _place(error: ErrorDetails, tree: Mapping[str, Any], root: type[Any]) -> _Place:
    """Follows pydantic's path through the file and the types, leaving out the tags it puts in."""
    where, shape = "", Shape(root)
    node: Any = tree
    around = union = shape
    last = len(error["loc"]) - 1
    for i, step in enumerate(error["loc"]):
        if step == "[key]":
            break
        if shape.is_union:
            union, shape = shape, shape.member(str(step))
            continue
        inner = shape.inner(step)
        is_here = _holds(node, step)
        # A value that a validator wrapped (a word that stands for a list of one) has no step of its own.
        if is_here or (i == last and error["type"] in ("missing", "extra_forbidden")):
            where = joined(where, step)
            node = node[step] if is_here else None
        around, shape = shape, inner
        union = shape
    return _Place(where, union if _is_type_error(error) else shape, around)


def _holds(node: object, step: object) -> bool:
    if isinstance(node, Mapping):
        return step in node
    return isinstance(node, (tuple, list)) and isinstance(step, int) and step < len(node)


def _is_type_error(error: ErrorDetails) -> bool:
    return error["type"].endswith("_type")


def _is_outer(error: ErrorDetails) -> bool:
    return _is_type_error(error) or error["type"] in ("too_short", "too_long")


def _has_deeper(where: str, places: Mapping[str, object]) -> bool:
    return any(other.startswith((where + ".", where + "[")) for other in places)


def _finding(error: ErrorDetails, place: _Place) -> Finding:
    kind, value, where, shape = error["type"], error["input"], place.where, place.shape
    if "[key]" in error["loc"]:
        found = f"the key {str(value)[:_MAX_SHOWN]!r}"
        is_path = "." in str(error.get("ctx", {}).get("pattern", ""))
        allowed = "a path such as component.parameter" if is_path else "letters, digits, _ and -"
        return Finding(where, found, allowed + ", beginning with a letter", "rename it", code=Code.BAD_NAME)
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])[:100]
        known = keys_of(place.around)
        if place.around.annotation is Call:
            known += ("parallel", "choice")
        hint, meant = meant_by(key, known)
        if place.around.annotation in (Limits, Scenario) and key in Goals.model_fields:
            hint, meant = f"write it in dimensions: {{{key}: {{limit: ...}}}}", ""
        return Finding(
            where,
            f"unknown key {key!r}",
            listed(known),
            hint,
            code=Code.UNKNOWN_KEY,
            meant=meant,
            about=_kind_beside(where),
        )
    if kind == "missing":
        return Finding(
            where,
            "this key is missing",
            allowed_at(shape),
            "add it",
            code=Code.MISSING_KEY,
            about=_kind_beside(where),
        )
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_kind(where, error, shape)
    if kind == UNREADABLE:
        context = error["ctx"]
        said = f"{described(value)}: {context['found']}"
        return Finding(where, said, context["allowed"], context["hint"], code=Code.UNREADABLE)
    if kind in ("too_short", "too_long"):
        return Finding(where, *_wrong_length(error), code=Code.WRONG_LENGTH, about=(f"{where}.*",))
    return Finding(
        where,
        described(value),
        allowed_at(shape, error),
        _hint(value, shape, error),
        code=_code_of(shape, error),
        about=(f"{where}.*",) if value is None else (),
    )


def _code_of(shape: Shape, error: ErrorDetails) -> Code:
    """What kind of thing is wrong with a value."""
    if not shape.wants_number:
        return Code.WRONG_TYPE if _is_type_error(error) else Code.UNKNOWN_VALUE
    is_number = isinstance(error["input"], (int, float)) and not isinstance(error["input"], bool)
    return Code.OUT_OF_RANGE if is_number else Code.NOT_A_NUMBER


def _unknown_kind(where: str, error: ErrorDetails, shape: Shape) -> Finding:
    context = error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    known = shape.tags(key)
    if error["type"] == "union_tag_not_found":
        return Finding(
            joined(where, key), "this key is missing", listed(known), "add it", code=Code.MISSING_KEY
        )
    tag = str(context.get("tag", ""))[:_MAX_SHOWN]
    # Components and faults are told apart by the same key: what is meant is one of those that fit here.
    meanings = [each for each in (*KINDS, *FAULT_KINDS) if not set(each.keys).isdisjoint(known)]
    hint, meant = meant_by(tag, known, meanings)
    return Finding(
        joined(where, key),
        f"unknown {key} {tag!r}",
        listed(known),
        hint,
        code=Code.UNKNOWN_NAME,
        meant=meant,
    )


def _wrong_length(error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx", {})
    count = context.get("actual_length") or 0
    found = f"{count} {'entry' if count == 1 else 'entries'}" if count else "no entry"
    if error["type"] == "too_short":
        return found, f"at least {context.get('min_length')}"
    return found, f"at most {context.get('max_length')}"


def _hint(value: object, shape: Shape, error: ErrorDetails) -> str:
    if value is None:
        return "fill it in, or leave the key out"
    if isinstance(value, str):
        if shape.wants_number:
            return hint_for_number(value)
        if shape.wants_switch:
            return hint_for_switch(value)
        choices = choices_at(shape)
        return "write it without quotes" if value in map(str, choices) else nearest(value, map(str, choices))
    if isinstance(value, (bool, int, float)) and shape.wants_text:
        written = str(value).lower() if isinstance(value, bool) else str(value)[:40]
        return f'put it in quotes: "{written}"'
    is_share = float(error.get("ctx", {}).get("le", 2.0)) <= 1.0
    if isinstance(value, (int, float)) and is_share and 1 < value <= 100:
        return f"write {value / 100:.12g}: shares are numbers from 0 to 1"
    return ""


def _kinds_of_decisions(tree: Mapping[str, Any]) -> list[Finding]:
    """Decisions that are none of the four kinds, or several."""
    decisions = tree.get("decisions")
    found = []
    for name, decision in decisions.items() if isinstance(decisions, Mapping) else ():
        if not isinstance(decision, Mapping):
            continue
        kinds = [key for key in KINDS_OF_DECISIONS if key in decision]
        if len(kinds) != 1:
            said = f"several of them: {', '.join(kinds)}" if kinds else "none of on, options, integer, real"
            allowed = "exactly one of on (a toggle), options (a choice), integer, real"
            others = [key for key in decision if not kinds and key not in _OF_SOME_KIND]
            meant = next(filter(None, (nearest_name(key, KINDS_OF_DECISIONS) for key in others)), "")
            hint = f"did you mean {meant!r}?" if meant else ""
            found.append(
                Finding(f"decisions.{name}", said, allowed, hint, code=Code.NOT_ONE_KIND, meant=meant)
            )
    return found


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Leaves out what only follows from another finding: a key that is missing because it is misspelt."""
    misspelt = {(_around(finding.where), finding.meant) for finding in findings if finding.meant}
    undecided = {finding.where for finding in findings if finding.code == Code.NOT_ONE_KIND}
    kindless = {f"{where}.{key}" for where in undecided for key in KINDS_OF_DECISIONS}
    kept = []
    for finding in findings:
        around, _, key = finding.where.rpartition(".")
        is_missing = finding.code == Code.MISSING_KEY
        if is_missing and (around, key) in misspelt:
            continue
        if is_missing and key == "call" and {(around, "parallel"), (around, "choice")} & misspelt:
            continue
        if (is_missing or finding.code == Code.UNKNOWN_KEY) and (
            finding.where in kindless
            or (around in undecided and (key in _OF_SOME_KIND or nearest_name(key, KINDS_OF_DECISIONS)))
        ):
            continue
        kept.append(finding)
    return kept


def _kind_beside(where: str) -> tuple[str, ...]:
    """The key that may say which keys are known beside one."""
    return (joined(_around(where), "kind"),)


def _around(where: str) -> str:
    return where.rpartition(".")[0]
