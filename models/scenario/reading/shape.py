"""The shape that the schema wants at a place: which keys, which kind of value, in words.

Pydantic names the place of an error by a path through its own types. Walking the types along that path
tells the keys of the file from the tags of unions, and what is allowed there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from pydantic import Tag

from models.scenario.flow import Call, Exclusive, Parallel
from models.scenario.part import Part
from models.scenario.paths import parameters_of

_FORWARD = {"Call": Call, "Parallel": Parallel, "Exclusive": Exclusive}
#: Keys that say which of several types is meant.
_TELLING = ("kind", "distribution")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the schema wants at a place.

    Attributes:
        annotation: The type; None when the schema knows nothing there.
        owner: The part that the value is a field of; None for entries of lists and mappings.
        field: Name of that field.
    """

    annotation: Any
    owner: type[Part] | None = None
    field: str = ""

    @property
    def members(self) -> tuple[tuple[str, Any], ...]:
        """The types that are allowed, null left out, each with its tag."""
        return tuple(_members(self.annotation, ""))

    @property
    def is_union(self) -> bool:
        """Whether there are several, so that pydantic puts a tag into its path."""
        return len(self.members) > 1

    def tags(self, key: str) -> tuple[str, ...]:
        """The values of the key that tells the types apart."""
        return tuple(word for _, part in self.members if _is_part(part) for word in _words_of(part, key))

    def member(self, tag: str) -> Shape:
        """One of several types."""
        for own_tag, annotation in self.members:
            if _is_named(tag, own_tag, annotation):
                return Shape(annotation, self.owner, self.field)
        return Shape(None)

    def inner(self, step: str | int) -> Shape:
        """What is wanted one step further in."""
        members = self.members
        if len(members) != 1:
            return Shape(None)
        annotation = members[0][1]
        if _is_part(annotation):
            for name, info in annotation.model_fields.items():
                if (info.alias or name) == step:
                    return Shape(info.annotation, annotation, name)
            return Shape(None)
        arguments = get_args(annotation)
        if get_origin(annotation) is dict:
            return Shape(arguments[1])
        return Shape(arguments[0]) if get_origin(annotation) is tuple else Shape(None)

    @property
    def _types(self) -> set[Any]:
        return {get_origin(annotation) or annotation for _, annotation in self.members}

    @property
    def wants_number(self) -> bool:
        """Whether a number may stand there."""
        return bool(self._types & {int, float})

    @property
    def wants_switch(self) -> bool:
        """Whether true or false may stand there."""
        return bool in self._types

    @property
    def wants_text(self) -> bool:
        """Whether text may stand there."""
        return str in self._types


def _members(annotation: Any, tag: str) -> list[tuple[str, Any]]:
    if isinstance(annotation, ForwardRef):
        annotation = _FORWARD[annotation.__forward_arg__]
    if isinstance(annotation, str):
        annotation = _FORWARD[annotation]
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        tags = [note.tag for note in notes if isinstance(note, Tag)]
        return _members(inner, tags[0] if tags else tag)
    if get_origin(annotation) in (Union, UnionType):
        return [member for inner in get_args(annotation) for member in _members(inner, tag)]
    return [] if annotation in (None, NoneType) else [(tag, annotation)]


def _is_named(tag: str, own_tag: str, annotation: Any) -> bool:
    """Whether the step `tag` in pydantic's path means this member of a union."""
    if own_tag:
        return tag == own_tag
    origin = get_origin(annotation)
    if origin is not None:
        return tag.startswith(f"{origin.__name__}[")
    if _is_part(annotation) and any(tag in _words_of(annotation, key) for key in _TELLING):
        return True
    return tag in (annotation.__name__, f"constrained-{annotation.__name__}")


def _words_of(part: type[Part], key: str) -> tuple[str, ...]:
    """The words of which a key of a part must be one."""
    info = part.model_fields.get(key)
    return get_args(info.annotation) if info is not None and get_origin(info.annotation) is Literal else ()


def keys_of(shape: Shape) -> tuple[str, ...]:
    """The keys that a mapping at this place may have; none when any name is a key."""
    parts = [part for _, part in shape.members if _is_part(part)]
    return tuple(
        dict.fromkeys(info.alias or name for part in parts for name, info in part.model_fields.items())
    )


def choices_at(shape: Shape) -> tuple[Any, ...]:
    """The values of which one must stand at a place; none when any value of a type may."""
    return tuple(
        value
        for _, annotation in shape.members
        if get_origin(annotation) is Literal
        for value in get_args(annotation)
    )


def allowed_at(shape: Shape, error: Mapping[str, Any] | None = None) -> str:
    """Says in words what may stand at a place."""
    context = (error or {}).get("ctx", {})
    quantity = parameters_of(shape.owner).get(shape.field) if shape.owner else None
    if quantity is not None and math.isfinite(quantity.lower) and math.isfinite(quantity.upper):
        text = quantity.allowed()
        return text.replace(" from ", " above ", 1) if "gt" in context else text
    if "pattern" in context:
        return _PATTERNS.get(str(context["pattern"]), "text")
    parts = [annotation for _, annotation in shape.members if _is_part(annotation)]
    words = [_word(annotation) for _, annotation in shape.members if annotation not in parts]
    if Call in parts:
        words = ["the name of a component", "a mapping with call, parallel or choice"]
    elif parts:
        words.append(f"a mapping with the keys {', '.join(keys_of(shape)[:12])}")
    if "a number" in words and "a whole number" in words:
        words.remove("a whole number")
    text = ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + "".join(words[-1:])
    return f"{text} {_bounds(context)}".strip()


def _is_part(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Part)


_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]*$": "small letters, digits and -",
    r"^[A-Za-z][A-Za-z0-9_-]*$": "a name: letters, digits, _ and -, beginning with a letter",
    r"^[A-Za-z][A-Za-z0-9_.-]*$": "a path such as component.parameter",
}


def _bounds(context: Mapping[str, Any]) -> str:
    words = {"ge": "from {} on", "gt": "above {}", "le": "up to {}", "lt": "below {}"}
    found = [text.format(f"{context[key]:g}") for key, text in words.items() if key in context]
    if "max_length" in context:
        found.append(f"of at most {context['max_length']} letters")
    if "min_length" in context:
        found.append(f"of at least {context['min_length']} letters")
    return ", ".join(found)


def _word(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(str(value) for value in get_args(annotation))
    words = {
        dict: "a mapping",
        tuple: "a list",
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
    }
    return words.get(origin or annotation, "a value")
